package server_test

import (
	"bytes"
	"io/fs"
	"mime/multipart"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"relier/internal/config"
	"relier/internal/domain"
	"relier/internal/server"
	"relier/internal/testkit"
)

// library is a site over a data folder that a test can look into, with the
// organization "north" and its owner Ada signed in.
type library struct {
	*audited
	kit *testkit.Kit
}

func openLibrary(t *testing.T) *library {
	t.Helper()
	k := testkit.NewApp(t)
	s := &site{t: t, app: k.App, clock: k.Clock, log: &lockedBuffer{}}
	s.server = server.New(k.App, server.Config{Config: config.Default()})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = ln.Addr().String()
	s.url = "http://" + s.addr
	served := make(chan error, 1)
	go func() { served <- s.server.Serve(ln) }()
	t.Cleanup(func() {
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
		if err := s.server.Shutdown(t.Context()); err != nil && t.Context().Err() == nil {
			t.Errorf("shut down: %v", err)
		}
		<-served
	})
	a := &audited{site: s, actor: s.organization(s.person("ada@example.org"), "north")}
	a.visitor = s.signedIn("ada@example.org")
	a.eng, err = s.app.Engagement(t.Context(), a.actor, "2026")
	a.must(err)
	return &library{a, k}
}

// blobs counts the files below the blob folder, unfinished ones among them.
func (s *library) blobs() int {
	s.t.Helper()
	n := 0
	err := filepath.WalkDir(filepath.Join(s.kit.Dir, "blobs"), func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	s.must(err)
	return n
}

func (s *library) items() int {
	s.t.Helper()
	l, err := s.app.FindEvidence(s.t.Context(), s.actor, domain.EvidenceFilter{})
	s.must(err)
	return l.Total
}

// named is a file of an upload.
type named struct {
	name string
	body []byte
}

// fields is what a form says of every file, with the days given.
func fields(extra ...string) url.Values {
	v := url.Values{"kind": {"file"}, "sensitivity": {"internal"}, "captured_on": {"2026-03-02"}, "from": {"2026-02-01"}, "to": {"2026-02-28"}}
	for i := 0; i+1 < len(extra); i += 2 {
		v.Set(extra[i], extra[i+1])
	}
	return v
}

func bodyOf(form url.Values, files ...named) ([]byte, string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, values := range form {
		for _, v := range values {
			_ = w.WriteField(name, v)
		}
	}
	for _, f := range files {
		h := textproto.MIMEHeader{"Content-Disposition": {`form-data; name="file"; filename="` + escapeName(f.name) + `"`}, "Content-Type": {"text/html"}}
		part, _ := w.CreatePart(h)
		_, _ = part.Write(f.body)
	}
	_ = w.Close()
	return b.Bytes(), w.FormDataContentType()
}

// escapeName writes a file name as browsers do: what would end the header is
// escaped, everything else is sent as it is.
func escapeName(name string) string {
	return strings.NewReplacer("\r", "%0D", "\n", "%0A", `"`, "%22").Replace(name)
}

func (s *library) upload(path string, form url.Values, files ...named) *page {
	s.t.Helper()
	body, kind := bodyOf(form, files...)
	return s.do(http.MethodPost, path, bytes.NewReader(body), kind)
}

func pattern(n int) []byte { return bytes.Repeat([]byte("relier0123456789"), n/16+1)[:n] }

// first is the page of the item that an upload's answer names first.
func (s *library) first(p *page) *page {
	s.t.Helper()
	to, err := url.Parse(p.leads(north + "/evidence/added?"))
	s.must(err)
	return s.get(north + "/evidence/" + to.Query().Get("id")).want(http.StatusOK)
}
