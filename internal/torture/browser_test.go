package torture_test

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// browser is one person's client: it keeps cookies and follows nothing.
type browser struct {
	url     string
	cookies map[string]string
}

func newBrowser(url string) *browser { return &browser{url, map[string]string{}} }

// at is the same person, later, asking the server at url.
func (b *browser) at(url string) *browser { return &browser{url, maps.Clone(b.cookies)} }

// answer is what came back, if anything did.
type answer struct {
	status   int
	location string
	body     []byte
	err      error
}

var markup = regexp.MustCompile(`<[^>]*>`)

// acknowledged reports whether the server said that the work is done.
func (a answer) acknowledged() bool {
	return a.err == nil && (a.status/100 == 2 || a.status == http.StatusSeeOther)
}

// refused reports whether the server answered, and said no.
func (a answer) refused() bool { return a.err == nil && !a.acknowledged() }

func (a answer) String() string {
	if a.err != nil {
		return a.err.Error()
	}
	_, main, ok := strings.Cut(string(a.body), "<main")
	if !ok {
		main = string(a.body)
	}
	return fmt.Sprintf("%d %.300q", a.status, strings.Join(strings.Fields(markup.ReplaceAllString(main, " ")), " "))
}

func (b *browser) form(path string, form url.Values) answer {
	return b.send(http.MethodPost, path, strings.NewReader(form.Encode()), "application/x-www-form-urlencoded", "")
}

func (b *browser) get(path string) answer { return b.send(http.MethodGet, path, nil, "", "") }

// document is a file to upload.
type document struct {
	name string
	body []byte
}

// upload sends a form with files, and asks for JSON as the upload page's script does.
func (b *browser) upload(path string, form url.Values, files ...document) answer {
	body, kind := multipartBody(form, files...)
	return b.send(http.MethodPost, path, bytes.NewReader(body), kind, "application/json")
}

func multipartBody(form url.Values, files ...document) (body []byte, kind string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, f := range files {
		part, _ := w.CreateFormFile("file", f.name) // a buffer takes everything
		_, _ = part.Write(f.body)
	}
	for name, values := range form {
		for _, v := range values {
			_ = w.WriteField(name, v)
		}
	}
	_ = w.Close()
	return b.Bytes(), w.FormDataContentType()
}

func (b *browser) send(method, path string, body io.Reader, kind, accept string) answer {
	req, err := http.NewRequest(method, b.url+path, body)
	if err != nil {
		return answer{err: err}
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if accept != "" {
		req.Header.Set("Accept", accept)
	}
	for name, value := range b.cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	res, err := client.Do(req)
	if err != nil {
		return answer{err: err}
	}
	defer res.Body.Close()
	for _, c := range res.Cookies() {
		if c.MaxAge < 0 || !c.Expires.IsZero() && c.Expires.Before(time.Now()) {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
	}
	out := answer{status: res.StatusCode, location: res.Header.Get("Location")}
	out.body, out.err = io.ReadAll(res.Body)
	return out
}
