package store

import (
	"context"
	"fmt"

	"relier/internal/domain"
)

// held are the tables whose rows must not come twice, though no key of theirs
// says so: what counts as the same is a rule, not a column.
var held = map[domain.Noun]string{domain.NounResponsibility: "responsibilities", domain.NounDispute: "disputes"}

// Hold makes writers of a noun wait for one another until the transaction ends,
// so that a look for a twin and the insert after it are one step. It has to be
// the transaction's first statement: PostgreSQL takes its snapshot at the second.
// SQLite has one writer at a time as it is.
func (s *Store) Hold(ctx context.Context, noun domain.Noun) error {
	if s.dialect != "postgres" {
		return nil
	}
	if err := s.w(ctx).Exec("LOCK TABLE " + held[noun] + " IN SHARE ROW EXCLUSIVE MODE").Error; err != nil {
		return fmt.Errorf("hold %s: %w", noun, translate(err))
	}
	return nil
}
