package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed locales/*.json
var locales embed.FS

// load reads the embedded files. They are part of the program, so a bad one is
// a fault of the build and stops it.
func load() map[string]*Localizer {
	bundle, keys, err := Parse(locales)
	if err != nil {
		panic(err)
	}
	out := make(map[string]*Localizer, len(Langs))
	for _, lang := range Langs {
		out[lang] = &Localizer{lang: lang, messages: goi18n.NewLocalizer(bundle, lang), keys: keys[lang]}
	}
	return out
}

// Parse merges every locales/<feature>.<lang>.json of files. It returns the
// messages and, per language, which keys exist. A key defined twice for one
// language is an error, in one file or across files.
func Parse(files fs.FS) (*goi18n.Bundle, map[string]map[string]bool, error) {
	bundle := goi18n.NewBundle(language.English)
	keys := make(map[string]map[string]bool, len(Langs))
	for _, lang := range Langs {
		keys[lang] = map[string]bool{}
	}
	names, err := fs.Glob(files, "locales/*.json")
	if err != nil {
		return nil, nil, fmt.Errorf("list locale files: %w", err)
	}
	for _, name := range names {
		lang := langOf(name)
		if keys[lang] == nil {
			return nil, nil, fmt.Errorf("locale file %s: name it <feature>.<lang>.json", name)
		}
		if err := parseFile(files, name, bundle, lang, keys[lang]); err != nil {
			return nil, nil, fmt.Errorf("locale file %s: %w", name, err)
		}
	}
	return bundle, keys, nil
}

func langOf(name string) string {
	base := strings.TrimSuffix(path.Base(name), ".json")
	return strings.TrimPrefix(path.Ext(base), ".")
}

func parseFile(files fs.FS, name string, bundle *goi18n.Bundle, lang string, seen map[string]bool) error {
	f, err := files.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	messages, err := decode(f, lang)
	if err != nil {
		return err
	}
	for _, m := range messages {
		if seen[m.ID] {
			return fmt.Errorf("key %q is defined twice", m.ID)
		}
		seen[m.ID] = true
	}
	return bundle.AddMessages(language.Make(lang), messages...)
}

// decode reads one flat object token by token, because encoding/json would
// silently keep the last of two equal keys.
func decode(r io.Reader, lang string) ([]*goi18n.Message, error) {
	d := json.NewDecoder(r)
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, fmt.Errorf("expected one JSON object (%v)", err)
	}
	var out []*goi18n.Message
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return nil, err
		}
		m, err := message(key.(string), raw, lang)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	_, err := d.Token()
	return out, err
}

func message(key string, raw json.RawMessage, lang string) (*goi18n.Message, error) {
	m := &goi18n.Message{ID: key}
	if raw[0] == '"' {
		return m, json.Unmarshal(raw, &m.Other)
	}
	var forms map[string]string
	if err := json.Unmarshal(raw, &forms); err != nil {
		return nil, fmt.Errorf("key %q: want a text or an object of plural forms: %w", key, err)
	}
	m.One, m.Other = forms["one"], forms["other"]
	if m.One == "" || m.Other == "" || len(forms) != 2 {
		return nil, fmt.Errorf("key %q: want exactly the plural forms one and other", key)
	}
	if lang == "fr" {
		m.Many = m.Other // CLDR's third French form, for 1 000 000: same words here
	}
	return m, nil
}
