package main

// indexStep is how many objects one transaction indexes while nobody waits.
const indexStep = 5000

// index makes the search anew from the rows and texts that it is derived from.
func index(e *env, c *command, args []string) int {
	f := newFlags(c)
	settings, _, code, done := e.settings(f, args, 0)
	if done {
		return code
	}
	return e.within(settings, false, func(d *folder) error {
		n, err := d.app.Reindex(e.ctx, indexStep)
		if err != nil {
			return err
		}
		e.tell("cli.index.done", map[string]any{"Count": e.l.Number(int(n))})
		return nil
	})
}
