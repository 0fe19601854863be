package server_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/internal/tlog"
)

// signed gives the site a key of the log.
func (a *audited) signed() *tlog.Key {
	a.t.Helper()
	secret, err := tlog.NewKey()
	a.must(err)
	key, err := tlog.ReadKey(secret)
	a.must(err)
	a.app.SignWith(key)
	return key
}

func TestActivity_FiltersByObjectAndDeed(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	a.control("C-1", "One", "A.5.1")
	a.control("C-2", "Two", "A.5.2")
	rows := func(query string) string {
		return a.get(north + "/activity?" + query).want(http.StatusOK).text("#activity tbody")
	}
	if got := rows("q=c-2"); !strings.Contains(got, "C-2") || strings.Contains(got, "C-1") {
		t.Errorf("by code: %q", got)
	}
	if got := rows("verb=created&noun=control"); !strings.Contains(got, "C-1") || strings.Contains(got, "gave a role") {
		t.Errorf("by what was done: %q", got)
	}
	if got := a.get(north + "/activity?q=100%25").text("main"); !strings.Contains(got, "Clear the filters") {
		t.Errorf("a percent sign matched anything: %q", got)
	}
}

// A record's page verifies its proof when it is opened, and says so plainly.
func TestRecord_SaysWhetherItIsProven(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	key := a.signed()
	a.control("C-1", "One", "A.5.1")
	list := a.get(north + "/activity?q=C-1&verb=created").want(http.StatusOK)
	path := list.attr("#activity tbody tr:first-child td:last-child a", "href")
	if !strings.Contains(list.text("main"), "not signed yet") {
		t.Errorf("before a signature: %q", list.text("#log"))
	}
	if got := a.get(path).want(http.StatusOK).text(".notice"); !strings.HasPrefix(got, "Not signed yet") {
		t.Errorf("before a signature: %q", got)
	}
	a.get(path + "/proof.tlog-proof").want(http.StatusNotFound)
	checkpoint, err := a.app.Checkpoint(t.Context())
	a.must(err)
	p := a.get(path).want(http.StatusOK)
	if got := p.text(".notice"); !strings.HasPrefix(got, "Proven:") {
		t.Errorf("the outcome is %q", got)
	}
	if got := p.text("main"); !strings.Contains(got, "created the control C-1") || !strings.Contains(p.text(".leaf"), `"verb":"control.created"`) || strings.Contains(p.text(".leaf"), "C-1") {
		t.Errorf("the record is %q", got)
	}
	proof, err := tlog.ReadProof([]byte(a.get(p.attr(`main a[href*="tlog-proof"]`, "href")).want(http.StatusOK).body))
	a.must(err)
	if _, _, err := proof.Check(key.Public()); err != nil {
		t.Error(err)
	}
	if got := a.get(north + "/activity").text("main"); !strings.Contains(got, key.Public()) {
		t.Errorf("the page states %q", got)
	}
	t.Run("compared with a checkpoint", func(t *testing.T) {
		a.control("C-2", "Two", "A.5.2")
		to := north + "/activity/compare"
		if got := a.visitor.post(to, url.Values{"checkpoint": {string(checkpoint)}}).want(http.StatusOK).text(".notice"); !strings.HasPrefix(got, "The log has only grown") {
			t.Errorf("ours: %q", got)
		}
		fork, err := key.Sign(tlog.Head{Size: 3, Root: domain.Digest{1}}, time.Time{})
		a.must(err)
		if got := a.visitor.post(to, url.Values{"checkpoint": {string(fork)}}).want(http.StatusOK).text(".notice"); !strings.HasPrefix(got, "The log does not continue") {
			t.Errorf("a fork: %q", got)
		}
		p := a.visitor.post(to, url.Values{"checkpoint": {"not one"}}).want(http.StatusUnprocessableEntity)
		if got := p.text("main"); !strings.Contains(got, "no checkpoint that this log’s key signed") || p.text("textarea") != "not one" {
			t.Errorf("nonsense: %q", got)
		}
	})
	t.Run("in French", func(t *testing.T) {
		a.french()
		if got := a.get(path).text(".notice"); !strings.HasPrefix(got, "Prouvé") {
			t.Errorf("the outcome is %q", got)
		}
		if got := a.get(north + "/activity").text("main"); !strings.Contains(got, "État signé du journal") || !strings.Contains(got, "Exporter avec les preuves") {
			t.Errorf("the list is %q", got)
		}
	})
	t.Run("no assessor, and nobody from elsewhere", func(t *testing.T) {
		_, assessor := a.member("assessor@example.org", domain.RoleAssessor)
		for _, to := range []string{path, path + "/proof.tlog-proof", north + "/activity.jsonl", north + "/activity.csv"} {
			assessor.get(to).want(http.StatusForbidden)
		}
		a.site.person("stranger@example.org")
		a.site.signedIn("stranger@example.org").get(path).want(http.StatusNotFound)
		a.get(north + "/activity/999999").want(http.StatusNotFound)
		a.get(north + "/activity/x").want(http.StatusNotFound)
	})
}

// What is exported is the list as it is filtered; its cells do nothing, and its
// proofs hold by themselves.
func TestActivity_Exports(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	key := a.signed()
	a.control("=1+1", "One", "A.5.1")
	a.control("C-2", "Two", "A.5.2")
	_, err := a.app.Checkpoint(t.Context())
	a.must(err)
	list := a.get(north + "/activity?noun=control&q=%3D1").want(http.StatusOK)
	csv := string(a.get(list.attr(`main a[href*="/activity.csv"]`, "href")).want(http.StatusOK).body)
	if !strings.Contains(csv, "'=1+1") || strings.Contains(csv, "C-2") || strings.Count(csv, "\n") != 2 {
		t.Errorf("CSV: %q", csv)
	}
	book, err := excelize.OpenReader(bytes.NewReader(a.get(list.attr(`main a[href*="/activity.xlsx"]`, "href")).want(http.StatusOK).body))
	a.must(err)
	rows, err := book.GetRows(book.GetSheetName(0))
	a.must(err)
	if len(rows) != 2 || !strings.HasSuffix(rows[1][5], "=1+1") {
		t.Errorf("XLSX: %q", rows)
	}
	all := strings.TrimSpace(string(a.get(north + "/activity.jsonl").want(http.StatusOK).body))
	n := 0
	for line := range strings.Lines(all) {
		n++
		if err := app.VerifyExported([]byte(line), key.Public()); err != nil {
			t.Errorf("line %d: %v", n, err)
		}
		var e app.Exported
		a.must(json.Unmarshal([]byte(line), &e))
	}
	if n < 4 {
		t.Errorf("%d lines", n)
	}
}
