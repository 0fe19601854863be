package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"relier/internal/domain"
)

// language is French when the environment's locale begins with fr.
func language(getenv func(string) string) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := getenv(name); v != "" {
			if strings.HasPrefix(strings.ToLower(v), "fr") {
				return "fr"
			}
			break
		}
	}
	return "en"
}

// say writes one sentence to the error output.
func (e *env) say(key string, args map[string]any) {
	fmt.Fprintln(e.stderr, "relier: "+e.l.T(key, args))
}

// tell writes one line of outcome.
func (e *env) tell(key string, args map[string]any) {
	fmt.Fprintln(e.stdout, e.l.T(key, args))
}

// fail says what went wrong and what to do about it. Errors without a sentence
// of their own come from the system, whose words are shown as they are.
func (e *env) fail(err error) int {
	var fields domain.FieldErrors
	known, ok := errors.AsType[*domain.Error](err)
	switch {
	case errors.As(err, &fields):
		for _, f := range fields {
			fmt.Fprintf(e.stderr, "relier: %s: %s\n", f.Field, e.sentence(f))
		}
	case ok:
		fmt.Fprintln(e.stderr, "relier: "+e.sentence(known))
	case errors.Is(err, context.Canceled):
		e.say("cli.error.interrupted", nil)
	default:
		e.say("cli.error.system", map[string]any{"Detail": err.Error()})
	}
	return exitFailed
}

// sentence is an error in the user's language.
func (e *env) sentence(err *domain.Error) string {
	args := map[string]any{}
	for name, v := range err.Args {
		if n, ok := v.(domain.Bytes); ok {
			v = e.l.Bytes(int64(n))
		}
		args[name] = v
	}
	if n, counts := err.Args["Count"].(int); counts {
		args["Count"] = e.l.Number(n)
		return e.l.N(err.Key, n, args)
	}
	return e.l.T(err.Key, args)
}
