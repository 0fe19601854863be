package domain

import "encoding/hex"

// Digest is a SHA-256 value. It is a type of its own so that no other string
// or byte slice can be mistaken for one.
type Digest [32]byte

// ParseDigest reads 64 hexadecimal digits.
func ParseDigest(s string) (Digest, error) {
	var d Digest
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(d) {
		return d, Invalid("error.digest", Args{"Value": s})
	}
	copy(d[:], b)
	return d, nil
}

// String returns 64 lower-case hexadecimal digits.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// IsZero reports whether no digest is set.
func (d Digest) IsZero() bool { return d == Digest{} }

// MarshalText writes the hexadecimal form.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the hexadecimal form.
func (d *Digest) UnmarshalText(b []byte) error {
	v, err := ParseDigest(string(b))
	*d = v
	return err
}

// Blob is what is known of stored bytes from the moment they were written, so
// that a pack can later be laid out, sized and listed without reading them.
type Blob struct {
	SHA256 Digest `json:"sha256"`
	SHA512 string `json:"sha512"` // 128 lower-case hexadecimal digits, for manifest-sha512.txt; "" until a pack needs it
	CRC32  uint32 `json:"crc32"`  // IEEE, as ZIP wants it
	Size   int64  `json:"size"`   // bytes
}
