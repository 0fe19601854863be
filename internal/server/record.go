package server

import (
	"bytes"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

// signedLog is what was signed of the log, for the Activity page.
func (s *Server) signedLog(c *Ctx) (views.SignedLog, error) {
	state, err := s.app.Log(c.ctx, c.Actor)
	if err != nil {
		return views.SignedLog{}, err
	}
	v := views.SignedLog{Never: state.At.IsZero(), Compare: c.At().CompareCheckpoint()}
	if !v.Never {
		v.Values = []views.Value{
			{Label: c.L.T("checkpoint.signed", nil), Body: views.Moment(c.L, state.At)},
			{Label: c.L.T("checkpoint.leaves", nil), Body: views.Count(c.L, int(state.Signed.Size))},
			{Label: c.L.T("checkpoint.root", nil), Body: views.DigestFull(state.Signed.Root), Wide: true},
		}
		if n := int(state.Size - state.Signed.Size); n > 0 {
			v.Since = c.L.N("checkpoint.since", n, nil)
		}
	}
	if state.Key != "" {
		v.Values = append(v.Values, views.Value{Label: c.L.T("checkpoint.origin", nil), Body: views.Code(state.Origin)},
			views.Value{Label: c.L.T("checkpoint.key", nil), Body: views.LongCode(state.Key), Wide: true})
	}
	return v, nil
}

// compareCheckpoint says whether the log has only grown since a checkpoint that
// somebody kept. It changes nothing.
func (s *Server) compareCheckpoint(c *Ctx) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	v, err := s.signedLog(c)
	if err != nil {
		return err
	}
	v.Typed = form.Raw("checkpoint")
	grown, err := s.app.CompareCheckpoint(c.ctx, c.Actor, v.Typed)
	status := fiber.StatusOK
	if errs, ok := c.FieldErrors(err); ok {
		v.Errors, status = errs, fiber.StatusUnprocessableEntity
	} else if err != nil {
		return err
	} else {
		v.Outcome = c.growth(grown)
	}
	back := views.Crumb{Label: c.L.T("record.back", nil), Href: c.At().Activity()}
	return c.RenderStatus(status, views.CheckpointPage(c.Page(c.L.T("activity.compare", nil)), v, back))
}

func (c *Ctx) growth(g app.Growth) views.NoticeProps {
	args := map[string]any{"Older": c.L.Number(int(g.Older.Size)), "Newer": c.L.Number(int(g.Newer.Size))}
	if g.Grown {
		return views.NoticeProps{Tone: views.ToneDone, Text: c.L.T("activity.grown", args)}
	}
	return views.NoticeProps{Tone: views.ToneError, Text: c.L.T("activity.forked", args)}
}

func (s *Server) record(c *Ctx) (app.ProvenAct, error) {
	seq, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return app.ProvenAct{}, domain.NotFound("activity")
	}
	r, err := s.app.Act(c.ctx, c.Actor, seq)
	if err == nil && r.Engagement != 0 && r.Engagement != c.Engagement.ID {
		err = domain.NotFound("activity") // of another engagement: its list has it
	}
	if err == nil && r.Defect != nil {
		c.server.log.Error("a record does not fit the log", "id", c.id, "record", seq, "err", r.Defect)
	}
	return r, err
}

// showRecord is one record, with its proof verified just now.
func (s *Server) showRecord(c *Ctx) error {
	r, err := s.record(c)
	if err != nil {
		return err
	}
	p := c.Page(c.L.T("record.title", map[string]any{"Seq": r.Seq}))
	v := views.Record{Back: views.Crumb{Label: c.L.T("record.back", nil), Href: c.At().Activity()}, Outcome: c.proofOutcome(r.Outcome),
		Values: []views.Value{
			{Label: c.L.T("record.at", nil), Body: views.Moment(c.L, r.At)},
			{Label: c.L.T("record.actor", nil), Body: views.Text(c.doer(r.Activity))},
			{Label: c.L.T("record.what", nil), Body: views.Deed(p, r.Activity, c.objectHref(r.Activity))},
			{Label: c.L.T("record.object", nil), Body: views.Text(c.L.T("noun."+string(r.Noun), nil))},
			{Label: c.L.T("record.digest", nil), Body: views.DigestFull(r.Digest), Wide: true},
		}}
	if r.Outcome != app.NotLogged {
		v.Leaf = string(r.Proof.Leaf)
		v.Proof = c.proofValues(r)
	}
	if r.Outcome == app.Proven {
		v.Download = c.At().RecordProof(r.Seq)
	}
	return c.Render(views.RecordPage(p, v))
}

func (c *Ctx) proofOutcome(o app.Outcome) views.NoticeProps {
	tone := map[app.Outcome]views.Tone{app.Proven: views.ToneDone, app.Refuted: views.ToneError}[o]
	return views.NoticeProps{Tone: tone, Text: c.L.T("record.outcome."+string(o), nil)}
}

func (c *Ctx) proofValues(r app.ProvenAct) []views.Value {
	v := []views.Value{{Label: c.L.T("record.index", nil), Body: views.Count(c.L, int(r.Proof.Index))}}
	if r.Outcome == app.Proven {
		v = append(v, views.Value{Label: c.L.T("record.hashes", nil), Body: views.Count(c.L, len(r.Proof.Path))},
			views.Value{Label: c.L.T("record.checkpoint", nil), Wide: true, Body: views.LongCode(c.L.T("record.checkpoint_of",
				map[string]any{"Leaves": c.L.Number(int(r.Head.Size)), "Root": r.Head.Root.String()}))})
	}
	return v
}

// doer is whom a record names: a lapse follows from somebody's change.
func (c *Ctx) doer(a domain.Activity) string {
	if a.Actor == 0 || a.Verb == "reliance.lapsed" {
		return c.L.T("activity.relier", nil)
	}
	return a.ActorName
}

// downloadProof is the record's proof, for a verifier that needs nothing of us.
func (s *Server) downloadProof(c *Ctx) error {
	r, err := s.record(c)
	if err != nil {
		return err
	}
	if r.Outcome != app.Proven {
		return domain.NotFound("activity")
	}
	text := r.Proof.Text()
	return c.Download(Download{Name: fmt.Sprintf("record-%d.tlog-proof", r.Seq), Type: "text/plain; charset=utf-8", Size: int64(len(text)), Content: bytes.NewReader(text)})
}

// activityExports are the list's files, of just the records that it shows.
func (c *Ctx) activityExports() []views.Crumb {
	query := ""
	if u, err := url.Parse(c.Path()); err == nil {
		q := u.Query()
		q.Del("page")
		q.Del("rows")
		if query = q.Encode(); query != "" {
			query = "?" + query
		}
	}
	at := c.At()
	return []views.Crumb{{Label: c.L.T("activity.export_csv", nil), Href: at.ActivityFile("csv") + query},
		{Label: c.L.T("activity.export_xlsx", nil), Href: at.ActivityFile("xlsx") + query},
		{Label: c.L.T("activity.export_jsonl", nil), Href: at.ActivityFile("jsonl") + query}}
}

func (c *Ctx) activityWords() app.ActivityWords {
	t := func(key string) string { return c.L.T(key, nil) }
	return app.ActivityWords{Title: t("activity.title"),
		Header: []string{"#", t("record.at"), t("record.actor"), t("record.what"), t("record.object"), t("activity.object"), t("record.digest"), t("record.index")},
		Cells: func(p app.ProvenAct) []string {
			leaf := ""
			if p.Outcome != app.NotLogged {
				leaf = strconv.FormatInt(p.Proof.Index, 10)
			}
			return []string{strconv.FormatInt(p.Seq, 10), p.At.UTC().Format("2006-01-02T15:04:05.000000Z"), c.doer(p.Activity), views.Did(c.L, p.Activity),
				t("noun." + string(p.Noun)), p.Label, p.Digest.String(), leaf}
		}}
}

func (c *Ctx) activityFile(kind string) string {
	return strings.ToLower(c.Org.Code) + "-activity." + kind
}

func (s *Server) exportActivityCSV(c *Ctx) error {
	f, words := activityFilter(c), c.activityWords()
	return c.Stream(c.activityFile("csv"), "text/csv; charset=utf-8", func(w io.Writer) error {
		return s.app.WriteActivity(c.Context(), c.Actor, f, words, false, w)
	})
}

func (s *Server) exportActivityXLSX(c *Ctx) error {
	f, words := activityFilter(c), c.activityWords()
	return c.Stream(c.activityFile("xlsx"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", func(w io.Writer) error {
		return s.app.WriteActivity(c.Context(), c.Actor, f, words, true, w)
	})
}

// exportActivityProofs writes one line of JSON for each record, each with the
// proof that "relier log verify" checks.
func (s *Server) exportActivityProofs(c *Ctx) error {
	f := activityFilter(c) // now: the request is gone when the last line is written
	return c.Stream(c.activityFile("jsonl"), "application/jsonl", func(w io.Writer) error {
		return s.app.ExportActivity(c.Context(), c.Actor, f, func(p app.ProvenAct) error {
			line, err := app.WriteExported(p)
			if err == nil {
				_, err = w.Write(line)
			}
			return err
		})
	})
}
