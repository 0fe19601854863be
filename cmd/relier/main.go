// Command relier is the product: it serves the pages, and looks after a data
// folder from the command line. Each command has a file of its own; this one
// finds it.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"relier/internal/i18n"
)

// version is set by the build: -ldflags "-X main.version=1.2.3".
var version = "0.1.0-dev"

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1 // what was checked is not right, or the command could not do its work
	exitUsage  = 2 // the command line itself
)

// env is what a command may use of the world.
type env struct {
	ctx    context.Context
	stdin  *os.File
	stdout io.Writer
	stderr io.Writer
	getenv func(string) string
	l      *i18n.Localizer
}

// command is one subcommand.
type command struct {
	name  string // "user add"
	args  string // what follows on the usage line
	about string // key of its one sentence
	run   func(*env, *command, []string) int
}

var commands []*command

func init() {
	commands = []*command{
		{"serve", "[--addr HOST:PORT] [--data DIR] [--sample]", "cli.about.serve", serve},
		{"sample", "--data DIR", "cli.about.sample", loadSample},
		{"user add", "--data DIR --email ADDRESS --name NAME [--org CODE --role ROLE]", "cli.about.user_add", userAdd},
		{"user password", "--data DIR --email ADDRESS", "cli.about.user_password", userPassword},
		{"import controls", "--data DIR [--org CODE] FILE", "cli.about.import_controls", importControls},
		{"pack", "--data DIR [--org CODE] [--engagement CODE] --out FILE.zip [--lang en,fr]", "cli.about.pack", sealPack},
		{"verify", "FILE.zip|DIR [--json]", "cli.about.verify", verifyPack},
		{"check", "--data DIR [--checkpoint FILE] | --backup REPO [--snapshot NAME] [--sample 5%] [--slice 3/7] [--org CODE] [--since DATE] [--database-only] [--files-only] [--json]", "cli.about.check", check},
		{"backup", "--data DIR --to REPO [--keep N] [--keep-days N]", "cli.about.backup", makeBackup},
		{"backups", "--from REPO [--json]", "cli.about.backups", listBackups},
		{"restore", "--from REPO [--snapshot NAME] --data DIR [--dry-run] [--incomplete]", "cli.about.restore", restore},
		{"sweep", "--data DIR", "cli.about.sweep", sweep},
		{"index", "--data DIR", "cli.about.index", index},
		{"checkpoint", "--data DIR [--out FILE]", "cli.about.checkpoint", checkpoint},
		{"log key", "--data DIR", "cli.about.log_key", showLogKey},
		{"log verify", "FILE --key KEY", "cli.about.log_verify", verifyLog},
		{"version", "", "cli.about.version", showVersion},
	}
}

func main() {
	e := &env{ctx: context.Background(), stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv}
	e.l = i18n.For(language(os.Getenv))
	os.Exit(run(e, os.Args[1:]))
}

// run finds the command that args name and runs it.
func run(e *env, args []string) int {
	if len(args) == 0 {
		e.usage(e.stderr, commands)
		return exitUsage
	}
	if args[0] == "help" || asksHelp(args[0]) {
		e.usage(e.stdout, commands)
		return exitOK
	}
	for _, c := range commands {
		if rest, ok := c.named(args); ok {
			return c.run(e, c, rest)
		}
	}
	return e.half(args)
}

// half explains commands of two words to who knows the first, "user --help";
// anything else is no command.
func (e *env) half(args []string) int {
	family := slices.DeleteFunc(slices.Clone(commands), func(c *command) bool { return !strings.HasPrefix(c.name, args[0]+" ") })
	if len(family) > 0 && len(args) > 1 {
		if asksHelp(args[1]) {
			e.usage(e.stdout, family)
			return exitOK
		}
		args[0] += " " + args[1]
	}
	e.say("cli.error.command", map[string]any{"Command": args[0]})
	return exitUsage
}

// usage lists commands.
func (e *env) usage(w io.Writer, commands []*command) {
	fmt.Fprintln(w, e.l.T("cli.usage", nil))
	fmt.Fprintln(w)
	for _, c := range commands {
		fmt.Fprintf(w, "  relier %s %s\n      %s\n", c.name, c.args, e.l.T(c.about, nil))
	}
	e.exitCodes(w)
}

// exitCodes ends every help with what the command's end tells a script.
func (e *env) exitCodes(w io.Writer) { fmt.Fprintf(w, "\n%s\n", e.l.T("cli.exit_codes", nil)) }

func showVersion(e *env, c *command, args []string) int {
	f := newFlags(c)
	if _, code, done := e.parse(f, args, 0); done {
		return code
	}
	revision := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				revision = " (" + s.Value[:12] + ")"
			}
		}
	}
	fmt.Fprintf(e.stdout, "relier %s%s %s %s/%s\n", version, revision, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return exitOK
}
