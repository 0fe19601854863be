package server

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

// backupLate is how old the last backup may be before the page warns of it.
const backupLate = 7 * 24 * time.Hour

// showSystem tells owners and managers how what is theirs is kept.
func (s *Server) showSystem(c *Ctx) error {
	v, err := s.app.System(c.Context(), c.Actor, s.config.ScrubDays)
	if err != nil {
		return err
	}
	return c.Render(views.SystemPage(c.Page(c.L.T("system.title", nil)), s.systemProps(c, v)))
}

// checkSystem begins a check of the organization's files in the background.
func (s *Server) checkSystem(c *Ctx) error {
	if err := s.app.CheckNow(c.Context(), c.Actor); err != nil {
		return err
	}
	return c.Redirect(c.At().System(), "notice.system.check_asked")
}

func (s *Server) systemProps(c *Ctx, v app.System) views.System {
	p := views.System{Check: c.At().SystemCheck(), Damages: c.damageTable(v.Damages), Command: "relier backup --data DIR --to REPO --keep 14",
		Checks: s.checkValues(c, v), Backups: s.backupValues(c, v)}
	if len(v.Damages) > 0 {
		p.Damaged = c.L.N("system.damage", len(v.Damages), nil)
	}
	if v.Running.All > 0 {
		p.Running = c.L.T("system.running", map[string]any{"Done": c.L.Number(v.Running.Files), "All": c.L.Number(v.Running.All)})
	}
	if !v.Backed {
		p.Warnings = append(p.Warnings, views.NoticeProps{Tone: views.ToneWarning, Text: c.L.T("system.backup_none", nil)})
	} else if s.app.Now().Sub(v.Backup.At) > backupLate {
		p.Warnings = append(p.Warnings, views.NoticeProps{Tone: views.ToneWarning, Text: c.L.T("system.backup_late", nil)})
	}
	disk := views.Muted(c.L.T("system.disk_unknown", nil))
	if v.Total > 0 {
		disk = views.Text(c.L.T("system.disk_free", map[string]any{"Free": c.L.Bytes(v.Free), "Total": c.L.Bytes(v.Total)}))
	}
	if v.Low() {
		p.Warnings = append(p.Warnings, views.NoticeProps{Tone: views.ToneWarning, Text: c.L.T("system.disk_low", nil)})
	}
	p.Machine = []views.Value{{Label: c.L.T("system.disk", nil), Body: disk}, {Label: c.L.T("system.version", nil), Body: views.Code(s.config.Version)}}
	return p
}

func (c *Ctx) damageTable(all []app.DamagedFile) views.TableProps {
	t := views.TableProps{ID: "damages", Caption: c.L.N("system.damage", len(all), nil), Columns: []views.Column{{Label: c.L.T("system.damage_item", nil), Wide: true},
		{Label: c.L.T("system.damage_kind", nil)}, {Label: c.L.T("system.damage_first", nil)}, {Label: c.L.T("system.damage_last", nil)}}}
	e := c.newestEngagement()
	for _, d := range all {
		href, version := "", ""
		if d.Evidence != 0 {
			version = "v" + strconv.Itoa(d.Version)
			if e != "" {
				href = c.At().In(e).EvidenceItem(d.Evidence)
			}
		}
		t.Rows = append(t.Rows, views.Row{Label: d.Code, Cells: []templ.Component{views.DamagedFile(href, d.Code, version, d.FileName),
			views.StatusText(views.StatusProps{Kind: views.KindBlocked, Word: c.L.T("system.kind."+d.Kind, nil)}), views.Moment(c.L, d.FirstSeen), views.Moment(c.L, d.LastSeen)}})
	}
	return t
}

// newestEngagement is where the organization's own pages lead into, or "".
func (c *Ctx) newestEngagement() string {
	if all := c.engagements(); len(all) > 0 {
		return all[0].Code
	}
	return ""
}

// checkValues tells of the checks: what came of the last, and when the next is due.
func (s *Server) checkValues(c *Ctx, v app.System) []views.Value {
	database := c.never()
	if !v.Database.At.IsZero() {
		database = views.StatusText(views.StatusProps{Kind: views.KindReady, Word: c.L.T("system.database_sound", nil)})
		if !v.Database.Sound {
			database = views.StatusText(views.StatusProps{Kind: views.KindBlocked, Word: c.L.N("system.database_damaged", v.Database.Number, nil)})
		}
	}
	swept := c.never()
	if !v.Sweep.At.IsZero() {
		swept = views.Text(c.L.N("system.sweep_removed", v.Sweep.Number, nil))
	}
	signed := c.never()
	if !v.Signed.IsZero() {
		signed = views.Moment(c.L, v.Signed)
	}
	return []views.Value{
		{Label: c.L.T("system.database", nil), Body: views.ThenNote(database, c.lastAndNext(v.Database.At, 24*time.Hour))},
		{Label: c.L.T("system.files", nil), Body: views.ThenNote(s.scrubbed(c, v), c.lastAndNext(v.Newest, s.sliceEvery(v)))},
		{Label: c.L.T("system.sweep", nil), Body: views.ThenNote(swept, c.lastAndNext(v.Sweep.At, 24*time.Hour))},
		{Label: c.L.T("system.signed", nil), Body: signed},
	}
}

// sliceEvery is how soon the next slice follows: a minute while some were never read.
func (s *Server) sliceEvery(v app.System) time.Duration {
	if v.Oldest.IsZero() && s.config.ScrubDays > 0 {
		return time.Minute
	}
	return time.Duration(s.config.ScrubDays) * 24 * time.Hour / domain.ScrubSlices
}

func (s *Server) scrubbed(c *Ctx, v app.System) templ.Component {
	days := map[string]any{"Days": s.config.ScrubDays, "Percent": c.L.Percent(float64(v.Checked) / domain.ScrubSlices)}
	switch {
	case s.config.ScrubDays == 0:
		return views.StatusText(views.StatusProps{Kind: views.KindGap, Word: c.L.T("system.scrub_off", nil)})
	case v.Checked == domain.ScrubSlices:
		return views.StatusText(views.StatusProps{Kind: views.KindReady, Word: c.L.T("system.coverage_whole", days)})
	}
	return views.StatusText(views.StatusProps{Kind: views.KindWaiting, Word: c.L.T("system.coverage", days)})
}

// lastAndNext says when something last happened and when it is due again.
func (c *Ctx) lastAndNext(at time.Time, every time.Duration) string {
	if at.IsZero() || every <= 0 {
		return ""
	}
	return c.L.T("system.last_next", map[string]any{"Last": c.L.Time(at), "Next": c.L.Time(at.Add(every))})
}

func (c *Ctx) never() templ.Component { return views.Muted(c.L.T("system.never", nil)) }

func (s *Server) backupValues(c *Ctx, v app.System) []views.Value {
	plan := c.L.T("system.backup_manual", nil)
	if s.config.BackupTo != "" {
		keep := c.L.T("system.keep_all", nil)
		if s.config.BackupKeep > 0 {
			keep = c.L.Number(s.config.BackupKeep)
		}
		plan = c.L.T("system.backup_own", map[string]any{"Every": c.every(s.config.BackupEvery), "Keep": keep})
	}
	last := []views.Value{{Label: c.L.T("system.backup_last", nil), Body: c.never()}}
	if v.Backed {
		last = []views.Value{{Label: c.L.T("system.backup_last", nil), Body: views.ThenNote(c.backupState(v.Backup), c.backupTime(v.Backup))},
			{Label: c.L.T("system.backup_where", nil), Body: views.Code(v.Backup.To)}}
	}
	return slices.Concat(last, []views.Value{{Label: c.L.T("system.backup_plan", nil), Body: views.Text(plan)}})
}

// toldReasons are why a backup failed, where the sentence needs no more than the
// folder; the log of the server has the others.
var toldReasons = []string{"error.backup.full", "error.backup.running", "error.backup.source", "error.backup.postgres", "error.backup.no_repository", "error.backup.failed"}

func (c *Ctx) backupState(run app.BackupRun) templ.Component {
	switch {
	case run.Failed != "" && run.Snapshot == "":
		why := c.L.T("system.backup_failed", nil)
		if slices.Contains(toldReasons, run.Failed) {
			why = c.L.T("system.backup_failed_why", map[string]any{"Why": views.ErrorText(c.L, &domain.Error{Key: run.Failed, Args: domain.Args{"Folder": run.To}})})
		}
		return views.StatusText(views.StatusProps{Kind: views.KindBlocked, Word: why})
	case !run.Complete:
		return views.StatusText(views.StatusProps{Kind: views.KindGap, Word: c.L.T("system.backup_incomplete", nil)})
	}
	return views.StatusText(views.StatusProps{Kind: views.KindReady, Word: c.L.T("system.backup_complete", nil)})
}

func (c *Ctx) backupTime(run app.BackupRun) string {
	if run.Snapshot == "" {
		return c.L.Time(run.At)
	}
	return c.L.Time(run.At) + " · " + run.Snapshot
}

// every is a time in whole hours or minutes, in words.
func (c *Ctx) every(d time.Duration) string {
	if d%time.Hour == 0 {
		return c.L.N("system.hours", int(d/time.Hour), nil)
	}
	return c.L.N("system.minutes", int(d/time.Minute), nil)
}

// damageNotice tells owners and managers of damage, above their dashboard.
func (s *Server) damageNotice(c *Ctx, p *views.Page) error {
	if !c.Actor.Can(domain.ActSystem) {
		return nil
	}
	all, err := s.app.DamagedFiles(c.Context(), c.Actor)
	if err != nil || len(all) == 0 {
		return err
	}
	p.Notices = append(p.Notices, views.NoticeProps{Tone: views.ToneError, Title: c.L.N("system.damage", len(all), nil), Text: c.L.T("system.damage_do", nil),
		Href: c.At().System(), Action: c.L.T("system.damage_see", nil)})
	return nil
}

// itemDamageNotice tells whoever reads an item that its bytes are damaged.
func (s *Server) itemDamageNotice(c *Ctx, p *views.Page, id domain.EvidenceID) error {
	damaged, err := s.app.DamagedVersions(c.Context(), c.Actor, id)
	if err != nil || len(damaged) == 0 {
		return err
	}
	var names []string
	for n := range damaged {
		names = append(names, strconv.Itoa(n))
	}
	slices.Sort(names)
	p.Notices = append(p.Notices, views.NoticeProps{Tone: views.ToneError, Text: c.L.T("system.item_damaged", nil),
		Title: c.L.N("system.item_damaged_title", len(names), map[string]any{"Versions": strings.Join(names, ", ")})})
	return nil
}
