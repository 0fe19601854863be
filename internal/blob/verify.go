package blob

import (
	"context"
	"fmt"
	"io"

	"relier/internal/domain"
)

// Verify reads the bytes of a recorded blob again and names the first damage:
//
//	error.blob_missing     no bytes under this digest
//	error.blob_size        another length than recorded
//	error.blob_unreadable  the disk does not give them back
//	error.blob_content     other bytes than the digest says
//	error.blob_record      the right bytes, but another SHA-512 or CRC-32 on record
//
// A record is held to what it has: one without SHA-512 and CRC-32 (0) to the rest,
// one whose size is negative to its SHA-256.
func Verify(ctx context.Context, s Store, want domain.Blob) error {
	h := newHashes()
	if want.SHA512 != "" {
		h = allHashes()
	}
	_, err := reread(ctx, s, want, h)
	return err
}

// Describe is Verify that gives all digests, also those that are not on record.
func Describe(ctx context.Context, s Store, want domain.Blob) (domain.Blob, error) {
	return reread(ctx, s, want, allHashes())
}

func reread(ctx context.Context, s Store, want domain.Blob, h *hashes) (domain.Blob, error) {
	c, err := s.Open(ctx, want.SHA256)
	if domain.IsNotFound(err) {
		return domain.Blob{}, err
	}
	if err != nil {
		return domain.Blob{}, damage("error.blob_unreadable", want, nil, err)
	}
	defer c.Close()
	if want.Size >= 0 && c.Size() != want.Size {
		return domain.Blob{}, damage("error.blob_size", want, domain.Args{"Want": domain.Bytes(want.Size), "Got": domain.Bytes(c.Size())}, nil)
	}
	got, err := h.receive(ctx, io.Discard, c, func(int64) error { return nil })
	if ctx.Err() != nil {
		return domain.Blob{}, fmt.Errorf("verify blob: %w", ctx.Err())
	}
	if err != nil {
		return domain.Blob{}, damage("error.blob_unreadable", want, nil, err)
	}
	return got, compare(want, got)
}

func compare(want, got domain.Blob) error {
	switch {
	case got.SHA256 != want.SHA256:
		return damage("error.blob_content", want, domain.Args{"Got": got.SHA256.String()}, nil)
	case want.SHA512 != "" && (got.SHA512 != want.SHA512 || got.CRC32 != want.CRC32), want.CRC32 != 0 && got.CRC32 != want.CRC32:
		return damage("error.blob_record", want, nil, nil)
	}
	return nil
}

func damage(key string, b domain.Blob, args domain.Args, cause error) error {
	if args == nil {
		args = domain.Args{}
	}
	args["Digest"] = b.SHA256.String()
	return &domain.Error{Kind: domain.KindUnavailable, Key: key, Args: args, Err: cause}
}
