package app

import (
	"context"
	"time"

	"relier/internal/blob"
	"relier/internal/domain"
)

// DamagedFile is a file of an organization whose bytes are not those that were
// stored.
type DamagedFile struct {
	domain.BlobDamage
	Noun     domain.Noun
	Evidence domain.EvidenceID // 0: not an item's
	Code     string
	Version  int
	FileName string
}

// System is how what the server holds is kept, as one organization may see it:
// its own damage, and of the rest only dates and shares.
type System struct {
	Damages  []DamagedFile
	Database domain.UpkeepRun
	Sweep    domain.UpkeepRun
	Checked  int       // of domain.ScrubSlices, read within the days asked for
	Oldest   time.Time // last read of the slice not read for longest; zero: some never were
	Newest   time.Time
	Backup   BackupRun
	Backed   bool // a backup was ever tried
	Free     int64
	Total    int64 // bytes of the disk; 0: not known
	Running  Progress
	Signed   time.Time // last checkpoint of the log; zero: none
}

// Low reports whether the disk will soon be full: under a tenth, or 1 GiB.
func (s System) Low() bool { return s.Total > 0 && (s.Free < s.Total/10 || s.Free < 1<<30) }

// System reads how things are kept; scrubDays is in how many days every file is
// to be read once.
func (a *App) System(ctx context.Context, actor domain.Actor, scrubDays int) (s System, err error) {
	if err := actor.Allow(domain.ActSystem); err != nil {
		return s, err
	}
	if s.Damages, err = a.damaged(ctx, actor.Org); err != nil {
		return s, err
	}
	runs, err := a.store.UpkeepRuns(ctx)
	if err != nil {
		return s, err
	}
	s.Database, s.Sweep = runs[domain.UpkeepDatabase], runs[domain.UpkeepSweep]
	known, err := a.store.ScrubSlices(ctx)
	if err != nil {
		return s, err
	}
	for _, k := range known {
		if a.Now().Sub(k.CheckedAt) <= time.Duration(scrubDays)*24*time.Hour {
			s.Checked++
		}
		s.Newest = k.CheckedAt
	}
	if len(known) == domain.ScrubSlices {
		s.Oldest = known[0].CheckedAt
	}
	signed, err := a.store.NewestCheckpoint(ctx)
	if err != nil && !domain.IsNotFound(err) {
		return s, err
	}
	s.Signed = signed.At
	s.Backup, s.Backed = a.LastBackup()
	if a.dir != "" {
		s.Free, s.Total, _ = blob.Space(a.dir) // 0: not known
	}
	if p := a.keep.progress(); p.Org == actor.Org {
		s.Running = p
	}
	return s, nil
}

// DamagedFiles lists the damaged files of the actor's organization.
func (a *App) DamagedFiles(ctx context.Context, actor domain.Actor) ([]DamagedFile, error) {
	if err := actor.Allow(domain.ActSystem); err != nil {
		return nil, err
	}
	return a.damaged(ctx, actor.Org)
}

// DamagedVersions maps the versions of an item whose bytes are damaged to since
// when that is known.
func (a *App) DamagedVersions(ctx context.Context, actor domain.Actor, id domain.EvidenceID) (map[int]time.Time, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return nil, err
	}
	all, err := a.damaged(ctx, actor.Org)
	out := map[int]time.Time{}
	for _, d := range all {
		if d.Evidence == id {
			out[d.Version] = d.FirstSeen
		}
	}
	return out, err
}

func (a *App) damaged(ctx context.Context, org domain.OrgID) ([]DamagedFile, error) {
	found, err := a.store.DamagedUses(ctx, org)
	var out []DamagedFile
	for _, f := range found {
		if f.Noun == "import" {
			continue // a list that can be sent again
		}
		out = append(out, DamagedFile{f.BlobDamage, f.Noun, f.Evidence, f.Code, f.Version, f.FileName})
	}
	return out, err
}
