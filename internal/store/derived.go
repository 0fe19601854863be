package store

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm/clause"

	"relier/internal/tlog"
)

// derived are the tables whose rows are made from watched ones or from stored
// files, and carry a digest of themselves. Damage to them harms no evidence and
// no record, but what people find.
var derived = []string{"search_docs", "evidence_texts"}

// derivedDigest is that of every column but the digest itself.
func derivedDigest(table string, row map[string]any) (string, error) {
	h := tlog.Salt{}.NewRowHash(table, "")
	for _, c := range slices.Sorted(maps.Keys(row)) {
		if c == "digest" {
			continue
		}
		if err := h.Column(c, row[c]); err != nil {
			return "", err
		}
	}
	return h.Sum().String(), nil
}

// CheckDerived tells each row of a derived table that is not as it was written,
// and counts that are not those of the rows counted. It fails only when it was
// stopped.
func (s *Store) CheckDerived(ctx context.Context, tell func(LogDamage)) error {
	for _, table := range derived {
		err := s.eachDamaged(ctx, table, func(row map[string]any) error {
			what := fmt.Sprint(table, " ", row["org_id"], "/", row["id"])
			if table == "evidence_texts" {
				what = fmt.Sprint(table, " ", row["org_id"], "/", row["version_id"])
			}
			tell(LogDamage{Kind: "derived", What: what, Where: "its digest"})
			return nil
		})
		if err != nil && ctx.Err() == nil {
			tell(LogDamage{Kind: "unreadable", What: table, Where: err.Error()})
		}
	}
	var wrong int64
	err := s.r(ctx).Raw(countsWrong).Scan(&wrong).Error
	if err != nil && ctx.Err() == nil {
		tell(LogDamage{Kind: "unreadable", What: "evidence_counts", Where: err.Error()})
	}
	if wrong > 0 {
		tell(LogDamage{Kind: "derived", What: "evidence_counts", Where: "evidence"})
	}
	return ctx.Err()
}

// eachDamaged hands over the rows that are not as they were written.
func (s *Store) eachDamaged(ctx context.Context, table string, f func(map[string]any) error) error {
	rows, err := s.r(ctx).Table(table).Where("digest <> ''").Rows()
	if err != nil {
		return translate(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return translate(err)
	}
	values, targets := make([]any, len(names)), make([]any, len(names))
	for i := range values {
		targets[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return translate(err)
		}
		row := make(map[string]any, len(names))
		for i, name := range names {
			row[name] = values[i]
		}
		if d, err := derivedDigest(table, row); err != nil || row["digest"] != d {
			if err := f(row); err != nil {
				return err
			}
		}
	}
	return translate(rows.Err())
}

// evidenceCounted is what evidence_counts holds, counted anew; a row of none says
// nothing.
const evidenceCounted = `SELECT org_id, 0 AS control_id, state, kind, period_from, period_to, expires, COUNT(*) AS n FROM evidence GROUP BY 1, 3, 4, 5, 6, 7
	UNION ALL SELECT e.org_id, c.control_id, e.state, e.kind, e.period_from, e.period_to, e.expires, COUNT(*) AS n
	FROM evidence_controls c JOIN evidence e ON e.org_id = c.org_id AND e.id = c.evidence_id GROUP BY 1, 2, 3, 4, 5, 6, 7`

const countsWrong = `WITH want AS (` + evidenceCounted + `),
	have AS (SELECT org_id, control_id, state, kind, period_from, period_to, expires, n FROM evidence_counts WHERE n <> 0)
	SELECT (SELECT COUNT(*) FROM (SELECT * FROM want EXCEPT SELECT * FROM have) AS a) + (SELECT COUNT(*) FROM (SELECT * FROM have EXCEPT SELECT * FROM want) AS b)`

// MakeAnew drops what is derived and damaged, counts again, and has the rest made
// from what it derives from: texts by reading their files, documents by IndexSome.
func (s *Store) MakeAnew(ctx context.Context) error {
	for _, q := range s.anew() {
		if err := s.w(ctx).Exec(q).Error; err != nil {
			return fmt.Errorf("make anew what is derived: %w", translate(err))
		}
	}
	for _, table := range derived {
		if err := s.dropDamaged(ctx, table); err != nil {
			return fmt.Errorf("drop what is damaged of %s: %w", table, err)
		}
	}
	if err := s.w(ctx).Exec(unreadMissing).Error; err != nil {
		return fmt.Errorf("list files to read: %w", translate(err))
	}
	for noun := range searchables {
		row := searchProgressRow{Noun: string(noun)}
		if err := s.w(ctx).Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error; err != nil {
			return fmt.Errorf("begin to index: %w", translate(err))
		}
	}
	return nil
}

// anew rebuilds the full-text indexes first, which forget no document that they
// do not hold as it is.
func (s *Store) anew() []string {
	counts := []string{"DELETE FROM evidence_counts", "INSERT INTO evidence_counts " + evidenceCounted}
	if s.dialect == "postgres" {
		return append(counts, "REINDEX TABLE search_docs")
	}
	return append(counts, "INSERT INTO search_titles (search_titles) VALUES ('rebuild')", "INSERT INTO search_words (search_words) VALUES ('rebuild')")
}

func (s *Store) dropDamaged(ctx context.Context, table string) error {
	var bad []map[string]any
	if err := s.eachDamaged(ctx, table, func(row map[string]any) error { bad = append(bad, row); return nil }); err != nil {
		return err
	}
	key := map[string]string{"search_docs": "id", "evidence_texts": "version_id"}[table]
	for _, row := range bad {
		if err := s.w(ctx).Exec("DELETE FROM "+table+" WHERE org_id = ? AND "+key+" = ?", row["org_id"], row[key]).Error; err != nil {
			return translate(err)
		}
	}
	return nil
}

// unreadMissing queues the newest file of each item whose text is not there.
const unreadMissing = `INSERT INTO evidence_texts (org_id, version_id, evidence_id, state, reason, text, read_at)
	SELECT v.org_id, v.id, v.evidence_id, 'unread', '', '', 0 FROM evidence_versions v
	JOIN evidence e ON e.org_id = v.org_id AND e.id = v.evidence_id AND e.versions = v.number
	WHERE v.sha256 IS NOT NULL AND NOT EXISTS (SELECT 1 FROM evidence_texts t WHERE t.org_id = v.org_id AND t.version_id = v.id)`
