package app_test

import (
	"fmt"
	"strings"
	"testing"

	"relier/internal/app"
	"relier/internal/domain"
)

// preview receives a list and reads it as the manager.
func (h *house) preview(list string) (app.Import, error) {
	h.t.Helper()
	d, err := h.ReceiveImport(ctx, h.as(domain.RoleManager), strings.NewReader(list), int64(len(list)))
	h.must(err)
	return h.PreviewImport(ctx, h.as(domain.RoleManager), d, nil)
}

func (h *house) apply(in app.Import) (app.Import, error) {
	return h.ApplyImport(ctx, h.as(domain.RoleManager), in.File, nil)
}

func TestImport_Applies(t *testing.T) {
	for name, list := range map[string]string{
		"english, commas":      "Code,Title,Status,ISO 27001:2022,Owner\nC-1,Access,implemented,A.5.15; A.5.18 (partial),contributor@example.org\n",
		"french, semicolons":   "Numéro;Intitulé;Mise en œuvre;Exigences 2022;Responsable\nC-1;Access;Mise en œuvre;\"A.5.15; A.5.18 (partiel)\";Person contributor\n",
		"columns in any order": "Owner\tISO/IEC 27001:2022\tTitle\tCode\tImplementation\ncontributor@example.org\ta.5.15,A.5.18 (partial)\tAccess\tC-1\tyes\n",
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			in, err := h.preview(list)
			h.must(err)
			if !in.OK() || in.Counts[app.RowNew] != 1 {
				t.Fatalf("preview: %+v", in)
			}
			if all, _ := h.Controls(ctx, h.as(domain.RoleReader)); len(all) != 0 {
				t.Fatal("a preview changed something")
			}
			_, err = h.apply(in)
			h.must(err)
			all, err := h.Readiness(ctx, h.as(domain.RoleReader), h.eng)
			h.must(err)
			c := all[0].Control
			if c.Code != "C-1" || c.Implementation != domain.Implemented || len(c.Requirements) != 2 || !c.Requirements[1].Partial || all[0].Owner != "Person contributor" {
				t.Errorf("imported %+v, owner %q", c, all[0].Owner)
			}
		})
	}
}

func TestImport_TwiceChangesNothing(t *testing.T) {
	h := newHouse(t)
	var list strings.Builder
	list.WriteString("Code,Title,Description,ISO 27001:2022\n")
	for i := range 5000 {
		fmt.Fprintf(&list, "C-%d,Control %d,\"Line one\nline two\",A.5.%d\n", i, i, i%37+1)
	}
	in, err := h.preview(list.String())
	h.must(err)
	_, err = h.apply(in)
	h.must(err)
	before := len(h.log())
	again, err := h.preview(list.String())
	h.must(err)
	if again.Counts[app.RowSame] != 5000 {
		t.Errorf("the second time: %v", again.Counts)
	}
	_, err = h.apply(again)
	h.must(err)
	if after := len(h.log()); after != before {
		t.Errorf("the same file twice left %d more records", after-before)
	}
}

func TestImport_Refuses(t *testing.T) {
	for _, c := range []struct{ name, list, column, key string }{
		{"no title", "Code,Title\nC-1,\n", "B (Title)", "error.text.required"},
		{"no code", "Code,Title\n,Access\n", "A (Code)", "error.text.required"},
		{"a code twice", "Code,Title\nC-1,One\nC-1,Two\n", "A (Code)", "error.import.twice"},
		{"an unknown requirement", "Code,Title,ISO 27001:2022\nC-1,One,A.5.99\n", "C (ISO 27001:2022)", "error.control.requirement"},
		{"a requirement of the other edition", "Code,Title,ISO 27001:2022\nC-1,One,A.12.4.1\n", "C (ISO 27001:2022)", "error.control.requirement"},
		{"an unknown owner", "Code,Title,Owner\nC-1,One,nobody@example.org\n", "C (Owner)", "error.import.owner"},
		{"an assessor as owner", "Code,Title,Owner\nC-1,One,assessor@example.org\n", "C (Owner)", "error.import.owner"},
		{"an unknown state", "Code,Title,Status\nC-1,One,maybe\n", "C (Status)", "error.import.implementation"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			in, err := h.preview(c.list + "C-9,Good,,\n")
			if err != nil { // a ragged last line is the reader's to refuse
				in, err = h.preview(c.list)
			}
			h.must(err)
			if in.OK() || in.Counts[app.RowBad] != 1 {
				t.Fatalf("counts %v", in.Counts)
			}
			for _, row := range in.Rows {
				for _, e := range row.Errors {
					if e.Field != c.column || e.Key != c.key {
						t.Errorf("row %d: %s at %q, want %s at %q", row.Number, e.Key, e.Field, c.key, c.column)
					}
				}
			}
			_, err = h.apply(in)
			h.refused(err, domain.KindInvalid, "error.import.not_applied")
			if all, _ := h.Controls(ctx, h.as(domain.RoleReader)); len(all) != 0 {
				t.Errorf("a refused import left %d controls", len(all))
			}
		})
	}
}

func TestImport_MissingColumn(t *testing.T) {
	h := newHouse(t)
	in, err := h.preview("Ident,Was\nC-1,Access\n")
	h.must(err)
	if len(in.Missing) != 2 {
		t.Fatalf("missing %v", in.Missing)
	}
	mapping := map[string]int{"code": 0, "title": 1}
	in, err = h.PreviewImport(ctx, h.as(domain.RoleManager), in.File, mapping)
	h.must(err)
	if !in.OK() || in.Rows[0].Control.Title != "Access" {
		t.Errorf("mapped by hand: %+v", in)
	}
}

func TestImport_WrongPerson(t *testing.T) {
	h := newHouse(t)
	for _, role := range []domain.Role{domain.RoleContributor, domain.RoleReader, domain.RoleAssessor} {
		_, err := h.ReceiveImport(ctx, h.as(role), strings.NewReader("Code,Title\n"), -1)
		h.refused(err, domain.KindForbidden, "error.forbidden")
	}
}

// A list opens for its sender alone: blobs are shared by digest, and digests
// stand in packs.
func TestImport_FileIsTheSendersOwn(t *testing.T) {
	h := newHouse(t)
	in, err := h.preview("Code,Title\nC-1,Access\n")
	h.must(err)
	stranger := h.person("stranger")
	h.organization(stranger, "other")
	for who, actor := range map[string]domain.Actor{"colleague": h.as(domain.RoleAuditor), "stranger": h.actor(stranger, "other")} {
		if _, err := h.PreviewImport(ctx, actor, in.File, nil); err == nil || !strings.Contains(err.Error(), "error.import.gone") {
			t.Errorf("a %s reads it: %v", who, err)
		}
	}
}
