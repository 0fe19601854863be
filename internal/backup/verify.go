package backup

import (
	"context"
	"errors"

	"relier/internal/blob"
	"relier/internal/domain"
)

// Found is one thing wrong with a backup.
type Found struct {
	Snapshot string
	File     string // of the snapshot, or the path of a blob in the repository
	Err      error  // a sentence
}

// VerifyParts hashes every file of a snapshot.
func (r *Repository) VerifyParts(ctx context.Context, s Snapshot) ([]Found, error) {
	if s.Err != nil {
		return []Found{{s.Name, manifestName, s.Err}}, nil
	}
	var out []Found
	for _, p := range s.Parts {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		got, err := describe(r.Path(s.Name, p.Name))
		switch {
		case err != nil:
			out = append(out, Found{s.Name, p.Name, broken(s.Name, p.Name, missingOr(err), err)})
		case got != p:
			out = append(out, Found{s.Name, p.Name, broken(s.Name, p.Name, "error.backup.damaged", nil)})
		}
	}
	return out, nil
}

// VerifyBlobs hashes every blob of a list that is not in seen yet, and notes it there.
func (r *Repository) VerifyBlobs(ctx context.Context, s Snapshot, items []Item, seen map[domain.Digest]bool) (files int, bytes int64, out []Found, err error) {
	for _, it := range items {
		if seen[it.SHA256] {
			continue
		}
		seen[it.SHA256] = true
		files++
		bytes += it.Size
		err := blob.Verify(ctx, r.pool, domain.Blob{SHA256: it.SHA256, Size: it.Size})
		if ctx.Err() != nil {
			return files, bytes, out, ctx.Err()
		}
		if err != nil {
			out = append(out, Found{s.Name, blob.Path(it.SHA256), err})
		}
	}
	return files, bytes, out, nil
}

// CopyBlob copies a blob of the pool into a data folder that is being restored,
// checking each byte.
func (r *Repository) CopyBlob(ctx context.Context, it Item, to blob.Store) error {
	content, err := r.pool.Open(ctx, it.SHA256)
	if err != nil {
		return err
	}
	defer content.Close()
	_, _, err = to.Put(ctx, content, blob.Expect{Size: it.Size, SHA256: &it.SHA256})
	if err == nil || ctx.Err() != nil {
		return errors.Join(ctx.Err())
	}
	if found := blob.Verify(ctx, r.pool, domain.Blob{SHA256: it.SHA256, Size: it.Size}); found != nil {
		return found
	}
	return err
}
