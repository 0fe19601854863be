package store

import (
	"context"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"relier/internal/domain"
	"relier/internal/tlog"
)

// arm begins to watch: it is the last step of opening a database.
func (s *Store) arm(ctx context.Context, schema int64) error {
	tables, err := s.findWatched(ctx)
	if err != nil {
		return err
	}
	if s.dialect == "postgres" {
		err = s.armPostgres(ctx, tables)
	} else {
		err = s.armSQLite(tables)
	}
	if err != nil {
		return err
	}
	s.log = &logBook{tables: tables}
	return s.found(ctx, schema)
}

// found takes into the log what stood before it, or what a migration changed
// behind it: every row whose digest is not the newest in the log. It runs when
// the schema has another number than the log was founded on, in transactions of
// a bounded number of rows; interrupted, the next start goes on. The last leaf
// closes it and holds the schema's digest.
func (s *Store) found(ctx context.Context, schema int64) error {
	head, err := take[logHeadRow](s.r(ctx).Where("id = 1"), "log")
	if err != nil || head.Founded == schema {
		return err
	}
	for _, w := range s.log.tables {
		if err := s.foundTable(ctx, w); err != nil {
			return fmt.Errorf("take %s into the log: %w", w.name, err)
		}
	}
	return s.founding(ctx, func(tx *Store) error {
		text, err := tx.schemaText(ctx)
		if err != nil {
			return err
		}
		l := bareLeaf(tlog.VerbFounded)
		l.Object, l.State = schema, l.salt.Digest("schema", text)
		return tx.appendLeaves(ctx, []newLeaf{l}, &schema)
	})
}

// founding is a transaction whose leaves f appends itself.
func (s *Store) founding(ctx context.Context, f func(*Store) error) error {
	return translate(s.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := s.queue(tx); err != nil {
			return err
		}
		return f(&Store{write: tx, read: tx, dialect: s.dialect, inTx: true, log: &logBook{tables: s.log.tables}})
	}, s.txOptions()))
}

func (s *Store) foundTable(ctx context.Context, w watched) error {
	var after []any
	for {
		var last []any
		err := s.founding(ctx, func(tx *Store) error {
			page, err := tx.page(ctx, w, after)
			if err != nil || len(page) == 0 {
				return err
			}
			if last, err = w.keyValues(page[len(page)-1].key); err != nil {
				return err
			}
			return tx.foundPage(ctx, w, page)
		})
		if err != nil || last == nil {
			return err
		}
		after = last
	}
}

func (s *Store) foundPage(ctx context.Context, w watched, page []keyedRow) error {
	known, err := s.newestDigests(ctx, w, page)
	if err != nil {
		return err
	}
	l := bareLeaf(tlog.VerbFounded)
	for _, r := range page {
		if k, ok := known[r.key]; ok && k.is(w, r) {
			continue
		}
		d, err := w.digest(l.salt, r.key, r.row)
		if err != nil {
			return err
		}
		l.rows = append(l.rows, tlog.Row{Table: w.name, Key: r.key, Digest: &d})
	}
	if len(l.rows) == 0 {
		return nil
	}
	return s.appendLeaves(ctx, []newLeaf{l}, nil)
}

// keyedRow is a row as it is stored, under its key.
type keyedRow struct {
	key string
	row map[string]any
}

// pageRows is how many rows are held in memory at a time.
const pageRows = 256

// page reads the rows that follow a key, in the order of the key.
func (s *Store) page(ctx context.Context, w watched, after []any) ([]keyedRow, error) {
	q := s.r(ctx).Table(w.name).Select(w.columns).Order(w.keyNames()).Limit(pageRows)
	if after != nil {
		q = q.Where("("+w.keyNames()+") > ("+strings.TrimSuffix(strings.Repeat("?, ", len(after)), ", ")+")", after...)
	}
	var out []keyedRow
	return out, eachRow(q, w, func(key string, row map[string]any) error {
		out = append(out, keyedRow{key, row})
		return nil
	})
}

// loggedRow is the newest that the log says about a row.
type loggedRow struct {
	Key    string
	Leaf   int64
	Digest []byte
	Salt   []byte
}

// is reports whether a row is as the log says.
func (l loggedRow) is(w watched, r keyedRow) bool {
	if len(l.Salt) != len(tlog.Salt{}) || l.Digest == nil {
		return false
	}
	d, err := w.digest(tlog.Salt(l.Salt), r.key, r.row)
	return err == nil && d == digest(l.Digest)
}

func (s *Store) newestDigests(ctx context.Context, w watched, page []keyedRow) (map[string]loggedRow, error) {
	keys := make([]string, len(page))
	for i, r := range page {
		keys[i] = r.key
	}
	var rows []loggedRow
	err := s.r(ctx).Raw(`SELECT r.key, r.leaf, r.digest, l.salt FROM log_rows r LEFT JOIN log_leaves l ON l.idx = r.leaf
		WHERE r.tbl = ? AND r.key IN ? AND r.leaf = (SELECT MAX(n.leaf) FROM log_rows n WHERE n.tbl = r.tbl AND n.key = r.key)`, w.name, keys).Scan(&rows).Error
	out := make(map[string]loggedRow, len(rows))
	for _, r := range rows {
		out[r.Key] = r
	}
	return out, translate(err)
}

// schemaText is what the schema says: on SQLite its own words, for triggers and
// constraints stand there as text that can change, those that guard the log too;
// only the statistics that ANALYZE makes are left out, and where a table begins,
// which VACUUM moves. On PostgreSQL the columns of the
// watched tables.
func (s *Store) schemaText(ctx context.Context) (string, error) {
	query := "SELECT type || ' ' || name || ' ' || tbl_name || ': ' || coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite#_stat%' ESCAPE '#' ORDER BY type, name"
	var args []any
	if s.dialect == "postgres" {
		query = `SELECT table_name || '.' || column_name || ': ' || data_type || ' ' || is_nullable FROM information_schema.columns
			WHERE table_schema = current_schema() AND table_name IN ? ORDER BY table_name COLLATE "C", column_name COLLATE "C"`
		args = []any{watchedNames()}
	}
	var lines []string
	if err := s.r(ctx).Raw(query, args...).Scan(&lines).Error; err != nil {
		return "", fmt.Errorf("read the schema: %w", translate(err))
	}
	return strings.Join(lines, "\n"), nil
}

// LogHead is how large the log is and the root over it.
func (s *Store) LogHead(ctx context.Context) (tlog.Head, error) {
	row, err := take[logHeadRow](s.r(ctx).Where("id = 1"), "log")
	return tlog.Head{Size: row.Size, Root: digest(row.Root)}, err
}

// LogNodes reads stored hashes of the tree, for proofs.
func (s *Store) LogNodes(ctx context.Context) tlog.HashReader {
	return func(indexes []int64) ([]domain.Digest, error) {
		rows, err := all[logNodeRow](s.r(ctx).Where("idx IN ?", indexes), "log")
		if err != nil {
			return nil, err
		}
		at := map[int64]domain.Digest{}
		for _, r := range rows {
			at[r.Idx] = digest(r.Hash)
		}
		out := make([]domain.Digest, len(indexes))
		for i, index := range indexes {
			d, ok := at[index]
			if !ok {
				return nil, fmt.Errorf("%w: node %d is missing", tlog.ErrDamaged, index)
			}
			out[i] = d
		}
		return out, nil
	}
}
