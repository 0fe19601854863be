package app

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"slices"

	"relier/internal/blob"
	"relier/internal/domain"
	"relier/internal/store"
)

// UploadMost is the largest file taken, 5 GiB.
const UploadMost = 5 << 30

// Received is a file whose bytes are on disk but which no row names yet. If
// nothing follows, the sweeper drops it.
type Received struct {
	FileName  string
	MediaType string // found in the first bytes, never as claimed
	Blob      domain.Blob
	Scan      domain.Scan // zero where no scanner is set up
}

// ReceiveFile streams bytes to disk in constant memory and returns what is
// known of them. The caller streams to the end before anything is recorded.
func (a *App) ReceiveFile(ctx context.Context, actor domain.Actor, fileName string, r io.Reader, want blob.Expect) (Received, error) {
	f, err := a.StageFile(ctx, actor, fileName, r, want)
	if err != nil {
		return Received{}, err
	}
	defer f.Drop()
	return f.Keep(ctx)
}

// StagedFile is a file whose bytes are on disk, and gone again unless it is kept.
type StagedFile struct {
	received Received
	staged   blob.Staged
	forget   func(context.Context) error // of an upload that came in pieces; else nil
}

// StageFile is ReceiveFile for an upload of which more may follow: nothing of
// it counts until the whole of it proved complete, and Keep was called.
func (a *App) StageFile(ctx context.Context, actor domain.Actor, fileName string, r io.Reader, want blob.Expect) (*StagedFile, error) {
	if err := actor.Allow(domain.ActEvidenceWrite); err != nil {
		return nil, err
	}
	if want.MaxSize == 0 || want.MaxSize > UploadMost {
		want.MaxSize = UploadMost
	}
	staged, err := a.blobs.Stage(ctx, r, want)
	if err != nil {
		return nil, err
	}
	f := &StagedFile{staged: staged}
	if f.received, err = a.receive(ctx, actor, domain.SafeFileName(fileName), staged); err != nil {
		staged.Drop()
		return nil, err
	}
	return f, nil
}

// receive looks at staged bytes: what they are, and whether a scanner objects.
func (a *App) receive(ctx context.Context, actor domain.Actor, fileName string, staged blob.Staged) (Received, error) {
	r := Received{FileName: fileName, Blob: staged.Blob()}
	file, err := staged.Open()
	if err != nil {
		return r, err
	}
	defer file.Close()
	var head [512]byte // what net/http looks at
	n, err := io.ReadFull(file, head[:])
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return r, err
	}
	r.MediaType = http.DetectContentType(head[:n])
	r.Scan, err = a.scanned(ctx, actor, fileName, staged)
	return r, err
}

// Blob is what is known of the bytes.
func (f *StagedFile) Blob() domain.Blob { return f.received.Blob }

// Name is what the file is called, made safe.
func (f *StagedFile) Name() string { return f.received.FileName }

// Keep makes the bytes last; a row that names them may follow.
func (f *StagedFile) Keep(ctx context.Context) (Received, error) {
	_, err := f.staged.Keep(ctx)
	if err == nil && f.forget != nil {
		err = f.forget(ctx)
	}
	return f.received, err
}

// Discard lets go of bytes that will not be kept, an upload in pieces included.
func (f *StagedFile) Discard(ctx context.Context) error {
	f.staged.Drop()
	if f.forget == nil {
		return nil
	}
	return f.forget(ctx)
}

// Drop lets go of bytes that were not kept.
func (f *StagedFile) Drop() { f.staged.Drop() }

// undo takes back bytes that were kept, after err kept their rows from being
// written. Where that is not sure they stay: the rows may be there after the next
// start, and never without their bytes.
func undo(ctx context.Context, err error, files ...*StagedFile) {
	if err == nil || store.Unsure(err) {
		return
	}
	for _, f := range files {
		if err := blob.Undo(f.staged); err != nil {
			slog.WarnContext(ctx, "bytes without a row stay for the sweeper", "err", err)
		}
	}
}

// AnyBytes expects a file of any length up to a limit in bytes.
func AnyBytes(limit int64) blob.Expect { return blob.Expect{Size: -1, MaxSize: limit} }

// Duplicates lists the organization's items that already hold the same bytes.
func (a *App) Duplicates(ctx context.Context, actor domain.Actor, d domain.Digest) ([]domain.Evidence, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return nil, err
	}
	return a.store.EvidenceWithBytes(ctx, actor.Org, d)
}

// NewEvidence is an item with its first version and the controls it speaks for.
type NewEvidence struct {
	Item     domain.Evidence
	Version  domain.EvidenceVersion
	Controls []domain.ControlID
	Draft    bool // keep it as a draft instead of submitting it
}

// AddEvidence records items with their first versions: all or none. Each file's
// bytes are already on disk.
func (a *App) AddEvidence(ctx context.Context, actor domain.Actor, items []NewEvidence) ([]domain.Evidence, error) {
	if err := actor.Allow(domain.ActEvidenceWrite); err != nil {
		return nil, err
	}
	out := make([]domain.Evidence, 0, len(items))
	err := a.change(ctx, actor, func(c change) error {
		for _, in := range items {
			e, err := c.addEvidence(in)
			if err != nil {
				return err
			}
			out = append(out, e)
		}
		return nil
	})
	return out, err
}

func (c change) addEvidence(in NewEvidence) (domain.Evidence, error) {
	e, v := in.Item, in.Version
	e.Org, e.Author, e.Versions, e.Period = c.actor.Org, c.actor.Person, 1, v.Period
	e.Title, e.Source, e.Method = domain.Clean(e.Title), domain.Clean(e.Source), domain.Clean(e.Method)
	e.State = domain.EvidenceSubmitted
	if in.Draft || !v.Period.Valid() { // what has no period cannot be judged yet
		e.State = domain.EvidenceDraft
	}
	v.Note = domain.Clean(v.Note)
	settleDays(&e, &v)
	if err := joinFields(e.Check(), v.Check(e.Kind)); err != nil {
		return e, err
	}
	if err := c.CreateEvidence(c.ctx, &e); err != nil {
		return e, err
	}
	v.Org, v.Evidence, v.Number = c.actor.Org, e.ID, 1
	if err := c.appendVersion(&v); err != nil {
		return e, err
	}
	in.Controls = eachOnce(in.Controls) // the revision keeps what is linked, no more
	if err := c.linkControls(e.ID, in.Controls); err != nil {
		return e, err
	}
	return e, c.record("evidence.added", domain.NounEvidence, int64(e.ID), 0, e.Code()+" "+e.Title, evidenceState{e, v, in.Controls})
}

// evidenceState is what a revision of an item keeps.
type evidenceState struct {
	Item     domain.Evidence        `json:"item"`
	Version  domain.EvidenceVersion `json:"version"`
	Controls []domain.ControlID     `json:"controls"`
}

func (c change) appendVersion(v *domain.EvidenceVersion) error {
	v.UploadedBy, v.UploadedAt = c.actor.Person, c.at
	if err := c.notLater(v.CapturedOn); err != nil {
		return err
	}
	return c.AddEvidenceVersion(c.ctx, v)
}

// notLater refuses a day of capture that has not come yet.
func (c change) notLater(captured domain.Date) error {
	if captured > domain.DateOf(c.at).AddDays(1) { // one day for zones ahead of UTC
		return domain.Invalid("error.evidence.captured_later", nil).At("captured_on")
	}
	return nil
}

func (c change) linkControls(id domain.EvidenceID, controls []domain.ControlID) error {
	controls = eachOnce(controls)
	if err := c.controlsExist(controls); err != nil {
		return err
	}
	return c.LinkEvidence(c.ctx, c.actor.Org, id, controls)
}

// eachOnce puts ids in order, each once, and leaves the list given alone.
func eachOnce(ids []domain.ControlID) []domain.ControlID {
	return slices.Compact(slices.Sorted(slices.Values(ids)))
}

func (c change) controlsExist(controls []domain.ControlID) error {
	for _, v := range controls {
		if _, err := c.Control(c.ctx, c.actor.Org, v); err != nil {
			return domain.Invalid("error.choice", nil).At("controls")
		}
	}
	return nil
}

// AddVersion appends a version to an item; the verdict on the last one no
// longer stands, so the item is submitted again.
func (a *App) AddVersion(ctx context.Context, actor domain.Actor, id domain.EvidenceID, v domain.EvidenceVersion) (domain.Evidence, error) {
	if err := actor.Allow(domain.ActEvidenceWrite); err != nil {
		return domain.Evidence{}, err
	}
	return a.changeEvidence(ctx, actor, id, "evidence.version_added", func(c change, e *domain.Evidence) error {
		v.Note = domain.Clean(v.Note)
		if err := c.newerDays(e, &v); err != nil {
			return err
		}
		if err := v.Check(e.Kind); err != nil {
			return err
		}
		e.Versions++
		e.Author, e.Period, e.State = actor.Person, v.Period, domain.EvidenceSubmitted
		if !v.Period.Valid() {
			e.State = domain.EvidenceDraft
		}
		v.Org, v.Evidence, v.Number = actor.Org, id, e.Versions
		return c.appendVersion(&v)
	})
}

// DescribeEvidence changes what is said of an item and which controls it speaks
// for; its versions stay.
func (a *App) DescribeEvidence(ctx context.Context, actor domain.Actor, in domain.Evidence, controls []domain.ControlID) (domain.Evidence, error) {
	if err := actor.Allow(domain.ActEvidenceWrite); err != nil {
		return in, err
	}
	return a.changeEvidence(ctx, actor, in.ID, "evidence.described", func(c change, e *domain.Evidence) error {
		e.Title, e.Source, e.Method = domain.Clean(in.Title), domain.Clean(in.Source), domain.Clean(in.Method)
		e.Sensitivity, e.Version = in.Sensitivity, in.Version
		if err := c.renew(e, in.Cadence); err != nil {
			return err
		}
		if err := e.Check(); err != nil {
			return err
		}
		return c.linkControls(e.ID, controls)
	})
}

// changeEvidence loads an item, lets f change it, saves and records it, and
// lets fall what leaned on it.
func (a *App) changeEvidence(ctx context.Context, actor domain.Actor, id domain.EvidenceID, verb string, f func(change, *domain.Evidence) error) (e domain.Evidence, err error) {
	err = a.change(ctx, actor, func(c change) error {
		if e, err = c.changeEvidence(id, verb, f); err != nil {
			return err
		}
		return a.lapse(c)
	})
	return e, err
}

func (c change) changeEvidence(id domain.EvidenceID, verb string, f func(change, *domain.Evidence) error) (domain.Evidence, error) {
	e, err := c.Evidence(c.ctx, c.actor.Org, id)
	if err != nil {
		return e, err
	}
	if err := f(c, &e); err != nil {
		return e, err
	}
	if err := c.UpdateEvidence(c.ctx, &e); err != nil {
		return e, err
	}
	versions, err := c.EvidenceVersions(c.ctx, c.actor.Org, id)
	if err != nil {
		return e, err
	}
	links, err := c.EvidenceLinks(c.ctx, c.actor.Org, id)
	if err != nil {
		return e, err
	}
	return e, c.record(verb, domain.NounEvidence, int64(id), 0, e.Code()+" "+e.Title, evidenceState{e, versions[0], links[id]})
}

// FindEvidence lists one page of the library.
func (a *App) FindEvidence(ctx context.Context, actor domain.Actor, f domain.EvidenceFilter) (domain.List[domain.EvidenceSummary], error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return domain.List[domain.EvidenceSummary]{}, err
	}
	return a.store.FindEvidence(ctx, actor.Org, f)
}

// EvidenceView is an item with its versions, reviews and where it is used.
type EvidenceView struct {
	Item       domain.Evidence
	Versions   []domain.EvidenceVersion
	Reviews    []domain.ReviewView
	Controls   []domain.Control
	Duplicates []domain.Evidence // other items with the bytes of the newest version
	Scan       domain.Scan       // of the newest version
}

// Evidence reads one item with everything about it.
func (a *App) Evidence(ctx context.Context, actor domain.Actor, id domain.EvidenceID) (v EvidenceView, err error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return v, err
	}
	if v.Item, err = a.store.Evidence(ctx, actor.Org, id); err != nil {
		return v, err
	}
	if v.Versions, err = a.store.EvidenceVersions(ctx, actor.Org, id); err != nil {
		return v, err
	}
	if v.Reviews, err = a.store.Reviews(ctx, actor.Org, id); err != nil {
		return v, err
	}
	if v.Controls, err = a.store.ControlsOfEvidence(ctx, actor.Org, id); err != nil {
		return v, err
	}
	scans, err := a.store.ScansOf(ctx, actor.Org, id)
	if err != nil {
		return v, err
	}
	v.Scan = scans[v.Versions[0].ID]
	if d := v.Versions[0].Blob.SHA256; !d.IsZero() {
		same, err := a.store.EvidenceWithBytes(ctx, actor.Org, d)
		if err != nil {
			return v, err
		}
		v.Duplicates = slices.DeleteFunc(same, func(e domain.Evidence) bool { return e.ID == id })
	}
	return v, nil
}

// OpenVersion opens the bytes of a version for download; the caller closes them.
func (a *App) OpenVersion(ctx context.Context, actor domain.Actor, id domain.EvidenceID, number int) (blob.Content, domain.EvidenceVersion, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return nil, domain.EvidenceVersion{}, err
	}
	versions, err := a.store.EvidenceVersions(ctx, actor.Org, id)
	if err != nil {
		return nil, domain.EvidenceVersion{}, err
	}
	for _, v := range versions {
		if v.Number == number && !v.Blob.SHA256.IsZero() {
			content, err := a.blobs.Open(ctx, v.Blob.SHA256)
			return content, v, err
		}
	}
	return nil, domain.EvidenceVersion{}, domain.NotFound(string(domain.NounEvidence))
}
