package views

import (
	"relier/internal/domain"
	"relier/internal/i18n"
)

// MapProps is the reliance map: every control on every service in use.
type MapProps struct {
	Map    domain.RelianceMap // one page of it
	Pager  PagerProps
	Filter domain.MapFilter
	Gates  bool   // the first failing gate is shown in each cell
	Path   string // of this page with its query
	Action string // without it
	List   string // the same reliances as a list
	Themes []Option
	Links  MapLinks
	Never  *EmptyProps // set when there is no control, or no service in use
}

// MapLinks are where the map leads. The map holds thousands of cells, so those
// of its cells are short ones, relative to the map's own address.
type MapLinks struct {
	Reliance func(domain.RelianceID) string
	Part     func(domain.ControlID, domain.ServiceID) string
	Control  func(domain.ControlID) string
	Service  func(domain.ServiceID) string
	Propose  string // confirm page of proposing in bulk; "" hides it
}

// relianceTabs are the two ways to look at the reliances of an engagement.
func relianceTabs(l *i18n.Localizer, list, grid string, onMap bool) []Tab {
	return []Tab{{Label: l.T("map.tab_list", nil), Href: list, Active: !onMap}, {Label: l.T("map.tab_map", nil), Href: grid, Active: onMap}}
}

func (p MapProps) filter(l *i18n.Localizer) FilterProps {
	f := p.Filter
	out := FilterProps{Action: p.Action, Target: "map", Fields: []FieldProps{
		p.choice(l, "theme", "controls.filter_theme", f.Theme, p.Themes),
		p.choice(l, "service", "reliance.service", idOrNone(f.Service), serviceOptions(l, p.Map.InUse)),
		p.choice(l, "party", "map.party", string(f.Party), words(l, "party.", domain.Parties)),
		p.choice(l, "state", "reliance.state", string(f.State), mapStates(l)),
		p.choice(l, "rung", "reliance.rung", string(f.Rung), words(l, "rung.", domain.Rungs)),
		p.choice(l, "gate", "map.gate", string(f.Gate), gateOptions(l)),
	}}
	if p.Gates {
		out.Hidden = []Hidden{{"gates", "1"}}
	}
	if f != (domain.MapFilter{}) {
		out.Reset = p.Action
	}
	return out
}

func (p MapProps) choice(l *i18n.Localizer, name, label, value string, options []Option) FieldProps {
	return FieldProps{Name: name, Type: FieldSelect, Label: l.T(label, nil), Value: value, Options: options, Empty: l.T("controls.all", nil)}
}

func words[T ~string](l *i18n.Localizer, prefix string, values []T) []Option {
	out := make([]Option, len(values))
	for i, v := range values {
		out[i] = Option{Value: string(v), Label: l.T(prefix+string(v), nil)}
	}
	return out
}

func serviceOptions(l *i18n.Localizer, services []domain.Service) []Option {
	out := make([]Option, len(services))
	for i, s := range services {
		out[i] = Option{Value: id(s.ID), Label: ServiceName(l, s)}
	}
	return out
}

func gateOptions(l *i18n.Localizer) []Option {
	out := make([]Option, len(domain.Gates))
	for i, g := range domain.Gates {
		out[i] = Option{Value: string(g), Label: string(g) + " " + l.T("gate."+string(g), nil)}
	}
	return out
}

func mapStates(l *i18n.Localizer) []Option {
	out := words(l, "state.reliance.", domain.RelianceStates)
	for _, s := range []domain.RelianceState{domain.OnTheWay, domain.Unclaimed} {
		out = append(out, Option{Value: string(s), Label: l.T("map.standing."+string(s), nil)})
	}
	return out
}

// tallies count all pairs by where they stand; each leads to exactly those.
func (p MapProps) tallies(l *i18n.Localizer) []Tally {
	only := func(name, value string) string { return WithQuery(p.Action, name, value) }
	count := func(kind Kind, s domain.Standing, href string) Tally {
		return Tally{Kind: kind, Label: l.T("map.standing."+string(s), nil), Count: p.Map.Counts[s], Href: href}
	}
	return []Tally{
		count(KindReady, domain.StandsInherited, WithQuery(only("rung", string(domain.RungInherited)), "state", string(domain.RelianceAccepted))),
		count(KindWaiting, domain.StandsOnTheWay, only("state", string(domain.OnTheWay))),
		count(KindBlocked, domain.StandsLapsed, only("state", string(domain.RelianceLapsed))),
		count(KindBlocked, domain.StandsRefused, only("state", string(domain.RelianceRefused))),
		count(KindExcluded, domain.StandsUnclaimed, only("state", string(domain.Unclaimed))),
	}
}

// total says what the counts are of, and how many pairs have nothing to rely on.
func (p MapProps) total(l *i18n.Localizer) string {
	return l.N("map.total", p.Map.Pairs, map[string]any{"Controls": l.N("controls.count", p.Map.Total, nil), "Services": l.N("map.services", len(p.Map.InUse), nil)}) +
		" " + l.N("map.apart", p.Map.Counts[domain.StandsApart], nil)
}

// caption says how much of the map is shown.
func (p MapProps) caption(l *i18n.Localizer) string {
	return l.T("map.caption", map[string]any{"Controls": l.N("controls.count", p.Map.Controls, nil), "Services": l.N("map.services", len(p.Map.Services), nil)})
}

// note says how many pairs the filter asks for.
func (p MapProps) note(l *i18n.Localizer) string {
	if !p.Filter.Narrows() {
		return ""
	}
	return l.N("map.matching", p.Map.Matching, nil)
}

// shown carries the filter along: where no row is ticked, the confirm page is
// about every control that the map shows.
func (p MapProps) shown() []Hidden {
	f, out := p.Filter, []Hidden{{"map", "1"}}
	for _, h := range []Hidden{{"theme", f.Theme}, {"party", string(f.Party)}, {"state", string(f.State)}, {"rung", string(f.Rung)}, {"gate", string(f.Gate)}} {
		if h.Value != "" {
			out = append(out, h)
		}
	}
	return out
}

// bulkWords say what the bulk act is about: no tick means every page.
func (p MapProps) bulkWords(l *i18n.Localizer) string {
	if p.Pager.Pages() > 1 {
		return l.N("map.bulk_words_all", p.Map.Controls, nil)
	}
	return l.T("map.bulk_words", nil)
}

// switchGates is the address of the same map with the gates shown, or hidden.
func (p MapProps) switchGates() string {
	if p.Gates {
		return WithQuery(p.Path, "gates", "")
	}
	return WithQuery(p.Path, "gates", "1")
}

// mapSign is one line of the legend: the classes of a cell and what it means.
type mapSign struct{ class, word string }

// partySigns and standingSigns are the legend of the map.
func partySigns(l *i18n.Localizer) []mapSign {
	return []mapSign{{"m", l.T("map.legend_microsoft", nil)}, {"s", l.T("map.legend_shared", nil)}, {"o", l.T("map.legend_ours", nil)},
		{"n", l.T("map.legend_none", nil)}, {"s u", l.T("map.legend_proposed", nil)}}
}

func standingSigns(l *i18n.Localizer) []mapSign {
	out := make([]mapSign, 0, len(domain.Rungs)+4)
	for i := len(domain.Rungs) - 1; i >= 0; i-- {
		word := l.T("rung."+string(domain.Rungs[i]), nil)
		if domain.Rungs[i] == domain.RungInherited {
			word = l.T("map.legend_inherited", nil)
		}
		out = append(out, mapSign{"t " + rungClasses[i], word})
	}
	return append(out, mapSign{"t l", l.T("map.legend_lapsed", nil)}, mapSign{"t x", l.T("map.legend_refused", nil)},
		mapSign{"t c", l.T("map.legend_claimable", nil)}, mapSign{"t", l.T("map.legend_unclaimed", nil)})
}
