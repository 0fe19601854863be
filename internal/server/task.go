package server

import (
	"relier/internal/app"
	"relier/views"
)

// showTasks is the way from nothing to a first pack.
func (s *Server) showTasks(c *Ctx) error {
	tasks, err := s.app.Tasks(c.ctx, c.Actor, c.Engagement)
	if err != nil {
		return err
	}
	v := views.TaskList{Steps: []views.Task{{Title: c.L.T("tasks.engagement", nil), Done: true, Result: c.L.T("tasks.engagement_text", nil), Href: c.At().Settings()}}}
	open := 0
	for _, t := range tasks {
		step := c.taskStep(t, tasks)
		if !t.Done {
			open++
		}
		if !t.Done && step.Locked == "" && v.Next.Href == "" {
			v.Next = views.Crumb{Label: step.Title, Href: step.Href}
		}
		v.Steps = append(v.Steps, step)
	}
	v.Lead = c.L.N("tasks.lead", open, nil)
	if open == 0 {
		v.Lead = c.L.T("tasks.all_done", nil)
	}
	return c.Render(views.TasksPage(c.Page(c.L.T("tasks.title", nil)), v))
}

// needs names, per step, the steps without which it cannot be taken.
var needs = map[string][]string{
	"reliance": {"controls", "services", "certificate"},
	"owner":    {"controls"},
	"evidence": {"controls"},
	"pack":     {"controls"},
}

func (c *Ctx) taskStep(t app.Task, all []app.Task) views.Task {
	done := map[string]bool{}
	for _, o := range all {
		done[o.Key] = o.Done
	}
	step := views.Task{Title: c.L.T("tasks."+t.Key, nil), Text: c.L.T("tasks."+t.Key+"_text", nil), Done: t.Done, Href: c.taskHref(t)}
	for _, n := range needs[t.Key] {
		if !done[n] && step.Locked == "" {
			step.Locked = c.L.T("tasks.locked", map[string]any{"Step": c.L.T("tasks."+n, nil)})
		}
	}
	return step
}

// taskHref is where a step is taken, or once it is done, what came of it.
func (c *Ctx) taskHref(t app.Task) string {
	at := c.At()
	controls := at.ControlsFromAnnexA()
	if t.Done {
		controls = at.Controls()
	}
	where := map[string][2]string{
		"controls": {"controls", controls}, "services": {"service.new", at.NewService()}, "certificate": {"certificate.new", at.NewCertificate()},
		"reliance": {"controls", at.Controls()}, "owner": {"controls", at.Controls()}, "evidence": {"evidence.new", at.NewEvidence()}, "pack": {"pack.new", at.NewPack()},
	}[t.Key]
	return c.ifRouted(where[0], where[1])
}
