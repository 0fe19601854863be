// Package views renders every page of Relier as templ components with typed
// props. A page is @Layout(p) around components; see README.md in this folder.
//
// Conventions: component Xxx takes XxxProps; a component that says words of its
// own takes the localizer first; every href and form action comes in through
// props; markup has no inline style or script, for the CSP refuses both.
package views

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"relier/internal/domain"
	"relier/internal/i18n"
)

// Theme is how light the pages are; auto follows the device.
type Theme string

const (
	ThemeAuto  Theme = "auto"
	ThemeLight Theme = "light"
	ThemeDark  Theme = "dark"
)

// Themes lists the themes in the order the switch shows them.
var Themes = []Theme{ThemeAuto, ThemeLight, ThemeDark}

// Valid reports whether t is a known theme.
func (t Theme) Valid() bool { return slices.Contains(Themes, t) }

// Density is how tall table rows are.
type Density string

const (
	DensityNormal  Density = "normal"  // 40 px rows
	DensityCompact Density = "compact" // 32 px rows
)

// Densities lists the densities in the order the switch shows them.
var Densities = []Density{DensityNormal, DensityCompact}

// Valid reports whether d is a known density.
func (d Density) Valid() bool { return slices.Contains(Densities, d) }

// Page is what the layout needs to know beside the page's own content.
type Page struct {
	L           *i18n.Localizer
	Title       string // of the document, without the product's name
	Theme       Theme
	Density     Density
	Path        string // path and query of this page; the switches come back to it
	Today       domain.Date
	Org         OrgBrief
	Engagement  EngagementBrief // zero: none chosen yet
	Engagements []EngagementBrief
	AsOf        *AsOf // nil: outside an engagement
	Nav         []NavGroup
	Person      PersonBrief // zero: nobody is signed in
	Sample      bool        // the data are the fictional sample: watermark every page
	Notices     []NoticeProps
	Links       Links
	Version     string // of the program, in the footer
	Search      string // what the search field holds
	Keys        bool   // single-letter keys are on for this person
}

// OrgBrief names the organization.
type OrgBrief struct{ Name, Code string }

// PersonBrief names the signed-in person.
type PersonBrief struct {
	Name string
	Role domain.Role
}

// EngagementBrief is what the engagement bar shows.
type EngagementBrief struct {
	Code    string
	Name    string
	Period  domain.Period
	Edition domain.Edition
	State   domain.EngagementState
	Href    string // where choosing this engagement leads
}

// NavGroup is a stretch of the rail; its label may be empty.
type NavGroup struct {
	Label string
	Items []NavItem
}

// NavItem is one link of the rail.
type NavItem struct {
	Key    string
	Label  string
	Href   string
	Active bool
	Count  string // shown at the right when not empty, e.g. "93"
}

// Links are the addresses the layout posts and points to. An empty one hides
// its control.
type Links struct {
	Home           string
	Preferences    string // POST theme, density, lang, keys and back
	Search         string // GET q
	Account        string
	SignIn         string
	SignOut        string // POST
	RemoveSample   string // GET: the confirm page
	NewEngagement  string
	AllEngagements string
	Organizations  string // where a person chooses among theirs
	Help           string
}

// Crumb is a link back to a parent page.
type Crumb struct{ Label, Href string }

// documentTitle is the page's title followed by the product's name.
func (p Page) documentTitle() string {
	if p.Title == "" {
		return "Relier"
	}
	return p.Title + " · Relier"
}

func (p Page) theme() string {
	if p.Theme.Valid() {
		return string(p.Theme)
	}
	return string(ThemeAuto)
}

func (p Page) density() string {
	if p.Density.Valid() {
		return string(p.Density)
	}
	return string(DensityNormal)
}

// WithQuery returns path with one query parameter set, or removed when value is
// "", and the others kept. Lists use it for sort and page links, so that a
// list's URL stays its whole state.
func WithQuery(path, name, value string) string {
	u, err := url.Parse(path)
	if err != nil {
		return path
	}
	q := u.Query()
	q.Set(name, value)
	if value == "" {
		q.Del(name)
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// initials are at most two capitals for a person's mark.
func initials(name string) string {
	words := strings.Fields(name)
	if len(words) > 2 {
		words = []string{words[0], words[len(words)-1]}
	}
	var out strings.Builder
	for _, w := range words {
		out.WriteRune([]rune(w)[0])
	}
	return strings.ToUpper(out.String())
}

// number is strconv.Itoa under a name that reads well in markup.
func number(n int) string { return strconv.Itoa(n) }

// pressed is the value of aria-pressed.
func pressed(on bool) string { return strconv.FormatBool(on) }

// colorScheme tells the browser how to draw its own controls before our
// stylesheet arrives.
func (p Page) colorScheme() string {
	if p.theme() == string(ThemeAuto) {
		return "light dark"
	}
	return p.theme()
}
