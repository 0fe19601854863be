package extract

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // the character sets that mails come in
	"golang.org/x/net/html"
)

// Bounds on a mail.
const (
	mailDepthMost = 20
	mailPartsMost = 1000
)

// readMail reads the headings that people search by, the text parts, and the
// names of attachments, which are evidence of their own if they matter.
func readMail(ctx context.Context, in io.Reader, out *builder) error {
	m, err := message.ReadWithOptions(whileIn(ctx, in), &message.ReadOptions{MaxHeaderBytes: 256 << 10})
	if err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
		return err
	}
	parts := 0
	return m.Walk(func(path []int, part *message.Entity, err error) error {
		if parts++; parts > mailPartsMost || len(path) > mailDepthMost {
			return ErrTooLarge
		}
		if errors.Is(err, io.ErrUnexpectedEOF) || part == nil {
			return err
		}
		if len(path) == 0 {
			if err := mailHead(part, out); err != nil {
				return err
			}
		}
		return mailPart(part, out)
	})
}

func mailHead(m *message.Entity, out *builder) error {
	for _, name := range []string{"Subject", "From", "To", "Cc", "Date"} {
		value, err := m.Header.Text(name)
		if err != nil { // a broken encoding: as it stands
			value = m.Header.Get(name)
		}
		if value == "" {
			continue
		}
		if err := out.line(name + ": " + value); err != nil {
			return err
		}
	}
	return nil
}

func mailPart(part *message.Entity, out *builder) error {
	kind, params, err := part.Header.ContentType()
	if err != nil {
		kind = "text/plain"
	}
	disposition, named, _ := part.Header.ContentDisposition()
	name := named["filename"]
	if name == "" {
		name = params["name"]
	}
	switch {
	case disposition == "attachment" || name != "":
		return out.line(name)
	case kind == "text/html":
		err := plainOf(html.NewTokenizer(part.Body), out)
		out.gap = '\n'
		return err
	case strings.HasPrefix(kind, "text/"):
		text, err := io.ReadAll(io.LimitReader(part.Body, int64(out.most)*4))
		if err != nil {
			return err
		}
		return out.line(string(text))
	}
	return nil
}
