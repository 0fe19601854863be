package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"relier/internal/app"
	"relier/internal/domain"
)

// showLogKey prints the key that checkpoints and proofs are verified with. It
// only reads, so it runs beside a server.
func showLogKey(e *env, c *command, args []string) int {
	f := newFlags(c)
	settings, _, code, done := e.settings(f, args, 0)
	if done {
		return code
	}
	key, err := readLogKey(settings.Data)
	if errors.Is(err, fs.ErrNotExist) {
		err = &domain.Error{Kind: domain.KindNotFound, Key: "cli.error.no_data", Args: domain.Args{"Folder": settings.Data}}
	}
	if err != nil {
		return e.fail(err)
	}
	fmt.Fprintln(e.stdout, key.Public())
	return exitOK
}

// verifyLog checks exported records with their proofs. It needs nothing but the
// file and the log's public key, which has to come from elsewhere than the file.
func verifyLog(e *env, c *command, args []string) int {
	f := newFlags(c)
	key := f.String("key", "", "")
	rest, code, done := e.parse(f, args, 1)
	if done {
		return code
	}
	if code, missing := e.require(f, "key"); missing {
		return code
	}
	file, err := os.Open(rest[0])
	if err != nil {
		return e.fail(err)
	}
	defer file.Close()
	sound, wrong := 0, 0
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		if len(lines.Bytes()) == 0 {
			continue
		}
		if err := app.VerifyExported(lines.Bytes(), *key); err != nil {
			wrong++
			e.tell("cli.log.wrong", map[string]any{"Line": n, "Detail": err.Error()})
			continue
		}
		sound++
	}
	if err := lines.Err(); err != nil {
		return e.fail(err)
	}
	if sound+wrong == 0 {
		return e.fail(&domain.Error{Kind: domain.KindInvalid, Key: "cli.log.empty"})
	}
	fmt.Fprintln(e.stdout, e.l.N("cli.log.verified", sound, map[string]any{"Wrong": wrong}))
	if wrong > 0 {
		return exitFailed
	}
	return exitOK
}
