package views

import (
	"strings"

	"relier/internal/domain"
	"relier/internal/i18n"
)

// ProposeProps is the confirm page of proposing reliances in bulk.
type ProposeProps struct {
	Count        int // pairs that would be proposed
	Beyond       int // more that could be, over what is proposed at once
	Again        int // of those, lapsed ones proposed again
	Unclaimable  int // of those, ones that could not be approved yet
	Services     []ProposeService
	LeftOut      []LeftOutProps
	Left         int // pairs left out
	Controls     []string
	ByFilter     bool // they are all that a filter shows, and too many to be named in an address
	Filter       []Hidden
	Service      string   // chosen; "" for every service in use
	Choices      []Option // services
	Available    []Option // certificates
	Chosen       []string // of those; none: all
	Pairs        string   // control.service.version, …: what the form carries
	Certificates string   // id.version, …
	Why          string
	Action       string
	Back         string
	Errors       FormErrors
}

// ProposeService is what would be proposed on one service.
type ProposeService struct {
	Service      domain.Service
	Certificates []domain.Certificate
	Codes        []string
	Unclaimable  int           // of those controls, how many could not be approved yet
	Cause        domain.Reason // why the first of them
}

// LeftOutProps are the pairs left out for one reason.
type LeftOutProps struct {
	Why    string // of the app's left-out reasons
	Count  int
	Groups []LeftOutGroup
}

// LeftOutGroup is the controls left out on one service.
type LeftOutGroup struct {
	Service domain.Service
	Codes   []string
}

func (p ProposeProps) hidden() []Hidden {
	return []Hidden{{"pairs", p.Pairs}, {"certificates", p.Certificates}, {"controls", strings.Join(p.Controls, ",")}, {"service", p.Service}, {"back", p.Back}}
}

func (p ProposeProps) consequences(l *i18n.Localizer) []string {
	if p.Count == 0 {
		return []string{l.T("map.propose_nothing", nil)}
	}
	out := []string{l.N("map.propose_c1", p.Count, nil)}
	if p.Beyond > 0 {
		out = append(out, l.N("map.propose_beyond", p.Beyond, map[string]any{"Shown": l.Number(p.Count), "All": l.Number(p.Count + p.Beyond)}))
	}
	if p.Again > 0 {
		out = append(out, l.N("map.propose_again", p.Again, nil))
	}
	if p.Unclaimable > 0 {
		out = append(out, l.N("map.propose_unclaimable", p.Unclaimable, nil))
	}
	if p.Left > 0 {
		out = append(out, l.N("map.propose_left", p.Left, nil))
	}
	return append(out, l.T("map.propose_c2", nil))
}

// ApproveProps is the confirm page of approving reliances in bulk.
type ApproveProps struct {
	Ready    []RelianceRow
	Held     []HeldProps
	Own      int    // of those ready, the reader's own: a reason overrides
	Seen     string // id.version, …
	Ids      string // ids of all that were chosen
	Override string
	Action   string
	Back     string
	Errors   FormErrors
}

// HeldProps is a reliance that cannot be approved now, and why.
type HeldProps struct {
	Row    RelianceRow
	Why    string // of the app's reasons
	Causes []domain.Reason
}

func (p ApproveProps) hidden() []Hidden {
	return []Hidden{{"seen", p.Seen}, {"ids", p.Ids}, {"back", p.Back}}
}

func (p ApproveProps) consequences(l *i18n.Localizer) []string {
	if len(p.Ready) == 0 {
		return []string{l.T("map.approve_nothing", nil)}
	}
	out := []string{l.N("map.approve_c1", len(p.Ready), nil)}
	if p.Own > 0 {
		out = append(out, l.N("map.approve_own", p.Own, nil))
	}
	if len(p.Held) > 0 {
		out = append(out, l.N("map.approve_held", len(p.Held), nil))
	}
	return append(out, l.T("map.approve_c2", nil))
}

// Title says how many are proposed, or that none can be.
func (p ProposeProps) Title(l *i18n.Localizer) string {
	if p.Count == 0 {
		return l.T("map.propose_none", nil)
	}
	return l.N("map.propose_title", p.Count, nil)
}

// Title says how many are approved, or that none can be.
func (p ApproveProps) Title(l *i18n.Localizer) string {
	if len(p.Ready) == 0 {
		return l.T("map.approve_none", nil)
	}
	return l.N("map.approve_title", len(p.Ready), nil)
}
