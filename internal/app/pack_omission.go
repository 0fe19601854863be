package app

import (
	"context"
	"encoding/csv"
	"fmt"
	"slices"

	"relier/internal/domain"
	"relier/internal/pack"
)

// PackOmissions reads from a sealed pack itself what stayed behind, and why.
func (a *App) PackOmissions(ctx context.Context, actor domain.Actor, id domain.PackID) ([]domain.PackOmission, error) {
	o, err := a.OpenPack(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(o.layout.Entries, func(e pack.Entry) bool { return e.Path == pack.OmissionsTable })
	if i < 0 {
		return nil, nil
	}
	f, err := a.blobs.Open(ctx, o.layout.Entries[i].Blob.SHA256)
	if err != nil {
		return nil, fmt.Errorf("open the omissions of a pack: %w", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read the omissions of a pack: %w", err)
	}
	var out []domain.PackOmission
	for _, r := range rows[min(1, len(rows)):] {
		out = append(out, domain.PackOmission{What: r[0], Title: r[1], SHA256: r[2], Reason: r[3]})
	}
	return out, nil
}
