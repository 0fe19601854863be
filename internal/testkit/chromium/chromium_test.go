package chromium_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"relier/internal/testkit/chromium"
)

// The driver itself: forms are filled and sent, files saved, scripts off stay off.
func TestPage_Drives(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/file" {
			w.Header().Set("Content-Disposition", `attachment; filename="a.txt"`)
			_, _ = w.Write([]byte("saved"))
			return
		}
		_ = r.ParseForm()
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(`<main><h1>Hello ` + r.Form.Get("who") + `</h1><p id=js>off</p><script>document.getElementById("js").textContent = "on"</script>
			<form method=post><input name=who><button>Go</button></form><a href=/file>File</a></main>`))
	}))
	t.Cleanup(site.Close)
	for _, noScript := range []bool{false, true} {
		p := chromium.Open(t, site.URL, chromium.Options{NoScript: noScript})
		p.Go("/")
		p.Fill("who", "Ada")
		p.Press("main button")
		p.Says("h1", "Hello Ada")
		p.Says("#js", map[bool]string{false: "on", true: "off"}[noScript])
		if b, err := os.ReadFile(p.Download("main a")); err != nil || string(b) != "saved" {
			t.Errorf("downloaded %q, %v", b, err)
		}
		p.Picture(filepath.Join(t.TempDir(), "a.png"))
	}
}
