package views

import "relier/internal/i18n"

// Named puts each field's label before its error, in the order of the fields,
// for the summary above a form: "Fill this in." alone does not say what. Errors
// of no field come first.
func (f FormErrors) Named(l *i18n.Localizer, fields ...[]FieldProps) FormErrors {
	var out FormErrors
	for _, e := range f {
		if e.Field == "" {
			out = append(out, e)
		}
	}
	for _, group := range fields {
		for _, field := range group {
			if text := f.For(field.Name); text != "" {
				out = append(out, FormError{field.Name, l.T("form.labelled", map[string]any{"Label": field.Label, "Text": text})})
			}
		}
	}
	return out
}
