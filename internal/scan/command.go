package scan

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"relier/internal/domain"
)

// placeholder stands in a command for the path of the file.
const placeholder = "{}"

// Command runs a program on each file, which comes on its standard input, or by
// its path where an argument is {}. It answers by its exit code, as clamscan and
// others do: 0 clean, 1 infected, anything else no verdict; the first line it
// prints names what was found.
type Command struct {
	args []string
}

// NewCommand reads a command line. It is cut at spaces and run as it is, without
// a shell.
func NewCommand(line string) (*Command, error) {
	args := strings.Fields(line)
	if len(args) == 0 {
		return nil, errors.New("write the program and its arguments")
	}
	path, err := exec.LookPath(args[0])
	if err != nil {
		return nil, fmt.Errorf("find the scanner: %w", err)
	}
	args[0] = path
	return &Command{args}, nil
}

// Scan implements Scanner.
func (c *Command) Scan(ctx context.Context, file io.Reader) (domain.Scan, error) {
	ctx, stop := context.WithTimeout(ctx, timeMost)
	defer stop()
	args, byPath := slices.Clone(c.args), false
	if named, ok := file.(interface{ Name() string }); ok {
		for i, a := range args {
			if a == placeholder {
				args[i], byPath = named.Name(), true
			}
		}
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	if !byPath {
		cmd.Stdin = file
	}
	var printed bytes.Buffer
	cmd.Stdout = &bounded{b: &printed}
	out := domain.Scan{Engine: filepath.Base(c.args[0])}
	err := cmd.Run()
	exit, ended := errors.AsType[*exec.ExitError](err)
	switch {
	case err == nil:
		out.Verdict = domain.ScanClean
	case ended && exit.ExitCode() == 1 && ctx.Err() == nil:
		out.Verdict, out.Threat = domain.ScanInfected, short(printed.String())
	default:
		return out, fmt.Errorf("%w: %s: %w", ErrNoVerdict, out.Engine, err)
	}
	return out, nil
}

// bounded keeps the beginning of what is printed.
type bounded struct{ b *bytes.Buffer }

// Write implements io.Writer.
func (w *bounded) Write(p []byte) (int, error) {
	w.b.Write(p[:min(len(p), max(0, 4096-w.b.Len()))])
	return len(p), nil
}
