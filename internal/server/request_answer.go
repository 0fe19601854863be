package server

import (
	"path"
	"strings"

	"relier/internal/app"
	"relier/internal/domain"
)

// answerRequest takes the reply to a request: files, a link, a note, items on
// file, in any mix. Its bytes count only once the whole body arrived.
func (s *Server) answerRequest(c *Ctx) error {
	id, err := pathID[domain.RequestID](c, "id", domain.NounRequest)
	if err != nil {
		return err
	}
	p, err := s.app.RequestPage(c.Context(), c.Actor, c.Engagement, id) // before its files are read
	if err != nil {
		return err
	}
	r, err := s.receive(c)
	if err != nil {
		return err
	}
	defer r.drop()
	reply, err := s.replyOf(c, p.Request, r)
	if err == nil {
		_, err = s.app.AnswerRequest(c.Context(), c.Actor, c.Engagement, id, reply)
	}
	if errs, ok := c.FieldErrors(err); ok {
		return s.requestPage(c, statusOf(err), id, requestTyped{"answer", r.form.Values, errs})
	}
	if err != nil {
		return err
	}
	return c.Redirect(c.At().Request(id), "notice.request.answered")
}

// replyOf reads a reply. Each file, the link and the note become an item of
// evidence, called as the request unless the person says otherwise.
func (s *Server) replyOf(c *Ctx, v domain.Request, r *received) (app.Reply, error) {
	f := r.form
	out := app.Reply{Existing: FormIDs[domain.EvidenceID](f, "evidence"), Also: FormIDs[domain.RequestID](f, "also"), Note: f.Text("message")}
	base := app.NewEvidence{Item: domain.Evidence{Title: f.Text("title"), Source: f.Text("source"), Sensitivity: domain.SensitivityInternal},
		Version: domain.EvidenceVersion{CapturedOn: f.Date("captured_on"), Period: f.Period("from", "to")}}
	if f.Ticked("confidential") {
		base.Item.Sensitivity = domain.SensitivityConfidential
	}
	if base.Item.Title == "" {
		base.Item.Title = v.What
	}
	if err := f.Err(); err != nil {
		return out, err
	}
	if err := s.replyFiles(c, r, base, &out); err != nil {
		return out, err
	}
	if url := f.Text("url"); url != "" {
		link := base
		link.Item.Kind, link.Version.URL = domain.EvidenceLink, url
		out.New = append(out.New, link)
	}
	if note := f.Text("note"); note != "" {
		said := base
		said.Item.Kind, said.Version.Note = domain.EvidenceNote, note
		out.New = append(out.New, said)
	}
	return out, nil
}

// replyFiles turns each file into an item, once; bytes that an item on file
// holds already, for days that overlap, answer as that item.
func (s *Server) replyFiles(c *Ctx, r *received, base app.NewEvidence, out *app.Reply) error {
	seen := map[domain.Digest]bool{}
	for i, f := range r.files {
		d := f.Blob().SHA256
		if seen[d] {
			continue
		}
		seen[d] = true
		same, version, err := s.app.SameBytes(c.Context(), c.Actor, d)
		if err != nil && !domain.IsNotFound(err) {
			return err
		}
		if err == nil && version == same.Versions && same.State.Offered() && same.Period.Overlaps(base.Version.Period) {
			out.Existing = append(out.Existing, same.ID)
			continue
		}
		item := base
		item.Item.Kind, item.Item.Title = domain.EvidenceFile, answerTitle(base.Item.Title, r.names[i], len(r.files))
		out.New, out.Files = append(out.New, item), append(out.Files, f)
	}
	return nil
}

// answerTitle tells several files of one answer apart; a browser calls every
// pasted picture image.png, which says nothing.
func answerTitle(what, name string, files int) string {
	stem := strings.TrimSuffix(name, path.Ext(name))
	if files < 2 || strings.HasPrefix(stem, "image") {
		return what
	}
	return what + " – " + stem
}
