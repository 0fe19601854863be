package views

import (
	"context"
	"io"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"relier/internal/domain"
	"relier/internal/i18n"
)

// mapGrid is the table of the map. It is written by hand, for it holds thousands
// of cells: each word is looked up once, names and signs are CSS classes, and end
// tags that HTML does not need are left out.
//
// A cell is <a class="PARTY [u] [STANDING]">: m, s, o, n for the party, u for a
// split that nobody confirmed, r0 to r4 for the rung of a standing claim, l for
// lapsed, x for refused, c for a pair that could be claimed, q for one with
// nothing to rely on. Its words are pushed out of sight beside the signs of the
// table, and shown in the list that the table becomes on a narrow screen.
func mapGrid(l *i18n.Localizer, p MapProps) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		g := newGridWriter(l, p)
		g.table()
		_, err := io.WriteString(w, g.b.String())
		return err
	})
}

// rungClasses are the classes of the rungs, in order.
var rungClasses = []string{"r0", "r1", "r2", "r3", "r4"}

var partyClasses = map[domain.Party]string{domain.PartyMicrosoft: "m", domain.PartyShared: "s", domain.PartyOurs: "o", domain.PartyNone: "n"}

type gridWriter struct {
	b        strings.Builder
	l        *i18n.Localizer
	p        MapProps
	services []string // names of the columns, escaped
	parties  map[domain.Party]string
	states   map[domain.RelianceState]string
	rungs    map[domain.Rung]string
	gates    map[domain.Gate]string
	buckets  map[domain.Bucket]string
	causes   map[string]string

	claimable string
}

func newGridWriter(l *i18n.Localizer, p MapProps) *gridWriter {
	g := &gridWriter{l: l, p: p, parties: wordsOf(l, "party.", domain.Parties), states: wordsOf(l, "state.reliance.", domain.RelianceStates),
		rungs: wordsOf(l, "rung.", domain.Rungs), gates: wordsOf(l, "gate.", domain.Gates), causes: map[string]string{},
		buckets: wordsOf(l, "bucket.", append(slices.Clone(domain.Buckets), domain.BucketExcluded))}
	for _, s := range p.Map.Services {
		g.services = append(g.services, templ.EscapeString(serviceShort(l, s)))
	}
	g.claimable = templ.EscapeString(l.T("map.claimable", nil))
	g.states[""] = templ.EscapeString(l.T("map.unclaimed", nil))
	return g
}

// serviceShort is a service's name, with its cloud where that is not the usual one.
func serviceShort(l *i18n.Localizer, s domain.Service) string {
	if s.Environment == domain.EnvPublic {
		return s.Name
	}
	return ServiceName(l, s)
}

func wordsOf[T ~string](l *i18n.Localizer, prefix string, values []T) map[T]string {
	out := make(map[T]string, len(values)+1)
	for _, v := range values {
		out[v] = templ.EscapeString(l.T(prefix+string(v), nil))
	}
	return out
}

func (g *gridWriter) put(parts ...string) {
	for _, s := range parts {
		g.b.WriteString(s)
	}
}

func (g *gridWriter) table() {
	class := "map-grid"
	if len(g.services) > 8 {
		class += " map-many"
	}
	if g.p.Gates {
		class += " map-gates"
	}
	g.put(`<div class="scroll map-scroll" role="region" aria-labelledby="map-caption" tabindex="0"><table class="`, class,
		`"><caption id="map-caption"><span class="caption">`, templ.EscapeString(g.p.caption(g.l)), `</span>`)
	if g.p.Pager.Pages() > 1 {
		g.put(`<span class="caption-note">`, templ.EscapeString(g.l.T("map.rows", g.p.Pager.rangeArgs(g.l))), `</span>`)
	}
	if note := g.p.note(g.l); note != "" {
		g.put(`<span class="caption-note">`, templ.EscapeString(note), `</span>`)
	}
	g.put(`</caption>`)
	g.head()
	for _, t := range g.p.Map.Themes {
		g.theme(t)
	}
	g.put(`</table></div>`)
}

func (g *gridWriter) word(key string) string { return templ.EscapeString(g.l.T(key, nil)) }

func (g *gridWriter) head() {
	g.put(`<thead><tr><th scope="col" class="map-control">`, g.word("controls.control"), `</th><th scope="col" class="map-stands">`, g.word("controls.bucket"), `</th>`)
	for i, s := range g.p.Map.Services {
		g.put(`<th scope="col"><a href="`, templ.EscapeString(g.p.Links.Service(s.ID)), `">`, g.services[i], `</a></th>`)
	}
	g.put(`</tr></thead>`)
}

func (g *gridWriter) theme(t domain.MapTheme) {
	g.put(`<tbody><tr class="map-theme"><th scope="rowgroup" colspan="`, number(len(g.services)+2), `"><div><strong>`,
		templ.EscapeString(mapThemeTitle(g.l, t)), `</strong> <span>`, templ.EscapeString(themeCounts(g.l, t)), `</span></div></th></tr>`)
	for _, r := range t.Rows {
		g.row(r)
	}
	g.put(`</tbody>`)
}

// themeCounts says what of a theme is inherited, and what fell.
func themeCounts(l *i18n.Localizer, t domain.MapTheme) string {
	out := []string{l.N("controls.count", t.Total, nil)}
	for _, s := range []domain.Standing{domain.StandsInherited, domain.StandsOnTheWay, domain.StandsLapsed, domain.StandsRefused} {
		if n := t.Counts[s]; n > 0 {
			out = append(out, l.N("map.count."+string(s), n, nil))
		}
	}
	return strings.Join(out, " · ")
}

func (g *gridWriter) row(r domain.MapRow) {
	g.put(`<tr`)
	if r.Excluded {
		g.put(` class="map-out"`)
	}
	g.put(`><th scope="row"><div>`)
	if g.p.Links.Propose != "" {
		g.put(`<label class="tick"><input type="checkbox" name="id" value="`, id(r.Control.ID), `" form="map-bulk" aria-label="`,
			templ.EscapeString(g.l.T("common.tick_row", map[string]any{"Row": r.Control.Code})), `"></label>`)
	}
	g.put(`<a href="`, templ.EscapeString(g.p.Links.Control(r.Control.ID)), `"><span class="mono">`, templ.EscapeString(r.Control.Code), `</span> `,
		templ.EscapeString(r.Control.Title), `</a></div></th><td class="map-stands k-`, string(r.Bucket), `">`, g.buckets[r.Bucket])
	for i, c := range r.Cells {
		g.cell(r, i, c)
	}
	g.put("\n")
}

func (g *gridWriter) cell(r domain.MapRow, i int, c domain.MapCell) {
	if !c.Matches {
		g.put(`<td>`)
		return
	}
	href := g.p.Links.Reliance(c.Reliance)
	if c.Reliance == 0 {
		href = g.p.Links.Part(r.Control.ID, g.p.Map.Services[i].ID)
	}
	g.put(`<td><a class="`, partyClasses[c.Party])
	if !c.Decided && c.Leans() { // what has nothing to rely on is pale anyway
		g.put(` u`)
	}
	g.put(standingClass(c), `" href="`, templ.EscapeString(href), `"`)
	if g.p.Gates && c.Leans() && c.Gate != "" {
		g.put(` title="`, g.gates[c.Gate], ` · `, g.cause(c.Cause), `"`) // its words say it too, for keys and fingers
	}
	g.put(`>`)
	g.cellWords(i, c)
	g.put(`</a>`)
}

func standingClass(c domain.MapCell) string {
	switch c.Standing() {
	case domain.StandsLapsed:
		return " l"
	case domain.StandsRefused:
		return " x"
	case domain.StandsApart:
		return " q"
	case domain.StandsUnclaimed:
		if c.CouldBeClaimed() {
			return " c"
		}
		return ""
	}
	return " " + rungClasses[rungIndex(c.Rung)]
}

// cellWords are the words of a cell: what lapsed or was refused says so on the
// screen as well.
func (g *gridWriter) cellWords(i int, c domain.MapCell) {
	switch c.Standing() {
	case domain.StandsApart:
		g.put(g.parties[c.Party])
		return
	case domain.StandsLapsed, domain.StandsRefused:
		g.put(g.services[i], `, `, g.parties[c.Party], `, <b>`, g.states[c.State], `</b>`)
	case domain.StandsUnclaimed:
		g.put(g.services[i], `, `, g.parties[c.Party], `, `, g.states[""])
		if c.CouldBeClaimed() {
			g.put(`, `, g.claimable)
		}
	default:
		g.put(g.services[i], `, `, g.parties[c.Party], `, `, g.rungs[c.Rung], `, `, g.states[c.State])
	}
	if g.p.Gates && c.Gate != "" {
		g.put(` <i>`, string(c.Gate), `</i> `, g.cause(c.Cause))
	}
}

// cause is a cause in words. Many cells fail for the same one.
func (g *gridWriter) cause(r domain.Reason) string {
	var key strings.Builder
	key.WriteString(r.Code)
	for _, p := range r.Params {
		key.WriteString("\x00" + p.Name + "\x00" + p.Value)
	}
	s, known := g.causes[key.String()]
	if !known {
		s = templ.EscapeString(Sentence(g.l, "cause", r))
		g.causes[key.String()] = s
	}
	return s
}
