package extract

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// errFull ends the reading of a file whose text is long enough.
var errFull = errors.New("enough text")

// builder gathers text up to a limit. Runs of space become one, and what no
// index or page should hold (control characters, broken UTF-8) is left out.
type builder struct {
	b    strings.Builder
	most int
	gap  byte // space or line end to come before the next word; 0: none
}

// add appends text; errFull says that no more fits.
func (o *builder) add(text string) error {
	for _, r := range text {
		switch {
		case r == '\n' || r == '\r' || r == '\f' || r == '\u2028' || r == '\u2029':
			o.gap = '\n'
		case unicode.IsSpace(r):
			o.space()
		case r == utf8.RuneError || unicode.IsControl(r) || r == '\ufeff' || r == '\u00ad':
			// a soft hyphen would cut a word in two
		default:
			if err := o.put(r); err != nil {
				return err
			}
		}
	}
	return nil
}

func (o *builder) space() {
	if o.gap == 0 {
		o.gap = ' '
	}
}

func (o *builder) put(r rune) error {
	if o.b.Len()+utf8.RuneLen(r)+1 > o.most {
		return errFull
	}
	if o.gap != 0 && o.b.Len() > 0 {
		o.b.WriteByte(o.gap)
	}
	o.gap = 0
	o.b.WriteRune(r)
	return nil
}

// line appends text and ends the line.
func (o *builder) line(text string) error {
	err := o.add(text)
	o.gap = '\n'
	return err
}

// settle gives what was gathered beside an error that leaves it of use.
func (o *builder) settle(err error) (string, error) {
	switch {
	case err == nil && o.b.Len() == 0:
		return "", ErrNothing
	case err == nil || errors.Is(err, ErrTooSlow):
		return o.b.String(), err
	}
	return "", err
}
