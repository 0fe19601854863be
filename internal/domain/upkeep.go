package domain

import "time"

// UpkeepTask is work that the server does by itself to keep what it holds.
type UpkeepTask string

const (
	UpkeepDatabase UpkeepTask = "database" // the database is asked about itself
	UpkeepSweep    UpkeepTask = "sweep"    // bytes that nothing cites go
)

// UpkeepRun is the last run of a task.
type UpkeepRun struct {
	Task   UpkeepTask
	At     time.Time
	Sound  bool     // nothing to mend
	Found  []string // what it found, for a person to read
	Number int      // how many things it did, such as files removed
}

// BlobDamage is stored bytes that are not what was stored.
type BlobDamage struct {
	SHA256    Digest
	Kind      string    // missing, wrong_size, wrong_content, wrong_record, unreadable
	FirstSeen time.Time // by a check
	LastSeen  time.Time
}

// ScrubSlices is into how many slices all stored bytes are divided, by the first
// byte of their digest.
const ScrubSlices = 256

// ScrubSlice is the last check of one slice.
type ScrubSlice struct {
	Slice     int
	CheckedAt time.Time // zero: never
	Files     int
	Bytes     int64
}

// SliceRange is the first digest of part n of all parts of the range of digests,
// n from 0, and the digest after its last; zero: the end of the range.
func SliceRange(n, parts int) (from, to Digest) {
	put := func(at uint64) (d Digest) { // at is in units of 2^-32 of the range
		d[0], d[1], d[2], d[3] = byte(at>>24), byte(at>>16), byte(at>>8), byte(at)
		return d
	}
	const whole = uint64(1) << 32
	from = put(whole * uint64(n) / uint64(parts))
	if n+1 < parts {
		to = put(whole * uint64(n+1) / uint64(parts))
	}
	return from, to
}

// OrphanGrace is how long bytes that nothing cites are kept: longer than any
// upload or form takes.
const OrphanGrace = 48 * time.Hour

// ImportFileKept is how long a list that was sent for an import is kept for its
// sender to apply.
const ImportFileKept = 7 * 24 * time.Hour
