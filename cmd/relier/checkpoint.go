package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"relier/internal/config"
	"relier/internal/i18n"
	"relier/internal/mail"
	"relier/internal/tlog"
)

// checkpoint signs the log as it is now and prints the checkpoint, or writes it
// to a file.
func checkpoint(e *env, c *command, args []string) int {
	f := newFlags(c)
	out := f.String("out", "", "")
	settings, _, code, done := e.settings(f, args, 0)
	if done {
		return code
	}
	return e.within(settings, false, func(d *folder) error {
		text, err := d.app.Checkpoint(e.ctx)
		if err != nil {
			return err
		}
		if *out == "" {
			_, err = e.stdout.Write(text)
			return err
		}
		if err := writeDurably(*out, text); err != nil {
			return err
		}
		e.tell("cli.checkpoint.written", map[string]any{"File": *out, "Key": d.logKey.Public()})
		return nil
	})
}

// keepCheckpoint signs the log and puts the checkpoint where the settings say:
// into a folder, or into a mail. What fails is told, and tried again with the
// next one; it holds nothing up.
func (d *folder) keepCheckpoint(ctx context.Context, c config.Config, l *i18n.Localizer, log *slog.Logger) {
	text, err := d.app.Checkpoint(ctx)
	if err != nil {
		log.Error("the log could not be signed", "err", err)
		return
	}
	signed, err := tlog.Open(text, d.logKey.Public())
	if err != nil {
		log.Error("the log's checkpoint cannot be read back", "err", err)
		return
	}
	name := fmt.Sprintf("checkpoint-%s-%012d.txt", d.app.Today(), signed.Size)
	if c.CheckpointDir != "" {
		if err := writeCheckpoint(c.CheckpointDir, name, text); err != nil {
			log.Error("the log's checkpoint was not written", "folder", c.CheckpointDir, "err", err)
		}
	}
	if c.CheckpointMail != "" {
		if err := d.mailCheckpoint(ctx, c, l, name, signed); err != nil {
			log.Error("the log's checkpoint was not mailed", "err", err)
		}
	}
}

// writeCheckpoint leaves one alone that is there: it was kept on that day.
func writeCheckpoint(dir, name string, text []byte) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	return writeDurably(path, text)
}

func (d *folder) mailCheckpoint(ctx context.Context, c config.Config, l *i18n.Localizer, name string, signed tlog.Checkpoint) error {
	args := map[string]any{"Size": l.Number(int(signed.Size)), "Origin": signed.Origin, "Root": signed.Root.String(), "Key": d.logKey.Public(), "File": name}
	return mail.Server{URL: c.SMTP, From: c.MailFrom}.Send(ctx, mail.Message{
		To: c.CheckpointMail, Subject: l.T("checkpoint.mail.subject", args), Text: l.T("checkpoint.mail.text", args),
		Files: []mail.File{{Name: name, Content: signed.Text}},
	})
}
