package pack

import (
	"strings"
	"unicode/utf8"

	"relier/internal/domain"
	"relier/internal/i18n"
)

// checkCommands is what a reader can run in the pack's folder with tools that
// nobody here wrote.
const checkCommands = "sha256sum -c --quiet manifest-sha256.txt\nsha512sum -c --quiet manifest-sha512.txt\nsha256sum -c --quiet tagmanifest-sha256.txt\nsha256sum tagmanifest-sha256.txt"

// readme is README.txt: what the folder is and how to check it, in the pack's
// languages one after the other.
func readme(c domain.PackContents) string {
	var parts []string
	for _, lang := range c.Langs {
		parts = append(parts, readmeIn(i18n.For(lang), c))
	}
	return strings.Join(parts, "\n"+strings.Repeat("-", readmeWidth)+"\n\n")
}

// readmeWidth is the length of a line in characters.
const readmeWidth = 72

func readmeIn(l *i18n.Localizer, c domain.PackContents) string {
	args := map[string]any{
		"Pack": c.Code, "Organization": c.Organization.Name, "Title": c.Engagement.Title,
		"By": c.SealedBy, "At": l.Time(c.SealedAt), "Page": fileIn(c.Langs, l.Lang(), "index", "html"),
	}
	var b strings.Builder
	if c.Organization.Sample {
		b.WriteString(wrap(l.T("pack.sample", nil), readmeWidth) + "\n")
	}
	for _, key := range []string{"what", "read", "check", "commands", "relier", "extra", "digest"} {
		if key == "commands" {
			b.WriteString("    " + strings.ReplaceAll(checkCommands, "\n", "\n    ") + "\n\n")
			continue
		}
		b.WriteString(wrap(l.T("pack.readme."+key, args), readmeWidth) + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// wrap breaks a paragraph at its ordinary spaces; no-break spaces hold.
func wrap(s string, width int) string {
	var b strings.Builder
	column := 0
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\n' }) {
		n := utf8.RuneCountInString(word)
		switch {
		case column == 0:
		case column+1+n > width:
			b.WriteByte('\n')
			column = 0
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	return b.String() + "\n"
}
