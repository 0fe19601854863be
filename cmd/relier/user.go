package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"relier/internal/app"
	"relier/internal/domain"
)

// userAdd adds an account, and with --org and --role its membership.
func userAdd(e *env, c *command, args []string) int {
	f := newFlags(c)
	email, name := f.String("email", "", ""), f.String("name", "", "")
	org, role := f.String("org", "", ""), f.String("role", "", "")
	settings, _, code, done := e.settings(f, args, 0)
	if done {
		return code
	}
	if code, missing := e.require(f, "email", "name"); missing {
		return code
	}
	if (*org == "") != (*role == "") {
		return e.misused(f, errors.New(e.l.T("cli.error.org_and_role", nil)))
	}
	password, err := e.password()
	if err != nil {
		return e.fail(err)
	}
	return e.within(settings, true, func(d *folder) error {
		in := app.NewPerson{Email: *email, Name: *name, Password: password, Lang: e.l.Lang()}
		if *org == "" {
			_, err := d.app.CreatePerson(e.ctx, in)
			return e.done(err, "cli.user.added", in.Email)
		}
		owner, err := d.owner(e.ctx, *org)
		if err != nil {
			return err
		}
		if _, err := d.app.CreatePerson(e.ctx, in); err != nil {
			return err
		}
		_, err = d.app.AddMember(e.ctx, owner, in, domain.Membership{Role: domain.Role(*role)})
		return e.done(err, "cli.user.added", in.Email)
	})
}

// userPassword gives a person a new password and ends their sessions.
func userPassword(e *env, c *command, args []string) int {
	f := newFlags(c)
	email := f.String("email", "", "")
	settings, _, code, done := e.settings(f, args, 0)
	if done {
		return code
	}
	if code, missing := e.require(f, "email"); missing {
		return code
	}
	password, err := e.password()
	if err != nil {
		return e.fail(err)
	}
	return e.within(settings, false, func(d *folder) error {
		err := d.app.SetPassword(e.ctx, *email, password)
		if domain.IsNotFound(err) {
			err = &domain.Error{Kind: domain.KindNotFound, Key: "cli.error.person", Args: domain.Args{"Email": *email}}
		}
		return e.done(err, "cli.user.password_set", *email)
	})
}

func (e *env) done(err error, key, email string) error {
	if err == nil {
		e.tell(key, map[string]any{"Email": domain.NormalEmail(email)})
	}
	return err
}

// password asks on the terminal, twice and unseen, or reads the first line of
// the input. It is never an argument: those are for everybody to see.
func (e *env) password() (string, error) {
	if !term.IsTerminal(int(e.stdin.Fd())) {
		return firstLine(e.stdin)
	}
	first, err := e.ask("cli.password.ask")
	if err != nil {
		return "", err
	}
	second, err := e.ask("cli.password.again")
	if err == nil && first != second {
		err = &domain.Error{Kind: domain.KindInvalid, Key: "cli.error.password_differs"}
	}
	return first, err
}

func (e *env) ask(key string) (string, error) {
	fmt.Fprint(e.stderr, e.l.T(key, nil)+" ")
	typed, err := term.ReadPassword(int(e.stdin.Fd()))
	fmt.Fprintln(e.stderr)
	return string(typed), err
}

func firstLine(r *os.File) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(r, 4096)).ReadString('\n')
	if errors.Is(err, io.EOF) {
		err = nil
	}
	line = strings.TrimRight(line, "\r\n")
	if err == nil && line == "" {
		err = &domain.Error{Kind: domain.KindInvalid, Key: "cli.error.password_empty"}
	}
	return line, err
}
