package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"relier/internal/domain"
	"relier/internal/tlog"
)

// LogDamage is one thing that the log and what it vouches for disagree on.
type LogDamage struct {
	Kind  string // row_changed, row_missing, row_unlogged, log_leaf, log_rows, log_node, log_head, log_shorter, log_forked, schema, unreadable
	What  string // the table and key, or the leaf
	Noun  domain.Noun
	Where string // the leaf that says otherwise, or the cause
}

// KnownHead is one that was signed: the log must have passed through it.
type KnownHead struct {
	tlog.Head
	Name string // what says so, for the report
}

// LogCount is what a check of the log went through.
type LogCount struct {
	Leaves int64
	Rows   int64
}

// CheckLog recomputes the tree from its leaves, compares it with the stored
// hashes, the head and the heads that are known, and then every watched row with
// the newest digest in the log. It reads one state of the database, a bounded
// part at a time, and tells each damage as it finds it. It fails only when it
// was stopped.
func (s *Store) CheckLog(ctx context.Context, known []KnownHead, tell func(LogDamage)) (n LogCount, err error) {
	defer func() {
		if p := recover(); p != nil { // a damaged file must not end the check without a word
			tell(LogDamage{Kind: "unreadable", What: "database", Where: fmt.Sprint(p)})
		}
	}()
	err = s.snapshot(ctx, func(tx *Store) error {
		c := &logCheck{Store: tx, ctx: ctx, tell: tell, known: known}
		c.tree()
		for _, w := range s.log.tables {
			c.table(w)
		}
		c.schema()
		n = c.count
		return nil
	})
	if err != nil && ctx.Err() == nil {
		tell(LogDamage{Kind: "unreadable", What: "database", Where: err.Error()})
	}
	return n, ctx.Err()
}

// snapshot runs f on one state of the database.
func (s *Store) snapshot(ctx context.Context, f func(*Store) error) error {
	var options *sql.TxOptions
	if s.dialect == "postgres" {
		options = &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	}
	return s.read.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		return f(&Store{write: tx, read: tx, dialect: s.dialect, inTx: true, log: &logBook{tables: s.log.tables}})
	}, options)
}

type logCheck struct {
	*Store
	ctx   context.Context
	tell  func(LogDamage)
	known []KnownHead
	count LogCount
	edge  tlog.Edge

	foundedAs   int64  // the schema's number in the last founding leaf
	foundedText string // its salted digest of the schema
	foundedSalt tlog.Salt
}

// unreadable tells what could not be read, unless the check was stopped.
func (c *logCheck) unreadable(what string, err error) {
	if c.ctx.Err() == nil {
		c.tell(LogDamage{Kind: "unreadable", What: what, Where: err.Error()})
	}
}

const pageLeaves = 500

// tree goes through the leaves in order.
func (c *logCheck) tree() {
	c.passed()
	for {
		leaves, err := all[logLeafRow](c.r(c.ctx).Where("idx >= ?", c.edge.Size).Order("idx").Limit(pageLeaves), "log")
		if err != nil {
			c.unreadable("log_leaves", err)
			return
		}
		if len(leaves) == 0 {
			break
		}
		lists, err := c.lists(leaves[0].Idx, leaves[len(leaves)-1].Idx)
		if err != nil {
			c.unreadable("log_rows", err)
		}
		nodes, err := c.nodes(leaves[0].Idx, leaves[len(leaves)-1].Idx)
		if err != nil {
			c.unreadable("log_nodes", err)
			return
		}
		for _, l := range leaves {
			if !c.leaf(l, lists[l.Idx], nodes) {
				return
			}
		}
	}
	c.end()
}

func leafName(index int64) string { return fmt.Sprintf("leaf %d", index) }

// lists digests the lists of rows of some leaves.
func (c *logCheck) lists(from, to int64) (map[int64]*tlog.RowList, error) {
	out := map[int64]*tlog.RowList{}
	rows, err := c.r(c.ctx).Model(&logRowRow{}).Select("leaf, tbl, key, digest").Where("leaf BETWEEN ? AND ?", from, to).Order("leaf, tbl, key").Rows()
	if err != nil {
		return out, err
	}
	defer rows.Close()
	for rows.Next() {
		var r logRowRow
		if err := rows.Scan(&r.Leaf, &r.Tbl, &r.Key, &r.Digest); err != nil {
			return out, err
		}
		if out[r.Leaf] == nil {
			out[r.Leaf] = tlog.NewRowList()
		}
		row := tlog.Row{Table: r.Tbl, Key: r.Key}
		if r.Digest != nil {
			d := digest(r.Digest)
			row.Digest = &d
		}
		out[r.Leaf].Add(row)
	}
	return out, rows.Err()
}

// nodes reads the stored hashes that some leaves completed.
func (c *logCheck) nodes(from, to int64) (map[int64][]byte, error) {
	first, last := tlog.FirstNode(from), tlog.FirstNode(to+1)
	rows, err := all[logNodeRow](c.r(c.ctx).Where("idx >= ? AND idx < ?", first, last), "log")
	out := make(map[int64][]byte, len(rows))
	for _, r := range rows {
		out[r.Idx] = r.Hash
	}
	return out, err
}

// leaf checks one leaf and takes it into the tree. Where its body does not fit
// its stored hash, the hash goes on into the tree: then only this leaf is named.
func (c *logCheck) leaf(row logLeafRow, list *tlog.RowList, nodes map[int64][]byte) bool {
	index := c.edge.Size
	if row.Idx != index {
		c.tell(LogDamage{Kind: "log_leaf", What: leafName(index), Where: "missing"})
		return false
	}
	hash := tlog.LeafHash([]byte(row.Body))
	first := tlog.FirstNode(index)
	if stored, ok := nodes[first]; ok && string(stored) != string(hash[:]) {
		c.tell(LogDamage{Kind: "log_leaf", What: leafName(index), Where: leafName(index)})
		hash = digest(stored)
	} else {
		c.says(row, list)
	}
	completed, err := c.edge.AppendHash(hash)
	if err != nil {
		c.unreadable(leafName(index), err)
		return false
	}
	for _, n := range completed {
		if string(nodes[n.Index]) != string(n.Hash[:]) {
			c.tell(LogDamage{Kind: "log_node", What: fmt.Sprintf("node %d", n.Index), Where: leafName(index)})
		}
	}
	c.count.Leaves++
	c.passed()
	return true
}

// says compares what a leaf says with the columns beside it and its rows.
func (c *logCheck) says(row logLeafRow, list *tlog.RowList) {
	bad := func(kind, where string) { c.tell(LogDamage{Kind: kind, What: leafName(row.Idx), Where: where}) }
	l, err := tlog.ReadLeaf([]byte(row.Body))
	if err != nil {
		bad("log_leaf", err.Error())
		return
	}
	if list == nil {
		list = tlog.NewRowList()
	}
	if l.Rows != list.Sum() || l.Count != list.Count {
		bad("log_rows", fmt.Sprintf("%d rows, %d in the leaf", list.Count, l.Count))
	}
	var seq int64
	if row.Seq != nil {
		seq = *row.Seq
	}
	if l.Seq != seq || len(row.Salt) != len(tlog.Salt{}) || l.Salt != tlog.Salt(row.Salt).Digest("salt", "") {
		bad("log_leaf", "its record or salt")
		return
	}
	if l.Verb == tlog.VerbFounded && l.State != "" {
		c.foundedAs, c.foundedText, c.foundedSalt = l.Object, l.State, tlog.Salt(row.Salt)
	}
}

// passed compares the tree with every known head of its size.
func (c *logCheck) passed() {
	for _, k := range c.known {
		if k.Size != c.edge.Size {
			continue
		}
		if head, err := c.edge.Head(); err != nil || head != k.Head {
			c.tell(LogDamage{Kind: "log_forked", What: fmt.Sprintf("%d leaves", k.Size), Where: k.Name})
		}
	}
}

// end compares the whole tree with the head, and names what lies beyond it.
func (c *logCheck) end() {
	head, err := take[logHeadRow](c.r(c.ctx).Where("id = 1"), "log")
	if err != nil {
		c.unreadable("log_head", err)
		return
	}
	got, err := c.edge.Head()
	if err != nil || got.Size != head.Size || got.Root != digest(head.Root) || len(head.Root) != len(got.Root) || string(edgeBytes(&c.edge)) != string(head.Edge) {
		c.tell(LogDamage{Kind: "log_head", What: "log_head", Where: fmt.Sprintf("%d leaves, %d in the head", got.Size, head.Size)})
	}
	if head.Founded != c.foundedAs {
		c.tell(LogDamage{Kind: "log_head", What: "log_head", Where: fmt.Sprintf("schema %d, %d in the log", head.Founded, c.foundedAs)})
	}
	for _, k := range c.known {
		if k.Size > got.Size {
			c.tell(LogDamage{Kind: "log_shorter", What: fmt.Sprintf("%d leaves", got.Size), Where: fmt.Sprintf("%s: %d", k.Name, k.Size)})
		}
	}
	for table, beyond := range map[string]int64{"log_nodes": tlog.FirstNode(got.Size), "log_rows": got.Size} {
		column := map[string]string{"log_nodes": "idx", "log_rows": "leaf"}[table]
		var extra int64
		if err := c.r(c.ctx).Table(table).Where(column+" >= ? OR "+column+" < 0", beyond).Count(&extra).Error; err != nil {
			c.unreadable(table, err)
		} else if extra > 0 {
			c.tell(LogDamage{Kind: "log_head", What: table, Where: fmt.Sprintf("%d beyond the last leaf", extra)})
		}
	}
}

func (c *logCheck) schema() {
	text, err := c.schemaText(c.ctx)
	if err != nil {
		c.unreadable("schema", err)
		return
	}
	if c.foundedText != "" && c.foundedSalt.Digest("schema", text) != c.foundedText {
		c.tell(LogDamage{Kind: "schema", What: "schema", Where: "its text is not what the log was founded on"})
	}
}

// table compares every row with the newest digest in the log, and then asks for
// rows that the log has and the table does not.
func (c *logCheck) table(w watched) {
	var after []any
	var sound int64
	for {
		page, err := c.page(c.ctx, w, after)
		if err != nil {
			c.unreadable(w.name, err)
			c.gone(w) // what is still found of the others
			return
		}
		if len(page) == 0 {
			break
		}
		known, err := c.newestDigests(c.ctx, w, page)
		if err != nil {
			c.unreadable("log_rows", err)
			return
		}
		for _, r := range page {
			sound += c.row(w, r, known)
		}
		last, err := w.keyValues(page[len(page)-1].key)
		if err != nil || after != nil && fmt.Sprint(last) == fmt.Sprint(after) {
			c.unreadable(w.name, errors.Join(err, errors.New("its keys are damaged")))
			return
		}
		after = last
	}
	var living int64
	if err := c.living(w).Count(&living).Error; err != nil {
		c.unreadable("log_rows", err)
	} else if living != sound {
		c.gone(w)
	}
}

// row checks one row and returns 1 where it is as the log says.
func (c *logCheck) row(w watched, r keyedRow, known map[string]loggedRow) int64 {
	c.count.Rows++
	l, ok := known[r.key]
	switch {
	case !ok || l.Digest == nil:
		c.tell(LogDamage{Kind: "row_unlogged", What: w.name + " " + ShownKey(r.key), Noun: objectNouns[w.name], Where: "log_rows"})
	case !l.is(w, r):
		c.tell(LogDamage{Kind: "row_changed", What: w.name + " " + ShownKey(r.key), Noun: objectNouns[w.name], Where: leafName(l.Leaf)})
	default:
		return 1
	}
	return 0
}

// living selects the rows of a table that, by the log, are there.
func (c *logCheck) living(w watched) *gorm.DB {
	return c.r(c.ctx).Table("log_rows AS r").Where("r.tbl = ? AND r.digest IS NOT NULL AND r.leaf = (SELECT MAX(n.leaf) FROM log_rows n WHERE n.tbl = r.tbl AND n.key = r.key)", w.name)
}

// gone names the rows that the log has and the table has no more.
func (c *logCheck) gone(w watched) {
	after := ""
	for {
		rows, err := all[logRowRow](c.living(w).Select("r.tbl, r.key, r.leaf").Where("r.key > ?", after).Order("r.key").Limit(mostKeys), "log")
		if err != nil {
			c.unreadable("log_rows", err)
			return
		}
		if len(rows) == 0 || rows[len(rows)-1].Key <= after {
			return
		}
		after = rows[len(rows)-1].Key
		c.goneOf(w, rows)
	}
}

func (c *logCheck) goneOf(w watched, rows []logRowRow) {
	asked := make([]tlog.Row, len(rows))
	for i, r := range rows {
		asked[i] = tlog.Row{Table: w.name, Key: r.Key}
	}
	there, err := c.rowsByKey(c.ctx, w, asked)
	if err != nil {
		c.unreadable(w.name, err)
		return
	}
	for _, r := range rows {
		if _, ok := there[r.Key]; !ok {
			c.tell(LogDamage{Kind: "row_missing", What: strings.TrimSpace(w.name + " " + ShownKey(r.Key)), Noun: objectNouns[w.name], Where: leafName(r.Leaf)})
		}
	}
}
