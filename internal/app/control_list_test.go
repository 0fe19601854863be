package app_test

import (
	"fmt"
	"strings"
	"testing"

	"relier/internal/domain"
)

func TestControls_Find(t *testing.T) {
	h := newHouse(t)
	owner := h.as(domain.RoleContributor).Person
	for i, title := range []string{"Contrôle d’accès", "50 % off_by", "Sauvegarde", "Journalisation"} {
		c, err := h.SaveControl(ctx, h.as(domain.RoleManager), domain.Control{Code: fmt.Sprintf("C-%d", i+8), Title: title, Implementation: domain.Implemented,
			Requirements: []domain.ControlRequirement{{Ref: domain.Ref{Edition: domain.Edition2022, Code: fmt.Sprintf("A.%d.1", i+5)}}}})
		h.must(err)
		if i == 2 {
			_, err = h.AssignOwner(ctx, h.as(domain.RoleManager), owner, []domain.ControlID{c.ID})
			h.must(err)
		}
	}
	for _, c := range []struct {
		name string
		f    domain.ControlFilter
		want string
	}{
		{"all, by code as people read it", domain.ControlFilter{}, "C-8 C-9 C-10 C-11"},
		{"by code, backwards", domain.ControlFilter{Sort: "code", Desc: true}, "C-11 C-10 C-9 C-8"},
		{"words without accents", domain.ControlFilter{Query: " CONTROLE "}, "C-8"},
		{"words of the code", domain.ControlFilter{Query: "c-1"}, "C-10 C-11"},
		{"a wildcard is text", domain.ControlFilter{Query: "50 %"}, "C-9"},
		{"an underscore is text", domain.ControlFilter{Query: "e_a"}, ""},
		{"a theme", domain.ControlFilter{Theme: "A.8"}, "C-11"},
		{"a theme of the other edition", domain.ControlFilter{Theme: "A.8", Edition: domain.Edition2013}, ""},
		{"an owner", domain.ControlFilter{Owner: owner}, "C-10"},
		{"no owner", domain.ControlFilter{Owner: domain.NoOwner}, "C-8 C-9 C-11"},
		{"by owner, those without first", domain.ControlFilter{Sort: "owner"}, "C-8 C-9 C-11 C-10"},
		{"by title, backwards", domain.ControlFilter{Sort: "title", Desc: true}, "C-10 C-11 C-8 C-9"},
		{"a sort nobody offers", domain.ControlFilter{Sort: "id; DROP TABLE controls"}, "C-8 C-9 C-10 C-11"},
		{"a page", domain.ControlFilter{Page: domain.Page{Number: 2, Size: 3}}, "C-11"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := h.FindControls(ctx, h.as(domain.RoleReader), h.eng, c.f)
			h.must(err)
			var codes []string
			for _, v := range got.Rows {
				codes = append(codes, v.Control.Code)
			}
			if strings.Join(codes, " ") != c.want {
				t.Errorf("got %v of %d, want %s", codes, got.Total, c.want)
			}
		})
	}
}
