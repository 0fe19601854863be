package server

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

// showServices lists the services in use.
func (s *Server) showServices(c *Ctx) error {
	services, err := s.app.Services(c.Context(), c.Actor)
	if err != nil {
		return err
	}
	at := c.At()
	v := views.ServiceList{Catalogue: at.Catalogue(), Period: c.Engagement.Period}
	v.Filter, v.Filtered = c.filterForm(at.Services(), "services",
		choose(c, "environment", c.L.T("service.environment", nil), "environment.", domain.Environments),
		choose(c, "state", c.L.T("service.state", nil), "state.service.", domain.ServiceStates))
	if c.Actor.Can(domain.ActServiceWrite) {
		v.New = at.NewService()
	}
	covered, err := s.app.ServiceCoverage(c.Context(), c.Actor, c.Engagement)
	if err != nil {
		return err
	}
	lines := s.serviceLines(c, services)
	for i := range lines {
		lines[i].Covered = covered[lines[i].Service.ID]
	}
	sort := sortedBy(c, lines, serviceOrders)
	page := domain.Slice(lines, domain.Page{Number: c.PageNumber()})
	v.Lines = page.Rows
	v.Table = views.TableProps{ID: "services", Caption: c.L.N("service.count", page.Total, nil), Path: c.Path(), Sort: sort, Pager: &views.PagerProps{Page: c.PageNumber(), Total: page.Total}}
	return c.Render(views.ServicesPage(c.Page(c.L.T("service.title", nil)), v))
}

// serviceLines keeps the services that the filter lets through.
func (s *Server) serviceLines(c *Ctx, services []domain.Service) []views.ServiceLine {
	state, environment := queryChoice(c, "state", domain.ServiceStates), queryChoice(c, "environment", domain.Environments)
	var out []views.ServiceLine
	for _, v := range services {
		line := s.serviceLine(c, v)
		if (state == "" || v.State == state) && (environment == "" || v.Environment == environment) &&
			says(c.queryWords(), v.Name, line.Listed.Name.EN, line.Listed.Name.FR, line.Listed.NowNamed) {
			out = append(out, line)
		}
	}
	return out
}

func (s *Server) serviceLine(c *Ctx, v domain.Service) views.ServiceLine {
	listed, known := c.inUse().Service(v.Key)
	if known || v.Closed != 0 { // what was recorded of it counts, though the catalogue may have dropped it
		listed.Closed = v.Closed
	}
	if !known {
		listed.Name = domain.Text{EN: v.Name}
	}
	return views.ServiceLine{Service: v, Listed: listed, Known: known, Href: c.At().Service(v.ID)}
}

var serviceOrders = map[string]func(a, b views.ServiceLine) int{
	"name": func(a, b views.ServiceLine) int {
		return strings.Compare(strings.ToLower(a.Service.Name), strings.ToLower(b.Service.Name))
	},
	"environment": func(a, b views.ServiceLine) int {
		return slices.Index(domain.Environments, a.Service.Environment) - slices.Index(domain.Environments, b.Service.Environment)
	},
	"model": func(a, b views.ServiceLine) int {
		return slices.Index(domain.ServiceModels, a.Service.Model) - slices.Index(domain.ServiceModels, b.Service.Model)
	},
	"covered": func(a, b views.ServiceLine) int { return a.Covered.Days - b.Covered.Days },
	"from":    func(a, b views.ServiceLine) int { return cmp.Compare(a.Service.From, b.Service.From) },
	"state": func(a, b views.ServiceLine) int {
		return slices.Index(domain.ServiceStates, a.Service.State) - slices.Index(domain.ServiceStates, b.Service.State)
	},
}

// pathService reads the service that the address names.
func (s *Server) pathService(c *Ctx) (domain.Service, error) {
	id, err := pathID[domain.ServiceID](c, "id", domain.NounService)
	if err != nil {
		return domain.Service{}, err
	}
	return s.app.Service(c.Context(), c.Actor, id)
}

// showService is one service: what became of it, and what rests on it.
func (s *Server) showService(c *Ctx) error {
	v, err := s.pathService(c)
	if err != nil {
		return err
	}
	page := views.ServiceView{Line: s.serviceLine(c, v), Back: c.backToServices(), Period: c.Engagement.Period}
	dependants, err := s.app.ServiceDependants(c.Context(), c.Actor, v.ID)
	if err != nil {
		return err
	}
	page.Dependants = c.dependantLines(dependants)
	if page.Named, page.Changes, err = s.certificatesNaming(c, v); err != nil {
		return err
	}
	known, err := s.app.Catalogue(c.Context(), c.Actor)
	if err != nil {
		return err
	}
	for _, r := range known.Snapshot.Renames {
		if page.Line.Known && r.ServiceID == v.Key {
			page.Renames = append(page.Renames, r)
		}
	}
	if c.Actor.Can(domain.ActServiceWrite) {
		page.Edit = c.At().EditService(v.ID)
		if v.State != domain.ServiceRetired {
			page.Retire = c.At().RetireService(v.ID)
		}
	}
	return c.Render(views.ServicePage(c.Page(v.Name), page))
}

func (c *Ctx) backToServices() views.Crumb {
	return views.Crumb{Label: c.L.T("service.title", nil), Href: c.At().Services()}
}

// certificatesNaming lists the certificates whose quoted scope names the service
// in its environment, and for each change of the service those that were read
// before it: the newest change first.
func (s *Server) certificatesNaming(c *Ctx, v domain.Service) (out []views.Held, changes []views.ServiceChangeLine, err error) {
	certificates, err := s.app.Certificates(c.Context(), c.Actor)
	for _, change := range slices.Backward(v.Changes) {
		changes = append(changes, views.ServiceChangeLine{Change: change, ToCome: change.On > s.app.Day()})
	}
	for _, k := range certificates {
		if !k.NamesService(v.Key, v.Environment) {
			continue
		}
		held := s.heldCertificate(c, k)
		out = append(out, held)
		for i := range changes {
			if k.Counted() && changes[i].Change.Outdates(k) {
				changes[i].Outdated = append(changes[i].Outdated, held)
			}
		}
	}
	return out, changes, err
}

// showNewService is the form that adds a service; ?key= chooses one of the
// catalogue, and its likely cloud.
func (s *Server) showNewService(c *Ctx) error {
	typed := url.Values{"key": {c.Query("key")}, "state": {string(domain.ServiceInUse)}, "environment": {string(likelyEnvironment(c.Query("key")))}, "model": {string(likelyModel(c.Query("key")))}}
	return s.serviceForm(c, fiber.StatusOK, domain.Service{}, typed, nil, nil)
}

// likelyModel is how most of the catalogue is used; the person decides.
func likelyModel(key string) domain.ServiceModel {
	if strings.HasPrefix(key, "azure") && key != "azure-devops-services" {
		return domain.ModelIaaS
	}
	return domain.ModelSaaS
}

// likelyEnvironment reads the cloud out of the name that the catalogue gives a
// service; the person decides.
func likelyEnvironment(key string) domain.Environment {
	switch {
	case strings.HasSuffix(key, "-defense"):
		return domain.EnvDoD
	case strings.HasSuffix(key, "-government"):
		return domain.EnvGovernment
	case strings.HasSuffix(key, "-germany"):
		return domain.EnvGermany
	}
	return domain.EnvPublic
}

func (s *Server) createService(c *Ctx) error { return s.putService(c, domain.Service{}) }

func (s *Server) showEditService(c *Ctx) error {
	v, err := s.pathService(c)
	if err != nil {
		return err
	}
	return s.serviceForm(c, fiber.StatusOK, v, serviceValues(v), nil, nil)
}

func (s *Server) saveService(c *Ctx) error {
	old, err := s.pathService(c)
	if err != nil {
		return err
	}
	return s.putService(c, old)
}

// putService saves what was typed, unless it would let reliances fall, or the
// service has ended, and nobody ticked that they know.
func (s *Server) putService(c *Ctx, old domain.Service) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	v := domain.Service{ID: old.ID, Key: form.Text("key"), Name: form.Text("name"), Environment: domain.Environment(form.Text("environment")),
		Model: domain.ServiceModel(form.Text("model")), From: form.Date("from"), To: form.Date("to"), State: domain.ServiceState(form.Text("state")), Version: form.Int("version")}
	if err = form.Err(); err == nil {
		effects, held, err := s.holdService(c, form, old, v)
		if err != nil {
			return err
		}
		if held {
			return s.serviceForm(c, fiber.StatusUnprocessableEntity, old, form.Values, c.untold(), effects)
		}
	}
	if err == nil {
		v, err = s.app.SaveService(c.Context(), c.Actor, v)
	}
	if status, values, errs, ok := c.again(err, form.Values, currentService(old)); ok {
		return s.serviceForm(c, status, old, values, errs, nil)
	}
	if err != nil {
		return err
	}
	switch {
	case old.ID == 0 && form.Ticked("again"):
		return c.Redirect(c.At().NewService(), "notice.service.added")
	case old.ID == 0:
		return c.Redirect(c.At().Services(), "notice.service.added")
	}
	return c.Redirect(c.At().Service(v.ID), "notice.service.changed")
}

// holdService reports whether a change waits for a tick, and what it does.
func (s *Server) holdService(c *Ctx, form *Form, old, v domain.Service) ([]app.Effect, bool, error) {
	if old.ID == 0 {
		listed, _ := c.inUse().Service(v.Key)
		if v.Key == "" {
			listed, _ = c.inUse().Service(domain.Slug(v.Name))
		}
		return nil, !listed.Closed.IsZero() && !form.Ticked("confirmed"), nil
	}
	effects, err := s.app.ServiceEffects(c.Context(), c.Actor, v)
	return effects, c.held(form, effects), err
}

func (s *Server) serviceForm(c *Ctx, status int, old domain.Service, typed url.Values, errs views.FormErrors, effects []app.Effect) error {
	at := c.At()
	f := views.ServiceForm{FormState: views.FormState{Values: typed, Errors: errs, Effects: c.effectLines(effects), Action: at.Services(), Cancel: at.Services(), Back: c.backToServices()},
		Catalogue: c.inUse().Services(), Period: c.Engagement.Period}
	title := c.L.T("service.add", nil)
	if old.ID != 0 {
		f.Fixed, f.Action, f.Cancel = true, at.EditService(old.ID), at.Service(old.ID)
		f.Back, title = views.Crumb{Label: old.Name, Href: at.Service(old.ID)}, c.L.T("service.edit_title", nil)
	} else {
		f.Chosen, _ = c.inUse().Service(firstFilled(typed.Get("key"), domain.Slug(typed.Get("name"))))
		f.Closed = !f.Chosen.Closed.IsZero()
	}
	return c.RenderStatus(status, views.ServiceFormPage(c.Page(title), f))
}

func firstFilled(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// serviceValues is a service as its form shows it.
func serviceValues(v domain.Service) url.Values {
	return url.Values{"key": {v.Key}, "name": {v.Name}, "environment": {string(v.Environment)}, "model": {string(v.Model)},
		"from": {v.From.String()}, "to": {v.To.String()}, "state": {string(v.State)}, "version": {strconv.Itoa(v.Version)}}
}

func currentService(v domain.Service) url.Values {
	if v.ID == 0 {
		return nil
	}
	return serviceValues(v)
}

func (s *Server) showRetireService(c *Ctx) error {
	v, err := s.pathService(c)
	if err != nil {
		return err
	}
	effects, err := s.app.ServiceEffects(c.Context(), c.Actor, retired(v, s.app.Today()))
	if err != nil {
		return err
	}
	return s.retireForm(c, fiber.StatusOK, v, url.Values{"to": {s.app.Today().String()}, "version": {strconv.Itoa(v.Version)}}, nil, effects)
}

// retired is a service after its last day of use.
func retired(v domain.Service, to domain.Date) domain.Service {
	v.State, v.To = domain.ServiceRetired, to
	return v
}

func (s *Server) retireForm(c *Ctx, status int, v domain.Service, typed url.Values, errs views.FormErrors, effects []app.Effect) error {
	dependants, err := s.app.ServiceDependants(c.Context(), c.Actor, v.ID)
	if err != nil {
		return err
	}
	at := c.At()
	page := views.ServiceRetire{Line: s.serviceLine(c, v), Dependants: c.dependantLines(dependants),
		FormState: views.FormState{Values: typed, Errors: errs, Effects: c.effectLines(effects), Action: at.RetireService(v.ID), Back: views.Crumb{Label: v.Name, Href: at.Service(v.ID)}}}
	return c.RenderStatus(status, views.ServiceRetirePage(c.Page(c.L.T("service.retire_title", map[string]any{"Name": v.Name})), page))
}

func (s *Server) retireService(c *Ctx) error {
	v, err := s.pathService(c)
	if err != nil {
		return err
	}
	form, err := c.Form()
	if err != nil {
		return err
	}
	next := retired(v, form.Date("to"))
	next.Version = form.Int("version")
	if err = form.Err(); err == nil && next.To == 0 {
		err = domain.Invalid("error.service.last_day", nil).At("to")
	}
	if err == nil {
		effects, err := s.app.ServiceEffects(c.Context(), c.Actor, next)
		if err != nil {
			return err
		}
		if c.held(form, effects) {
			return s.retireForm(c, fiber.StatusUnprocessableEntity, v, form.Values, c.untold(), effects)
		}
	}
	if err == nil {
		_, err = s.app.SaveService(c.Context(), c.Actor, next)
	}
	current := url.Values{"to": {form.Text("to")}, "version": {strconv.Itoa(v.Version)}}
	if status, values, errs, ok := c.again(err, form.Values, current); ok {
		return s.retireForm(c, status, v, values, errs, nil)
	}
	if err != nil {
		return err
	}
	return c.Redirect(c.At().Service(v.ID), "notice.service.retired")
}
