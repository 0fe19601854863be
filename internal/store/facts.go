package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"relier/internal/domain"
)

// ControlFacts reads, in a fixed number of queries whatever the rows, what each
// control's readiness is decided from. Applicability and inheritance are the
// caller's to add: they follow from rules, not from rows. Evidence counts as it
// stands on a day within the audit period.
func (s *Store) ControlFacts(ctx context.Context, e domain.Engagement, on domain.Date, only domain.ControlID) (map[domain.ControlID]*domain.ReadinessFacts, error) {
	facts := factsByControl{}
	on = min(on, e.Period.To)
	for _, read := range []func(context.Context, *Store, domain.Engagement, domain.ControlID) error{
		facts.ownerships, facts.evidence(on), facts.reliances, facts.conclusions,
	} {
		if err := read(ctx, s, e, only); err != nil {
			return nil, fmt.Errorf("read control facts: %w", translate(err))
		}
	}
	return facts, nil
}

// ofControl narrows a query to one control, or to none for 0.
func (s *Store) ofControl(ctx context.Context, only domain.ControlID) *gorm.DB {
	if only == 0 {
		return s.r(ctx)
	}
	return s.r(ctx).Where("control_id = ?", int64(only))
}

type factsByControl map[domain.ControlID]*domain.ReadinessFacts

// of returns the facts of a control, making them on first use.
func (f factsByControl) of(id int64) *domain.ReadinessFacts {
	facts := f[domain.ControlID(id)]
	if facts == nil {
		facts = &domain.ReadinessFacts{Reliances: map[domain.RelianceState]int{}}
		f[domain.ControlID(id)] = facts
	}
	return facts
}

func (f factsByControl) ownerships(ctx context.Context, s *Store, e domain.Engagement, only domain.ControlID) error {
	var rows []struct {
		ControlID int64
		State     string
	}
	err := s.ofControl(ctx, only).Model(&ownershipRow{}).Select("control_id, state").Where("org_id = ? AND state <> 'ended'", int64(e.Org)).Scan(&rows).Error
	for _, r := range rows {
		f.of(r.ControlID).Ownership = domain.OwnershipState(r.State)
	}
	return err
}

// evidence counts items as domain.Evidence.StateFor tells their state: what has a
// last day is decided by the day, whatever the daily round wrote.
func (f factsByControl) evidence(on domain.Date) func(context.Context, *Store, domain.Engagement, domain.ControlID) error {
	const fit, over = `state IN ('accepted', 'expired') AND expires >= ?`, `state IN ('accepted', 'expired') AND expires <> '' AND expires < ?`
	return func(ctx context.Context, s *Store, e domain.Engagement, only domain.ControlID) error {
		var rows []struct {
			ControlID                             int64
			Linked, Accepted, Returned, Submitted int
		}
		day := on.String()
		err := s.ofControl(ctx, only).Model(&evidenceCountRow{}).Select(`control_id, SUM(n) AS linked,
			SUM(CASE WHEN (state = 'accepted' AND expires = '' OR `+fit+`) AND period_from >= ? AND period_to <= ? AND period_to <> '' THEN n ELSE 0 END) AS accepted,
			SUM(CASE WHEN state = 'returned' OR state = 'expired' AND expires = '' OR `+over+` THEN n ELSE 0 END) AS returned,
			SUM(CASE WHEN state = 'submitted' THEN n ELSE 0 END) AS submitted`, day, e.Period.From.String(), e.Period.To.String(), day).
			Where("org_id = ? AND control_id <> 0 AND n > 0", int64(e.Org)).Group("control_id").Scan(&rows).Error
		for _, r := range rows {
			v := f.of(r.ControlID)
			v.EvidenceLinked, v.EvidenceAccepted, v.EvidenceReturned, v.EvidenceSubmitted = r.Linked, r.Accepted, r.Returned, r.Submitted
		}
		return err
	}
}

func (f factsByControl) reliances(ctx context.Context, s *Store, e domain.Engagement, only domain.ControlID) error {
	var rows []struct {
		ControlID int64
		State     string
		N         int
	}
	err := s.ofControl(ctx, only).Model(&relianceRow{}).Select("control_id, state, COUNT(*) AS n").
		Where("org_id = ? AND engagement_id = ?", int64(e.Org), int64(e.ID)).Group("control_id, state").Scan(&rows).Error
	for _, r := range rows {
		f.of(r.ControlID).Reliances[domain.RelianceState(r.State)] = r.N
	}
	return err
}

// conclusions keeps the last test of each control.
func (f factsByControl) conclusions(ctx context.Context, s *Store, e domain.Engagement, only domain.ControlID) error {
	var rows []struct {
		ControlID  int64
		Conclusion string
	}
	err := s.ofControl(ctx, only).Model(&testRow{}).Select("control_id, conclusion").
		Where("org_id = ? AND engagement_id = ?", int64(e.Org), int64(e.ID)).Order("id").Scan(&rows).Error
	for _, r := range rows {
		f.of(r.ControlID).Conclusion = domain.Conclusion(r.Conclusion)
	}
	return err
}
