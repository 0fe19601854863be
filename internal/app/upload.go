package app

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"net/http"

	"relier/internal/blob"
	"relier/internal/domain"
)

// uploadsSizeMost is how many bytes a person's unfinished uploads may grow to,
// 4 × UploadMost.
const uploadsSizeMost = 4 * UploadMost

// BeginUpload makes room for a file of size bytes that will come in pieces.
func (a *App) BeginUpload(ctx context.Context, actor domain.Actor, fileName string, size, most int64) (domain.Upload, error) {
	if err := actor.Allow(domain.ActEvidenceWrite); err != nil {
		return domain.Upload{}, err
	}
	if most <= 0 || most > UploadMost {
		most = UploadMost
	}
	if size < 0 || size > most {
		return domain.Upload{}, &domain.Error{Kind: domain.KindTooLarge, Key: "error.upload_too_large", Args: domain.Args{"Max": domain.Bytes(most)}}
	}
	if err := a.ExpireUploads(ctx); err != nil {
		return domain.Upload{}, err
	}
	u := domain.Upload{Org: actor.Org, Person: actor.Person, Token: a.uploadToken(), FileName: domain.SafeFileName(fileName), Size: size,
		CreatedAt: a.Now(), ExpiresAt: a.Now().Add(domain.UploadLife)}
	err := a.change(ctx, actor, func(c change) error {
		count, bytes, err := c.Uploads(ctx, actor.Org, actor.Person)
		if err != nil {
			return err
		}
		if count >= domain.UploadsMost || bytes+size > uploadsSizeMost {
			return domain.Conflict("error.upload.many_unfinished", domain.Args{"Most": domain.UploadsMost})
		}
		return c.AddUpload(ctx, u)
	})
	if err != nil {
		return u, err
	}
	none := http.NoBody
	return u, a.blobs.Append(ctx, u.Token, 0, none, blob.Anything, func(int64) error { return nil })
}

func (a *App) uploadToken() string {
	var b [16]byte
	a.random(b[:])
	return hex.EncodeToString(b[:])
}

// Upload reads how far the actor's own upload has come.
func (a *App) Upload(ctx context.Context, actor domain.Actor, token string) (domain.Upload, error) {
	if err := actor.Allow(domain.ActEvidenceWrite); err != nil {
		return domain.Upload{}, err
	}
	u, err := a.store.Upload(ctx, actor.Org, actor.Person, token)
	if err == nil && u.ExpiresAt.Before(a.Now()) {
		return domain.Upload{}, domain.NotFound("upload")
	}
	return u, err
}

// ContinueUpload adds bytes to an upload after the at that are there already.
// Whatever ends it, what came until then counts as received once it is durable,
// and never before.
func (a *App) ContinueUpload(ctx context.Context, actor domain.Actor, token string, at int64, r io.Reader) (domain.Upload, error) {
	u, err := a.Upload(ctx, actor, token)
	if err != nil {
		return u, err
	}
	if at != u.Received {
		return u, domain.Conflict("error.upload.offset", nil)
	}
	want := blob.Expect{Size: u.Size}
	err = a.blobs.Append(ctx, token, at, r, want, func(size int64) error {
		u.Received, u.ExpiresAt = size, a.Now().Add(domain.UploadLife)
		return a.store.GrowUpload(ctx, u)
	})
	return u, err
}

// CancelUpload forgets the actor's own upload and its bytes.
func (a *App) CancelUpload(ctx context.Context, actor domain.Actor, token string) error {
	u, err := a.Upload(ctx, actor, token)
	if err != nil {
		return err
	}
	return a.dropUpload(ctx, u)
}

// dropUpload drops the bytes first: a row without them still leads here again.
func (a *App) dropUpload(ctx context.Context, u domain.Upload) error {
	if err := a.blobs.Forget(ctx, u.Token); err != nil {
		return err
	}
	return a.store.DropUpload(ctx, u)
}

// TakeUpload stages an upload that is whole, as StageFile does one that came at
// once. It stays until it is kept or discarded, so that a form which is refused
// may name it again.
func (a *App) TakeUpload(ctx context.Context, actor domain.Actor, token string) (*StagedFile, error) {
	u, err := a.Upload(ctx, actor, token)
	if domain.IsNotFound(err) {
		return nil, domain.Invalid("error.upload.gone", nil).At("file")
	}
	if err != nil {
		return nil, err
	}
	if !u.Whole() {
		return nil, domain.Invalid("error.upload.unfinished", domain.Args{"Name": u.FileName, "Got": domain.Bytes(u.Received), "Size": domain.Bytes(u.Size)}).At("file")
	}
	staged, err := a.blobs.Finish(ctx, token, blob.Expect{Size: u.Size})
	if err != nil {
		return nil, err
	}
	f := &StagedFile{staged: staged, forget: func(ctx context.Context) error { return a.dropUpload(ctx, u) }}
	if f.received, err = a.receive(ctx, actor, u.FileName, staged); err != nil {
		if domain.KindOf(err) == domain.KindInvalid { // the scanner's word is final
			err = errors.Join(err, a.dropUpload(ctx, u))
		}
		return nil, err
	}
	return f, nil
}

// ExpireUploads drops the uploads that nobody continued in time, and files of
// uploads that no row names.
func (a *App) ExpireUploads(ctx context.Context) error {
	expired, err := a.store.ExpiredUploads(ctx, a.Now())
	if err != nil {
		return err
	}
	for _, u := range expired {
		if err := a.dropUpload(ctx, u); err != nil && domain.KindOf(err) != domain.KindConflict { // bytes are coming
			return err
		}
	}
	names, err := a.blobs.Unfinished(ctx, a.Now().Add(-2*domain.UploadLife))
	if err != nil || len(names) == 0 {
		return err
	}
	known, err := a.store.UploadTokens(ctx)
	for _, name := range names {
		if err == nil && !known[name] {
			err = a.blobs.Forget(ctx, name)
		}
	}
	return err
}
