package views

import (
	"maps"

	"relier/internal/domain"
	"relier/internal/i18n"
)

// ErrorText is the sentence of an error. It is the one place where what an error
// carries is put into the reader's language: sizes, days, numbers, and the plural
// where the error counts something.
func ErrorText(l *i18n.Localizer, e *domain.Error) string {
	args := maps.Clone(map[string]any(e.Args))
	for name, v := range args {
		switch v := v.(type) {
		case domain.Bytes:
			args[name] = l.Bytes(int64(v))
		case domain.Date:
			args[name] = l.DateLong(v.String())
		case int:
			if v >= 1000 || v <= -1000 { // below, every language writes the same, and a template may compare it
				args[name] = l.Number(v)
			}
		}
	}
	if n, counts := e.Args["Count"].(int); counts {
		return l.N(e.Key, n, args)
	}
	return l.T(e.Key, args)
}
