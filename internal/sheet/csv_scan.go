package sheet

import (
	"strings"

	"relier/internal/domain"
)

// scanner cuts a text into records by RFC 4180, with the line ends of every
// system and, like spreadsheets, quotes allowed inside a field that does not
// start with one. Unlike encoding/csv it counts rows as a spreadsheet does,
// blank ones included, and leaves the line breaks inside a cell alone.
type scanner struct {
	rest   string
	comma  byte
	strict bool // a quote inside a bare field is a fault too

	row   int      // number of the record just read, from 1
	cells []string // parts of the text where possible
	err   error
}

// next reads one record; false means the end, or a fault in err.
func (s *scanner) next() bool {
	if s.rest == "" || s.err != nil {
		return false
	}
	s.row++
	s.cells = nil
	for more := true; more && s.err == nil; {
		if len(s.cells) == maxCells {
			s.err = domain.Invalid("error.sheet.too_many_columns", domain.Args{"Row": s.row, "Max": maxCells})
			break
		}
		var cell string
		if strings.HasPrefix(s.rest, `"`) {
			cell = s.quoted()
		} else {
			cell = s.bare()
		}
		s.cells = append(s.cells, cell)
		more = s.separated()
	}
	return s.err == nil
}

func (s *scanner) bare() string {
	end := strings.IndexAny(s.rest, string(s.comma)+"\r\n")
	if end < 0 {
		end = len(s.rest)
	}
	cell := s.rest[:end]
	s.rest = s.rest[end:]
	if s.strict && strings.Contains(cell, `"`) {
		s.err = s.fault("error.sheet.quote", len(s.cells))
	}
	return cell
}

func (s *scanner) quoted() string {
	var b strings.Builder
	for rest := s.rest[1:]; ; {
		text, after, closed := strings.Cut(rest, `"`)
		if !closed {
			s.err = s.fault("error.sheet.quote_open", len(s.cells))
			return ""
		}
		b.WriteString(text)
		if !strings.HasPrefix(after, `"`) {
			s.rest = after
			return b.String()
		}
		b.WriteByte('"') // two quotes stand for one
		rest = after[1:]
	}
}

// separated consumes what ends a field and reports whether it was the separator.
func (s *scanner) separated() bool {
	switch {
	case s.rest == "":
		return false
	case s.rest[0] == s.comma:
		s.rest = s.rest[1:]
		return true
	case strings.HasPrefix(s.rest, "\r\n"):
		s.rest = s.rest[2:]
	case s.rest[0] == '\r' || s.rest[0] == '\n':
		s.rest = s.rest[1:]
	case s.err == nil:
		s.err = s.fault("error.sheet.quote", len(s.cells)-1)
	}
	return false
}

func (s *scanner) fault(key string, column int) error {
	return domain.Invalid(key, domain.Args{"Row": s.row, "Column": columnName(column, nil)})
}
