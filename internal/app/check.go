package app

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"relier/internal/blob"
	"relier/internal/domain"
	"relier/internal/store"
)

// Damage is one thing that a check found wrong.
type Damage struct {
	Kind  string      `json:"kind"`           // missing, wrong_size, wrong_content, wrong_record, unreadable, database; store.LogDamage's
	What  string      `json:"what"`           // the blob, or the table and key
	Where string      `json:"where"`          // what needs it: organization, code, version, file name; or says otherwise
	Noun  domain.Noun `json:"noun,omitempty"` // what a row is for people
	Path  string      `json:"path,omitempty"` // of the bytes, from the data folder on
}

// CheckReport is the outcome of checking a data folder.
type CheckReport struct {
	Blobs   int      `json:"blobs"` // rehashed
	Part    bool     `json:"part"`  // only some of it was looked at
	Bytes   int64    `json:"bytes"`
	Rows    int64    `json:"rows"`   // compared with the log
	Leaves  int64    `json:"leaves"` // of the log
	Damages []Damage `json:"damages"`
	Unused  int      `json:"unused"` // blobs that nothing cites: an interrupted upload; harmless

	needed int // blobs that rows need, read or not
}

// CheckScope is what a check looks at; the zero value is everything.
type CheckScope struct {
	DatabaseOnly bool
	FilesOnly    bool
	Org          string    // code of the organization whose files are read
	Since        time.Time // files that came since
	Slice        int       // of Slices, from 1, by the first digits of the digest
	Slices       int
	Sample       float64 // share of the files to read, at random; 0: all
	Kept         []KeptCheckpoint
}

// whole reports whether everything is looked at.
func (s CheckScope) whole() bool { return !s.DatabaseOnly && !s.FilesOnly && s.allFiles() }

func (s CheckScope) allFiles() bool {
	return s.Org == "" && s.Since.IsZero() && s.Slices == 0 && s.Sample == 0
}

// Check rehashes every blob that a row cites, asks the database about itself,
// and compares every row with the log and the log with its checkpoints. It
// changes nothing and names each damage.
func (a *App) Check(ctx context.Context, kept ...KeptCheckpoint) (CheckReport, error) {
	return a.CheckSome(ctx, CheckScope{Kept: kept})
}

// CheckSome is Check of a part.
func (a *App) CheckSome(ctx context.Context, in CheckScope) (r CheckReport, err error) {
	r.Part = !in.whole()
	if !in.FilesOnly {
		if err := a.checkDatabase(ctx, in.Kept, &r); err != nil {
			return r, err
		}
	}
	if in.DatabaseOnly {
		return r, nil
	}
	err = a.checkFiles(ctx, in, &r)
	if err != nil && ctx.Err() == nil && !domain.IsNotFound(err) {
		r.Damages, err = append(r.Damages, Damage{Kind: "unreadable", What: "database", Where: err.Error()}), nil
	}
	return r, err
}

// checkDatabase asks the database about itself, its pages and its references, and
// holds its rows against the log.
func (a *App) checkDatabase(ctx context.Context, kept []KeptCheckpoint, r *CheckReport) error {
	complaints, err := a.store.CheckIntegrity(ctx)
	if err != nil {
		complaints = append(complaints, err.Error())
	}
	for _, c := range complaints {
		r.Damages = append(r.Damages, Damage{Kind: "database", What: c, Where: "database"})
	}
	if err := a.checkLog(ctx, kept, r); err != nil {
		return err
	}
	return a.store.CheckDerived(ctx, func(d store.LogDamage) {
		r.Damages = append(r.Damages, Damage{Kind: d.Kind, What: d.What, Where: d.Where})
	})
}

// checkParts is how many parts the files are read in: the rows of a part fit
// into memory, and no read of the database lasts as long as the whole check.
const checkParts = 64

func (a *App) checkFiles(ctx context.Context, in CheckScope, r *CheckReport) error {
	scope := store.BlobScope{Since: in.Since}
	if in.Org != "" {
		o, err := a.store.OrganizationByCode(ctx, in.Org)
		if err != nil {
			return err
		}
		scope.Org = o.ID
	}
	for part := range checkParts {
		scope.From, scope.To = domain.SliceRange(part, checkParts)
		if in.Slices > 0 && !overlap(&scope, in.Slice-1, in.Slices) {
			continue
		}
		if err := a.checkPart(ctx, in, scope, r); err != nil {
			return err
		}
	}
	if in.allFiles() {
		return a.countUnused(ctx, r)
	}
	return nil
}

// overlap narrows a scope to slice n of all; false when nothing is left of it.
func overlap(s *store.BlobScope, n, all int) bool {
	from, to := domain.SliceRange(n, all)
	if slices.Compare(from[:], s.From[:]) > 0 {
		s.From = from
	}
	if s.To.IsZero() || !to.IsZero() && slices.Compare(to[:], s.To[:]) < 0 {
		s.To = to
	}
	return s.To.IsZero() || slices.Compare(s.From[:], s.To[:]) < 0
}

// checkPart verifies the blobs of one part of the digests.
func (a *App) checkPart(ctx context.Context, in CheckScope, scope store.BlobScope, r *CheckReport) error {
	uses, err := a.store.BlobUses(ctx, scope)
	if err != nil {
		return err
	}
	same := byBlob(uses)
	r.needed += len(same)
	for _, of := range a.sample(same, in.Sample) {
		d, err := a.checkBlob(ctx, a.blobs, of)
		if err != nil {
			return err
		}
		r.Blobs++
		r.Bytes += max(0, of[0].Blob.Size)
		r.Damages = append(r.Damages, d...)
	}
	return nil
}

// byBlob gathers the uses of each blob; they come in the order of the digests.
func byBlob(uses []store.BlobUse) (out [][]store.BlobUse) {
	for i, u := range uses {
		if i > 0 && u.Blob.SHA256 == uses[i-1].Blob.SHA256 {
			out[len(out)-1] = append(out[len(out)-1], u)
		} else {
			out = append(out, []store.BlobUse{u})
		}
	}
	return out
}

// sample keeps each blob with a probability of share; 0 keeps all.
func (a *App) sample(all [][]store.BlobUse, share float64) [][]store.BlobUse {
	if share <= 0 || share >= 1 {
		return all
	}
	return slices.DeleteFunc(all, func([]store.BlobUse) bool {
		var b [4]byte
		a.random(b[:])
		return float64(binary.BigEndian.Uint32(b[:])) >= share*(1<<32)
	})
}

// countUnused counts the blobs that are there beyond those that rows cite.
func (a *App) countUnused(ctx context.Context, r *CheckReport) error {
	there := 0
	err := a.blobs.Walk(ctx, func(domain.Digest, int64) error { there++; return nil })
	if errors.Is(err, fs.ErrNotExist) {
		return nil // no folder of blobs at all: every cited one was named as missing
	}
	for _, d := range r.Damages {
		if d.Kind == "missing" {
			there++
		}
	}
	r.Unused = max(0, there-r.needed)
	return err
}

// damageKinds names what blob.Verify found in the words of a report.
var damageKinds = map[string]string{
	"error.blob_missing": "missing", "error.blob_size": "wrong_size", "error.blob_unreadable": "unreadable",
	"error.blob_content": "wrong_content", "error.blob_record": "wrong_record",
	"error.backup.missing": "missing", "error.backup.damaged": "wrong_content", "error.backup.unreadable": "unreadable",
}

// checkBlob verifies one blob against each different record of it. It fails only
// when the check itself was stopped. What a row stopped citing meanwhile is no
// damage: its bytes may be gone.
func (a *App) checkBlob(ctx context.Context, blobs blob.Store, uses []store.BlobUse) ([]Damage, error) {
	kinds := map[string][]store.BlobUse{}
	var verified []domain.Blob
	for _, u := range uses {
		if slices.Contains(verified, u.Blob) {
			continue
		}
		verified = append(verified, u.Blob)
		err := blob.Verify(ctx, blobs, u.Blob)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			kind := damageKind(err)
			kinds[kind] = append(kinds[kind], u)
		}
	}
	if len(kinds) == 0 {
		return nil, nil
	}
	return a.stillCited(ctx, uses[0].Blob.SHA256, kinds)
}

func damageKind(err error) string {
	if e, ok := errors.AsType[*domain.Error](err); ok && damageKinds[e.Key] != "" {
		return damageKinds[e.Key]
	}
	return "unreadable"
}

// stillCited turns what was found into damages that name every row concerned.
func (a *App) stillCited(ctx context.Context, d domain.Digest, kinds map[string][]store.BlobUse) ([]Damage, error) {
	now, err := a.store.BlobUses(ctx, store.BlobScope{From: d, To: after(d)})
	if err != nil || len(now) == 0 {
		return nil, err
	}
	var out []Damage
	for kind, uses := range kinds {
		var where []string
		for _, u := range now {
			if kind != "wrong_record" && kind != "wrong_size" || slices.ContainsFunc(uses, func(v store.BlobUse) bool { return v.Where() == u.Where() }) {
				where = append(where, u.Where())
			}
		}
		if len(where) > 0 {
			out = append(out, Damage{Kind: kind, What: d.String(), Where: strings.Join(where, "; "), Path: blob.Path(d)})
		}
	}
	slices.SortFunc(out, func(x, y Damage) int { return strings.Compare(x.Kind, y.Kind) })
	return out, nil
}

// after is the digest that follows d; zero after the last.
func after(d domain.Digest) domain.Digest {
	for i := len(d) - 1; i >= 0; i-- {
		if d[i]++; d[i] != 0 {
			break
		}
	}
	return d
}

// ParseSlice reads "3/7".
func ParseSlice(s string) (n, all int, err error) {
	if _, err := fmt.Sscanf(s, "%d/%d", &n, &all); err != nil || n < 1 || all < n || all > 1<<20 || s != fmt.Sprintf("%d/%d", n, all) {
		return 0, 0, domain.Invalid("error.check.slice", domain.Args{"Slice": s})
	}
	return n, all, nil
}
