package store

import (
	"context"
	"encoding/json"
	"fmt"

	"relier/internal/domain"
)

type soaEntryRow struct {
	OrgID      int64
	Edition    string
	Code       string
	Applicable bool
	Inclusion  string
	Drivers    string
	Exclusion  string
	Status     string
	Documented string
	LastReview string
	NextReview string
	Notes      string
	Version    int
}

func (soaEntryRow) TableName() string { return "soa_entries" }

func (r soaEntryRow) domain() domain.SoAEntry {
	return domain.SoAEntry{Org: domain.OrgID(r.OrgID), Ref: domain.Ref{Edition: domain.Edition(r.Edition), Code: r.Code},
		Applicable: r.Applicable, Inclusion: r.Inclusion, Drivers: unlist[domain.Driver](r.Drivers), Exclusion: r.Exclusion,
		Status: domain.Implementation(r.Status), Documented: r.Documented, LastReview: day(r.LastReview), NextReview: day(r.NextReview),
		Notes: r.Notes, Version: r.Version}
}

// PutSoAEntry records a line: new when its editor saw none (version 0).
func (s *Store) PutSoAEntry(ctx context.Context, e *domain.SoAEntry) error {
	row := soaEntryRow{int64(e.Org), string(e.Ref.Edition), e.Ref.Code, e.Applicable, e.Inclusion, list(e.Drivers), e.Exclusion,
		string(e.Status), e.Documented, e.LastReview.String(), e.NextReview.String(), e.Notes, e.Version + 1}
	if e.Version == 0 {
		if err := insert(ctx, s, domain.NounSoAEntry, &row); err != nil {
			if domain.KindOf(err) == domain.KindConflict {
				return domain.Stale()
			}
			return err
		}
		e.Version = 1
		return nil
	}
	res := s.w(ctx).Model(&soaEntryRow{}).Select("*").Omit("org_id", "edition", "code").
		Where("org_id = ? AND edition = ? AND code = ? AND version = ?", row.OrgID, row.Edition, row.Code, e.Version).Updates(&row)
	if res.Error != nil {
		return fmt.Errorf("change the SoA: %w", translate(res.Error))
	}
	if res.RowsAffected == 0 {
		return domain.Stale()
	}
	e.Version = row.Version
	return nil
}

// SoAEntries lists the lines that somebody has touched, for one edition.
func (s *Store) SoAEntries(ctx context.Context, org domain.OrgID, e domain.Edition) ([]domain.SoAEntry, error) {
	rows, err := all[soaEntryRow](s.r(ctx).Where("org_id = ? AND edition = ?", int64(org), string(e)), domain.NounSoAEntry)
	return each(rows, err, soaEntryRow.domain)
}

type soaVersionRow struct {
	OrgID      int64
	Edition    string
	Number     int
	ApprovedBy int64
	ApprovedAt int64
	Entries    string
}

func (soaVersionRow) TableName() string { return "soa_versions" }

// AddSoAVersion appends an approved version; it can never be changed.
func (s *Store) AddSoAVersion(ctx context.Context, v domain.SoAVersion) error {
	body, err := json.Marshal(v.Entries)
	if err != nil {
		return err
	}
	row := soaVersionRow{int64(v.Org), string(v.Edition), v.Number, int64(v.ApprovedBy), micros(v.ApprovedAt), string(body)}
	return insert(ctx, s, domain.NounSoAVersion, &row)
}

// SoAVersions lists the approved versions of an edition, the newest first.
func (s *Store) SoAVersions(ctx context.Context, org domain.OrgID, e domain.Edition) ([]domain.SoAVersion, error) {
	rows, err := all[soaVersionRow](s.r(ctx).Where("org_id = ? AND edition = ?", int64(org), string(e)).Order("number DESC"), domain.NounSoAVersion)
	return each(rows, err, func(r soaVersionRow) domain.SoAVersion {
		return domain.SoAVersion{Org: org, Edition: e, Number: r.Number, ApprovedBy: domain.PersonID(r.ApprovedBy),
			ApprovedAt: moment(r.ApprovedAt), Entries: unlist[domain.SoAEntry](r.Entries)}
	})
}
