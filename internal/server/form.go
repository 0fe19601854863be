package server

import (
	"errors"
	"io"
	"mime"
	"net/url"
	"strconv"

	"relier/internal/domain"
)

// formLimit bounds a form without files, and the fields beside files.
const formLimit = 1 << 20

// Form is what a person typed. Reading a value that is no date or number notes
// the error on its field, so that Err tells all of them at once.
type Form struct {
	Values url.Values // as typed, for showing the form again
	errs   domain.FieldErrors
}

// Form reads the body as a form; the route's rule was applied before.
func (c *Ctx) Form() (*Form, error) {
	if c.body.length == 0 {
		return &Form{Values: url.Values{}}, nil
	}
	kind, _, err := mime.ParseMediaType(c.header("Content-Type"))
	if err != nil {
		return nil, domain.Invalid("error.form", nil)
	}
	switch kind {
	case "application/x-www-form-urlencoded":
		return c.encodedForm()
	case "multipart/form-data":
		return c.Upload(formLimit, func(f File) error { return domain.Invalid("error.form", nil) })
	}
	return nil, domain.Invalid("error.form", nil)
}

func (c *Ctx) encodedForm() (*Form, error) {
	if c.body.length > formLimit {
		return nil, tooLarge(formLimit)
	}
	raw, err := io.ReadAll(io.LimitReader(c.body, formLimit+1))
	if err != nil {
		return nil, incomplete(err)
	}
	if len(raw) > formLimit {
		return nil, tooLarge(formLimit)
	}
	values, err := url.ParseQuery(string(raw))
	if err != nil {
		return nil, domain.Invalid("error.form", nil)
	}
	return &Form{Values: values}, nil
}

func tooLarge(limit int64) error {
	return &domain.Error{Kind: domain.KindTooLarge, Key: "error.too_large", Args: domain.Args{"Limit": domain.Bytes(limit)}}
}

// incomplete turns a body that did not arrive whole into the error to show.
func incomplete(err error) error {
	var known *domain.Error
	if errors.As(err, &known) {
		return err
	}
	key := "error.upload.incomplete"
	if isTimeout(err) {
		key = "error.upload.slow"
	}
	return &domain.Error{Kind: domain.KindInvalid, Key: key, Err: err}
}

// Err is every field that could not be read.
func (f *Form) Err() error { return f.errs.Err() }

// Text is a field without outer spaces, its line breaks as \n.
func (f *Form) Text(name string) string { return domain.Clean(f.Values.Get(name)) }

// Raw is a field exactly as typed: passwords.
func (f *Form) Raw(name string) string { return f.Values.Get(name) }

// All is every value of a field: ticked boxes, rows.
func (f *Form) All(name string) []string { return f.Values[name] }

// Ticked reports whether a checkbox was.
func (f *Form) Ticked(name string) bool { return f.Values.Get(name) == "1" }

// Date reads a day; an empty field is the zero Date.
func (f *Form) Date(name string) domain.Date {
	d, err := domain.ParseDate(f.Text(name))
	if err != nil {
		f.errs.Add(name, "error.date", domain.Args{"Value": f.Text(name)})
	}
	return d
}

// Period reads a first and a last day; the use-case decides whether they fit.
func (f *Form) Period(from, to string) domain.Period {
	return domain.Period{From: f.Date(from), To: f.Date(to)}
}

// Int reads a whole number, zero or more; an empty field is 0.
func (f *Form) Int(name string) int {
	if f.Text(name) == "" {
		return 0
	}
	n, err := strconv.Atoi(f.Text(name))
	if err != nil || n < 0 {
		f.errs.Add(name, "error.number", nil)
		return 0
	}
	return n
}

// FormID reads an identifier; an empty field is 0, "none".
func FormID[T ~int64](f *Form, name string) T {
	ids := readIDs[T](f, name, []string{f.Text(name)})
	if len(ids) == 0 {
		return 0
	}
	return ids[0]
}

// FormIDs reads the identifiers of ticked rows.
func FormIDs[T ~int64](f *Form, name string) []T { return readIDs[T](f, name, f.All(name)) }

func readIDs[T ~int64](f *Form, name string, values []string) []T {
	var out []T
	for _, v := range values {
		if v == "" {
			continue
		}
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil || n <= 0 {
			f.errs.Add(name, "error.choice", nil)
			return nil
		}
		out = append(out, T(n))
	}
	return out
}
