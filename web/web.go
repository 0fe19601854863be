// Package web holds the static files of the pages: one stylesheet, small
// scripts of our own, the icon, and the fonts.
//
// Every file is served under a name that carries the hash of its content, so it
// can be cached for ever. The style sheets are served as one file. The fonts
// come from a package and are fetched by "make web" into static/vendor; without
// them the pages use the system's fonts and nothing asks for a missing file.
package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

//go:embed all:static
var embedded embed.FS

// Prefix is where the files live on the server.
const Prefix = "/static/"

// The parts of app.css, in the order of the cascade: what all pages share, then
// the sheets of single features (any other file in css/, by name), then print.
var (
	shared = []string{"fonts", "tokens", "base", "layout", "components", "forms", "figures"}
	last   = "print"
)

// sheets lists the parts of app.css in order.
func sheets(files fs.FS) ([]string, error) {
	found, err := fs.Glob(files, "css/*.css")
	if err != nil {
		return nil, err
	}
	out := slices.Clone(shared)
	for _, f := range found {
		name := strings.TrimSuffix(path.Base(f), ".css")
		if name != last && !slices.Contains(shared, name) {
			out = append(out, name)
		}
	}
	return append(out, last), nil
}

type asset struct {
	body, gzipped []byte
	contentType   string
}

var (
	byName = map[string]string{} // "app.css" → "/static/app.0123abcd.css"
	byPath = map[string]asset{}  // the reverse, with the content
)

func init() {
	if err := build(); err != nil {
		panic(err) // the files are part of the program
	}
}

// Files returns the static files as they are in the source tree.
func Files() fs.FS {
	sub, err := fs.Sub(embedded, "static")
	if err != nil {
		panic(err)
	}
	return sub
}

// Asset returns the address of a file: "app.css", "js/enhance.js", "icon.svg".
// It panics on an unknown name, which only a typing mistake in our markup gives.
func Asset(name string) string {
	p, ok := byName[name]
	if !ok {
		panic("web: no static file " + name)
	}
	return p
}

// Lookup returns the content served at an address, its type, and the same
// content gzipped (nil when that would not make it smaller).
func Lookup(urlPath string) (body []byte, contentType string, gzipped []byte, ok bool) {
	a, ok := byPath[urlPath]
	return a.body, a.contentType, a.gzipped, ok
}

// Addresses lists every address that Lookup answers.
func Addresses() []string {
	out := make([]string, 0, len(byPath))
	for p := range byPath {
		out = append(out, p)
	}
	return out
}

func build() error {
	files := Files()
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(name, "css/") || strings.HasPrefix(d.Name(), ".") {
			return err
		}
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		return add(name, body)
	})
	if err != nil {
		return err
	}
	css, err := stylesheet(files)
	if err != nil {
		return err
	}
	return add("app.css", css)
}

func add(name string, body []byte) error {
	contentType, ok := types[path.Ext(name)]
	if !ok {
		return fmt.Errorf("web: no content type for %s", name)
	}
	sum := sha256.Sum256(body)
	ext := path.Ext(name)
	url := Prefix + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:5]) + ext
	byName[name] = url
	byPath[url] = asset{body, compress(body), contentType}
	return nil
}

var types = map[string]string{
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".svg":   "image/svg+xml",
	".woff2": "font/woff2",
	".txt":   "text/plain; charset=utf-8",
}

func compress(body []byte) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if _, err := w.Write(body); err != nil || w.Close() != nil || out.Len() >= len(body) {
		return nil
	}
	return out.Bytes()
}

// stylesheet joins the sheets and points their url()s at the hashed addresses.
// A sheet that needs a font we do not have is left out whole.
func stylesheet(files fs.FS) ([]byte, error) {
	names, err := sheets(files)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	for _, s := range names {
		body, err := fs.ReadFile(files, "css/"+s+".css")
		if err != nil {
			return nil, err
		}
		resolved, missing := resolve(body)
		switch {
		case missing == "":
			out.Write(resolved)
		case !strings.HasPrefix(missing, "vendor/"):
			return nil, fmt.Errorf("web: css/%s.css names %s, which is not there", s, missing)
		}
	}
	return out.Bytes(), nil
}

var cssURL = regexp.MustCompile(`url\("([^"]*)"\)`)

// resolve replaces each url("../x") by the address of x, and names the first
// file that is not there.
func resolve(css []byte) (resolved []byte, missing string) {
	resolved = cssURL.ReplaceAllFunc(css, func(m []byte) []byte {
		name := path.Join("css", string(cssURL.FindSubmatch(m)[1]))
		address, ok := byName[name]
		if !ok && missing == "" {
			missing = name
		}
		return []byte(`url("` + address + `")`)
	})
	return resolved, missing
}
