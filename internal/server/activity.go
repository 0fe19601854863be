package server

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"relier/internal/domain"
	"relier/views"
)

// nouns are the kinds of objects that records are filtered by.
var nouns = []domain.Noun{domain.NounEngagement, domain.NounControl, domain.NounOwnership, domain.NounService, domain.NounCertificate,
	domain.NounReport, domain.NounSplit, domain.NounResponsibility, domain.NounReliance, domain.NounSoAEntry, domain.NounSoAVersion,
	domain.NounEvidence, domain.NounRequest, domain.NounReview, domain.NounTest, domain.NounPack, domain.NounCatalogue, domain.NounUpload, domain.NounMembership, domain.NounOrganization}

// verbs are what records are filtered by, whatever it was done to.
var verbs = []string{"created", "added", "changed", "submitted", "accepted", "returned", "proposed", "approved", "refused", "lapsed", "verified", "sealed", "ended"}

// activityFilter reads the list's state from its address; what makes no sense
// filters nothing.
func activityFilter(c *Ctx) domain.ActivityFilter {
	f := domain.ActivityFilter{Engagement: c.Engagement.ID, Noun: domain.Noun(c.Query("noun")), Page: c.ListPage()}
	if !slices.Contains(nouns, f.Noun) {
		f.Noun = ""
	}
	if id, err := strconv.ParseInt(c.Query("person"), 10, 64); err == nil {
		f.Person = domain.PersonID(id)
	}
	f.Label = c.queryWords()
	f.Verb = queryChoice(c, "verb", verbs)
	f.From, _ = domain.ParseDate(c.Query("from"))
	f.To, _ = domain.ParseDate(c.Query("to"))
	return f
}

func (s *Server) showActivity(c *Ctx) error {
	f := activityFilter(c)
	found, err := s.app.Activity(c.ctx, c.Actor, f)
	if err != nil {
		return err
	}
	names, err := s.app.Names(c.ctx, c.Actor)
	if err != nil {
		return err
	}
	p := c.Page(c.L.T("activity.title", nil))
	list := views.ActivityList{Filter: c.activityFields(f, names), Table: c.activityTable(p, f, found), Exports: c.activityExports()}
	if list.Log, err = s.signedLog(c); err != nil {
		return err
	}
	return c.Render(views.ActivityPage(p, list))
}

func (c *Ctx) activityFields(f domain.ActivityFilter, names map[domain.PersonID]string) views.FilterProps {
	people := []views.Option{}
	for id, name := range names {
		people = append(people, views.Option{Value: strconv.FormatInt(int64(id), 10), Label: name})
	}
	slices.SortFunc(people, func(a, b views.Option) int { return strings.Compare(a.Label, b.Label) })
	kinds := []views.Option{}
	for _, n := range nouns {
		kinds = append(kinds, views.Option{Value: string(n), Label: c.L.T("noun."+string(n), nil)})
	}
	deeds := []views.Option{}
	for _, v := range verbs {
		deeds = append(deeds, views.Option{Value: v, Label: c.L.T("activity.verb."+v, nil)})
	}
	props := views.FilterProps{Action: c.At().Activity(), Target: "activity", Fields: []views.FieldProps{
		{Name: "person", Type: views.FieldSelect, Label: c.L.T("activity.person", nil), Options: people, Empty: c.L.T("activity.everyone", nil), Value: c.Query("person")},
		{Name: "noun", Type: views.FieldSelect, Label: c.L.T("activity.noun", nil), Options: kinds, Empty: c.L.T("activity.all_nouns", nil), Value: string(f.Noun)},
		{Name: "q", Label: c.L.T("activity.object", nil), Hint: c.L.T("activity.object_hint", nil), Value: f.Label},
		{Name: "verb", Type: views.FieldSelect, Label: c.L.T("activity.verb", nil), Options: deeds, Empty: c.L.T("activity.verb.all", nil), Value: f.Verb},
		{Name: "from", Type: views.FieldDate, Label: c.L.T("activity.from", nil), Value: f.From.String()},
		{Name: "to", Type: views.FieldDate, Label: c.L.T("activity.to", nil), Value: f.To.String()},
	}}
	props.Hidden = views.RowsHidden(f.Page)
	if f.Person != 0 || f.Noun != "" || f.Label != "" || f.Verb != "" || f.From != 0 || f.To != 0 {
		props.Reset = c.At().Activity()
	}
	return props
}

func (c *Ctx) activityTable(p views.Page, f domain.ActivityFilter, found domain.List[domain.Activity]) views.TableProps {
	t := views.TableProps{ID: "activity", Caption: c.L.N("activity.count", found.Total, nil), Path: c.Path(), Columns: []views.Column{
		{Label: c.L.T("activity.when", nil), Narrow: true}, {Label: c.L.T("activity.who", nil), Narrow: true}, {Label: c.L.T("activity.what", nil), Wide: true}, {Label: c.L.T("record.proof", nil), Narrow: true}},
		Pager: views.WholePager(f.Page, found.Total)}
	for _, a := range found.Rows {
		who := a.ActorName
		if a.Actor == 0 || a.Verb == "reliance.lapsed" { // it follows from somebody's change
			who = c.L.T("activity.relier", nil)
		}
		t.Rows = append(t.Rows, views.Row{Cells: []templ.Component{views.Moment(c.L, a.At), views.Text(who),
			views.Deed(p, a, c.objectHref(a)), views.LinkTo(c.At().Record(a.Seq), c.L.T("record.title", map[string]any{"Seq": a.Seq}))}})
	}
	t.Empty = views.Empty(views.EmptyProps{Title: c.L.T("activity.empty", nil), Text: c.L.T("activity.empty_text", nil)})
	if u, err := url.Parse(c.Path()); err == nil && u.RawQuery != "" {
		t.Empty = views.NoMatch(c.L, c.At().Activity())
	}
	return t
}

// objectHref is the page of the object of a record, or "".
func (c *Ctx) objectHref(a domain.Activity) string {
	at := c.At()
	switch a.Noun {
	case domain.NounControl, domain.NounOwnership:
		return c.ifRouted("control", at.Control(domain.ControlID(a.Object)))
	case domain.NounCertificate:
		return c.ifRouted("certificate", at.Certificate(domain.CertificateID(a.Object)))
	case domain.NounReport:
		return c.ifRouted("report", at.Report(domain.ReportID(a.Object)))
	case domain.NounReliance:
		return c.ifRouted("reliance", at.Reliance(domain.RelianceID(a.Object)))
	case domain.NounEvidence:
		return c.ifRouted("evidence.item", at.EvidenceItem(domain.EvidenceID(a.Object)))
	case domain.NounRequest:
		return c.ifRouted("request", at.Request(domain.RequestID(a.Object)))
	case domain.NounPack:
		return c.ifRouted("pack", at.Pack(domain.PackID(a.Object)))
	case domain.NounService:
		return c.ifRouted("services", at.Services())
	case domain.NounSoAEntry, domain.NounSoAVersion:
		return c.ifRouted("soa", at.SoA())
	}
	return ""
}
