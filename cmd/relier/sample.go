package main

import (
	"context"
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/internal/testkit"
)

// tellSample loads the sample into a folder. Its story takes place in the ten
// months before now, so it is told under a clock of its own.
func (d *folder) tellSample(ctx context.Context, visitor domain.Person) (testkit.Story, error) {
	clock := testkit.NewClock(time.Now())
	return testkit.LoadSample(ctx, app.New(d.store, d.blobs, clock.Now), clock, testkit.Options{Visitor: visitor})
}

// loadSample is the command sample: it loads the story and says who can sign in.
func loadSample(e *env, c *command, args []string) int {
	f := newFlags(c)
	settings, _, code, done := e.settings(f, args, 0)
	if done {
		return code
	}
	return e.within(settings, true, func(d *folder) error {
		story, err := d.tellSample(e.ctx, domain.Person{})
		if err != nil {
			return err
		}
		e.tell("cli.sample.loaded", map[string]any{"Organization": story.Org.Name, "Folder": d.lock.Dir()})
		w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
		for _, p := range byRole(story) {
			fmt.Fprintf(w, "  %s\t%s\t%s\n", e.l.T("role."+string(p.Role), nil), p.Person.Email, p.Password)
		}
		return w.Flush()
	})
}

// byRole lists the people of the story, the most trusted first.
func byRole(s testkit.Story) []testkit.Person {
	var out []testkit.Person
	for _, p := range s.People {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b testkit.Person) int { return int(a.Person.ID - b.Person.ID) })
	slices.SortStableFunc(out, func(a, b testkit.Person) int {
		return slices.Index(domain.Roles, a.Role) - slices.Index(domain.Roles, b.Role)
	})
	return out
}
