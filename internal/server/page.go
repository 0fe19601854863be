package server

import (
	"strings"

	"relier/internal/domain"
	"relier/views"
)

// Page is the frame of a page of this request: rail, engagement bar, switches,
// sample watermark and the sentence left by the last form.
func (c *Ctx) Page(title string) views.Page {
	p := c.publicPage(title)
	p.Org = views.OrgBrief{Name: c.Org.Name, Code: c.Org.Code}
	p.Sample = c.Org.Sample
	if c.Org.ID == 0 {
		p.Links = c.links(c.At())
		return p
	}
	all := c.engagements()
	for _, e := range all {
		p.Engagements = append(p.Engagements, c.engagementBrief(e))
	}
	around := c.Engagement
	if around.ID == 0 && len(all) > 0 {
		around = all[0] // the organization's own pages keep the newest in view
	}
	at := c.At().In(around.Code)
	p.Engagement, p.Links, p.Nav = c.engagementBrief(around), c.links(at), c.nav(at)
	p.AsOf = c.asOfBar(at)
	return p
}

// publicPage is the frame of a page outside any organization.
func (c *Ctx) publicPage(title string) views.Page {
	theme, density, keys := c.looks()
	p := views.Page{L: c.L, Title: title, Theme: theme, Density: density, Keys: keys, Path: pathHome, Today: c.server.app.Today(),
		Version: c.server.config.Version, Links: views.Links{Home: pathHome, Preferences: pathPreferences}}
	if c.Method() == get {
		p.Path = c.Path()
		p.Notices = c.takeNotice()
	}
	if c.Person.ID != 0 {
		p.Person = views.PersonBrief{Name: c.Person.Name, Role: c.Actor.Role}
	}
	return p
}

func (c *Ctx) links(at Place) views.Links {
	l := views.Links{Home: pathHome, Preferences: pathPreferences, SignOut: pathSignOut, Help: pathAbout, Organizations: pathStart}
	if c.Org.ID == 0 {
		return l
	}
	l.Home = at.Organization()
	if at.Eng != "" {
		l.Home, l.Search = at.Dashboard(), at.Search()
	}
	if c.Actor.Can(domain.ActEngagementWrite) {
		l.NewEngagement = at.NewEngagement()
	}
	if c.Org.Sample && c.Actor.Can(domain.ActOrganizationRemove) {
		l.RemoveSample = at.RemoveSample()
	}
	return l
}

func (c *Ctx) engagementBrief(e domain.Engagement) views.EngagementBrief {
	if e.ID == 0 {
		return views.EngagementBrief{}
	}
	return views.EngagementBrief{Code: e.Code, Name: e.Title, Period: e.Period, Edition: e.Edition, State: e.State, Href: c.At().In(e.Code).Dashboard()}
}

// engagements lists what the engagement switch offers. The page is worth showing
// without it.
func (c *Ctx) engagements() []domain.Engagement {
	all, err := c.server.app.Engagements(c.ctx, c.Actor)
	if err != nil {
		c.server.log.Error("engagement switch", "id", c.id, "err", err)
	}
	return all
}

type navEntry struct{ route, label, href string }

// navCounts are what waits for the reader behind an entry of the rail. The page
// is worth showing without them.
func (c *Ctx) navCounts() map[string]int {
	if c.Engagement.ID == 0 || c.on != 0 {
		return nil
	}
	n, err := c.server.app.CountRequests(c.ctx, c.Actor, c.Engagement)
	if err != nil {
		c.server.log.Error("counts of the rail", "id", c.id, "err", err)
	}
	waiting := n[domain.RequestsAwaited]
	if c.Actor.Can(domain.ActRequestReview) {
		waiting += n[domain.RequestsReview]
	}
	return map[string]int{"requests": waiting}
}

// nav is the rail: what is there, and what the actor may open.
func (c *Ctx) nav(at Place) []views.NavGroup {
	groups := []struct {
		label   string
		entries []navEntry
	}{
		{"nav.microsoft", []navEntry{
			{"catalogue", "nav.catalogue", at.Catalogue()}, {"crosswalk", "nav.crosswalk", at.Crosswalk()}, {"services", "nav.services", at.Services()},
			{"certificates", "nav.certificates", at.Certificates()}, {"reports", "nav.reports", at.Reports()}}},
		{"nav.ours", []navEntry{
			{"controls", "nav.controls", at.Controls()}, {"reliances", "nav.reliances", at.Reliances()},
			{"responsibilities", "nav.responsibilities", at.Responsibilities()},
			{"evidence", "nav.evidence", at.Evidence()}, {"requests", "nav.requests", at.Requests()}, {"soa", "nav.soa", at.SoA()}, {"packs", "nav.packs", at.Packs()}}},
	}
	if at.Eng == "" {
		return []views.NavGroup{{Label: c.L.T("nav.organization", nil), Items: c.navItems([]navEntry{{"people", "nav.people", at.People()}, {"system", "nav.system", at.System()}}, nil)}}
	}
	counts := c.navCounts()
	out := []views.NavGroup{{Items: c.navItems([]navEntry{{"dashboard", "nav.dashboard", at.Dashboard()}, {"compare", "nav.compare", at.Compare()}, {"tasks", "nav.tasks", at.Tasks()}}, nil)}}
	for _, g := range groups {
		if items := c.navItems(g.entries, counts); len(items) > 0 {
			out = append(out, views.NavGroup{Label: c.L.T(g.label, nil), Items: items})
		}
	}
	last := c.navItems([]navEntry{{"activity", "nav.activity", at.Activity()}, {"engagement.edit", "nav.settings", at.Settings()}, {"people", "nav.people", at.People()}, {"system", "nav.system", at.System()}}, nil)
	return append(out, views.NavGroup{Label: c.L.T("nav.organization", nil), Items: last})
}

func (c *Ctx) navItems(entries []navEntry, counts map[string]int) []views.NavItem {
	var out []views.NavItem
	for _, e := range entries {
		r, there := c.server.routes[e.route]
		if there && c.Actor.Can(r.Rule.Action) {
			item := views.NavItem{Key: e.route, Label: c.L.T(e.label, nil), Href: e.href, Active: c.active(r)}
			if n := counts[e.route]; n > 0 {
				item.Count = c.L.Number(n)
			}
			out = append(out, item)
		}
	}
	return out
}

// ifRouted returns href when the product has that page.
func (c *Ctx) ifRouted(name, href string) string {
	if _, there := c.server.routes[name]; there {
		return href
	}
	return ""
}

// active reports whether a navigation entry leads to this page, or to the list
// that this page belongs to.
func (c *Ctx) active(r Route) bool {
	here := c.route.Path
	return here == r.Path || r.Path != eng && strings.HasPrefix(here, r.Path+"/")
}
