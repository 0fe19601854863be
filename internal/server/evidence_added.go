package server

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

// addedMost is how many items the page after an upload shows.
const addedMost = 500

// showAddedEvidence is the page after an upload; its address says what became
// of each file.
func (s *Server) showAddedEvidence(c *Ctx) error {
	ids, err := queryIDs[domain.EvidenceID](c, "id")
	if err != nil {
		return err
	}
	v, err := s.addedEvidence(c, ids)
	if err != nil {
		return err
	}
	controls, err := queryIDs[domain.ControlID](c, "control")
	if err != nil {
		return err
	}
	names := c.QueryAll("name")
	for i, same := range c.QueryAll("same") {
		name := ""
		if i < len(names) {
			name = names[i]
		}
		item, err := s.sameItem(c, same, name, controls)
		if err != nil {
			return err
		}
		v.Same = append(v.Same, item)
	}
	return c.Render(views.EvidenceAddedPage(c.Page(c.L.T("evidence.added", nil)), v))
}

func (s *Server) addedEvidence(c *Ctx, ids []domain.EvidenceID) (views.EvidenceAdded, error) {
	v := views.EvidenceAdded{Action: c.At().CompleteEvidence(), Href: c.evidenceHrefs(), Period: c.Engagement.Period}
	if len(ids) > addedMost {
		ids = ids[:addedMost]
	}
	rows, err := s.app.EvidenceByID(c.Context(), c.Actor, ids)
	for _, e := range rows {
		v.Added = append(v.Added, views.AddedItem{Summary: e.Summary, Doubts: s.app.SufficiencyOfRow(c.Engagement, e.Summary, 0), Values: views.EvidenceValues{Title: e.Summary.Evidence.Title,
			Source: e.Summary.Evidence.Source, Method: e.Summary.Evidence.Method, Sensitivity: string(e.Summary.Evidence.Sensitivity),
			Expires: e.Summary.Evidence.Expires.String(), Cadence: string(e.Summary.Evidence.Cadence), CapturedOn: e.CapturedOn.String(), From: e.Summary.Evidence.Period.From.String(), To: e.Summary.Evidence.Period.To.String()}})
		if e.Summary.Evidence.State == domain.EvidenceDraft {
			v.Drafts++
		}
	}
	return v, err
}

// sameItem reads "<item>.<version>", a file whose bytes are here already.
func (s *Server) sameItem(c *Ctx, same, name string, controls []domain.ControlID) (views.SameItem, error) {
	id, number, _ := strings.Cut(same, ".")
	item, errA := strconv.ParseInt(id, 10, 64)
	n, errB := strconv.Atoi(number)
	if errA != nil || errB != nil {
		return views.SameItem{}, domain.NotFound(string(domain.NounEvidence))
	}
	e, err := s.app.Evidence(c.Context(), c.Actor, domain.EvidenceID(item))
	if err != nil {
		return views.SameItem{}, err
	}
	out := views.SameItem{Item: e.Item, FileName: domain.SafeFileName(name), Link: c.At().LinkEvidence(e.Item.ID),
		Copy: c.At().CopyEvidence(e.Item.ID, n), Controls: len(controls), Hidden: []views.Hidden{{Name: "name", Value: name}}}
	for _, v := range e.Versions {
		if v.Number == n {
			out.Version = v
		}
	}
	for _, k := range controls {
		out.Hidden = append(out.Hidden, views.Hidden{Name: "controls", Value: itoa(k)})
	}
	return out, nil
}

// completeEvidence fills in the drafts of an upload, all or none.
func (s *Server) completeEvidence(c *Ctx) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	ids := FormIDs[domain.EvidenceID](form, "id")
	drafts := make([]app.EvidenceDraft, len(ids))
	for i, id := range ids {
		drafts[i] = draftRow(form, id)
	}
	n := 0
	if err = form.Err(); err == nil {
		n, err = s.app.CompleteEvidence(c.Context(), c.Actor, drafts)
	}
	if errs, ok := c.FieldErrors(err); ok {
		return s.addedAgain(c, statusOf(err), form, ids, errs)
	}
	if err != nil {
		return err
	}
	return c.RedirectCount(c.At().Evidence()+"?sort=-number", "notice.evidence.submitted", n)
}

// draftRow reads one row; a field left empty takes what was typed for all.
func draftRow(f *Form, id domain.EvidenceID) app.EvidenceDraft {
	row := itoa(id) + "."
	for _, name := range []string{"captured_on", "from", "to", "source"} {
		if f.Text(row+name) == "" {
			f.Values.Set(row+name, f.Text("all."+name))
		}
	}
	return app.EvidenceDraft{
		Item: domain.Evidence{ID: id, Title: f.Text(row + "title"), Source: f.Text(row + "source"), Method: f.Text(row + "method"), Cadence: domain.Cadence(f.Text(row + "cadence")),
			Sensitivity: domain.Sensitivity(f.Text(row + "sensitivity")), Version: f.Int(row + "version")},
		CapturedOn: f.Date(row + "captured_on"), Period: f.Period(row+"from", row+"to"), Expires: f.Date(row + "expires"),
	}
}

// addedAgain shows the page with what was typed.
func (s *Server) addedAgain(c *Ctx, status int, form *Form, ids []domain.EvidenceID, errs views.FormErrors) error {
	v, err := s.addedEvidence(c, ids)
	if err != nil {
		return err
	}
	v.Errors = errs
	for i, a := range v.Added {
		row := itoa(a.Summary.Evidence.ID) + "."
		v.Added[i].Values = views.EvidenceValues{Title: form.Text(row + "title"), Source: form.Text(row + "source"), Method: form.Text(row + "method"),
			Sensitivity: form.Text(row + "sensitivity"), CapturedOn: form.Text(row + "captured_on"), From: form.Text(row + "from"), To: form.Text(row + "to")}
	}
	v.ForAll = views.EvidenceValues{Source: form.Text("all.source"), CapturedOn: form.Text("all.captured_on"), From: form.Text("all.from"), To: form.Text("all.to")}
	return c.RenderStatus(status, views.EvidenceAddedPage(c.Page(c.L.T("evidence.added", nil)), v))
}

// linkEvidence lets an item that is here already speak for more controls.
func (s *Server) linkEvidence(c *Ctx) error {
	id, err := pathID[domain.EvidenceID](c, "id", domain.NounEvidence)
	if err != nil {
		return err
	}
	form, err := c.Form()
	if err != nil {
		return err
	}
	controls := FormIDs[domain.ControlID](form, "controls")
	if err := form.Err(); err != nil {
		return err
	}
	n, err := s.app.AddLinks(c.Context(), c.Actor, id, controls)
	if err != nil {
		return err
	}
	return c.RedirectCount(c.At().EvidenceItem(id), "notice.evidence.linked", n)
}

// copyEvidence adds bytes that are here already as an item of their own.
func (s *Server) copyEvidence(c *Ctx) error {
	id, err := pathID[domain.EvidenceID](c, "id", domain.NounEvidence)
	if err != nil {
		return err
	}
	version, err := pathID[int64](c, "version", domain.NounEvidence)
	if err != nil {
		return err
	}
	form, err := c.Form()
	if err != nil {
		return err
	}
	name := domain.SafeFileName(form.Text("name"))
	in := app.NewEvidence{Controls: FormIDs[domain.ControlID](form, "controls"), Draft: true,
		Item:    domain.Evidence{Title: fileTitle("", name, 1), Kind: domain.EvidenceFile, Sensitivity: domain.SensitivityInternal},
		Version: domain.EvidenceVersion{FileName: name}}
	if err := form.Err(); err != nil {
		return err
	}
	added, err := s.app.AddCopy(c.Context(), c.Actor, id, int(version), in)
	if err != nil {
		return err
	}
	return c.Redirect(c.At().EditEvidence(added.ID), "notice.evidence.copied")
}

// showNewVersion is the form of a further version.
func (s *Server) showNewVersion(c *Ctx) error {
	id, err := pathID[domain.EvidenceID](c, "id", domain.NounEvidence)
	if err != nil {
		return err
	}
	return s.newVersion(c, fiber.StatusOK, id, views.EvidenceValues{}, nil)
}

func (s *Server) newVersion(c *Ctx, status int, id domain.EvidenceID, v views.EvidenceValues, errs views.FormErrors) error {
	e, err := s.app.Evidence(c.Context(), c.Actor, id)
	if err != nil {
		return err
	}
	return c.RenderStatus(status, views.EvidenceVersionPage(c.Page(c.L.T("evidence.version_new", nil)), views.EvidenceVersionNew{Item: e.Item,
		Action: c.At().EvidenceVersions(id), Cancel: c.At().EvidenceItem(id), Pieces: c.At().Uploads(), Most: s.config.MaxUpload, Period: c.Engagement.Period, Values: v, Errors: errs}))
}

// addVersion appends a version; what was said of the last one stays with it.
func (s *Server) addVersion(c *Ctx) error {
	id, err := pathID[domain.EvidenceID](c, "id", domain.NounEvidence)
	if err != nil {
		return err
	}
	if _, err := s.app.Evidence(c.Context(), c.Actor, id); err != nil { // before its file is read
		return err
	}
	r, err := s.receive(c)
	if err != nil {
		return s.uploadFailed(c, err)
	}
	defer r.drop()
	err = s.recordVersion(c, id, r)
	if errs, ok := c.FieldErrors(err); ok && !c.wantsJSON() {
		return s.newVersion(c, statusOf(err), id, evidenceValues(r.form), errs)
	}
	if err != nil {
		return s.uploadFailed(c, err)
	}
	if c.wantsJSON() { // the script goes on to the item by itself
		c.setNotice("notice.evidence.version_added", -1)
		return c.fiber.JSON(fiber.Map{})
	}
	return c.Redirect(c.At().EvidenceItem(id), "notice.evidence.version_added")
}

func (s *Server) recordVersion(c *Ctx, id domain.EvidenceID, r *received) error {
	v := newEvidence(r.form, nil).Version
	if err := r.form.Err(); err != nil {
		return err
	}
	if len(r.files) > 0 {
		_, err := s.app.AddFileVersion(c.Context(), c.Actor, id, v, r.files[0])
		return err
	}
	_, err := s.app.AddVersion(c.Context(), c.Actor, id, v)
	return err
}
