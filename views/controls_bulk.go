package views

import (
	"strconv"
	"strings"

	"relier/internal/domain"
	"relier/internal/i18n"
)

// BulkProps is the confirm page of an act on several controls. The ids travel
// with the form, so that exactly the number stated is affected.
type BulkProps struct {
	Controls []domain.ControlSummary
	All      bool // nothing was ticked: these are all that match the filter
	Action   string
	Back     string // the list, as it was filtered
	Errors   FormErrors

	Person string   // chosen owner
	People []Option // for assigning
	Owned  int      // how many have another owner now
}

// ids joins the controls into the form's one hidden value.
func (p BulkProps) ids() string {
	out := make([]string, len(p.Controls))
	for i, s := range p.Controls {
		out[i] = strconv.FormatInt(int64(s.Control.ID), 10)
	}
	return strings.Join(out, ",")
}

// codes names the first controls, so that one sees what one is about to touch.
func (p BulkProps) codes() []string {
	const most = 12
	var out []string
	for i, s := range p.Controls {
		if i == most {
			return append(out, "…")
		}
		out = append(out, s.Control.Code)
	}
	return out
}

// IDs are the controls the act is about.
func (p BulkProps) IDs() []domain.ControlID {
	out := make([]domain.ControlID, len(p.Controls))
	for i, s := range p.Controls {
		out[i] = s.Control.ID
	}
	return out
}

// ServiceName is a service with its environment, which decides what a
// certificate says about it, and its model.
func ServiceName(l *i18n.Localizer, s domain.Service) string {
	return s.Name + " · " + l.T("environment."+string(s.Environment), nil)
}

// AnnexProps is the confirm page of starting from Annex A.
type AnnexProps struct {
	Edition domain.Edition // chosen
	Counts  map[domain.Edition]int
	Action  string
	Back    string
	Errors  FormErrors
}

func (p AnnexProps) editions(l *i18n.Localizer) []Option {
	var out []Option
	for i := len(domain.Editions) - 1; i >= 0; i-- {
		e := domain.Editions[i]
		out = append(out, Option{Value: string(e), Label: e.Standard(), Hint: l.N("controls.annex_adds", p.Counts[e], nil), Disabled: p.Counts[e] == 0})
	}
	return out
}

// annexLabel says how many controls an edition's Annex A would add.
func annexLabel(l *i18n.Localizer, n *ControlsNever, e domain.Edition) string {
	return l.N("controls.never_annex_do", n.Counts[e], map[string]any{"Edition": string(e)})
}
