package views

import (
	"net/url"
	"slices"

	"relier/internal/domain"
	"relier/internal/i18n"
)

// SplitsProps is the page that decides the splits of several controls on one or
// several services.
type SplitsProps struct {
	BulkProps
	Values   url.Values
	Choices  []ServiceChoice
	Services string           // where services in use are recorded
	Told     *SplitsStatement // what the order would do; nil: nothing was asked yet
}

// ServiceChoice is a service in use, and what confirming the proposals of the
// controls on it would come to.
type ServiceChoice struct {
	Service                      domain.Service
	Undecided, Decided, Disputed int
}

// SplitsStatement is the exact number that an order touches, before it does.
type SplitsStatement struct {
	Stated  string // names the statement, so that only what was stated is done
	Counts  SplitCounts
	Effects []EffectLine
}

// SplitCounts puts each pair of control and service in one place.
type SplitCounts struct{ Pairs, Record, Decided, Same, Disputed, Differ int }

func (p SplitsProps) services(l *i18n.Localizer) []Option {
	out := make([]Option, len(p.Choices))
	for i, c := range p.Choices {
		hint := l.N("controls.splits_undecided", c.Undecided, map[string]any{"Decided": l.Number(c.Decided)})
		if c.Disputed > 0 {
			hint += " · " + l.N("splits.disputed", c.Disputed, nil)
		}
		out[i] = Option{Value: id(c.Service.ID), Label: ServiceName(l, c.Service), Hint: hint}
	}
	return out
}

// parties are what may be recorded: each pair's own proposal, or one party.
func (p SplitsProps) parties(l *i18n.Localizer) []Option {
	out := []Option{{Value: "", Label: l.T("splits.as_proposed", nil)}}
	for _, v := range domain.Parties {
		out = append(out, Option{Value: string(v), Label: l.T("control.party_"+string(v), nil)})
	}
	return out
}

// sentences state what would be done, to the last number.
func (c SplitCounts) sentences(l *i18n.Localizer) []string {
	out := []string{l.N("splits.record", c.Record, map[string]any{"Pairs": l.Number(c.Pairs)})}
	for _, line := range []struct {
		key string
		n   int
	}{{"splits.differ", c.Differ}, {"splits.decided", c.Decided}, {"splits.same", c.Same}, {"splits.disputed_left", c.Disputed}} {
		if line.n > 0 {
			out = append(out, l.N(line.key, line.n, nil))
		}
	}
	return out
}

func (p SplitsProps) hidden() []Hidden {
	out := []Hidden{{"ids", p.ids()}, {"back", p.Back}}
	if p.Told != nil && p.Told.Counts.Record > 0 {
		out = append(out, Hidden{"told", p.Told.Stated})
	}
	return out
}

func (p SplitsProps) submit(l *i18n.Localizer) string {
	if p.Told == nil || p.Told.Counts.Record == 0 {
		return l.T("controls.splits_do", nil)
	}
	return l.N("splits.do", p.Told.Counts.Record, nil)
}

// otherwise reports whether more than the proposals was asked for.
func (p SplitsProps) otherwise() bool {
	return p.Values.Get("party") != "" || p.Values.Get("again") != "" || p.Values.Get("reason") != "" ||
		slices.ContainsFunc(p.Errors, func(e FormError) bool { return e.Field == "reason" || e.Field == "party" })
}
