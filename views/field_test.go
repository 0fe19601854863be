package views_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/a-h/templ"

	"relier/internal/domain"
	"relier/views"
)

func TestField_KeepsWhatWasTypedBesideItsError(t *testing.T) {
	t.Parallel()
	doc := render(t, views.Field(en, views.FieldProps{Name: "number", Label: "Number", Hint: "As printed.", Value: `IS "55"`, Error: "Give the number.", Required: true, Attrs: templ.Attributes{"maxlength": "40"}}))
	attr(t, doc, "input#field-number", "value", `IS "55"`)
	attr(t, doc, "input", "aria-invalid", "true")
	attr(t, doc, "input", "aria-describedby", "field-number-hint field-number-error")
	attr(t, doc, "input", "maxlength", "40")
	says(t, doc, "#field-number-error", "Error: Give the number.")
	attr(t, doc, "label", "for", "field-number")
	want(t, doc, 1, "input[required]")
	want(t, doc, 0, ".optional")
}

func TestField_Types(t *testing.T) {
	t.Parallel()
	options := []views.Option{{Value: "a", Label: "A"}, {Value: "b", Label: "B", Hint: "the second"}, {Value: "c", Label: "C"}}
	for name, c := range map[string]struct {
		props    views.FieldProps
		selector string
	}{
		"text":       {views.FieldProps{Name: "x", Value: "v"}, `input[type="text"][value="v"]`},
		"date":       {views.FieldProps{Name: "x", Type: views.FieldDate, Value: "2026-01-01"}, `input[type="date"][value="2026-01-01"]`},
		"area":       {views.FieldProps{Name: "x", Type: views.FieldArea, Rows: 9, Lang: "fr"}, `textarea[rows="9"][lang="fr"]`},
		"select":     {views.FieldProps{Name: "x", Type: views.FieldSelect, Options: options, Value: "b"}, `select option[value="b"][selected]`},
		"empty":      {views.FieldProps{Name: "x", Type: views.FieldSelect, Options: options, Empty: "All"}, `select option[value=""]`},
		"radio":      {views.FieldProps{Name: "x", Type: views.FieldRadio, Options: options, Value: "b"}, `fieldset#field-x input[type="radio"][value="b"][checked][aria-describedby="field-x-1-hint"]`},
		"checkboxes": {views.FieldProps{Name: "x", Type: views.FieldChecks, Options: options, Values: []string{"c"}}, `fieldset input[type="checkbox"][value="c"][checked]`},
		"checkbox":   {views.FieldProps{Name: "x", Type: views.FieldCheckbox, Value: "1"}, `.choice input[type="checkbox"][value="1"][checked]`},
		"file":       {views.FieldProps{Name: "x", Type: views.FieldFile, Multiple: true, Accept: ".csv"}, `input[type="file"][multiple][accept=".csv"]`},
		"password":   {views.FieldProps{Name: "x", Type: views.FieldPassword, Autocomplete: "current-password", Value: "secret"}, `input[type="password"][autocomplete="current-password"]:not([value])`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := render(t, views.Field(en, c.props))
			want(t, doc, 1, c.selector)
			want(t, doc, 1, ".field")
			rules(t, doc)
		})
	}
}

func TestForm_Sends(t *testing.T) {
	t.Parallel()
	doc := render(t, views.Form(en, views.FormProps{Action: "/c/1", Submit: "Save", Cancel: "/c", Hidden: []views.Hidden{{Name: "version", Value: "7"}}, ID: "edit"}))
	attr(t, doc, "form#edit", "method", "post")
	attr(t, doc, "form", "enctype", "application/x-www-form-urlencoded")
	attr(t, doc, `input[name="version"]`, "value", "7")
	says(t, doc, "button.button-primary", "Save")
	attr(t, doc, ".form-actions a", "href", "/c")
	want(t, render(t, views.Form(en, views.FormProps{Submit: "Delete", Danger: true})), 1, "button.button-danger:not(.button-primary)")
}

func TestForm_RefusesScriptAddresses(t *testing.T) {
	t.Parallel()
	doc := render(t, views.LinkTo("javascript:alert(1)", "x"))
	if href := doc.Find("a").AttrOr("href", ""); href == "javascript:alert(1)" {
		t.Errorf("href is %q", href)
	}
}

func TestFormErrors_Words(t *testing.T) {
	t.Parallel()
	var f domain.FieldErrors
	f.Add("title", "error.text.required", domain.Args{"Least": 1})
	f.Add("from", "error.date", nil)
	for name, c := range map[string]struct {
		err  error
		want views.FormErrors
	}{
		"fields":  {fmt.Errorf("save: %w", f), views.FormErrors{{Field: "title", Text: "Fill this in."}, {Field: "from", Text: "Write the date as year-month-day, such as 2026-12-31."}}},
		"one":     {domain.Invalid("error.text.required", domain.Args{"Least": 12}).At("password"), views.FormErrors{{Field: "password", Text: "Write at least 12 characters."}}},
		"none":    {nil, nil},
		"a fault": {errors.New("disk on fire"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := views.NewFormErrors(en, c.err)
			if fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}

func TestErrorSummary_PointsAtFields(t *testing.T) {
	t.Parallel()
	errs := views.FormErrors{{Field: "title", Text: "Fill this in."}, {Text: "Nothing was saved."}}
	doc := render(t, views.ErrorSummary(fr, errs))
	attr(t, doc, "ul a", "href", "#field-title")
	want(t, doc, 1, `[role="alert"][autofocus][tabindex="-1"]`)
	says(t, doc, "h2", "2 points à corriger")
	if errs.For("") != "" || errs.For("title") != "Fill this in." {
		t.Error("For finds the wrong error")
	}
	want(t, render(t, views.ErrorSummary(en, nil)), 0, ".error-summary")
}

func TestFilter_IsAGetForm(t *testing.T) {
	t.Parallel()
	doc := render(t, views.Filter(en, views.FilterProps{Action: "/controls", Reset: "/controls", Target: "controls", Hidden: []views.Hidden{{Name: "sort", Value: "-due"}},
		Fields: []views.FieldProps{{Name: "q", Type: views.FieldSearch, Label: "Words", Value: "a"}}}))
	attr(t, doc, "form", "method", "get")
	attr(t, doc, "form", "data-filter", "controls")
	attr(t, doc, `input[name="sort"]`, "value", "-due")
	attr(t, doc, `input[type="search"]`, "value", "a")
	want(t, doc, 1, "button[type=submit]")
	rules(t, doc)
}

func TestUpload_FieldsComeBeforeFiles(t *testing.T) {
	t.Parallel()
	doc := render(t, views.Upload(en, views.UploadProps{Action: "/evidence", Name: "files", Label: "Files", Hidden: []views.Hidden{{Name: "engagement", Value: "3"}}}))
	attr(t, doc, "form", "enctype", "multipart/form-data")
	want(t, doc, 1, `form input[type="file"][multiple][name="files"]`)
	if first := doc.Find("form [name]").First().AttrOr("name", ""); first != "engagement" {
		t.Errorf("the first field is %s: the server reads them in order", first)
	}
}
