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

// What the pages about the provider share: names of services, documents on file,
// reliances that depend on them, and lists that are short enough for memory.

// documentsOffered is how many evidence items a form offers as the document on
// file: the newest.
const documentsOffered = 200

// dependantLines shows reliances, each with its address in its own engagement.
func (c *Ctx) dependantLines(all []app.Dependant) []views.DependantLine {
	out := make([]views.DependantLine, len(all))
	for i, d := range all {
		out[i] = views.DependantLine{Control: d.Control, Service: d.Service.Name, Engagement: d.Engagement.Code,
			State: d.Reliance.State, Verdict: d.Verdict, Standing: d.Standing, Href: c.At().In(d.Engagement.Code).Reliance(d.Reliance.ID)}
	}
	return out
}

// effectLines shows what a change would do, each reliance with its address in
// its own engagement.
func (c *Ctx) effectLines(all []app.Effect) []views.EffectLine {
	out := make([]views.EffectLine, len(all))
	for i, e := range all {
		line := c.dependantLines([]app.Dependant{{RelianceView: e.RelianceView, Engagement: e.Engagement}})[0]
		out[i] = views.EffectLine{DependantLine: line, After: e.After, Causes: e.Causes, Why: e.Why, Climb: e.Climb()}
	}
	return out
}

// namedWord says which service, in which environment, a document names.
func (s *Server) namedWord(c *Ctx, n domain.Named, services []domain.Service) string {
	name := n.Service
	if known, ok := c.inUse().Service(n.Service); ok {
		name = known.Name.EN
	}
	for _, v := range services {
		if v.Key == n.Service && v.Environment == n.Environment {
			name = v.Name
		}
	}
	return name + " · " + c.L.T("environment."+string(n.Environment), nil)
}

func (s *Server) namedWords(c *Ctx, names []domain.Named, services []domain.Service) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = s.namedWord(c, n, services)
	}
	slices.Sort(out)
	return out
}

// namedOptions offers every service of the organization in its environment, and
// what the document names already.
func (s *Server) namedOptions(c *Ctx, services []domain.Service, named []domain.Named) []views.Option {
	var out []views.Option
	offered := map[domain.Named]bool{}
	add := func(n domain.Named, hint string) {
		if !offered[n] {
			offered[n] = true
			out = append(out, views.Option{Value: views.NamedValue(n), Label: s.namedWord(c, n, services), Hint: hint})
		}
	}
	for _, v := range services {
		add(domain.Named{Service: v.Key, Environment: v.Environment}, s.serviceHint(c, v))
	}
	for _, n := range named {
		add(n, c.L.T("certificate.not_in_use", nil))
	}
	return out
}

// serviceHint is what to look for in a scope text besides the service's name.
func (s *Server) serviceHint(c *Ctx, v domain.Service) string {
	known, ok := c.inUse().Service(v.Key)
	if !ok || known.NowNamed == "" {
		return ""
	}
	return c.L.T("catalogue.now_named", map[string]any{"Name": known.NowNamed})
}

func namedValues(names []domain.Named) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = views.NamedValue(n)
	}
	return out
}

func namedOf(f *Form) []domain.Named {
	var out []domain.Named
	for _, v := range f.All("names") {
		out = append(out, views.ParseNamed(v))
	}
	return out
}

// documentOptions offers the newest evidence items, and the one chosen.
func (s *Server) documentOptions(c *Ctx, chosen domain.EvidenceID) ([]views.Option, error) {
	list, err := s.app.FindEvidence(c.Context(), c.Actor, domain.EvidenceFilter{Sort: "number", Desc: true, Page: domain.Page{Size: documentsOffered}})
	if err != nil {
		return nil, err
	}
	var out []views.Option
	for _, e := range list.Rows {
		out = append(out, views.IDOption(e.Evidence.ID, e.Evidence.Code()+" · "+e.Evidence.Title))
		if e.Evidence.ID == chosen {
			chosen = 0
		}
	}
	if chosen != 0 {
		if e, err := s.app.Evidence(c.Context(), c.Actor, chosen); err == nil {
			out = append(out, views.IDOption(chosen, e.Item.Code()+" · "+e.Item.Title))
		}
	}
	return out, nil
}

// documentOnFile is the evidence item a certificate or report was read from; nil
// when there is none, or none the reader may see.
func (s *Server) documentOnFile(c *Ctx, id domain.EvidenceID) *views.FileProps {
	if id == 0 {
		return nil
	}
	e, err := s.app.Evidence(c.Context(), c.Actor, id)
	if err != nil {
		return nil
	}
	f := &views.FileProps{Name: e.Item.Code() + " · " + e.Item.Title, Href: c.At().EvidenceItem(id), Kind: e.Item.Kind}
	if len(e.Versions) > 0 {
		f.Digest, f.Size = e.Versions[0].Blob.SHA256, e.Versions[0].Blob.Size
	}
	return f
}

// personName names a person of the organization, "" for nobody or one who left.
func (s *Server) personName(c *Ctx, id domain.PersonID) (string, error) {
	if id == 0 {
		return "", nil
	}
	members, err := s.app.Members(c.Context(), c.Actor)
	for _, m := range members {
		if m.Person.ID == id {
			return m.Person.Name, nil
		}
	}
	return c.L.T("certificate.former_member", nil), err
}

// says reports whether one of the texts holds the words searched for.
func says(query string, texts ...string) bool {
	query = strings.ToLower(query)
	return query == "" || slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(strings.ToLower(t), query) })
}

// sortedBy orders rows by the column that the address names; by is keyed by column.
func sortedBy[T any](c *Ctx, rows []T, by map[string]func(a, b T) int) (sort string) {
	columns := make([]string, 0, len(by))
	for name := range by {
		columns = append(columns, name)
	}
	column, desc := c.querySort(columns...)
	if column == "" {
		return ""
	}
	slices.SortStableFunc(rows, func(a, b T) int {
		if desc {
			return by[column](b, a)
		}
		return by[column](a, b)
	})
	if desc {
		return "-" + column
	}
	return column
}

// filterForm is the filter of such a list: words, and selects that narrow it.
func (c *Ctx) filterForm(path, table string, selects ...views.FieldProps) (f views.FilterProps, filtered bool) {
	f = views.FilterProps{Action: path, Target: table, Fields: append([]views.FieldProps{
		{Name: "q", Type: views.FieldSearch, Label: c.L.T("common.search", nil), Value: c.queryWords()}}, selects...)}
	for _, field := range f.Fields {
		filtered = filtered || field.Value != ""
	}
	if s := c.Query("sort"); s != "" {
		f.Hidden = []views.Hidden{{Name: "sort", Value: s}}
	}
	if filtered {
		f.Reset = path
	}
	return f, filtered
}

// choose is one select of a filter.
func choose[S ~string](c *Ctx, name, label, words string, values []S) views.FieldProps {
	f := views.FieldProps{Name: name, Type: views.FieldSelect, Label: label, Empty: c.L.T("form.any", nil), Value: string(queryChoice(c, name, values))}
	for _, v := range values {
		word := string(v)
		if words != "" {
			word = c.L.T(words+word, nil)
		}
		f.Options = append(f.Options, views.Option{Value: string(v), Label: word})
	}
	return f
}

// again is the status with which a refused form is shown again, what it shows,
// and false when the error is none of the form's. After somebody else's change
// the form shows the current state instead of what was typed.
func (c *Ctx) again(err error, typed, current url.Values) (int, url.Values, views.FormErrors, bool) {
	errs, ok := c.FieldErrors(err)
	if !ok {
		return 0, nil, nil, false
	}
	if domain.KindOf(err) == domain.KindConflict && current != nil && typed.Get("version") != current.Get("version") {
		return fiber.StatusConflict, current, errs, true
	}
	if domain.KindOf(err) == domain.KindConflict {
		return fiber.StatusConflict, typed, errs, true
	}
	return fiber.StatusUnprocessableEntity, typed, errs, true
}

// untold holds a change back until somebody ticks that they know what it does.
func (c *Ctx) untold() views.FormErrors {
	return views.FormErrors{{Field: "confirmed", Text: c.L.T("error.confirm", nil)}}
}

// held reports whether a change waits: it moves reliances, and nobody ticked that
// they know of just these.
func (c *Ctx) held(form *Form, effects []app.Effect) bool {
	stated := form.Ticked("confirmed") && form.Text("stated") == views.Stated(c.effectLines(effects))
	return len(effects) > 0 && !stated
}

func idValue[T ~int64](id T) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(int64(id), 10)
}
