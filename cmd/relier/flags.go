package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"relier/internal/config"
)

// flagAbout holds the key of each flag's explanation; one of a command's own
// stands under the command's name.
var flagAbout = map[string]string{
	"addr":            "cli.flag.addr",
	"base-url":        "cli.flag.base_url",
	"checkpoint":      "cli.flag.checkpoint",
	"checkpoint-dir":  "cli.flag.checkpoint_dir",
	"checkpoint-mail": "cli.flag.checkpoint_mail",
	"data":            "cli.flag.data",
	"database":        "cli.flag.database",
	"email":           "cli.flag.email",
	"engagement":      "cli.flag.engagement",
	"json":            "cli.flag.json",
	"key":             "cli.flag.key",
	"lang":            "cli.flag.lang",
	"mail-from":       "cli.flag.mail_from",
	"max-upload":      "cli.flag.max_upload",
	"name":            "cli.flag.name",
	"org":             "cli.flag.org",
	"out":             "cli.flag.out",
	"role":            "cli.flag.role",
	"sample":          "cli.flag.sample",
	"scan-clamd":      "cli.flag.scan_clamd",
	"scan-command":    "cli.flag.scan_command",
	"scan-required":   "cli.flag.scan_required",
	"backup":          "cli.flag.backup",
	"backup-every":    "cli.flag.backup_every",
	"backup-keep":     "cli.flag.backup_keep",
	"backup-to":       "cli.flag.backup_to",
	"database-only":   "cli.flag.database_only",
	"dry-run":         "cli.flag.dry_run",
	"files-only":      "cli.flag.files_only",
	"from":            "cli.flag.from",
	"incomplete":      "cli.flag.incomplete",
	"keep":            "cli.flag.keep",
	"keep-days":       "cli.flag.keep_days",
	"scrub-days":      "cli.flag.scrub_days",
	"since":           "cli.flag.since",
	"slice":           "cli.flag.slice",
	"snapshot":        "cli.flag.snapshot",
	"to":              "cli.flag.to",
	"check sample":    "cli.flag.check_sample",
	"check org":       "cli.flag.check_org",
	"smtp":            "cli.flag.smtp",
	"trusted-proxies": "cli.flag.trusted_proxies",
}

// flags are a command's flags.
type flags struct {
	*flag.FlagSet
	command *command
}

func newFlags(c *command) *flags {
	f := &flags{flag.NewFlagSet(c.name, flag.ContinueOnError), c}
	f.SetOutput(io.Discard) // we say it ourselves, in the user's language
	return f
}

func asksHelp(arg string) bool { return slices.Contains([]string{"-h", "-help", "--help"}, arg) }

// named reports whether args begin with the command's name, and what follows.
func (c *command) named(args []string) (rest []string, ok bool) {
	words := strings.Fields(c.name)
	if len(args) < len(words) || !slices.Equal(args[:len(words)], words) {
		return nil, false
	}
	return args[len(words):], true
}

// parse reads args, flags and operands in any order. done means that the
// command ends here with the code: help was asked for, or the line is wrong.
func (e *env) parse(f *flags, args []string, operands int) (rest []string, code int, done bool) {
	args, rest = f.apart(args)
	if err := f.Parse(args); err != nil {
		return nil, e.misused(f, err), true
	}
	if len(rest) != operands {
		return nil, e.misused(f, e.counted(operands, len(rest))), true
	}
	return rest, exitOK, false
}

// settings is parse for commands that work on a data folder.
func (e *env) settings(f *flags, args []string, operands int) (c config.Config, rest []string, code int, done bool) {
	args, rest = f.apart(args)
	c, err := config.Read(f.FlagSet, args, e.withDefaults)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return c, nil, e.misused(f, err), true
	case err == nil && len(rest) != operands:
		err = e.counted(operands, len(rest))
	}
	if err != nil {
		return c, nil, e.misused(f, err), true
	}
	return c, rest, exitOK, false
}

// withDefaults is the environment, in which the data folder has a default.
func (e *env) withDefaults(name string) string {
	if v := e.getenv(name); v != "" || name != "RELIER_DATA" {
		return v
	}
	return defaultFolder(e.getenv)
}

func (e *env) counted(want, got int) error {
	if want > got {
		return errors.New(e.l.T("cli.error.operand_missing", nil))
	}
	return errors.New(e.l.T("cli.error.operand_extra", nil))
}

// misused shows the help that was asked for, or says what is wrong with the
// command line.
func (e *env) misused(f *flags, err error) int {
	if errors.Is(err, flag.ErrHelp) {
		e.help(f)
		return exitOK
	}
	e.say("cli.error.usage", map[string]any{"Detail": err.Error(), "Command": f.command.name})
	return exitUsage
}

// require refuses a command line without the flags it needs.
func (e *env) require(f *flags, names ...string) (code int, missing bool) {
	for _, name := range names {
		if v := f.Lookup(name); v == nil || v.Value.String() == "" {
			return e.misused(f, errors.New(e.l.T("cli.error.flag_missing", map[string]any{"Flag": "--" + name}))), true
		}
	}
	return exitOK, false
}

// help explains one command: the flags that its usage line names, and for serve
// every setting.
func (e *env) help(f *flags) {
	fmt.Fprintf(e.stdout, "relier %s %s\n\n%s\n", f.command.name, f.command.args, e.l.T(f.command.about, nil))
	var lines []string
	f.VisitAll(func(v *flag.Flag) {
		if f.command.name == "serve" || v.Name == "database" || strings.Contains(f.command.args, "--"+v.Name) {
			about := flagAbout[v.Name]
			if own := flagAbout[f.command.name+" "+v.Name]; own != "" {
				about = own
			}
			lines = append(lines, fmt.Sprintf("  --%-16s %s", v.Name, e.l.T(about, nil)))
		}
	})
	if len(lines) > 0 {
		fmt.Fprintf(e.stdout, "\n%s\n", strings.Join(lines, "\n"))
	}
	if f.Lookup("data") != nil {
		fmt.Fprintf(e.stdout, "\n%s\n", e.l.T("cli.environment", map[string]any{"Folder": defaultFolder(e.getenv)}))
	}
	e.exitCodes(e.stdout)
}

// apart puts flags with their values before the operands, for package flag
// stops at the first operand. After "--" everything is an operand.
func (f *flags) apart(args []string) (flags, operands []string) {
	for i := 0; i < len(args); i++ {
		arg := args[i]
		name := strings.TrimLeft(arg, "-")
		switch {
		case arg == "--":
			return flags, append(operands, args[i+1:]...)
		case arg == "-" || name == arg:
			operands = append(operands, arg)
		case strings.Contains(arg, "=") || f.isSwitch(name) || asksHelp(arg) || i+1 == len(args):
			flags = append(flags, arg)
		default:
			flags = append(flags, arg, args[i+1])
			i++
		}
	}
	return flags, operands
}

// isSwitch reports whether a flag takes no value.
func (f *flags) isSwitch(name string) bool {
	v := f.Lookup(name)
	if v == nil {
		return false
	}
	b, ok := v.Value.(interface{ IsBoolFlag() bool })
	return ok && b.IsBoolFlag()
}
