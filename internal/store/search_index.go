package store

import (
	"context"
	"fmt"
	"strings"

	"gorm.io/gorm/clause"

	"relier/internal/domain"
)

type searchDocRow struct {
	ID           int64 `gorm:"primaryKey;autoIncrement:false"`
	OrgID        int64
	Noun         string
	ObjectID     int64
	EngagementID int64
	Code         string
	CodeKey      string
	Label        string
	Said         string
	Title        string
	Words        string
	Facets       string
	Body         string
	Digest       string // see derived
}

// sealed is the row with its digest.
func (r searchDocRow) sealed() searchDocRow {
	r.Digest, _ = derivedDigest("search_docs", map[string]any{"id": r.ID, "org_id": r.OrgID, "noun": r.Noun, "object_id": r.ObjectID,
		"engagement_id": r.EngagementID, "code": r.Code, "code_key": r.CodeKey, "label": r.Label, "said": r.Said, "title": r.Title,
		"words": r.Words, "facets": r.Facets, "body": r.Body}) // these kinds of values have one
	return r
}

func (searchDocRow) TableName() string { return "search_docs" }

type searchProgressRow struct {
	Noun   string `gorm:"primaryKey"`
	LastID int64
}

func (searchProgressRow) TableName() string { return "search_progress" }

// document is what the search knows of an object, in words as people wrote them.
type document struct {
	object     int64
	engagement int64    // 0: of the whole organization
	code       string   // as it is cited, or ""
	numbered   bool     // the code is a mere number: looked up, but no word of the title
	title      string   // looked through first
	said       []string // what else is said of it
	facets     []string // what lists narrow by; see facet
	text       string   // of its file
}

// searchable is a noun that the search goes through. To add one, give it a shelf
// that no other has and a function that reads its documents; what is recorded
// as an activity of the noun is indexed by that alone.
type searchable struct {
	shelf int64
	table string
	read  func(ctx context.Context, s *Store, org int64, ids []int64) ([]document, error)
}

var searchables = map[domain.Noun]searchable{
	domain.NounEvidence:    {1, "evidence", evidenceDocuments},
	domain.NounReport:      {4, "reports", reportDocuments},
	domain.NounCertificate: {5, "certificates", certificateDocuments},
	domain.NounService:     {6, "services", serviceDocuments},
	domain.NounRequest:     {8, "requests", requestDocuments},
	domain.NounControl:     {9, "controls", controlDocuments},
}

// shelfSize is how many objects a shelf has room for.
const shelfSize = 1 << 40

func (n searchable) id(object int64) int64 { return n.shelf*shelfSize + object }

// textMost is how much of a file's text is searched, in bytes: some hundred pages.
const textMost = 200_000

// facet is a word of the index that nobody can type.
func facet(kind, value string) string { return "§" + kind + value }

func (d document) row(noun domain.Noun, n searchable, org int64) searchDocRow {
	text, title := d.text[:min(len(d.text), textMost)], folded(d.code, d.title)
	if d.numbered {
		title = folded(d.title)
	}
	return searchDocRow{ID: n.id(d.object), OrgID: org, Noun: string(noun), ObjectID: d.object, EngagementID: d.engagement,
		Code: d.code, CodeKey: codeKey(d.code), Label: d.title, Said: joinSaid(d.said), Title: title, Words: folded(d.said...),
		Facets: strings.Join(d.facets, " "), Body: folded(strings.ToValidUTF8(text, ""))}.sealed()
}

func joinSaid(said []string) string {
	var out []string
	for _, s := range said {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, " · ")
}

// Index brings the search up to date with one object, whatever became of it. Each
// recorded change calls it in its own transaction.
func (s *Store) Index(ctx context.Context, org domain.OrgID, noun domain.Noun, object int64) error {
	if table, part := partsOfControl[noun]; part {
		if err := s.r(ctx).Table(table).Where("org_id = ? AND id = ?", int64(org), object).Limit(1).Pluck("control_id", &object).Error; err != nil {
			return fmt.Errorf("find the control of %s: %w", noun, translate(err))
		}
		noun = domain.NounControl
	}
	n, known := searchables[noun]
	if !known {
		return nil
	}
	return s.indexBatch(ctx, int64(org), noun, n, []int64{object})
}

// partsOfControl are found at the control that they belong to.
var partsOfControl = map[domain.Noun]string{domain.NounOwnership: "ownerships", domain.NounResponsibility: "responsibilities"}

// indexBatch makes the documents of some objects anew. What is gone, or
// unchanged, is not written again.
func (s *Store) indexBatch(ctx context.Context, org int64, noun domain.Noun, n searchable, objects []int64) error {
	docs, err := n.read(ctx, s, org, objects)
	if err != nil {
		return fmt.Errorf("read %s for the search: %w", noun, translate(err))
	}
	gone := map[int64]bool{}
	for _, id := range objects {
		gone[n.id(id)] = true
	}
	var rows []searchDocRow
	for _, d := range docs {
		row := d.row(noun, n, org)
		rows = append(rows, row)
		delete(gone, row.ID)
	}
	if rows, err = s.changedDocs(ctx, org, rows); err != nil {
		return err
	}
	if err := s.removeDocs(ctx, org, gone); err != nil {
		return err
	}
	if len(rows) == 0 {
		return nil
	}
	if err := s.w(ctx).Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, UpdateAll: true}).CreateInBatches(rows, docsAtOnce).Error; err != nil {
		return fmt.Errorf("index %s: %w", noun, translate(err))
	}
	return nil
}

// docsAtOnce is how many documents one statement writes.
const docsAtOnce = 100

func (s *Store) removeDocs(ctx context.Context, org int64, gone map[int64]bool) error {
	for id := range gone {
		if err := s.w(ctx).Where("org_id = ? AND id = ?", org, id).Delete(&searchDocRow{}).Error; err != nil {
			return fmt.Errorf("remove from the search: %w", translate(err))
		}
	}
	return nil
}

// changedDocs leaves out the documents that the index holds as they are.
func (s *Store) changedDocs(ctx context.Context, org int64, rows []searchDocRow) ([]searchDocRow, error) {
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	var held []searchDocRow
	if err := s.r(ctx).Where("org_id = ? AND id IN ?", org, ids).Find(&held).Error; err != nil {
		return nil, fmt.Errorf("read the search's documents: %w", translate(err))
	}
	byID := map[int64]searchDocRow{}
	for _, r := range held {
		byID[r.ID] = r
	}
	var out []searchDocRow
	for _, r := range rows {
		if byID[r.ID] != r {
			out = append(out, r)
		}
	}
	return out, nil
}

// IndexSome makes the documents of so many objects that have none since the
// schema or the words changed, and reports whether any may be left. Others wait
// to write meanwhile.
func (s *Store) IndexSome(ctx context.Context, most int) (more bool, err error) {
	var p searchProgressRow
	res := s.r(ctx).Order("noun").Limit(1).Find(&p)
	if res.Error != nil || res.RowsAffected == 0 {
		return false, translate(res.Error)
	}
	return true, s.Tx(ctx, func(tx *Store) error { return tx.indexAfter(ctx, domain.Noun(p.Noun), p.LastID, most) })
}

func (s *Store) indexAfter(ctx context.Context, noun domain.Noun, last int64, most int) error {
	n, known := searchables[noun]
	var rows []struct{ ID, OrgID int64 }
	if known {
		if err := s.r(ctx).Table(n.table).Select("id, org_id").Where("id > ?", last).Order("id").Limit(most).Scan(&rows).Error; err != nil {
			return fmt.Errorf("list %s for the search: %w", noun, translate(err))
		}
	}
	byOrg := map[int64][]int64{}
	for _, r := range rows {
		byOrg[r.OrgID] = append(byOrg[r.OrgID], r.ID)
	}
	for org, ids := range byOrg {
		if err := s.indexBatch(ctx, org, noun, n, ids); err != nil {
			return err
		}
	}
	if len(rows) == 0 {
		return translate(s.w(ctx).Where("noun = ?", string(noun)).Delete(&searchProgressRow{}).Error)
	}
	return translate(s.w(ctx).Model(&searchProgressRow{}).Where("noun = ?", string(noun)).Update("last_id", rows[len(rows)-1].ID).Error)
}

// Reindex forgets every document, and lets IndexSome make them all anew.
func (s *Store) Reindex(ctx context.Context) error {
	if !s.inTx {
		return s.Tx(ctx, func(tx *Store) error { return tx.Reindex(ctx) })
	}
	if err := s.forgetDocs(ctx); err != nil {
		return fmt.Errorf("forget the search's documents: %w", translate(err))
	}
	for noun := range searchables {
		row := searchProgressRow{Noun: string(noun)}
		if err := s.w(ctx).Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error; err != nil {
			return fmt.Errorf("begin to index: %w", translate(err))
		}
	}
	return nil
}

// forgetDocs empties the search. SQLite's index would read each document once
// more to forget it, and would keep what was damaged: it is made anew, empty.
func (s *Store) forgetDocs(ctx context.Context) error {
	if s.dialect == "postgres" {
		return s.w(ctx).Exec("DELETE FROM search_docs").Error
	}
	var trigger string
	if err := s.w(ctx).Raw("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = 'search_docs_gone'").Scan(&trigger).Error; err != nil {
		return err
	}
	for _, q := range []string{"DROP TRIGGER search_docs_gone", "DELETE FROM search_docs", "INSERT INTO search_titles (search_titles) VALUES ('rebuild')",
		"INSERT INTO search_words (search_words) VALUES ('rebuild')", trigger} {
		if err := s.w(ctx).Exec(q).Error; err != nil {
			return err
		}
	}
	return nil
}

// Documents counts what the search knows.
func (s *Store) Documents(ctx context.Context) (n int64, err error) {
	err = s.r(ctx).Model(&searchDocRow{}).Count(&n).Error
	return n, translate(err)
}

// indexing reports whether some documents of a noun are still to be made.
func (s *Store) indexing(ctx context.Context, noun domain.Noun) (bool, error) {
	var n int64
	err := s.r(ctx).Model(&searchProgressRow{}).Where("noun = ?", string(noun)).Count(&n).Error
	return n > 0, translate(err)
}

// Indexing reports whether the search is still being filled.
func (s *Store) Indexing(ctx context.Context) (bool, error) {
	var n int64
	err := s.r(ctx).Model(&searchProgressRow{}).Count(&n).Error
	return n > 0, translate(err)
}
