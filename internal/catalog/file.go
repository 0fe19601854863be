package catalog

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"relier/internal/domain"
)

// Limits of a catalogue file; docs/catalogue-format.md states them.
const (
	FileMost        = 2 << 20 // bytes
	listedMost      = 1000    // services, and documents
	changesMost     = 50      // of one service
	namedMost       = 200     // services that one document names
	faultsMost      = 20      // told at once
	nameMost        = 160
	titleMost       = 500
	noteMost        = 1000
	idMost          = 80
	numberMost      = 80
	licenceMost     = 300
	attributionMost = 500
)

// ReadFile reads a catalogue file, strictly: what it does not know or cannot
// place is refused, each error with its line, its path and what to do about it.
// Texts come back cleaned; what it accepts, EncodeFile writes and it reads again
// to the same value.
func ReadFile(b []byte) (domain.CatalogueFile, error) {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	switch {
	case len(b) > FileMost:
		return domain.CatalogueFile{}, fault("error.catalogue.large", 0, "", domain.Args{"Most": FileMost >> 20})
	case len(bytes.TrimSpace(b)) == 0:
		return domain.CatalogueFile{}, fault("error.catalogue.empty", 0, "", nil)
	case !utf8.Valid(b):
		return domain.CatalogueFile{}, fault("error.catalogue.encoding", 0, "", nil)
	}
	tree, err := parseTree(b)
	if err != nil {
		return domain.CatalogueFile{}, err
	}
	r := &fileReader{}
	f := r.file(tree)
	if err := r.faults.Err(); err != nil {
		return f, err
	}
	if len(EncodeFile(f)) > FileMost { // its plain form is what is kept and handed out
		return f, fault("error.catalogue.large", 0, "", domain.Args{"Most": FileMost >> 20})
	}
	return f, nil
}

// EncodeFile writes a catalogue file in its plain form: the same content gives
// the same bytes.
func EncodeFile(f domain.CatalogueFile) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(f); err != nil {
		panic(err) // plain values of our own always marshal
	}
	return b.Bytes()
}

// DigestFile tells whether two files say the same, however they are written.
func DigestFile(f domain.CatalogueFile) domain.Digest { return sha256.Sum256(EncodeFile(f)) }

// fileReader collects what is wrong while it reads.
type fileReader struct{ faults domain.FieldErrors }

func (r *fileReader) wrong(key string, v place, args domain.Args) {
	if len(r.faults) < faultsMost {
		r.faults = append(r.faults, fault(key, v.line, v.path, args))
	}
}

// place is a value of the file and where it stands.
type place struct {
	*node
	path string
}

func (v place) has(key string) bool { return v.fields[key] != nil }

// field is a member of an object; a missing one has the object's line.
func (v place) field(key string) place {
	if n := v.fields[key]; n != nil {
		return place{n, join(v.path, key)}
	}
	return place{&node{line: v.line}, join(v.path, key)}
}

func (r *fileReader) file(n *node) domain.CatalogueFile {
	v := place{n, ""}
	f := domain.CatalogueFile{Services: []domain.ListedService{}, Documents: []domain.ListedDocument{}}
	if !r.object(v, []string{"format", "version", "snapshot", "source", "services", "documents"}, nil) {
		return f
	}
	f.Format, f.Version = r.literal(v.field("format")), r.version(v.field("version"))
	f.Snapshot = r.date(v.field("snapshot"), false)
	f.Source = r.source(v.field("source"))
	ids := map[string]bool{}
	for _, item := range r.list(v.field("services"), listedMost) {
		f.Services = append(f.Services, r.service(item, ids))
	}
	known, ids := ids, map[string]bool{}
	for _, item := range r.list(v.field("documents"), listedMost) {
		f.Documents = append(f.Documents, r.document(item, ids, known))
	}
	return f
}

func (r *fileReader) literal(v place) string {
	if v.kind != isText || v.text != domain.CatalogueFormat {
		r.wrong("error.catalogue.format", v, domain.Args{"Want": domain.CatalogueFormat})
	}
	return domain.CatalogueFormat
}

func (r *fileReader) version(v place) int {
	if v.kind != isNumber || v.text != "1" {
		r.wrong("error.catalogue.version", v, nil)
	}
	return domain.CatalogueFormatVersion
}

func (r *fileReader) source(v place) (s domain.CatalogueSource) {
	if r.object(v, []string{"title", "licence", "attribution"}, []string{"url"}) {
		s.Title, s.URL = r.text(v.field("title"), 1, titleMost), r.url(v)
		s.Licence, s.Attribution = r.text(v.field("licence"), 1, licenceMost), r.text(v.field("attribution"), 1, attributionMost)
	}
	return s
}

func (r *fileReader) service(v place, ids map[string]bool) (s domain.ListedService) {
	if !r.object(v, []string{"id", "name"}, []string{"environments", "changes", "closed", "successor", "note"}) {
		return s
	}
	s.ID = r.id(v.field("id"), ids)
	s.Name = r.words(v.field("name"), nameMost)
	if v.has("environments") {
		for _, item := range r.list(v.field("environments"), len(domain.Environments)) {
			e := choice(r, item, domain.Environments)
			if slices.Contains(s.Environments, e) {
				r.wrong("error.catalogue.again", item, domain.Args{"Value": string(e)})
			}
			s.Environments = append(s.Environments, e)
		}
	}
	if v.has("changes") {
		s.Changes = r.changes(v.field("changes"))
	}
	if v.has("closed") {
		s.Closed = r.date(v.field("closed"), false)
	}
	if v.has("successor") {
		s.Successor = r.text(v.field("successor"), 1, nameMost)
	}
	if v.has("note") {
		s.Note = r.words(v.field("note"), noteMost)
	}
	return s
}

// changes stand in order of time, as far as their days are known.
func (r *fileReader) changes(v place) (out []domain.ServiceChange) {
	last := domain.Date(0)
	for _, item := range r.list(v, changesMost) {
		if !r.object(item, []string{"kind", "now"}, []string{"on"}) {
			continue
		}
		c := domain.ServiceChange{Kind: choice(r, item.field("kind"), domain.ServiceChangeKinds), Now: r.text(item.field("now"), 1, nameMost)}
		if item.has("on") {
			c.On = r.date(item.field("on"), true)
		}
		if c.On != 0 && c.On < last {
			r.wrong("error.catalogue.order", item.field("on"), domain.Args{"On": c.On.String(), "Before": last.String()})
		}
		if slices.Contains(out, c) {
			r.wrong("error.catalogue.again", item, domain.Args{"Value": shown(c.Now)})
		}
		last, out = max(last, c.On), append(out, c)
	}
	return out
}

func (r *fileReader) document(v place, ids, services map[string]bool) (d domain.ListedDocument) {
	if !r.object(v, []string{"id", "kind", "title"}, []string{"number", "edition", "services", "url"}) {
		return d
	}
	d.ID = r.id(v.field("id"), ids)
	d.Kind = choice(r, v.field("kind"), []domain.CatalogueDocumentKind{domain.DocCertificate, domain.DocReport, domain.DocSoA})
	d.Title, d.URL = r.words(v.field("title"), titleMost), r.url(v)
	if v.has("number") {
		d.Number = r.text(v.field("number"), 1, numberMost)
	}
	if v.has("edition") {
		d.Edition = choice(r, v.field("edition"), domain.Editions)
	} else if d.Kind == domain.DocCertificate {
		r.wrong("error.catalogue.edition", v.field("edition"), nil)
	}
	if v.has("services") {
		for _, item := range r.list(v.field("services"), namedMost) {
			id := r.text(item, 1, idMost)
			switch {
			case id != "" && !services[id]:
				r.wrong("error.catalogue.no_service", item, domain.Args{"Value": shown(id)})
			case slices.Contains(d.Services, id):
				r.wrong("error.catalogue.again", item, domain.Args{"Value": shown(id)})
			}
			d.Services = append(d.Services, id)
		}
	}
	return d
}

// object checks that v is one with these members: all that are needed, and no
// other than those and the optional ones.
func (r *fileReader) object(v place, needed, optional []string) bool {
	if v.kind != isObject {
		r.wrong("error.catalogue.want_object", v, domain.Args{"Known": strings.Join(needed, ", ")})
		return false
	}
	known := slices.Concat(needed, optional)
	for _, key := range v.keys {
		if !slices.Contains(known, key) {
			r.wrong("error.catalogue.unknown", place{v.fields[key], join(v.path, shown(key))}, domain.Args{"Known": strings.Join(known, ", ")})
		}
	}
	whole := true
	for _, key := range needed {
		if !v.has(key) {
			r.wrong("error.catalogue.missing", v.field(key), nil)
			whole = false
		}
	}
	return whole
}

// list is a list's items, no more than most; they stay out where it is none.
func (r *fileReader) list(v place, most int) []place {
	if v.kind != isList {
		r.wrong("error.catalogue.want_list", v, nil)
		return nil
	}
	if len(v.items) > most {
		r.wrong("error.catalogue.count", v, domain.Args{"Most": most, "Count": len(v.items)})
		return nil
	}
	out := make([]place, len(v.items))
	for i, n := range v.items {
		out[i] = place{n, v.path + "[" + strconv.Itoa(i) + "]"}
	}
	return out
}

// text is one line of least to most characters.
func (r *fileReader) text(v place, least, most int) string {
	if v.kind != isText {
		r.wrong("error.catalogue.want_text", v, nil)
		return ""
	}
	s := oneLine(v.text)
	var broken domain.FieldErrors
	domain.CheckText(&broken, "", s, least, most)
	if len(broken) > 0 {
		keys := map[string]string{"error.text.required": "error.catalogue.text_empty", "error.text.too_long": "error.catalogue.text_long", "error.text.characters": "error.catalogue.characters"}
		r.wrong(keys[broken[0].Key], v, broken[0].Args)
	}
	return s
}

// oneLine cleans a text and makes line breaks and tabs spaces.
func oneLine(s string) string {
	return strings.TrimSpace(strings.Map(func(c rune) rune {
		if c == '\n' || c == '\r' || c == '\t' {
			return ' '
		}
		return c
	}, domain.Clean(s)))
}

// words is a text in English and, where somebody translated it, in French.
func (r *fileReader) words(v place, most int) (t domain.Text) {
	if r.object(v, []string{"en"}, []string{"fr"}) {
		t.EN = r.text(v.field("en"), 1, most)
		if v.has("fr") {
			t.FR = r.text(v.field("fr"), 0, most)
		}
	}
	return t
}

var slugForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// id is a slug that no other of its list has.
func (r *fileReader) id(v place, taken map[string]bool) string {
	s := r.text(v, 1, idMost)
	switch {
	case s == "":
	case !slugForm.MatchString(s):
		r.wrong("error.catalogue.id", v, domain.Args{"Value": shown(s)})
	case taken[s]:
		r.wrong("error.catalogue.id_twice", v, domain.Args{"Value": shown(s)})
	}
	taken[s] = true
	return s
}

// date is a day; where it may be unknown, an empty text says so.
func (r *fileReader) date(v place, mayBeEmpty bool) domain.Date {
	s := ""
	if v.kind == isText {
		s = v.text
	}
	if v.kind == isText && s == "" && mayBeEmpty {
		return 0
	}
	d, err := domain.ParseDate(s)
	if err != nil || d.IsZero() {
		r.wrong("error.catalogue.date", v, domain.Args{"Value": shown(s)})
		return 0
	}
	return d
}

func (r *fileReader) url(v place) string {
	if !v.has("url") {
		return ""
	}
	v = v.field("url")
	s := r.text(v, 1, 2000)
	var broken domain.FieldErrors
	if domain.CheckURL(&broken, "", s); len(broken) > 0 {
		r.wrong("error.catalogue.url", v, nil)
	}
	return s
}

// choice is one of a few words.
func choice[S ~string](r *fileReader, v place, words []S) S {
	s := S(v.text)
	if v.kind != isText || !slices.Contains(words, s) {
		known := make([]string, len(words))
		for i, w := range words {
			known[i] = string(w)
		}
		r.wrong("error.catalogue.choice", v, domain.Args{"Value": shown(v.text), "Known": strings.Join(known, ", ")})
	}
	return s
}
