package store_test

import (
	"testing"
	"time"

	"relier/internal/domain"
	"relier/internal/store"
)

func TestCatalogue_AppendOnlyAndApart(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *store.Store) {
		o, p, _ := tenant(t, s, "acme")
		other, _, _ := tenant(t, s, "rival")
		v := domain.CatalogueImport{Org: o.ID, Number: 1, Snapshot: domain.MustDate("2026-03-01"), SHA256: domain.Digest{1}, ImportedBy: p.ID, ImportedAt: at,
			Source: domain.CatalogueSource{Title: "Page", URL: "https://example.org", Licence: "CC BY 4.0", Attribution: "Microsoft"}}
		must(t, s.AddCatalogue(ctx, v, []byte(`{"a":1}`)))
		if err := s.AddCatalogue(ctx, v, nil); domain.KindOf(err) != domain.KindConflict {
			t.Errorf("a number was given twice: %v", err)
		}
		for _, q := range []string{"UPDATE catalogues SET content = 'x'", "DELETE FROM catalogues"} {
			if s.Writer().Exec(q).Error == nil {
				t.Errorf("%s went through", q)
			}
		}
		last, err := s.LastCatalogue(ctx, o.ID, at.Add(time.Second))
		same(t, last, v, err)
		content, err := s.CatalogueContent(ctx, o.ID, 1)
		same(t, string(content), `{"a":1}`, err)
		all, err := s.Catalogues(ctx, o.ID)
		same(t, all, []domain.CatalogueImport{v}, err)
		for name, err := range map[string]error{
			"before it was made": last2(s.LastCatalogue(ctx, o.ID, at)), "elsewhere": last2(s.LastCatalogue(ctx, other.ID, at.Add(time.Second))),
			"content elsewhere": last2(s.CatalogueContent(ctx, other.ID, 1)),
		} {
			if !domain.IsNotFound(err) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func last2[T any](_ T, err error) error { return err }
