package app

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"relier/internal/blob"
	"relier/internal/domain"
	"relier/internal/pack"
	"relier/internal/store"
)

// PreviewPack gathers what a pack sealed now would say, and what it would leave
// out and why.
func (a *App) PreviewPack(ctx context.Context, actor domain.Actor, e domain.Engagement, langs []string) (domain.PackContents, error) {
	if err := actor.Allow(domain.ActPackWrite); err != nil {
		return domain.PackContents{}, err
	}
	return a.gather(ctx, a.store, actor, e, langs)
}

// SealPack writes the documents of a pack, lays it out and records it. What it
// cites is never deleted, and its bytes never change. The documents are written
// as blobs before the row: a crash in between leaves nothing but sweepable bytes.
func (a *App) SealPack(ctx context.Context, actor domain.Actor, e domain.Engagement, langs []string) (domain.Pack, error) {
	if err := actor.Allow(domain.ActPackWrite); err != nil {
		return domain.Pack{}, err
	}
	if err := checkLangs(langs); err != nil {
		return domain.Pack{}, err
	}
	c, err := a.gather(ctx, a.store, actor, e, langs)
	if err != nil {
		return domain.Pack{}, err
	}
	p := domain.Pack{Org: actor.Org, Engagement: e.ID, Year: c.SealedAt.Year(), Langs: langs, State: domain.PackSealed,
		SealedBy: actor.Person, SealedAt: c.SealedAt, Omissions: len(c.Omissions)}
	if p.Number, err = a.store.NextPackNumber(ctx, actor.Org, p.Year); err != nil {
		return domain.Pack{}, err
	}
	c.Code = p.Code()
	if err := a.reread(ctx, c.Evidence); err != nil {
		return domain.Pack{}, err
	}
	layout, made, err := a.compose(ctx, c)
	if err != nil {
		return domain.Pack{}, err
	}
	p.TagDigest, p.Size, p.Files, p.Layout = layout.TagDigest(), layout.Size(), layout.Files(), made[len(made)-1].SHA256
	err = a.change(ctx, actor, func(c change) error {
		if err := c.CreatePack(ctx, &p, made); err != nil {
			return sealedMeanwhile(err)
		}
		return c.record("pack.sealed", domain.NounPack, int64(p.ID), e.ID, p.Code(), p)
	})
	return p, err
}

// reread reads the bytes of all files that a pack will hold: a pack seals nothing
// that is damaged, and its manifests print a digest that uploads do not wait for.
func (a *App) reread(ctx context.Context, all []domain.PackEvidence) (err error) {
	for i, e := range all {
		if !e.Included || e.Evidence.Kind == domain.EvidenceNote {
			continue
		}
		v := &all[i].Version
		if v.Blob, err = blob.Describe(ctx, a.blobs, v.Blob); err != nil {
			damaged := domain.Conflict("error.pack.damaged", domain.Args{"Code": e.Evidence.Code(), "Version": v.Number})
			damaged.Err = err
			return damaged
		}
	}
	return nil
}

// sealedMeanwhile explains a taken number: another pack was sealed just now.
func sealedMeanwhile(err error) error {
	if domain.KindOf(err) == domain.KindConflict {
		return domain.Conflict("error.pack.busy", nil)
	}
	return err
}

func checkLangs(langs []string) error {
	known := func(l string) bool { return l == "en" || l == "fr" }
	if len(langs) == 0 || len(langs) > 2 || slices.ContainsFunc(langs, func(l string) bool { return !known(l) }) || len(langs) == 2 && langs[0] == langs[1] {
		return domain.Invalid("error.pack.langs", nil).At("langs")
	}
	return nil
}

// compose stores the pack's own documents as blobs; made lists them, the layout
// last.
func (a *App) compose(ctx context.Context, c domain.PackContents) (layout pack.Layout, made []domain.Blob, err error) {
	put := func(ctx context.Context, path string, write func(io.Writer) error) (domain.Blob, error) {
		r, w := io.Pipe()
		go func() { w.CloseWithError(guard(path, func() error { return write(w) })) }()
		long := sha512.New()
		b, _, err := a.blobs.Put(ctx, io.TeeReader(r, long), blob.Anything)
		_ = r.Close() // ends the writer when Put stopped early
		b.SHA512 = hex.EncodeToString(long.Sum(nil))
		made = append(made, b)
		return b, err
	}
	if layout, err = pack.Compose(ctx, c, put); err != nil {
		return layout, nil, err
	}
	body, err := json.Marshal(layout)
	if err != nil {
		return layout, nil, fmt.Errorf("lay out the pack: %w", err)
	}
	b, _, err := a.blobs.Put(ctx, bytes.NewReader(body), blob.Anything)
	slices.SortFunc(made, func(x, y domain.Blob) int { return bytes.Compare(x.SHA256[:], y.SHA256[:]) })
	return layout, append(slices.Compact(made), b), err
}

// guard turns a panic of a document's writer into an error: it runs in a
// goroutine of its own, where a panic would end the process.
func guard(what string, f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("write %s: panic: %v", what, p)
		}
	}()
	return f()
}

// Packs lists the packs of an engagement, the newest first.
func (a *App) Packs(ctx context.Context, actor domain.Actor, e domain.Engagement) ([]domain.Pack, error) {
	if err := actor.Allow(domain.ActPackRead); err != nil {
		return nil, err
	}
	return a.store.Packs(ctx, actor.Org, e.ID)
}

// Pack reads one pack that the actor may see.
func (a *App) Pack(ctx context.Context, actor domain.Actor, id domain.PackID) (domain.Pack, error) {
	if err := actor.Allow(domain.ActPackRead); err != nil {
		return domain.Pack{}, err
	}
	p, err := a.store.Pack(ctx, actor.Org, id)
	if err == nil && !actor.Sees(p.Engagement) {
		return domain.Pack{}, domain.NotFound(string(domain.NounPack))
	}
	return p, err
}

// OpenedPack is a sealed pack ready to be streamed, whole or in part.
type OpenedPack struct {
	Pack   domain.Pack
	layout pack.Layout
	blobs  blob.Store
}

// OpenPack prepares a pack for download.
func (a *App) OpenPack(ctx context.Context, actor domain.Actor, id domain.PackID) (*OpenedPack, error) {
	p, err := a.Pack(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	layout, err := readLayout(ctx, a.blobs, p.Layout)
	return &OpenedPack{p, layout, a.blobs}, err
}

// RecordPackDownload records that somebody took a pack with them, and with it the
// evidence that it holds.
func (a *App) RecordPackDownload(ctx context.Context, actor domain.Actor, p domain.Pack) error {
	if err := actor.Allow(domain.ActPackRead); err != nil {
		return err
	}
	return a.change(ctx, actor, func(c change) error {
		return c.record("pack.downloaded", domain.NounPack, int64(p.ID), p.Engagement, p.Code(), p)
	})
}

func readLayout(ctx context.Context, blobs blob.Store, d domain.Digest) (layout pack.Layout, err error) {
	f, err := blobs.Open(ctx, d)
	if err != nil {
		return layout, fmt.Errorf("open the layout of a pack: %w", err)
	}
	defer f.Close()
	if err := json.NewDecoder(f).Decode(&layout); err != nil {
		return layout, fmt.Errorf("read the layout of a pack: %w", err)
	}
	return layout, nil
}

// FileName is the name a download gets.
func (o *OpenedPack) FileName() string { return o.layout.FileName() }

// Size is the exact length of the ZIP in bytes.
func (o *OpenedPack) Size() int64 { return o.layout.Size() }

// StreamRange writes length bytes of the ZIP from offset on. It breaks off over
// a file whose length or CRC-32 is not that of what was sealed.
func (o *OpenedPack) StreamRange(ctx context.Context, w io.Writer, offset, length int64) error {
	open := func(d domain.Digest) (io.ReadCloser, error) { return o.blobs.Open(ctx, d) }
	return o.layout.StreamRange(ctx, w, open, offset, length)
}

// gather reads everything a pack says about an engagement.
func (a *App) gather(ctx context.Context, s *store.Store, actor domain.Actor, e domain.Engagement, langs []string) (domain.PackContents, error) {
	g := &gathering{app: a, ctx: ctx, store: s, actor: actor}
	g.out = domain.PackContents{Code: "preview", Engagement: e, Langs: langs, SealedBy: actor.Name, SealedAt: a.Now(), Counts: map[domain.Bucket]int{}}
	for _, step := range []func() error{g.people, g.provider, g.controls, g.evidence, g.soa, g.reliances, g.activity} {
		if err := step(); err != nil {
			return g.out, fmt.Errorf("gather the pack: %w", err)
		}
	}
	return g.out, nil
}
