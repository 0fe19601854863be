package app

import (
	"context"
	"errors"

	"relier/internal/blob"
	"relier/internal/domain"
	"relier/internal/store"
)

// Damage is one thing that a check found wrong.
type Damage struct {
	Kind  string      `json:"kind"`           // missing, wrong_size, wrong_content, wrong_record, unreadable, database; store.LogDamage's
	What  string      `json:"what"`           // the blob, or the table and key
	Where string      `json:"where"`          // what needs it, or says otherwise
	Noun  domain.Noun `json:"noun,omitempty"` // what a row is for people
}

// CheckReport is the outcome of checking a data folder.
type CheckReport struct {
	Blobs   int      `json:"blobs"` // rehashed
	Bytes   int64    `json:"bytes"`
	Rows    int64    `json:"rows"`   // compared with the log
	Leaves  int64    `json:"leaves"` // of the log
	Damages []Damage `json:"damages"`
	Unused  int      `json:"unused"` // blobs that nothing cites: an interrupted upload; harmless
}

// Check rehashes every blob that a row cites, asks the database about itself,
// and compares every row with the log and the log with its checkpoints. It
// changes nothing and names each damage.
func (a *App) Check(ctx context.Context, kept ...KeptCheckpoint) (CheckReport, error) {
	var r CheckReport
	complaints, err := a.store.CheckIntegrity(ctx)
	if err != nil {
		complaints = append(complaints, err.Error())
	}
	for _, c := range complaints {
		r.Damages = append(r.Damages, Damage{Kind: "database", What: c, Where: "database"})
	}
	if err := a.checkLog(ctx, kept, &r); err != nil {
		return r, err
	}
	uses, err := a.store.BlobUses(ctx)
	if err != nil {
		r.Damages = append(r.Damages, Damage{Kind: "unreadable", What: "database", Where: err.Error()})
		return r, ctx.Err()
	}
	cited := map[domain.Digest]bool{}
	for _, u := range uses {
		if !cited[u.Blob.SHA256] {
			if err := a.checkBlob(ctx, u, &r); err != nil {
				return r, err
			}
		}
		cited[u.Blob.SHA256] = true
	}
	err = a.blobs.Walk(ctx, func(d domain.Digest, _ int64) error {
		if !cited[d] {
			r.Unused++
		}
		return nil
	})
	return r, err
}

// damageKinds names what blob.Verify found in the words of a report.
var damageKinds = map[string]string{
	"error.blob_missing": "missing", "error.blob_size": "wrong_size", "error.blob_unreadable": "unreadable",
	"error.blob_content": "wrong_content", "error.blob_record": "wrong_record",
}

// checkBlob verifies one blob; it fails only when the check itself was stopped.
func (a *App) checkBlob(ctx context.Context, u store.BlobUse, r *CheckReport) error {
	r.Blobs++
	r.Bytes += u.Blob.Size
	err := blob.Verify(ctx, a.blobs, u.Blob)
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	kind := "unreadable"
	if e, ok := errors.AsType[*domain.Error](err); ok && damageKinds[e.Key] != "" {
		kind = damageKinds[e.Key]
	}
	r.Damages = append(r.Damages, Damage{Kind: kind, What: u.Blob.SHA256.String(), Where: u.Where})
	return nil
}
