package server

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

// fileField is the name of the form field that holds files.
const fileField = "file"

// received is the body of an upload that proved complete.
type received struct {
	form  *Form
	files []*app.StagedFile
	names []string // as uploaded, made safe
}

func (r *received) drop() {
	for _, f := range r.files {
		f.Drop()
	}
}

// receive stages the files of a body. On an error nothing of them is left.
func (s *Server) receive(c *Ctx) (*received, error) {
	r := &received{}
	form, err := c.Upload(s.config.MaxUpload, func(f File) error {
		if f.Field != fileField {
			return domain.Invalid("error.form", nil)
		}
		staged, err := s.app.StageFile(c.Context(), c.Actor, f.Name, f.Body, app.AnyBytes(s.config.MaxUpload))
		if err == nil {
			r.files, r.names = append(r.files, staged), append(r.names, domain.SafeFileName(f.Name))
		}
		return err
	})
	if err == nil {
		r.form = form
		err = s.takeUploads(c, r)
	}
	if err != nil {
		r.drop()
		return nil, err
	}
	return r, nil
}

// showNewEvidence is the form that takes files, a link or a note.
func (s *Server) showNewEvidence(c *Ctx) error {
	kind := queryChoice(c, "kind", domain.EvidenceKinds)
	v := views.EvidenceValues{Sensitivity: string(domain.SensitivityInternal)}
	if id := queryID[domain.ControlID](c, "control"); id != 0 {
		control, err := s.app.Control(c.Context(), c.Actor, id)
		if err != nil {
			return err
		}
		v.Controls, v.Codes = []string{itoa(control.ID)}, control.Code
	}
	return s.newEvidence(c, fiber.StatusOK, kind, v, nil)
}

func (s *Server) newEvidence(c *Ctx, status int, kind domain.EvidenceKind, v views.EvidenceValues, errs views.FormErrors) error {
	if kind == "" {
		kind = domain.EvidenceFile
	}
	choice, err := s.controlChoice(c)
	if err != nil {
		return err
	}
	page := views.EvidenceNew{Kind: kind, Action: c.At().Evidence(), Cancel: c.At().Evidence(), Next: c.At().AddedEvidence(),
		Pieces: c.At().Uploads(), Most: s.config.MaxUpload, Period: c.Engagement.Period, Values: v, Controls: choice, Errors: errs}
	for _, k := range domain.EvidenceKinds {
		q := url.Values{"kind": {string(k)}}
		if len(v.Controls) == 1 {
			q.Set("control", v.Controls[0])
		}
		page.Tabs = append(page.Tabs, views.Tab{Label: c.L.T("evidence_kind."+string(k), nil), Href: c.At().NewEvidence() + "?" + q.Encode(), Active: k == kind})
	}
	return c.RenderStatus(status, views.EvidenceNewPage(c.Page(c.L.T("evidence.new", nil)), page))
}

// addEvidence takes an upload: files first, then the rows that name them, and
// no row before the whole body arrived. A script sends one file at a time and
// is answered in JSON.
func (s *Server) addEvidence(c *Ctx) error {
	r, err := s.receive(c)
	if err != nil {
		return s.uploadFailed(c, err)
	}
	defer r.drop()
	added, err := s.recordUpload(c, r)
	if errs, ok := c.FieldErrors(err); ok && !c.wantsJSON() {
		return s.newEvidence(c, statusOf(err), domain.EvidenceKind(r.form.Text("kind")), evidenceValues(r.form), errs)
	}
	if err != nil {
		return s.uploadFailed(c, err)
	}
	if c.wantsJSON() {
		return c.uploadDone(added)
	}
	return c.Redirect(c.addedAddress(added), "")
}

// uploaded is what became of an upload.
type uploaded struct {
	items    []domain.Evidence
	same     []sameBytes
	controls []domain.ControlID
}

// sameBytes is an uploaded file that was here already.
type sameBytes struct {
	item    domain.Evidence
	version int
	name    string
}

// query names what an upload became, so that the next page's address is its state.
func (u uploaded) query() url.Values {
	q := url.Values{}
	for _, e := range u.items {
		q.Add("id", itoa(e.ID))
	}
	for _, s := range u.same {
		q.Add("same", itoa(s.item.ID)+"."+itoa(s.version))
		q.Add("name", s.name)
	}
	if len(u.same) > 0 {
		for _, id := range u.controls {
			q.Add("control", itoa(id))
		}
	}
	return q
}

// addedAddress is the page of what an upload became. What files were called that
// are here already is left out where it would not fit into an address.
func (c *Ctx) addedAddress(u uploaded) string {
	q := u.query()
	if to := c.At().AddedEvidence() + "?" + q.Encode(); len(to) <= addressMost {
		return to
	}
	q.Del("name")
	return c.At().AddedEvidence() + "?" + q.Encode()
}

// recordUpload turns what arrived into items. Bytes that are here already are
// left to the person: link that item, or add another.
func (s *Server) recordUpload(c *Ctx, r *received) (out uploaded, err error) {
	if out.controls, err = s.chosenControls(c, r.form); err != nil {
		return out, err
	}
	base := newEvidence(r.form, out.controls)
	if err := r.form.Err(); err != nil {
		return out, err
	}
	if base.Item.Kind != domain.EvidenceFile {
		out.items, err = s.app.AddEvidence(c.Context(), c.Actor, []app.NewEvidence{base})
		return out, err
	}
	if len(r.files) == 0 {
		return out, domain.Invalid("error.evidence.no_file", nil).At(fileField)
	}
	items, files, err := s.newFiles(c, r, base, &out)
	if err != nil || len(items) == 0 {
		return out, err
	}
	var twins []app.Twin
	out.items, twins, err = s.app.AddFiles(c.Context(), c.Actor, items, files)
	for _, t := range twins {
		out.same = append(out.same, sameBytes{t.Item, t.Version, files[t.Index].Name()})
	}
	return out, err
}

// newFiles picks the files that are new here and says what each becomes.
func (s *Server) newFiles(c *Ctx, r *received, base app.NewEvidence, out *uploaded) (items []app.NewEvidence, files []*app.StagedFile, err error) {
	seen := map[domain.Digest]bool{}
	for i, f := range r.files {
		d := f.Blob().SHA256
		same, version, err := s.app.SameBytes(c.Context(), c.Actor, d)
		switch {
		case err == nil:
			out.same = append(out.same, sameBytes{same, version, r.names[i]})
			if err := f.Discard(c.Context()); err != nil {
				return nil, nil, err
			}
			continue
		case !domain.IsNotFound(err):
			return nil, nil, err
		case seen[d]: // twice in one upload: once is enough
			continue
		}
		seen[d] = true
		item := base
		item.Item.Title = fileTitle(base.Item.Title, r.names[i], max(len(r.files), r.form.Int("files")))
		items, files = append(items, item), append(files, f)
	}
	return items, files, r.form.Err()
}

// fileTitle is what an item is called: as typed, or as its file; both where one
// title was typed for several files.
func fileTitle(typed, name string, files int) string {
	stem := strings.TrimSuffix(name, path.Ext(name))
	switch {
	case typed == "":
		return stem
	case files > 1:
		return typed + " – " + stem
	}
	return typed
}

// newEvidence reads what a form says of all the items it adds.
func newEvidence(f *Form, controls []domain.ControlID) app.NewEvidence {
	return app.NewEvidence{
		Item: domain.Evidence{Title: f.Text("title"), Kind: domain.EvidenceKind(f.Text("kind")), Source: f.Text("source"),
			Method: f.Text("method"), Sensitivity: domain.Sensitivity(f.Text("sensitivity")), Cadence: domain.Cadence(f.Text("cadence"))},
		Version: domain.EvidenceVersion{URL: f.Text("url"), Note: f.Text("note"), CapturedOn: f.Date("captured_on"), Period: f.Period("from", "to"),
			Expires: f.Date("expires")},
		Controls: slices.Clone(controls),
	}
}

func domainDraft(in domain.Evidence, captured domain.Date, period domain.Period, controls []domain.ControlID) []app.EvidenceDraft {
	return []app.EvidenceDraft{{Item: in, CapturedOn: captured, Period: period, Controls: controls}}
}

// wantsJSON reports whether a script of ours asks: upload.js, one file at a time.
func (c *Ctx) wantsJSON() bool { return c.header("Accept") == fiber.MIMEApplicationJSON }

// uploadFailed answers a script with the sentence to show beside its file.
func (s *Server) uploadFailed(c *Ctx, err error) error {
	if !c.wantsJSON() {
		return err
	}
	e, status := s.explain(c, err)
	text := views.ErrorText(c.L, e)
	if errs, ok := c.FieldErrors(err); ok && len(errs) > 0 {
		text = errs[0].Text
	}
	gone := e.Key == "error.upload.gone" || e.Key == "error.upload.lost" // send the bytes again
	return c.fiber.Status(status).JSON(fiber.Map{"error": text, "gone": gone})
}

// uploadDone tells a script what its file became, and what to add to the
// address of the page after all files.
func (c *Ctx) uploadDone(u uploaded) error {
	answer := fiber.Map{"query": u.query().Encode()}
	switch {
	case len(u.items) > 0:
		answer["href"], answer["label"] = c.At().EvidenceItem(u.items[0].ID), u.items[0].Code()+" "+u.items[0].Title
	case len(u.same) > 0:
		s := u.same[0]
		answer["href"], answer["label"] = c.At().EvidenceItem(s.item.ID), s.item.Code()+" "+s.item.Title
		answer["text"] = c.L.T("evidence.same_is", map[string]any{"Evidence": s.item.Code(), "Version": itoa(s.version)})
	}
	return c.fiber.JSON(answer)
}
