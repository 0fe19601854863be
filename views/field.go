package views

import "github.com/a-h/templ"

// FieldType says how a field is entered.
type FieldType string

const (
	FieldText     FieldType = "text"
	FieldArea     FieldType = "textarea"
	FieldSelect   FieldType = "select"
	FieldRadio    FieldType = "radio"
	FieldChecks   FieldType = "checkboxes" // several of Options
	FieldCheckbox FieldType = "checkbox"   // one box; Value "1" is ticked
	FieldDate     FieldType = "date"
	FieldFile     FieldType = "file"
	FieldPassword FieldType = "password"
	FieldEmail    FieldType = "email"
	FieldNumber   FieldType = "number"
	FieldURL      FieldType = "url"
	FieldSearch   FieldType = "search"
)

// FieldWidth is how wide the control is, in characters it is meant to hold.
type FieldWidth string

const (
	WidthFull  FieldWidth = ""      // the measure of the form
	WidthShort FieldWidth = "short" // codes, numbers, dates
	WidthMid   FieldWidth = "mid"   // names
)

// Option is a choice of a select, radio or checkbox group.
type Option struct {
	Value    string
	Label    string
	Hint     string // radios and checkboxes only
	Disabled bool
}

// FieldProps is one labelled control. The typed value comes back through Value
// (Values for checkbox groups), beside what is wrong with it.
type FieldProps struct {
	Name         string
	ID           string    // of the control, when a page has two of one name
	Type         FieldType // empty: text
	Label        string
	Hint         string
	Value        string
	Values       []string
	Error        string
	Options      []Option
	Empty        string // label of a select's first, empty option; "" for none
	Required     bool
	Multiple     bool // files
	Accept       string
	Autocomplete string
	Lang         string // of what the person types, when it is not the page's
	Rows         int
	Min, Max     string
	Width        FieldWidth
	Suffix       string           // a unit after the control
	Mono         bool             // identifiers and digests
	Attrs        templ.Attributes // anything else for the control, e.g. maxlength
}

func (f FieldProps) kind() FieldType {
	if f.Type == "" {
		return FieldText
	}
	return f.Type
}

func (f FieldProps) grouped() bool { return f.Type == FieldRadio || f.Type == FieldChecks }

func (f FieldProps) chosen(value string) bool {
	if f.Type != FieldChecks {
		return f.Value == value
	}
	for _, v := range f.Values {
		if v == value {
			return true
		}
	}
	return false
}

func (f FieldProps) rows() string {
	if f.Rows == 0 {
		return "4"
	}
	return number(f.Rows)
}

// id is the id of the control, or of its group.
func (f FieldProps) id() string {
	if f.ID != "" {
		return f.ID
	}
	return fieldID(f.Name)
}

// fieldID is the id that error links point to.
func fieldID(name string) string { return "field-" + name }

// describedBy lists the ids of the field's hint and error.
func (f FieldProps) describedBy() string {
	id, out := f.id(), ""
	if f.Hint != "" {
		out = id + "-hint"
	}
	if f.Error != "" {
		if out != "" {
			out += " "
		}
		out += id + "-error"
	}
	return out
}

// attributes are those that every kind of control shares.
func (f FieldProps) attributes() templ.Attributes {
	a := templ.Attributes{"id": f.id(), "name": f.Name}
	if d := f.describedBy(); d != "" {
		a["aria-describedby"] = d
	}
	if f.Error != "" {
		a["aria-invalid"] = "true"
	}
	if f.Required {
		a["required"] = true
	}
	if f.Lang != "" {
		a["lang"] = f.Lang
	}
	for k, v := range map[string]string{"autocomplete": f.Autocomplete, "min": f.Min, "max": f.Max, "accept": f.Accept} {
		if v != "" {
			a[k] = v
		}
	}
	for k, v := range f.Attrs {
		a[k] = v
	}
	return a
}

// FormProps is a form with its buttons. The fields are its children.
type FormProps struct {
	Action    string
	Method    string // empty: post
	Submit    string // label of the main button
	Again     string // label of a second one, which sends again=1: save, and on to the next of the same
	Cancel    string // href of the way back; "" for none
	Multipart bool   // it sends files
	Danger    bool   // the act removes or refuses something
	Hidden    []Hidden
	ID        string
}

// Hidden is a value the form carries along, such as the version edited.
type Hidden struct{ Name, Value string }

func (f FormProps) method() string {
	if f.Method == "" {
		return "post"
	}
	return f.Method
}

func (f FormProps) enctype() string {
	if f.Multipart {
		return "multipart/form-data"
	}
	return "application/x-www-form-urlencoded"
}

// formID gives the form an id when other controls point at it.
func formID(f FormProps) templ.Attributes {
	if f.ID == "" {
		return nil
	}
	return templ.Attributes{"id": f.ID}
}

// describe ties a group to its hint and error.
func describe(f FieldProps) templ.Attributes {
	if d := f.describedBy(); d != "" {
		return templ.Attributes{"aria-describedby": d}
	}
	return nil
}
