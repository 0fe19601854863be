package server

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

// What an SoA is said to apply when its form is saved: all of Annex A, nothing
// yet, or what was recorded requirement by requirement.
const (
	appliesAll      = "all"
	appliesUnstated = "unstated"
	appliesRecorded = "recorded"
)

// showNewReport starts confidential: a provider's report is shared under terms.
func (s *Server) showNewReport(c *Ctx) error {
	typed := url.Values{"kind": {string(domain.ReportAudit)}, "state": {string(domain.ReportToRequest)}, "confidential": {"1"},
		"edition": {string(c.Engagement.Edition)}, "applies": {appliesUnstated}}
	return s.reportForm(c, fiber.StatusOK, domain.Report{}, typed, nil, nil)
}

func (s *Server) showEditReport(c *Ctx) error {
	v, err := s.pathReport(c)
	if err != nil {
		return err
	}
	return s.reportForm(c, fiber.StatusOK, v, c.reportValues(v), nil, nil)
}

// reportValues is a report as its form shows it.
func (c *Ctx) reportValues(v domain.Report) url.Values {
	out := url.Values{"kind": {string(v.Kind)}, "title": {v.Title}, "from": {v.Period.From.String()}, "to": {v.Period.To.String()}, "names": namedValues(v.Names),
		"edition": {string(v.Edition)}, "applies": {appliesOf(v)}, "bridges": {idValue(v.Bridges)}, "document": {idValue(v.Document)}, "url": {v.URL},
		"obtained_on": {v.ObtainedOn.String()}, "state": {string(v.State)}, "note": {v.Note}, "version": {strconv.Itoa(v.Version)}}
	if !v.DocumentHash.IsZero() {
		out.Set("digest", v.DocumentHash.String())
	}
	if v.Confidential {
		out.Set("confidential", "1")
	}
	if v.Edition == "" && appliesOf(v) != appliesRecorded {
		out.Set("edition", string(c.Engagement.Edition))
	}
	for i, e := range v.Exceptions {
		putException(out, i+1, []string{c.exceptionWords(e, i), views.RefWords(e.Refs), string(e.Disposition), e.Note})
	}
	return out
}

// appliesOf reads what an SoA in hand with nothing recorded always meant: it
// applies everything.
func appliesOf(v domain.Report) string {
	switch {
	case len(v.NotApplied)+len(v.NotStated) > 0:
		return appliesRecorded
	case v.InHand():
		return appliesAll
	}
	return appliesUnstated
}

func (s *Server) reportForm(c *Ctx, status int, old domain.Report, typed url.Values, errs views.FormErrors, effects []app.Effect) error {
	at := c.At()
	f := views.ReportForm{Services: at.NewService(), Rows: exceptionRows(typed) + 2, Recorded: len(old.NotApplied)+len(old.NotStated) > 0}
	f.Values, f.Errors, f.Effects = typed, errs, c.effectLines(effects)
	services, err := s.app.Services(c.Context(), c.Actor)
	if err != nil {
		return err
	}
	f.Names = s.namedOptions(c, services, old.Names)
	if f.Documents, err = s.documentOptions(c, old.Document); err != nil {
		return err
	}
	if f.Continued, err = s.continuedOptions(c); err != nil {
		return err
	}
	f.Action, f.Cancel, f.Back = at.Reports(), at.Reports(), views.Crumb{Label: c.L.T("report.title", nil), Href: at.Reports()}
	title := c.L.T("report.new", nil)
	if old.ID != 0 {
		f.Action, f.Cancel = at.EditReport(old.ID), at.Report(old.ID)
		f.Back, title = views.Crumb{Label: s.reportLine(c, old).Title.In(c.L.Lang()), Href: at.Report(old.ID)}, c.L.T("report.edit_title", nil)
	}
	return c.RenderStatus(status, views.ReportFormPage(c.Page(title), f))
}

// continuedOptions offers the audit reports that a bridge letter can continue.
func (s *Server) continuedOptions(c *Ctx) ([]views.Option, error) {
	all, err := s.app.Reports(c.Context(), c.Actor)
	var out []views.Option
	for _, r := range all {
		if r.Kind != domain.ReportAudit {
			continue
		}
		label := s.reportLine(c, r).Title.In(c.L.Lang())
		if r.Period.Valid() {
			label += " · " + c.L.Date(r.Period.To.String())
		}
		out = append(out, views.IDOption(r.ID, label))
	}
	return out, err
}

// reportOf reads what was typed.
func (s *Server) reportOf(c *Ctx, form *Form, old domain.Report) domain.Report {
	v := domain.Report{ID: old.ID, Kind: domain.ReportKind(form.Text("kind")), Title: form.Text("title"), Period: form.Period("from", "to"),
		Confidential: form.Ticked("confidential"), Names: namedOf(form), Document: FormID[domain.EvidenceID](form, "document"),
		Bridges: FormID[domain.ReportID](form, "bridges"), ObtainedOn: form.Date("obtained_on"), State: domain.ReportState(form.Text("state")),
		URL: form.Text("url"), Note: form.Text("note"), Version: form.Int("version"), DocumentHash: form.digest("digest")}
	v.Exceptions = s.exceptionsOf(c, form)
	v.Edition = domain.Edition(form.Text("edition"))
	if v.Edition == "" && form.Text("applies") != appliesRecorded { // without one, nothing could be left unstated
		v.Edition = c.Engagement.Edition
	}
	switch form.Text("applies") {
	case appliesAll:
	case appliesRecorded:
		v.NotApplied, v.NotStated = old.NotApplied, old.NotStated
	default:
		v.NotStated = app.UnstatedIn(v.Edition)
	}
	return v
}

// digest reads a SHA-256 as tools print it; an empty field is none.
func (f *Form) digest(name string) domain.Digest {
	typed := strings.Join(strings.Fields(f.Text(name)), "")
	if typed == "" {
		return domain.Digest{}
	}
	d, err := domain.ParseDigest(typed)
	if err != nil {
		f.errs.Add(name, "error.report.hex", nil)
	}
	return d
}

// The parts of an exception, in the order of its fields' names.
var exceptionParts = []string{"", "_refs", "_disposition", "_note"}

// exceptionRows is the number of the last row of exceptions that was sent.
func exceptionRows(v url.Values) int {
	n := 0
	for name := range v {
		number, found := strings.CutPrefix(name, "exception_")
		number, _, _ = strings.Cut(number, "_")
		if i, err := strconv.Atoi(number); found && err == nil && i <= 2*domain.ExceptionsMost {
			n = max(n, i)
		}
	}
	return n
}

func putException(v url.Values, row int, parts []string) {
	for i, part := range exceptionParts {
		v.Set("exception_"+strconv.Itoa(row)+part, parts[i])
	}
}

// exceptionsOf reads the rows of exceptions. An emptied row is removed: those
// below it move up, in what was typed too, so that errors find their fields.
func (s *Server) exceptionsOf(c *Ctx, form *Form) domain.ReportExceptions {
	rows := exceptionRows(form.Values)
	var kept [][]string
	for n := 1; n <= rows; n++ {
		parts := make([]string, len(exceptionParts))
		for i, part := range exceptionParts {
			name := "exception_" + strconv.Itoa(n) + part
			parts[i] = form.Text(name)
			form.Values.Del(name)
		}
		if strings.Join(parts, "") != "" {
			kept = append(kept, parts)
		}
	}
	var out domain.ReportExceptions
	for i, parts := range kept {
		putException(form.Values, i+1, parts)
		out = append(out, domain.ReportException{What: parts[0], Refs: s.refsOf(form, "exception_"+strconv.Itoa(i+1)+"_refs", c.Engagement.Edition),
			Disposition: domain.Disposition(parts[2]), Note: parts[3]})
	}
	return out
}

// refsOf reads codes separated by spaces, commas or line breaks. A year before
// codes says of which edition they are; without it they are of the engagement's,
// or of the other one where only that has such a code.
func (s *Server) refsOf(form *Form, field string, e domain.Edition) []domain.Ref {
	var out []domain.Ref
	said := false
	for _, word := range strings.FieldsFunc(form.Text(field), func(r rune) bool { return strings.ContainsRune(" ,;:\n\t", r) }) {
		if year := domain.Edition(word); year.Valid() {
			e, said = year, true
			continue
		}
		ref := domain.Ref{Edition: e, Code: strings.ToUpper(word)}
		if other := (domain.Ref{Edition: e.Other(), Code: ref.Code}); !said && !s.app.KnownRequirement(ref) {
			ref = other
		}
		if !s.app.KnownRequirement(ref) {
			form.errs.Add(field, "error.report.requirement", domain.Args{"Code": word, "Standard": e.Standard()})
			return nil
		}
		if !slices.Contains(out, ref) {
			out = append(out, ref)
		}
	}
	return out
}

func (s *Server) createReport(c *Ctx) error { return s.putReport(c, domain.Report{}) }

func (s *Server) saveReport(c *Ctx) error {
	old, err := s.pathReport(c)
	if err != nil {
		return err
	}
	return s.putReport(c, old)
}

// putReport saves a report, unless it would let reliances fall and nobody ticked
// that they know. Asked for more rows, it shows the form again with them.
func (s *Server) putReport(c *Ctx, old domain.Report) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	v := s.reportOf(c, form, old)
	if form.Ticked("more") {
		return s.reportForm(c, fiber.StatusOK, old, form.Values, nil, nil)
	}
	if err = form.Err(); err == nil {
		effects, err := s.reportEffects(c, v)
		if err != nil {
			return err
		}
		if c.held(form, effects) {
			return s.reportForm(c, fiber.StatusUnprocessableEntity, old, form.Values, c.untold(), effects)
		}
	}
	if err == nil {
		v, err = s.app.SaveReport(c.Context(), c.Actor, v)
	}
	if status, values, errs, ok := c.again(err, form.Values, c.currentReport(old)); ok {
		return s.reportForm(c, status, old, values, errs, nil)
	}
	if err != nil {
		return err
	}
	notice := "notice.report.changed"
	if old.ID == 0 {
		notice = "notice.report.added"
	}
	return c.Redirect(c.At().Report(v.ID), notice)
}

// reportEffects is what saving would do. A new report that only raises
// reliances is what it is recorded for, and is not held back.
func (s *Server) reportEffects(c *Ctx, v domain.Report) ([]app.Effect, error) {
	effects, err := s.app.ReportEffects(c.Context(), c.Actor, v)
	sinks := func(e app.Effect) bool { return e.Falls() || e.Climb() < 0 }
	if v.ID == 0 && !slices.ContainsFunc(effects, sinks) {
		return nil, err
	}
	return effects, err
}

func (c *Ctx) currentReport(v domain.Report) url.Values {
	if v.ID == 0 {
		return nil
	}
	return c.reportValues(v)
}
