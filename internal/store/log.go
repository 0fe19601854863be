package store

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"

	"gorm.io/gorm"

	"relier/internal/domain"
	"relier/internal/tlog"
)

type logHeadRow struct {
	ID      int64 `gorm:"primaryKey;autoIncrement:false"`
	Size    int64
	Root    []byte
	Edge    []byte
	Founded int64
}

func (logHeadRow) TableName() string { return "log_head" }

type logLeafRow struct {
	Idx  int64 `gorm:"primaryKey;autoIncrement:false"`
	Seq  *int64
	Body string
	Salt []byte
}

func (logLeafRow) TableName() string { return "log_leaves" }

type logNodeRow struct {
	Idx  int64 `gorm:"primaryKey;autoIncrement:false"`
	Hash []byte
}

func (logNodeRow) TableName() string { return "log_nodes" }

type logRowRow struct {
	Tbl    string `gorm:"primaryKey"`
	Key    string `gorm:"primaryKey"`
	Leaf   int64  `gorm:"primaryKey;autoIncrement:false"`
	Digest []byte
}

func (logRowRow) TableName() string { return "log_rows" }

// logBook is what an opened store knows of its log, and what one transaction
// has for it.
type logBook struct {
	tables []watched
	acts   []*domain.Activity // recorded in this transaction
	head   tlog.Head          // that this transaction came to; zero: it appended nothing
}

// OnGrow calls f with the log's head after each transaction that appended to it,
// once it is committed. It is set before anything is written.
func (s *Store) OnGrow(f func(tlog.Head)) { s.grew = f }

func (b *logBook) table(name string) (watched, bool) {
	i := slices.IndexFunc(b.tables, func(w watched) bool { return w.name == name })
	if i < 0 {
		return watched{}, false
	}
	return b.tables[i], true
}

// appendLog ends a transaction: one leaf for each record, and the digest of
// every row that was touched with the last of them. Nothing is acknowledged
// without its leaf.
func (s *Store) appendLog(ctx context.Context) error {
	touched, err := s.takeTouched(ctx)
	if err != nil || len(touched) == 0 && len(s.log.acts) == 0 {
		return err
	}
	leaves := make([]newLeaf, 0, len(s.log.acts)+1)
	for _, a := range s.log.acts {
		leaves = append(leaves, actLeaf(a))
	}
	if len(leaves) == 0 {
		leaves = append(leaves, bareLeaf(tlog.VerbChanged))
	}
	last := &leaves[len(leaves)-1]
	if last.rows, err = s.digestRows(ctx, touched, last.salt); err != nil {
		return err
	}
	return s.appendLeaves(ctx, leaves, nil)
}

// newLeaf is a leaf to append and the rows that it vouches for.
type newLeaf struct {
	tlog.Leaf
	salt tlog.Salt
	rows []tlog.Row
}

func bareLeaf(verb string) newLeaf {
	salt := tlog.NewSalt()
	return newLeaf{Leaf: tlog.NewLeaf(verb, salt), salt: salt}
}

// actLeaf says what an activity record says, with names and content as digests.
func actLeaf(a *domain.Activity) newLeaf {
	salt := tlog.NewSalt()
	return newLeaf{Leaf: LeafOf(*a, salt), salt: salt}
}

// LeafOf is what the log says of a record, apart from the rows that changed
// with it. Who holds the salt can compare a record with its leaf.
func LeafOf(a domain.Activity, salt tlog.Salt) tlog.Leaf {
	l := tlog.NewLeaf(a.Verb, salt)
	l.At = tlog.Moment(a.At)
	l.Noun, l.Object, l.Seq = string(a.Noun), a.Object, a.Seq
	l.Org = salt.Digest("org", strconv.FormatInt(int64(a.Org), 10))
	l.Actor = salt.Digest("actor", strconv.FormatInt(int64(a.Actor), 10))
	l.Label = salt.Digest("label", a.Label)
	l.State = salt.Digest("state", hex.EncodeToString(a.Digest[:]))
	return l
}

// appendLeaves writes leaves, their rows and the tree's new hashes, and moves
// the head. It refuses to build on a head that does not fit its own edge.
func (s *Store) appendLeaves(ctx context.Context, leaves []newLeaf, founded *int64) error {
	head, edge, err := s.lockHead(ctx)
	if err != nil {
		return err
	}
	var rows []logRowRow
	var nodes []logNodeRow
	bodies := make([]logLeafRow, len(leaves))
	for i := range leaves {
		l, index := &leaves[i], edge.Size
		rows = append(rows, l.sealRows(index)...)
		bodies[i] = logLeafRow{Idx: index, Seq: ref(domain.OrgID(l.Seq)), Body: string(l.Encode()), Salt: l.salt[:]}
		completed, err := edge.Append([]byte(bodies[i].Body))
		if err != nil {
			return err
		}
		for _, n := range completed {
			nodes = append(nodes, logNodeRow{n.Index, n.Hash[:]})
		}
	}
	if err := s.insertLog(ctx, bodies, nodes, rows); err != nil {
		return err
	}
	return s.moveHead(ctx, head, edge, founded)
}

// sealRows puts the digest over its rows into the leaf.
func (l *newLeaf) sealRows(index int64) []logRowRow {
	tlog.SortRows(l.rows)
	list := tlog.NewRowList()
	out := make([]logRowRow, len(l.rows))
	for i, r := range l.rows {
		list.Add(r)
		out[i] = logRowRow{Tbl: r.Table, Key: r.Key, Leaf: index}
		if r.Digest != nil {
			out[i].Digest = r.Digest[:]
		}
	}
	l.Take(list)
	return out
}

// lockHead reads the head for a transaction that appends to it.
func (s *Store) lockHead(ctx context.Context) (logHeadRow, *tlog.Edge, error) {
	query := "SELECT size, root, edge, founded, (SELECT COALESCE(MAX(idx), -1) + 1 FROM log_leaves) AS leaves FROM log_head WHERE id = 1"
	if s.dialect == "postgres" {
		query += " FOR UPDATE"
	}
	var found struct {
		Row    logHeadRow `gorm:"embedded"`
		Leaves int64
	}
	if err := s.w(ctx).Raw(query).Scan(&found).Error; err != nil {
		return found.Row, nil, fmt.Errorf("read the log's head: %w", translate(err))
	}
	row := found.Row
	edge := &tlog.Edge{Size: row.Size}
	for part := range slices.Chunk(row.Edge, len(domain.Digest{})) {
		edge.Hashes = append(edge.Hashes, digest(part))
	}
	head, err := edge.Head()
	if err != nil || head.Root != digest(row.Root) || row.Size != found.Leaves { // a root does not say of how many
		return row, nil, &domain.Error{Kind: domain.KindUnavailable, Key: "error.log_damaged", Err: tlog.ErrDamaged}
	}
	return row, edge, nil
}

func (s *Store) insertLog(ctx context.Context, leaves []logLeafRow, nodes []logNodeRow, rows []logRowRow) error {
	if err := insertAll(ctx, s, "log", leaves); err != nil {
		return err
	}
	if err := insertAll(ctx, s, "log", nodes); err != nil {
		return err
	}
	return insertAll(ctx, s, "log", rows)
}

func (s *Store) moveHead(ctx context.Context, seen logHeadRow, edge *tlog.Edge, founded *int64) error {
	head, err := edge.Head()
	if err != nil {
		return err
	}
	s.log.head = head
	columns := map[string]any{"size": head.Size, "root": head.Root[:], "edge": edgeBytes(edge)}
	if founded != nil {
		columns["founded"] = *founded
	}
	res := s.w(ctx).Model(&logHeadRow{}).Where("id = 1 AND size = ?", seen.Size).Updates(columns)
	if res.Error == nil && res.RowsAffected != 1 {
		return domain.Stale()
	}
	return translate(res.Error)
}

func edgeBytes(e *tlog.Edge) []byte {
	b := make([]byte, 0, len(e.Hashes)*len(domain.Digest{}))
	for _, h := range e.Hashes {
		b = append(b, h[:]...)
	}
	return b
}

// takeTouched lists the rows that this transaction touched, and forgets them.
func (s *Store) takeTouched(ctx context.Context) ([]tlog.Row, error) {
	query := "DELETE FROM temp.log_touched RETURNING tbl, key"
	if s.dialect == "postgres" {
		query = "DELETE FROM log_touched WHERE tx = txid_current() RETURNING tbl, key"
	}
	var rows []logRowRow
	if err := s.w(ctx).Raw(query).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("list what changed: %w", translate(err))
	}
	out := make([]tlog.Row, len(rows))
	for i, r := range rows {
		out[i] = tlog.Row{Table: r.Tbl, Key: r.Key}
	}
	tlog.SortRows(out)
	return out, nil
}

// digestRows reads the touched rows and digests every column; a row that is
// gone keeps no digest.
func (s *Store) digestRows(ctx context.Context, rows []tlog.Row, salt tlog.Salt) ([]tlog.Row, error) {
	for start := 0; start < len(rows); {
		end := start + 1
		for end < len(rows) && rows[end].Table == rows[start].Table && end-start < mostKeys {
			end++
		}
		w, ok := s.log.table(rows[start].Table)
		if !ok {
			return nil, fmt.Errorf("the table %s is not watched", rows[start].Table)
		}
		part := rows[start:end]
		found, err := s.rowsByKey(ctx, w, part)
		if err != nil {
			return nil, err
		}
		for i := range part {
			if row, ok := found[part[i].Key]; ok {
				d, err := w.digest(salt, part[i].Key, row)
				if err != nil {
					return nil, err
				}
				part[i].Digest = &d
			}
		}
		start = end
	}
	return rows, nil
}

// digest is that of every column of a row.
func (w watched) digest(salt tlog.Salt, key string, row map[string]any) (domain.Digest, error) {
	h := salt.NewRowHash(w.name, key)
	for _, c := range w.columns {
		if err := h.Column(c, row[c]); err != nil {
			return domain.Digest{}, fmt.Errorf("%s %s: %w", w.name, ShownKey(key), err)
		}
	}
	return h.Sum(), nil
}

// mostKeys is how many rows one statement asks for.
const mostKeys = 256

// rowsByKey reads rows of one table. The number of keys is rounded up to a power
// of two by repeating the last, so that few different statements are prepared.
func (s *Store) rowsByKey(ctx context.Context, w watched, rows []tlog.Row) (map[string]map[string]any, error) {
	size := 1
	for size < len(rows) {
		size *= 2
	}
	keys := make([][]any, size)
	for i := range keys {
		var err error
		if keys[i], err = w.keyValues(rows[min(i, len(rows)-1)].Key); err != nil {
			return nil, err
		}
	}
	q := s.w(ctx).Table(w.name).Select(w.columns)
	if len(w.key) == 1 {
		single := make([]any, size)
		for i := range keys {
			single[i] = keys[i][0]
		}
		q = q.Where(w.key[0].name+" IN ?", single)
	} else {
		q = q.Where("("+w.keyNames()+") IN ?", keys)
	}
	out := make(map[string]map[string]any, len(rows))
	return out, eachRow(q, w, func(key string, row map[string]any) error { out[key] = row; return nil })
}

// eachRow hands over every row that a query selects, with its key.
func eachRow(q *gorm.DB, w watched, f func(string, map[string]any) error) error {
	rows, err := q.Rows()
	if err != nil {
		return fmt.Errorf("read %s: %w", w.name, translate(err))
	}
	defer rows.Close()
	values := make([]any, len(w.columns))
	targets := make([]any, len(w.columns))
	for i := range values {
		targets[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return fmt.Errorf("read %s: %w", w.name, translate(err))
		}
		row := make(map[string]any, len(values))
		for i, c := range w.columns {
			row[c] = values[i]
		}
		if err := f(w.keyOf(row), row); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read %s: %w", w.name, translate(err))
	}
	return nil
}
