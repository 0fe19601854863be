package store_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"relier/internal/domain"
	"relier/internal/store"
)

// findable is an organization whose changes are recorded, and thereby indexed.
type findable struct {
	t *testing.T
	*store.Store
	org    domain.Organization
	person domain.Person
}

func makeFindable(t *testing.T, s *store.Store, code string) *findable {
	o, p, _ := tenant(t, s, code)
	return &findable{t, s, o, p}
}

func (f *findable) record(noun domain.Noun, id int64) {
	f.t.Helper()
	must(f.t, f.AppendActivity(ctx, &domain.Activity{Org: f.org.ID, At: at, Actor: f.person.ID, Verb: "x.y", Noun: noun, Object: id}, []byte("{}")))
}

func (f *findable) item(title, fileName, text string) domain.Evidence {
	f.t.Helper()
	e := domain.Evidence{Org: f.org.ID, Title: title, Kind: domain.EvidenceFile, Source: "Entra ID", Sensitivity: domain.SensitivityInternal,
		State: domain.EvidenceSubmitted, Author: f.person.ID, Versions: 1}
	must(f.t, f.CreateEvidence(ctx, &e))
	v := domain.EvidenceVersion{Org: f.org.ID, Evidence: e.ID, Number: 1, FileName: fileName, Blob: domain.Blob{SHA256: domain.Digest{1}}, UploadedBy: f.person.ID, UploadedAt: at}
	must(f.t, f.AddEvidenceVersion(ctx, &v))
	f.record(domain.NounEvidence, int64(e.ID))
	if text != "" {
		must(f.t, f.PutText(ctx, domain.EvidenceText{Org: f.org.ID, Version: v.ID, Evidence: e.ID, State: domain.TextRead, Text: text}, at))
	}
	return e
}

func (f *findable) control(code, title, description string) domain.Control {
	f.t.Helper()
	c := domain.Control{Org: f.org.ID, Code: code, Title: title, Description: description, Implementation: domain.Implemented}
	must(f.t, f.CreateControl(ctx, &c))
	f.record(domain.NounControl, int64(c.ID))
	return c
}

// search lists what a query finds: code, title, and where.
func (f *findable) search(query string, more ...func(*domain.SearchFilter)) []string {
	f.t.Helper()
	filter := domain.SearchFilter{Query: query, Page: domain.Page{Size: domain.SearchPage}}
	for _, m := range more {
		m(&filter)
	}
	r, err := f.Search(ctx, f.org.ID, filter)
	must(f.t, err)
	var out []string
	for _, row := range r.Rows {
		out = append(out, fmt.Sprintf("%s %s (%s)", row.Code, words(row.Title), row.In))
	}
	return out
}

func words(pieces []domain.Piece) string {
	var b strings.Builder
	for _, p := range pieces {
		b.WriteString(p.Text)
	}
	return b.String()
}

func marked(pieces []domain.Piece) string {
	var b strings.Builder
	for _, p := range pieces {
		if p.Hit {
			b.WriteString("[" + p.Text + "]")
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

func TestSearch_RanksCodesTitlesWordsTexts(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *store.Store) {
		f := makeFindable(t, s, "north")
		f.control("A.5.7", "Threat intelligence", "Backups of feeds")
		f.control("A.5.70", "Not below A.5.7", "")
		f.control("A.8.13", "Information backup", "")
		f.item("Sauvegardes restaurées", "restore.pdf", "")
		f.item("Backup log of March", "log.csv", "the œuvre was ﬁnished")
		f.item("Scan of the tills", "scan.pdf", "Every night a backup of the tills runs.\nIt is kept for 30 days.")
		f.item("Export", "backup-2026.xlsx", "")
		for query, want := range map[string][]string{
			"A.5.7":        {"A.5.7 Threat intelligence (code)", "A.5.70 Not below A.5.7 (title)"},
			"ev-2":         {"EV-000002 Backup log of March (code)"},
			"EV 000002":    {"EV-000002 Backup log of March (code)"},
			"backup":       {"A.8.13 Information backup (title)", "EV-000002 Backup log of March (title)", "A.5.7 Threat intelligence (words)", "EV-000004 Export (words)", "EV-000003 Scan of the tills (text)"},
			"BACK till":    {"EV-000003 Scan of the tills (text)"},
			"restaurees":   {"EV-000001 Sauvegardes restaurées (title)"},
			"SÁUVEGARDE":   {"EV-000001 Sauvegardes restaurées (title)"},
			"oeuv finish":  {"EV-000002 Backup log of March (text)"},
			`"log of"`:     {"EV-000002 Backup log of March (title)"},
			`"of log"`:     nil,
			`"march the"`:  nil, // no phrase goes over the end of a part
			"walrus":       nil,
			"backup AND x": nil,
			"entra export": {"EV-000004 Export (words)"},
		} {
			got := f.search(query)
			if query == "backup" { // equally good titles may stand in either order
				same(t, fmt.Sprint(len(got)), fmt.Sprint(len(want)), nil)
				got, want = got[2:], want[2:]
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s finds\n%s\nwant\n%s", query, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
		r, err := s.Search(ctx, f.org.ID, domain.SearchFilter{Query: "back till", Page: domain.Page{Size: 20}})
		must(t, err)
		if got := marked(r.Rows[0].Excerpt); got != "Every night a [backup] of the [tills] runs. It is kept for 30 days." {
			t.Errorf("the excerpt: %s", got)
		}
		r, err = s.Search(ctx, f.org.ID, domain.SearchFilter{Query: "backup", Noun: domain.NounControl, Page: domain.Page{Size: 20}})
		must(t, err)
		same(t, r.Counts, []domain.NounCount{{Noun: domain.NounControl, N: 2}, {Noun: domain.NounEvidence, N: 3}}, nil)
		if r.Total != 2 || len(r.Rows) != 2 {
			t.Errorf("narrowed to controls: %d of %d", len(r.Rows), r.Total)
		}
	})
}

// What somebody types is words, never the language of either database.
func TestSearch_HostileQueries(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *store.Store) {
		f := makeFindable(t, s, "north")
		f.item("Near misses", "a.pdf", "")
		for _, q := range []string{`"`, `""`, `"""`, "*", "-", "-near", "near:", "title:near", "NEAR", "near NEAR misses", "near/3", "(near", "near)", "near OR", "NOT near", "'", "';--", `\`, "%", "_",
			"\x00", "near\x00", "\u202enear", "\xff\xfe", "near:*", "!near", "near & misses", "near | x", "<->", "§ssubmitted", "§c1", "a b c d e f g h i j k", strings.Repeat("near ", 500), strings.Repeat("x", 100_000), "½", "ﷺ", "👩‍👩‍👧", "{near}", "^near"} {
			r, err := s.Search(ctx, f.org.ID, domain.SearchFilter{Query: q, Page: domain.Page{Size: 20}})
			if err != nil {
				t.Errorf("%.20q: %v", q, err)
			}
			if strings.HasPrefix(q, "§") && len(r.Rows) > 0 {
				t.Errorf("%q finds what the index keeps for itself", q)
			}
			if _, err := s.FindEvidence(ctx, f.org.ID, domain.EvidenceFilter{Query: q}); err != nil {
				t.Errorf("the library, %.20q: %v", q, err)
			}
		}
		for _, q := range []string{"near", "-near", "near:*", "NEAR misses", "\u202enear", "(near"} {
			if got := f.search(q); len(got) != 1 {
				t.Errorf("%q finds %v", q, got)
			}
		}
	})
}

// Another organization's words are in no result, no count and no library.
func TestSearch_StaysInTheOrganization(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *store.Store) {
		ours, theirs := makeFindable(t, s, "ours"), makeFindable(t, s, "theirs")
		theirs.item("canaryword", "canaryword.pdf", "canaryword")
		theirs.control("CANARY-1", "canaryword", "canaryword")
		ours.item("ours", "ours.pdf", "ours")
		for _, q := range []string{"canaryword", "canary", "CANARY-1", "ca", `"canaryword"`, "ev-1 canaryword"} {
			r, err := s.Search(ctx, ours.org.ID, domain.SearchFilter{Query: q, Page: domain.Page{Size: 20}})
			must(t, err)
			if len(r.Rows)+len(r.Counts)+r.Total > 0 {
				t.Errorf("%q finds %+v", q, r)
			}
			l, err := s.FindEvidence(ctx, ours.org.ID, domain.EvidenceFilter{Query: q})
			must(t, err)
			if l.Total+len(l.Rows) > 0 {
				t.Errorf("the library finds %q: %+v", q, l)
			}
		}
	})
}

// A newer version takes the words of the older one out of the search; what is
// gone is not found; Reindex makes the same again.
func TestSearch_FollowsChanges(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *store.Store) {
		f := makeFindable(t, s, "north")
		e := f.item("Export", "first.pdf", "walrus")
		c := f.control("C-1", "Old title", "")
		if len(f.search("walrus")) != 1 || len(f.search("old")) != 1 {
			t.Fatal("not found at all")
		}
		e.Versions = 2
		must(t, s.UpdateEvidence(ctx, &e))
		v := domain.EvidenceVersion{Org: f.org.ID, Evidence: e.ID, Number: 2, FileName: "second.pdf", Blob: domain.Blob{SHA256: domain.Digest{2}}, UploadedBy: f.person.ID, UploadedAt: at}
		must(t, s.AddEvidenceVersion(ctx, &v))
		f.record(domain.NounEvidence, int64(e.ID))
		c.Title = "New title"
		must(t, s.UpdateControl(ctx, &c))
		f.record(domain.NounControl, int64(c.ID))
		check := func(when string) {
			t.Helper()
			for q, want := range map[string]int{"walrus": 0, "first": 0, "second": 1, "old": 0, "new title": 1} {
				if got := f.search(q); len(got) != want {
					t.Errorf("%s, %s finds %v", when, q, got)
				}
			}
		}
		check("after a change")
		queue, err := s.UnreadVersions(ctx, 10)
		must(t, err)
		if len(queue) != 1 || queue[0].ID != v.ID {
			t.Errorf("the queue: %+v", queue)
		}
		must(t, s.Reindex(ctx))
		if behind, _ := s.Indexing(ctx); !behind || len(f.search("second")) != 0 {
			t.Error("nothing was forgotten")
		}
		l, err := s.FindEvidence(ctx, f.org.ID, domain.EvidenceFilter{Query: "expo"})
		if must(t, err); l.Total != 1 {
			t.Error("the library loses items while the search is filled")
		}
		for more := true; more; {
			more, err = s.IndexSome(ctx, 2)
			must(t, err)
		}
		check("made anew")
		must(t, s.RemoveEvidence(ctx, domain.Removal{Org: f.org.ID, Evidence: e.ID, Number: e.Number, Title: e.Title, By: f.person.ID, At: at}))
		f.record(domain.NounEvidence, int64(e.ID))
		if got := f.search("second"); len(got) != 0 {
			t.Errorf("a deleted item is found: %v", got)
		}
	})
}

// Whatever was written is found by each of its words and by their beginnings,
// in any case, with and without accents, alike in both databases.
func TestSearch_FindsEachWord(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *store.Store) {
		f := makeFindable(t, s, "north")
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			title := rapid.StringMatching(`[a-zA-Zéèàçùâêîôûëïüœ0-9\-\.' ]{1,40}`).Draw(rt, "title")
			text := rapid.StringMatching(`([a-zéà]{1,12}[ ,\n\.]){0,20}`).Draw(rt, "text")
			if n++; n > 40 {
				return
			}
			e := f.item("x "+title, "f.pdf", text)
			for _, word := range strings.FieldsFunc(title+" "+text, func(r rune) bool { return strings.ContainsRune(" -.',\n", r) }) {
				letters := []rune(word)
				for _, q := range []string{word, strings.ToUpper(word), store.Fold(word), string(letters[:1+rand.IntN(len(letters))])} {
					if len([]rune(q)) < 2 {
						continue
					}
					l, err := s.FindEvidence(ctx, f.org.ID, domain.EvidenceFilter{Query: q, Page: domain.Page{Size: 5000}})
					if err != nil {
						rt.Fatal(err)
					}
					found := false
					for _, r := range l.Rows {
						found = found || r.Evidence.ID == e.ID
					}
					if !found {
						rt.Fatalf("%q is not found by %q", title+" / "+text, q)
					}
				}
			}
		})
	})
}
