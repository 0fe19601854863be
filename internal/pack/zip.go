package pack

import (
	"encoding/binary"
	"math"
	"time"
)

// The ZIP structures of a pack, after APPNOTE 6.3.10. archive/zip could write
// them, but only in one pass from the first byte: writing them here gives the
// exact size beforehand and any range of the file, so that a download can be
// resumed, and puts the zip64 fields into local headers too, without which some
// readers refuse entries of 4 GiB and more.
const (
	localSignature     = 0x04034b50
	centralSignature   = 0x02014b50
	endSignature       = 0x06054b50
	end64Signature     = 0x06064b50
	locator64Signature = 0x07064b50

	localLen   = 30 // bytes of a header without name and extra fields
	centralLen = 46

	versionPlain = 20
	versionZip64 = 45
	madeByUnix   = 3 << 8
	fileMode     = 0o100644 << 16 // a regular file, rw-r--r--

	extraZip64 = 0x0001
	extraTime  = 0x5455

	most16 = math.MaxUint16
	most32 = math.MaxUint32
)

var le = binary.LittleEndian

// zipTime is the moment of sealing in the forms that ZIP wants.
type zipTime struct {
	time, date uint16
	extra      []byte // seconds since 1970, UTC; none where they do not fit
}

// newZipTime converts t to UTC. DOS dates reach from 1980 to 2107, in steps of
// two seconds.
func newZipTime(t time.Time) zipTime {
	t = t.UTC()
	z := zipTime{
		time: uint16(t.Hour()<<11 | t.Minute()<<5 | t.Second()/2),
		date: uint16((min(max(t.Year(), 1980), 2107)-1980)<<9 | int(t.Month())<<5 | t.Day()),
	}
	if s := t.Unix(); s >= 0 && s <= math.MaxInt32 {
		z.extra = le.AppendUint16(z.extra, extraTime)
		z.extra = le.AppendUint16(z.extra, 5)
		z.extra = append(z.extra, 1) // the modification time follows
		z.extra = le.AppendUint32(z.extra, uint32(s))
	}
	return z
}

// version returns what a reader must understand for numbers this large.
func version(large bool) uint16 {
	if large {
		return versionZip64
	}
	return versionPlain
}

// appendShared appends the fields that local and central headers have in common.
func (z zipTime) appendShared(b []byte, e Entry, large bool) []byte {
	b = le.AppendUint16(b, version(large))
	b = le.AppendUint16(b, 0) // flags: names are ASCII, sizes are known
	b = le.AppendUint16(b, 0) // method: stored
	b = le.AppendUint16(b, z.time)
	b = le.AppendUint16(b, z.date)
	b = le.AppendUint32(b, e.Blob.CRC32)
	size := uint32(min(e.Blob.Size, most32))
	b = le.AppendUint32(b, size) // compressed
	return le.AppendUint32(b, size)
}

// wide lists the numbers of an entry that do not fit into 32 bits, in the order
// that a zip64 field wants: its two sizes, and where it starts.
func wide(e Entry, offset int64) []uint64 {
	var out []uint64
	if e.Blob.Size >= most32 {
		out = append(out, uint64(e.Blob.Size), uint64(e.Blob.Size))
	}
	if offset >= most32 {
		out = append(out, uint64(offset))
	}
	return out
}

// appendLocal appends the header that precedes an entry's bytes.
func (z zipTime) appendLocal(b []byte, folder string, e Entry) []byte {
	large := wide(e, 0)
	b = le.AppendUint32(b, localSignature)
	b = z.appendShared(b, e, large != nil)
	b = le.AppendUint16(b, uint16(len(folder)+1+len(e.Path)))
	b = le.AppendUint16(b, uint16(len(z.extra)+zip64Len(large)))
	b = append(append(append(b, folder...), '/'), e.Path...)
	return appendZip64(append(b, z.extra...), large)
}

// appendCentral appends the entry's line of the directory at the end.
func (z zipTime) appendCentral(b []byte, folder string, e Entry, offset int64) []byte {
	large := wide(e, offset)
	b = le.AppendUint32(b, centralSignature)
	b = le.AppendUint16(b, madeByUnix|version(large != nil))
	b = z.appendShared(b, e, large != nil)
	b = le.AppendUint16(b, uint16(len(folder)+1+len(e.Path)))
	b = le.AppendUint16(b, uint16(len(z.extra)+zip64Len(large)))
	b = le.AppendUint16(b, 0) // comment
	b = le.AppendUint16(b, 0) // disk
	b = le.AppendUint16(b, 0) // internal attributes
	b = le.AppendUint32(b, fileMode)
	b = le.AppendUint32(b, uint32(min(offset, most32)))
	b = append(append(append(b, folder...), '/'), e.Path...)
	return appendZip64(append(b, z.extra...), large)
}

// zip64Len is the length of a zip64 field with these numbers.
func zip64Len(wide []uint64) int {
	if len(wide) == 0 {
		return 0
	}
	return 4 + 8*len(wide)
}

// appendZip64 appends the numbers that did not fit into 32 bits.
func appendZip64(b []byte, wide []uint64) []byte {
	if wide == nil {
		return b
	}
	b = le.AppendUint16(b, extraZip64)
	b = le.AppendUint16(b, uint16(8*len(wide)))
	for _, n := range wide {
		b = le.AppendUint64(b, n)
	}
	return b
}

// appendEnd appends the records that close the file: where the directory
// starts, how long it is, and how many entries it has.
func appendEnd(b []byte, entries int, start, size int64) []byte {
	if entries >= most16 || start >= most32 || size >= most32 {
		b = appendEnd64(b, uint64(entries), uint64(start), uint64(size))
	}
	b = le.AppendUint32(b, endSignature)
	b = le.AppendUint32(b, 0) // disks
	b = le.AppendUint16(b, uint16(min(entries, most16)))
	b = le.AppendUint16(b, uint16(min(entries, most16)))
	b = le.AppendUint32(b, uint32(min(size, most32)))
	b = le.AppendUint32(b, uint32(min(start, most32)))
	return le.AppendUint16(b, 0) // comment
}

func appendEnd64(b []byte, entries, start, size uint64) []byte {
	b = le.AppendUint32(b, end64Signature)
	b = le.AppendUint64(b, 44) // bytes of this record that follow
	b = le.AppendUint16(b, madeByUnix|versionZip64)
	b = le.AppendUint16(b, versionZip64)
	b = le.AppendUint64(b, 0) // disks
	b = le.AppendUint64(b, entries)
	b = le.AppendUint64(b, entries)
	b = le.AppendUint64(b, size)
	b = le.AppendUint64(b, start)

	b = le.AppendUint32(b, locator64Signature)
	b = le.AppendUint32(b, 0) // disk
	b = le.AppendUint64(b, start+size)
	return le.AppendUint32(b, 1) // disks
}
