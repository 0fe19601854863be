package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"relier/internal/domain"
)

// Search finds what holds all the words typed, the best first: whose code they
// are, then titles, then whatever else is said, then the text of files. Of each
// part only so many are read, in the order of the index: a word that half of all
// documents hold costs no more than a rare one.
func (s *Store) Search(ctx context.Context, org domain.OrgID, f domain.SearchFilter) (domain.SearchResult, error) {
	q := parseSearch(f.Query)
	out := domain.SearchResult{Page: f.Page, Words: !q.empty()}
	if q.empty() {
		return out, nil
	}
	look := &lookUp{s, ctx, int64(org), int64(f.Engagement), q, map[int64]bool{}}
	hits, err := look.codes(f.Noun)
	if err != nil {
		return out, err
	}
	var titles, texts []hit
	for _, noun := range domain.Searchable {
		found, err := look.count(noun, &out)
		if err != nil {
			return out, err
		}
		if len(found) == 0 || f.Noun != "" && f.Noun != noun {
			continue
		}
		byTitle, err := look.titles(noun)
		if err != nil {
			return out, err
		}
		titles, texts = append(titles, byTitle...), append(texts, found...)
	}
	slices.SortStableFunc(titles, func(a, b hit) int { return cmp.Compare(b.worth, a.worth) })
	out.Sum(f.Noun)
	out.Rows, err = look.rows(page(look.once(hits, titles, texts), f.Page))
	return out, err
}

// hit is an object that holds what was looked for.
type hit struct {
	id    int64
	in    domain.FoundIn
	worth int
}

// lookUp is one search.
type lookUp struct {
	*Store
	ctx        context.Context
	org        int64
	engagement int64
	query      searchQuery
	byCode     map[int64]bool
}

// visible narrows documents to those of every engagement, and of the one seen.
func (l *lookUp) visible(q *gorm.DB) *gorm.DB {
	if l.engagement == 0 {
		return q
	}
	return q.Where("d.engagement_id IN (0, ?)", l.engagement)
}

// codeMost is how many codes that begin like the one typed are offered.
const codeMost = 20

// codes finds the code that was typed, and those below it: A.5 has A.5.7.
func (l *lookUp) codes(noun domain.Noun) ([]hit, error) {
	if l.query.code == "" {
		return nil, nil
	}
	var out []hit
	for _, below := range []bool{false, true} {
		q := l.visible(l.r(l.ctx).Table("search_docs d").Where("d.org_id = ?", l.org))
		if below {
			q = q.Where("d.code_key > ? AND d.code_key < ?", l.query.code+".", l.query.code+"/")
		} else {
			q = q.Where("d.code_key = ?", l.query.code)
		}
		if noun != "" {
			q = q.Where("d.noun = ?", string(noun))
		}
		var ids []int64
		if err := q.Order("d.code_key, d.id DESC").Limit(codeMost).Pluck("d.id", &ids).Error; err != nil {
			return nil, fmt.Errorf("look up a code: %w", translate(err))
		}
		for _, id := range ids {
			l.byCode[id] = true
			out = append(out, hit{id: id, in: domain.FoundInCode})
		}
	}
	return out, nil
}

// count finds the objects of a noun that hold the words anywhere, up to one more
// than are counted, the newest first.
func (l *lookUp) count(noun domain.Noun, out *domain.SearchResult) ([]hit, error) {
	ids, err := l.ids("search_words", wordColumns, noun, domain.SearchCount+1)
	if err != nil {
		return nil, err
	}
	hits, n := make([]hit, len(ids)), len(ids)
	for i, id := range ids {
		hits[i] = hit{id: id, in: domain.FoundInWords}
	}
	shelf := searchables[noun]
	for id := range l.byCode {
		if id >= shelf.id(0) && id < shelf.id(shelfSize) && !slices.Contains(ids, id) {
			hits, n = append(hits, hit{id: id, in: domain.FoundInCode}), n+1
		}
	}
	if n > 0 {
		out.Counts = append(out.Counts, domain.NounCount{Noun: noun, N: min(n, domain.SearchCount), More: n > domain.SearchCount})
	}
	return hits, nil
}

// titles finds the objects of a noun whose title holds the words, each rated.
func (l *lookUp) titles(noun domain.Noun) ([]hit, error) {
	ids, err := l.ids("search_titles", "title", noun, domain.SearchMost)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	var rows []struct {
		ID    int64
		Label string
	}
	if err := l.r(l.ctx).Table("search_docs").Select("id, label").Where("org_id = ? AND id IN ?", l.org, ids).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read titles: %w", translate(err))
	}
	worth := make(map[int64]int, len(rows))
	for _, r := range rows {
		worth[r.ID] = l.query.worth(folded(r.Label))
	}
	out := make([]hit, len(ids))
	for i, id := range ids {
		out[i] = hit{id, domain.FoundInTitle, worth[id]}
	}
	return out, nil
}

// wordColumns are all that the larger index holds, in its own words.
const wordColumns = "title || ' ' || d.words || ' ' || d.facets || ' ' || d.body"

// saidColumns are what LIKE looks through, each between spaces and apart from the
// next, so that no phrase goes over their ends.
const saidColumns = "' ' || d.title || ' · ' || d.words || ' · ' || d.body || ' '"

// ids asks one of the two indexes for the documents of a noun, the newest first.
func (l *lookUp) ids(index, columns string, noun domain.Noun, most int, facets ...string) ([]int64, error) {
	shelf, match := searchables[noun], l.match(l.query, facets...)
	q := l.indexed(index, columns, match, l.engagement != 0)
	if l.dialect == "postgres" { // its index holds no places of words
		for _, phrase := range l.query.phrases {
			q = q.Where(saidColumns+" LIKE ?", "% "+phrase+" %")
		}
	}
	var ids []int64
	id := l.docID()
	err := l.visible(q).Where(id+" >= ? AND "+id+" < ?", shelf.id(0), shelf.id(shelfSize)).Where(l.orgID()+" = ?", l.org).
		Order(id+" DESC").Limit(most).Pluck(id, &ids).Error
	if err != nil {
		return nil, fmt.Errorf("search: %w", translate(err))
	}
	return ids, nil
}

func (s *Store) docID() string {
	if s.dialect == "postgres" {
		return "d.id"
	}
	return "f.docid"
}

func (s *Store) orgID() string {
	if s.dialect == "postgres" {
		return "d.org_id"
	}
	return "f.org_id"
}

// indexed selects the documents that match, as f, joined with their rows as d
// where a condition needs them. The expression is the index's own.
func (l *lookUp) indexed(index, columns, match string, joined bool) *gorm.DB {
	if l.dialect == "postgres" {
		return l.r(l.ctx).Table("search_docs d").Where("array_to_tsvector(array_remove(string_to_array(d."+columns+", ' '), '')) @@ CAST(CAST(? AS text) AS tsquery)", match)
	}
	q := l.r(l.ctx).Table(index+" f").Where("f."+index+" MATCH ?", match)
	if joined {
		q = q.Joins("JOIN search_docs d ON d.id = f.docid AND d.org_id = f.org_id")
	}
	return q
}

// once joins lists of hits; what was found before is not repeated.
func (l *lookUp) once(lists ...[]hit) []hit {
	seen := map[int64]bool{}
	var out []hit
	for _, list := range lists {
		for _, h := range list {
			if !seen[h.id] {
				seen[h.id] = true
				out = append(out, h)
			}
		}
	}
	return out
}

// page cuts out the hits to show; no more than can be paged through.
func page(hits []hit, p domain.Page) []hit {
	hits = hits[:min(len(hits), domain.SearchMost)]
	from := min(p.Offset(), len(hits))
	return hits[from:min(from+p.Limit(), len(hits))]
}

// rows reads what is shown of some hits.
func (l *lookUp) rows(hits []hit) ([]domain.Found, error) {
	ids := make([]int64, len(hits))
	for i, h := range hits {
		ids[i] = h.id
	}
	var docs []searchDocRow
	if err := l.r(l.ctx).Omit("body", "facets").Where("org_id = ? AND id IN ?", l.org, ids).Find(&docs).Error; err != nil {
		return nil, fmt.Errorf("read what was found: %w", translate(err))
	}
	byID := map[int64]searchDocRow{}
	for _, d := range docs {
		byID[d.ID] = d
	}
	texts, err := l.texts(docs, hits)
	if err != nil {
		return nil, err
	}
	var out []domain.Found
	for _, h := range hits {
		if d, there := byID[h.id]; there {
			out = append(out, l.found(d, h, texts[d.ID]))
		}
	}
	return out, nil
}

func (l *lookUp) found(d searchDocRow, h hit, text string) domain.Found {
	v := domain.Found{Noun: domain.Noun(d.Noun), Object: d.ObjectID, Engagement: domain.EngagementID(d.EngagementID), Code: d.Code, Title: l.query.pieces(d.Label), In: h.in}
	if h.in != domain.FoundInWords {
		return v
	}
	if text != "" {
		if v.Excerpt = l.query.excerpt(text); v.Excerpt != nil {
			v.In = domain.FoundInText
			return v
		}
	}
	v.Excerpt = l.query.excerpt(d.Said)
	return v
}

// texts reads the files' texts of those results whose words stand nowhere else.
func (l *lookUp) texts(docs []searchDocRow, hits []hit) (map[int64]string, error) {
	shelf := searchables[domain.NounEvidence]
	var items []int64
	for _, d := range docs {
		titled := slices.ContainsFunc(hits, func(h hit) bool { return h.id == d.ID && h.in != domain.FoundInWords })
		if d.Noun == string(domain.NounEvidence) && !titled && !l.query.within(d.Title+" "+d.Words) {
			items = append(items, d.ObjectID)
		}
	}
	out := map[int64]string{}
	if len(items) == 0 {
		return out, nil
	}
	var rows []evidenceTextRow
	if err := l.r(l.ctx).Where("org_id = ? AND evidence_id IN ?", l.org, items).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the texts found: %w", translate(err))
	}
	for _, r := range rows {
		out[shelf.id(r.EvidenceID)] = r.Text
	}
	return out, nil
}
