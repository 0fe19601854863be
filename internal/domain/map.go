package domain

// Unclaimed and OnTheWay are asked of the map beside the states of a reliance.
const (
	Unclaimed RelianceState = "unclaimed"  // nobody proposed it, though Microsoft carries a part
	OnTheWay  RelianceState = "on_the_way" // claimed and standing, not inherited yet
)

// MapStates lists what the map can be narrowed to.
var MapStates = append(append([]RelianceState{}, RelianceStates...), OnTheWay, Unclaimed)

// Standing is where a pair of a control and a service stands on the map. Each
// pair is in exactly one.
type Standing string

const (
	StandsInherited Standing = "inherited"
	StandsOnTheWay  Standing = "on_the_way" // claimed, and some gate still fails
	StandsLapsed    Standing = "lapsed"
	StandsRefused   Standing = "refused"
	StandsUnclaimed Standing = "unclaimed" // Microsoft carries a part that nobody claims
	StandsApart     Standing = "apart"     // nothing to rely on: ours, untouched, or not applicable
)

// MapCell is one control on one service.
type MapCell struct {
	Party    Party
	Decided  bool          // somebody confirmed the split; otherwise it is the proposal
	Reliance RelianceID    // 0: nobody claims it
	State    RelianceState // "" when nobody does; lapsed on a day to come when it would lapse by then
	Rung     Rung          // of a pair that nobody claims: what the certificates at hand would carry
	Gate     Gate          // the first that fails; "" when all pass
	Cause    Reason        // the first of that gate
	Excluded bool          // our SoA excludes every requirement of the control
	Matches  bool          // what the filter asks for
}

// Claimed reports whether somebody claims the pair.
func (c MapCell) Claimed() bool { return c.State != "" }

// Leans reports whether there is anything to rely on, or somebody does.
func (c MapCell) Leans() bool {
	return c.Claimed() || !c.Excluded && (c.Party == PartyMicrosoft || c.Party == PartyShared)
}

// CouldBeClaimed reports whether a proposal would pass G1 to G3 today.
func (c MapCell) CouldBeClaimed() bool {
	return !c.Claimed() && c.Leans() && c.Rung != RungNotExamined
}

// Standing puts the pair where it is counted.
func (c MapCell) Standing() Standing {
	switch {
	case c.State == RelianceLapsed:
		return StandsLapsed
	case c.State == RelianceRefused:
		return StandsRefused
	case c.Claimed() && c.Rung == RungInherited:
		return StandsInherited
	case c.Claimed():
		return StandsOnTheWay
	case c.Leans():
		return StandsUnclaimed
	}
	return StandsApart
}

// MapFilter narrows the map; zero values leave it whole.
type MapFilter struct {
	Theme   string    // "A.5": rows of that theme
	Service ServiceID // one column
	Rung    Rung
	Gate    Gate
	State   RelianceState // one of MapStates
	Party   Party
}

// Narrows reports whether single pairs are asked for, beside rows and columns.
func (f MapFilter) Narrows() bool {
	return f.Rung != "" || f.Gate != "" || f.State != "" || f.Party != ""
}

// Match reports whether a pair is asked for. Rungs and gates are asked only of
// pairs where there is anything to rely on.
func (f MapFilter) Match(c MapCell) bool {
	switch {
	case (f.Rung != "" || f.Gate != "") && !c.Leans(),
		f.Rung != "" && c.Rung != f.Rung,
		f.Gate != "" && c.Gate != f.Gate,
		f.Party != "" && c.Party != f.Party:
		return false
	}
	switch f.State {
	case "":
		return true
	case Unclaimed:
		return c.Standing() == StandsUnclaimed
	case OnTheWay:
		return c.Standing() == StandsOnTheWay
	}
	return c.State == f.State
}

// MapRow is one control on every service shown.
type MapRow struct {
	Control  Control
	Excluded bool
	Bucket   Bucket
	Reason   Reason
	Cells    []MapCell // in the order of the map's services
}

// MapTheme is the rows of one theme.
type MapTheme struct {
	Code   string // "A.5"; "" for controls without a requirement of Annex A in the edition
	Title  Text
	Rows   []MapRow
	Total  int              // rows of the theme, on whatever page of the map
	Counts map[Standing]int // of those, on the services shown
}

// mapCells is about how many cells a page of the map holds: twelve thousand are
// some 1.2 MB of markup, which browsers lay out without a stutter. mapRows is
// the least that a page of very many services holds.
const mapCells, mapRows = 12_000, 50

// RelianceMap is every control on every service in use, as seen on a day.
type RelianceMap struct {
	On       Date
	Services []Service // the columns shown, by name
	Themes   []MapTheme
	Controls int              // rows that the filter asks for
	Matching int              // pairs that the filter asks for
	Counts   map[Standing]int // of all pairs, whatever the filter
	Pairs    int              // all of them
	InUse    []Service        // all columns there are
	Total    int              // all controls there are
}

// Rows lists the controls that the themes hold.
func (m RelianceMap) Rows() []ControlID {
	var out []ControlID
	for _, t := range m.Themes {
		for _, r := range t.Rows {
			out = append(out, r.Control.ID)
		}
	}
	return out
}

// Page cuts one page of rows out of the map: what it counts stays that of the
// whole. A page beyond the last is the last.
func (m RelianceMap) Page(number int) (RelianceMap, Page) {
	p := Page{Size: max(mapRows, mapCells/max(1, len(m.Services)))}
	pages := List[MapRow]{Total: m.Controls, Page: p}.Pages()
	p.Number = min(max(1, number), pages)
	before, left := p.Offset(), p.Limit()
	var themes []MapTheme
	for _, t := range m.Themes {
		skip := min(before, len(t.Rows))
		before -= skip
		t.Rows = t.Rows[skip:]
		t.Rows = t.Rows[:min(left, len(t.Rows))]
		left -= len(t.Rows)
		if len(t.Rows) > 0 {
			themes = append(themes, t)
		}
	}
	m.Themes = themes
	return m, p
}
