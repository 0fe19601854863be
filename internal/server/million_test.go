package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"relier/internal/testkit"
)

// millionItems is how many items the library of the benchmark holds; set
// RELIER_BENCH_ITEMS for another number.
func millionItems(b *testing.B) int {
	n, err := strconv.Atoi(os.Getenv("RELIER_BENCH_ITEMS"))
	if err != nil {
		return 1_000_000
	}
	return n
}

// BenchmarkMillion serves pages of a library of a million items over a
// connection: each has 50 ms at the 95th percentile. RELIER_BENCH_DIR keeps the
// library in a folder from run to run.
func BenchmarkMillion(b *testing.B) {
	k := testkit.NewApp(keptDir{b})
	s := serveApp(b, k.App)
	items := millionItems(b)
	if _, err := os.Stat(filepath.Join(k.Dir, "grown")); err != nil {
		growNorth(b, s, k, items)
		if err := os.WriteFile(filepath.Join(k.Dir, "grown"), nil, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	v := s.signedIn("ada@example.org")
	for _, p := range millionPages(items) {
		b.Run(p.name, func(b *testing.B) { measure(b, v, "/o/north/e/FULL"+p.path) })
	}
}

// keptDir keeps the folder of a benchmark when the environment names one.
type keptDir struct{ *testing.B }

func (k keptDir) TempDir() string {
	if dir := os.Getenv("RELIER_BENCH_DIR"); dir != "" {
		return dir
	}
	return k.B.TempDir()
}

// growNorth makes an organization whose first control holds a tenth of all items.
func growNorth(b *testing.B, s *site, k *testkit.Kit, items int) {
	began := time.Now()
	owner := s.organization(s.person("ada@example.org"), "north")
	if _, err := testkit.FullMap(b.Context(), k.App, owner); err != nil {
		b.Fatal(err)
	}
	controls, err := k.App.Controls(b.Context(), owner)
	if err != nil {
		b.Fatal(err)
	}
	l := grown{Items: items, Author: owner.Person, Reviewer: s.person("bob@example.org").ID}
	for _, c := range controls {
		l.Controls = append(l.Controls, c.ID)
	}
	if err := growLibrary(b.Context(), k, owner.Org, l); err != nil {
		b.Fatal(err)
	}
	b.Logf("%d items written and indexed in %s", items, time.Since(began).Round(time.Second))
}

type millionPage struct{ name, path string }

func millionPages(items int) []millionPage {
	const large, few = 1, 57 // controls
	q := func(words string) string { return "?" + url.Values{"q": {words}}.Encode() }
	return []millionPage{
		{"floor_about", "/settings"},
		{"library", "/evidence"},
		{"library_oldest_first", "/evidence?sort=number"},
		{"library_by_title", "/evidence?sort=title"},
		{"library_by_title_back", "/evidence?sort=-title"},
		{"library_by_period", "/evidence?sort=period"},
		{"library_by_period_back", "/evidence?sort=-period"},
		{"library_by_expiry", "/evidence?sort=expires"},
		{"library_by_expiry_back", "/evidence?sort=-expires"},
		{"library_middle_page", fmt.Sprintf("/evidence?page=%d", items/100)},
		{"library_last_page", fmt.Sprintf("/evidence?page=%d", items/50)},
		{"library_middle_by_title", fmt.Sprintf("/evidence?sort=title&page=%d", items/100)},
		{"library_middle_by_period", fmt.Sprintf("/evidence?sort=period&page=%d", items/100)},
		{"library_middle_by_expiry", fmt.Sprintf("/evidence?sort=expires&page=%d", items/100)},
		{"state_common", "/evidence?state=accepted"},
		{"state_common_middle", fmt.Sprintf("/evidence?state=accepted&page=%d", items/100)},
		{"state_common_by_expiry", "/evidence?state=accepted&sort=expires"},
		{"state_common_by_expiry_back", "/evidence?state=accepted&sort=-expires"},
		{"state_common_middle_by_title", fmt.Sprintf("/evidence?state=accepted&sort=title&page=%d", items/100)},
		{"state_rare", "/evidence?state=draft"},
		{"state_rare_by_title", "/evidence?state=draft&sort=title"},
		{"state_common_by_title", "/evidence?state=accepted&sort=title"},
		{"state_and_kind", "/evidence?state=returned&kind=link"},
		{"kind", "/evidence?kind=note"},
		{"kind_common", "/evidence?kind=file"},
		{"expiring_30", "/evidence?expiring=30"},
		{"expiring_90_by_title", "/evidence?expiring=90&sort=title"},
		{"expiring_90_by_expiry", "/evidence?expiring=90&sort=expires"},
		{"hold", "/evidence?hold=1"},
		{"hold_by_title", "/evidence?hold=1&sort=title"},
		{"hold_and_state_and_kind", "/evidence?hold=1&state=accepted&kind=link"},
		{"sensitivity_rare", "/evidence?sensitivity=public"},
		{"sensitivity_rare_by_title", "/evidence?sensitivity=public&sort=title"},
		{"sensitivity_common", "/evidence?sensitivity=internal"},
		{"sensitivity_common_by_expiry", "/evidence?sensitivity=internal&sort=expires"},
		{"sensitivity_rare_state_common", "/evidence?sensitivity=public&state=accepted"},
		{"sensitivity_and_state_rare", "/evidence?sensitivity=public&state=draft"},
		{"control_large", fmt.Sprintf("/evidence?control=%d", large)},
		{"control_large_by_title", fmt.Sprintf("/evidence?control=%d&sort=title", large)},
		{"control_large_and_state", fmt.Sprintf("/evidence?control=%d&state=returned", large)},
		{"control_small_by_period", fmt.Sprintf("/evidence?control=%d&sort=period", few)},
		{"words_common", "/evidence" + q("access")},
		{"words_common_by_title", "/evidence" + q("access") + "&sort=title"},
		{"words_rare", "/evidence" + q("registre liste")},
		{"words_two_common", "/evidence" + q("export access")},
		{"words_phrase", "/evidence" + q(`"access review"`)},
		{"words_code", "/evidence" + q("EV-000041")},
		{"words_and_sensitivity", "/evidence" + q("access") + "&sensitivity=public"},
		{"words_and_state", "/evidence" + q("access") + "&state=returned"},
		{"workspace_large", fmt.Sprintf("/controls/%d", large)},
		{"workspace_small", fmt.Sprintf("/controls/%d", few)},
		{"item", fmt.Sprintf("/evidence/%d", items/2)},
		{"search_common", "/search" + q("access")},
		{"search_most_common", "/search" + q("export")},
		{"search_rare", "/search" + q("registre")},
		{"search_two_words", "/search" + q("access review")},
		{"search_two_rare", "/search" + q("copie évidence")},
		{"search_prefix_2", "/search" + q("re")},
		{"search_prefix_7", "/search" + q("acces re")},
		{"search_accents", "/search" + q("procedure ECRAN")},
		{"search_year", "/search" + q("export 2024")},
		{"search_phrase", "/search" + q(`"access review"`)},
		{"search_code", "/search" + q("EV-000041")},
		{"search_nothing", "/search" + q("walrus")},
		{"jump_prefix", "/search" + q("ac") + "&part=jump"},
		{"jump_words", "/search" + q("export acc") + "&part=jump"},
		{"jump_code", "/search" + q("EV-41") + "&part=jump"},
		{"dashboard", ""},
		{"controls", "/controls"},
		{"calendar", "/evidence/calendar"},
		{"activity", "/activity"},
	}
}

// measure asks for a page again and again, and reports the middle and the 95th
// percentile of its times.
func measure(b *testing.B, v *visitor, path string) {
	size := len(v.get(path).want(http.StatusOK).body)
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		v.get(path)
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	ms := func(share float64) float64 {
		return float64(took[min(len(took)-1, int(share*float64(len(took))))].Microseconds()) / 1000
	}
	b.ReportMetric(ms(0.5), "p50-ms")
	b.ReportMetric(ms(0.95), "p95-ms")
	b.ReportMetric(float64(size), "page-bytes")
}
