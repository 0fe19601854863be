package store

import (
	"context"
	"fmt"
	"time"

	"relier/internal/domain"
	"relier/internal/tlog"
)

type logCheckpointRow struct {
	ID       int64
	Size     int64
	SignedAt int64
	Body     string
}

func (logCheckpointRow) TableName() string { return "log_checkpoints" }

// SaveCheckpoint keeps a signed checkpoint.
func (s *Store) SaveCheckpoint(ctx context.Context, h tlog.Head, text []byte, at time.Time) error {
	return insert(ctx, s, "log", &logCheckpointRow{Size: h.Size, SignedAt: micros(at), Body: string(text)})
}

// StoredCheckpoint is one that was signed here.
type StoredCheckpoint struct {
	Size int64
	At   time.Time
	Text []byte
}

// NewestCheckpoint reads the last one signed; none is a not-found error.
func (s *Store) NewestCheckpoint(ctx context.Context) (StoredCheckpoint, error) {
	row, err := take[logCheckpointRow](s.r(ctx).Order("id DESC"), "checkpoint")
	return StoredCheckpoint{row.Size, moment(row.SignedAt), []byte(row.Body)}, err
}

// Checkpoints lists every one that was signed, the oldest first. There is about
// one a day.
func (s *Store) Checkpoints(ctx context.Context) ([]StoredCheckpoint, error) {
	rows, err := all[logCheckpointRow](s.r(ctx).Order("id"), "checkpoint")
	return each(rows, err, func(r logCheckpointRow) StoredCheckpoint {
		return StoredCheckpoint{r.Size, moment(r.SignedAt), []byte(r.Body)}
	})
}

// LoggedAct is the leaf of an activity record.
type LoggedAct struct {
	Index int64
	Body  []byte
	Salt  tlog.Salt
}

// LeavesOf reads the leaves of records of an organization, by their sequence.
// A record from before the log has none.
func (s *Store) LeavesOf(ctx context.Context, org domain.OrgID, seqs []int64) (map[int64]LoggedAct, error) {
	out := make(map[int64]LoggedAct, len(seqs))
	if len(seqs) == 0 {
		return out, nil
	}
	q := s.r(ctx).Where("seq IN (SELECT seq FROM activity WHERE org_id = ? AND seq IN ?)", int64(org), seqs)
	rows, err := all[logLeafRow](q, "log")
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		if r.Seq == nil || len(r.Salt) != len(tlog.Salt{}) {
			return nil, fmt.Errorf("read leaf %d: %w", r.Idx, tlog.ErrDamaged)
		}
		out[*r.Seq] = LoggedAct{r.Idx, []byte(r.Body), tlog.Salt(r.Salt)}
	}
	return out, nil
}
