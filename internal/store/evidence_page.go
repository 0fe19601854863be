package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"gorm.io/gorm"

	"relier/internal/domain"
)

// fewItems is how many rows are sorted rather than walked through in an index's
// order: of more, enough for a page come early on that walk.
const fewItems = 5000

// foundEvidence are the items that hold a filter's words, as the search's index
// knows them: the newest, up to one more than are counted.
type foundEvidence struct {
	query  searchQuery
	ids    []int64
	facets bool // the index answered for state, kind and control too
}

// whole reports whether the index told of everything that the filter asks for.
func (v *foundEvidence) whole(f domain.EvidenceFilter) bool {
	f.Query, f.Sensitivity = "", ""
	return v != nil && v.facets && counted(f)
}

func (v *foundEvidence) few() bool { return len(v.ids) <= fewItems }

// findWords asks the search's index where the filter's words stand; nil when it
// need not, or cannot yet, be asked.
func (s *Store) findWords(ctx context.Context, org domain.OrgID, f domain.EvidenceFilter) (*foundEvidence, error) {
	q := parseSearch(f.Query)
	combined := f.Query == "" && len(facetsOf(f)) > 1 && (f.Control != 0 || f.Sensitivity != "")
	if f.Query == "" && !combined {
		return nil, nil
	}
	if behind, err := s.indexing(ctx, domain.NounEvidence); err != nil || behind {
		return nil, err
	}
	if q.empty() && !combined { // signs alone are nowhere to be found
		return &foundEvidence{query: q, facets: true}, nil
	}
	look := &lookUp{Store: s, ctx: ctx, org: int64(org), query: q}
	ids, err := look.ids("search_words", wordColumns, domain.NounEvidence, countMost+1, facetsOf(f)...)
	shelf := searchables[domain.NounEvidence].id(0)
	for i := range ids {
		ids[i] -= shelf
	}
	worded := len(ids)
	if ids, err = look.withCoded(ids, shelf, err); err != nil {
		return nil, err
	}
	return &foundEvidence{q, ids, len(ids) == worded}, nil
}

// withCoded adds the items whose code was typed in a way that words do not match.
func (l *lookUp) withCoded(ids []int64, shelf int64, err error) ([]int64, error) {
	if err != nil {
		return nil, err
	}
	l.byCode = map[int64]bool{}
	coded, err := l.codes(domain.NounEvidence)
	for _, h := range coded {
		if id := h.id - shelf; !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b int64) int { return int(b - a) })
	return ids, err
}

func facetsOf(f domain.EvidenceFilter) []string {
	var out []string
	if f.State != "" {
		out = append(out, facet("s", string(f.State)))
	}
	if f.Kind != "" {
		out = append(out, facet("k", string(f.Kind)))
	}
	if f.Sensitivity != "" {
		out = append(out, facet("p", string(f.Sensitivity)))
	}
	if f.Control != 0 {
		out = append(out, facet("c", strconv.FormatInt(int64(f.Control), 10)))
	}
	return out
}

// evidenceOrder is an order of the library: columns with an index of their own,
// whose last is unique, all in one direction.
type evidenceOrder struct {
	first   string // before the columns, in the same direction always; "" for none
	columns []string
	desc    bool
}

// orderOf reads the order asked for. The folded text begins with the title and
// ends with the item's code; items are numbered in the order of their ids.
func orderOf(f domain.EvidenceFilter) evidenceOrder {
	switch f.Sort {
	case "title":
		return evidenceOrder{"", []string{"evidence.folded"}, f.Desc}
	case "period":
		return evidenceOrder{"", []string{"evidence.period_to", "evidence.number"}, f.Desc}
	case "expires": // what has no last day comes last, either way
		return evidenceOrder{"CASE WHEN evidence.expires = '' THEN 1 ELSE 0 END", []string{"evidence.expires", "evidence.number"}, f.Desc}
	case "number":
		return evidenceOrder{"", []string{"evidence.number"}, f.Desc}
	}
	return evidenceOrder{"", []string{"evidence.number"}, true} // the newest first
}

func (o evidenceOrder) byNumber() bool { return o.columns[0] == "evidence.number" }

// on orders a query. Sorted, it takes the order from no index: a text with
// nothing after it is an expression, which none holds.
func (o evidenceOrder) on(q *gorm.DB, sorted bool) *gorm.DB {
	if o.first != "" {
		q = q.Order(o.first)
	}
	for _, c := range o.columns {
		if sorted && c != "evidence.number" {
			c += " || ''"
		}
		if o.desc {
			c += " DESC"
		}
		q = q.Order(c)
	}
	return q
}

// evidencePage picks the ids of one page of n items, in its order. From behind
// the middle it is counted from the end: rows that are passed over cost time.
func (s *Store) evidencePage(ctx context.Context, org domain.OrgID, f domain.EvidenceFilter, n int, found *foundEvidence) ([]int64, error) {
	order, offset, limit := orderOf(f), f.Page.Offset(), f.Page.Limit()
	if offset >= n {
		return nil, nil
	}
	limit = min(limit, n-offset)
	if found.whole(f) && order.byNumber() && order.desc {
		return found.ids[offset : offset+limit], nil
	}
	fromEnd := offset > n/2 && counted(f) && order.first == ""
	if fromEnd {
		order.desc, offset = !order.desc, n-offset-limit
	}
	var ids []int64
	if err := s.evidenceIn(ctx, org, f, order, n, found).Offset(offset).Limit(limit).Pluck("evidence.id", &ids).Error; err != nil {
		return nil, fmt.Errorf("page evidence: %w", translate(err))
	}
	if fromEnd {
		slices.Reverse(ids)
	}
	return ids, nil
}

// evidenceIn selects items in an order: few are found by the filter and sorted,
// many are tested one after the other in the order of an index.
func (s *Store) evidenceIn(ctx context.Context, org domain.OrgID, f domain.EvidenceFilter, order evidenceOrder, n int, found *foundEvidence) *gorm.DB {
	alone := f.Control != 0 && f.State == "" && f.Kind == "" && counted(f)
	switch {
	case alone && order.byNumber():
		return s.linkedTo(ctx, org, f.Control, order.desc)
	case n <= fewItems && f.Control != 0 && counted(f):
		linked := s.r(ctx).Model(&evidenceControlRow{}).Select("evidence_id").Where("org_id = ? AND control_id = ?", int64(org), int64(f.Control))
		f.Control = 0
		return order.on(s.evidenceWhere(ctx, org, f, found).Where("evidence.id IN (?)", linked), true)
	case n <= fewItems:
		return order.on(s.evidenceWhere(ctx, org, f, found), true)
	}
	rest := f
	rest.ExpiresBy = 0
	if order.byNumber() {
		return order.on(runningOut(s.evidenceWhere(ctx, org, rest, found), f.ExpiresBy, true), false)
	}
	rest.State, rest.Kind, rest.Sensitivity = "", "", ""
	return order.on(runningOut(narrowed(s.evidenceWhere(ctx, org, rest, found), f, true), f.ExpiresBy, true), false)
}

// narrowed asks for a state, a kind and a sensitivity. Tested, they are
// expressions, which no index holds: another one is walked.
func narrowed(q *gorm.DB, f domain.EvidenceFilter, tested bool) *gorm.DB {
	for _, c := range []struct{ column, value string }{{"evidence.state", string(f.State)}, {"evidence.kind", string(f.Kind)}, {"evidence.sensitivity", string(f.Sensitivity)}} {
		if c.value == "" {
			continue
		}
		if tested {
			c.column += " || ''"
		}
		q = q.Where(c.column+" = ?", c.value)
	}
	return q
}

// linkedTo selects the items of a control in the order of their ids, which is
// that of their numbers.
func (s *Store) linkedTo(ctx context.Context, org domain.OrgID, control domain.ControlID, desc bool) *gorm.DB {
	order := "evidence.evidence_id"
	if desc {
		order += " DESC"
	}
	return s.r(ctx).Table("(?) AS evidence", s.r(ctx).Model(&evidenceControlRow{}).Select("evidence_id, evidence_id AS id").
		Where("org_id = ? AND control_id = ?", int64(org), int64(control))).Order(order)
}
