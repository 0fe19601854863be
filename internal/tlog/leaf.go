package tlog

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"slices"
	"time"

	"relier/internal/domain"
)

// Salt makes the digests of one leaf say nothing to who does not hold it:
// without it nobody can try out names until one fits. A leaf cannot be erased;
// its salt can, and then it says no more than that something was done.
type Salt [16]byte

// NewSalt draws one.
func NewSalt() (s Salt) {
	_, _ = rand.Read(s[:]) // never fails: it ends the process instead
	return s
}

// Leaf is what the log says about one act. Names and content stand in it only
// as salted digests; what the digests open to is kept beside the log.
type Leaf struct {
	V      int    `json:"v"`            // 1
	At     string `json:"at,omitempty"` // RFC 3339, UTC, microseconds; of a record
	Verb   string `json:"verb"`
	Noun   string `json:"noun,omitempty"`
	Object int64  `json:"object,omitempty"`
	Seq    int64  `json:"seq,omitempty"` // of the activity record; 0: rows changed without one
	Org    string `json:"org,omitempty"`
	Actor  string `json:"actor,omitempty"`
	Label  string `json:"label,omitempty"`
	State  string `json:"state,omitempty"`
	Rows   string `json:"rows"`  // digest over the list of rows that changed with it
	Count  int    `json:"count"` // how many they are
	Salt   string `json:"salt"`  // digest of the salt: another one is noticed
}

// The verbs of leaves without an activity record.
const (
	VerbFounded = "log.founded" // rows that stood before the log or a migration
	VerbChanged = "rows.changed"
)

// NewLeaf begins a leaf.
func NewLeaf(verb string, salt Salt) Leaf {
	return Leaf{V: 1, Verb: verb, Salt: salt.Digest("salt", "")}
}

// Moment is how a leaf writes a time.
func Moment(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000000Z") }

// Encode writes the bytes that the tree hashes.
func (l Leaf) Encode() []byte {
	b, err := json.Marshal(l)
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	return b
}

// ReadLeaf reads a leaf back; other bytes than Encode writes are refused.
func ReadLeaf(b []byte) (Leaf, error) {
	var l Leaf
	if err := json.Unmarshal(b, &l); err != nil {
		return l, fmt.Errorf("read a leaf: %w", err)
	}
	if l.V != 1 || string(l.Encode()) != string(b) {
		return l, fmt.Errorf("read a leaf: not in the form that version 1 writes")
	}
	return l, nil
}

// Digest is the salted digest of a value under what it is, in hexadecimal.
func (s Salt) Digest(what, value string) string {
	h := sha256.New()
	h.Write(s[:])
	frame(h, []byte(what))
	frame(h, []byte(value))
	return hex.EncodeToString(h.Sum(nil))
}

// frame writes bytes with their length, so that no two lists of values have the
// same bytes.
func frame(h hash.Hash, b []byte) {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(b)))
	h.Write(n[:])
	h.Write(b)
}

// RowHash digests one row, column by column, alike on every database.
type RowHash struct{ h hash.Hash }

// NewRowHash begins the digest of a row.
func (s Salt) NewRowHash(table, key string) RowHash {
	h := sha256.New()
	h.Write(s[:])
	frame(h, []byte(table))
	frame(h, []byte(key))
	return RowHash{h}
}

// Column adds one column. Whole numbers and booleans are one kind, for the
// databases do not agree on which is which.
func (r RowHash) Column(name string, value any) error {
	frame(r.h, []byte(name))
	number := func(v int64) {
		var n [9]byte
		n[0] = 'i'
		binary.BigEndian.PutUint64(n[1:], uint64(v))
		r.h.Write(n[:])
	}
	switch v := value.(type) {
	case nil:
		r.h.Write([]byte{'n'})
	case int64:
		number(v)
	case bool:
		number(map[bool]int64{true: 1}[v])
	case string:
		r.h.Write([]byte{'t'})
		frame(r.h, []byte(v))
	case []byte:
		r.h.Write([]byte{'b'})
		frame(r.h, v)
	case float64:
		r.h.Write([]byte{'f'})
		frame(r.h, fmt.Appendf(nil, "%x", v))
	case time.Time:
		number(v.UnixMicro())
	default:
		return fmt.Errorf("digest column %s: %T is no kind of value that is kept", name, value)
	}
	return nil
}

// Sum ends the digest.
func (r RowHash) Sum() (d domain.Digest) {
	r.h.Sum(d[:0])
	return d
}

// Row names a row that changed and what it was afterwards; nil: removed.
type Row struct {
	Table, Key string
	Digest     *domain.Digest
}

// SortRows puts rows in the order in which a list is digested.
func SortRows(rows []Row) {
	slices.SortFunc(rows, func(a, b Row) int { return cmp.Or(cmp.Compare(a.Table, b.Table), cmp.Compare(a.Key, b.Key)) })
}

// RowList digests a list of rows as they come, in the order of SortRows.
type RowList struct {
	h     hash.Hash
	Count int
}

// NewRowList begins an empty list.
func NewRowList() *RowList { return &RowList{h: sha256.New()} }

// Add takes in the next row.
func (l *RowList) Add(r Row) {
	l.Count++
	frame(l.h, []byte(r.Table))
	frame(l.h, []byte(r.Key))
	if r.Digest == nil {
		l.h.Write([]byte{0})
		return
	}
	l.h.Write([]byte{1})
	l.h.Write(r.Digest[:])
}

// Sum is the digest over the list, in hexadecimal.
func (l *RowList) Sum() string { return hex.EncodeToString(l.h.Sum(nil)) }

// Take writes a list into the leaf.
func (l *Leaf) Take(rows *RowList) { l.Rows, l.Count = rows.Sum(), rows.Count }
