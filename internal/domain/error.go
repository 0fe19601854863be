package domain

import (
	"errors"
	"fmt"
)

// Kind says what went wrong in terms a caller can act on. The server maps each
// kind to one status and one page; nothing else decides that.
type Kind string

const (
	KindInvalid         Kind = "invalid"         // the input breaks a rule
	KindUnauthenticated Kind = "unauthenticated" // nobody is signed in
	KindForbidden       Kind = "forbidden"       // the role or a separation rule refuses
	KindNotFound        Kind = "not_found"       // missing, or not yours: the two look alike
	KindConflict        Kind = "conflict"        // somebody else changed it first, or a state forbids it
	KindTooLarge        Kind = "too_large"       // over a stated limit
	KindUnavailable     Kind = "unavailable"     // disk full, locked, try again later
)

// Args are the parameters of a message, by name.
type Args map[string]any

// Error is the one error type that reaches people: a kind, the key of a
// sentence that says what to do, its parameters, and the form field concerned.
type Error struct {
	Kind  Kind
	Key   string // key in the locale files, e.g. "error.control.code_taken"
	Args  Args
	Field string // name of the form field, or ""
	Err   error  // the cause, for the log only
}

// Error is for logs and the command line; pages translate Key instead.
func (e *Error) Error() string {
	s := string(e.Kind) + ": " + e.Key
	if len(e.Args) > 0 {
		s += fmt.Sprintf(" %v", map[string]any(e.Args))
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// At returns a copy of e that names a form field.
func (e *Error) At(field string) *Error {
	c := *e
	c.Field = field
	return &c
}

// Invalid reports input that breaks a rule; key names the sentence to show.
func Invalid(key string, args Args) *Error { return &Error{Kind: KindInvalid, Key: key, Args: args} }

// NotFound reports an object that does not exist or is not the actor's to see.
func NotFound(noun string) *Error {
	return &Error{Kind: KindNotFound, Key: "error.not_found", Args: Args{"Noun": noun}}
}

// Forbidden reports an act that the actor's role or a separation rule refuses.
func Forbidden(key string, args Args) *Error {
	return &Error{Kind: KindForbidden, Key: key, Args: args}
}

// Conflict reports a change that met another one, or a state that forbids it.
func Conflict(key string, args Args) *Error { return &Error{Kind: KindConflict, Key: key, Args: args} }

// Stale is the conflict of an edit made on an outdated version of an object.
func Stale() *Error { return Conflict("error.stale", nil) }

// KindOf returns the kind of the first Error in err's chain, or "".
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return ""
}

// IsNotFound reports whether err says that an object is missing.
func IsNotFound(err error) bool { return KindOf(err) == KindNotFound }

// FieldErrors collects the errors of one form, so that all are shown at once.
// It answers errors.As for *Error with its first one.
type FieldErrors []*Error

// Error lists the keys, for logs.
func (f FieldErrors) Error() string {
	s := "invalid fields:"
	for _, e := range f {
		s += " " + e.Field + "=" + e.Key
	}
	return s
}

// Unwrap lets errors.As reach each field's error.
func (f FieldErrors) Unwrap() []error {
	out := make([]error, len(f))
	for i, e := range f {
		out[i] = e
	}
	return out
}

// Add notes an error on a field.
func (f *FieldErrors) Add(field, key string, args Args) {
	*f = append(*f, Invalid(key, args).At(field))
}

// Err returns nil when nothing was noted.
func (f FieldErrors) Err() error {
	if len(f) == 0 {
		return nil
	}
	return f
}
