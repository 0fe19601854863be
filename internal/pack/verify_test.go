package pack_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"relier/internal/i18n"
	"relier/internal/pack"
)

func TestVerify_NamesEachDefect(t *testing.T) {
	t.Parallel()
	s := newShelf()
	good := zipped(t, s, compose(t, s, sample(s, "en")))
	for _, c := range tampered {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := assemble(t, c.tamper(members(t, good)))
			r, err := pack.VerifyZip(t.Context(), bytes.NewReader(b), int64(len(b)))
			if err != nil {
				t.Fatal(err)
			}
			if r.OK {
				t.Fatal("the tampered pack passes")
			}
			if !slices.ContainsFunc(r.Defects, func(d pack.Defect) bool { return d.Code == c.code && d.Path == c.path }) {
				t.Errorf("want %s at %q, got %+v", c.code, c.path, r.Defects)
			}
		})
	}
}

func TestVerify_TestsEveryCode(t *testing.T) {
	t.Parallel()
	elsewhere := []pack.DefectCode{pack.DefectUnreadable, pack.DefectEnd, pack.DefectTooMany} // RefusesWhatIsNoPack, BoundsItsMemory
	for _, code := range pack.DefectCodes {
		done := slices.Contains(elsewhere, code)
		for _, c := range tampered {
			done = done || c.code == code
		}
		if !done {
			t.Errorf("no tampered pack is named for %s", code)
		}
	}
}

func TestVerify_PassesGoodPacks(t *testing.T) {
	t.Parallel()
	s := newShelf()
	for _, langs := range [][]string{{"en"}, {"fr"}, {"en", "fr"}, {"fr", "en"}} {
		l := compose(t, s, sample(s, langs...))
		b := zipped(t, s, l)
		name := filepath.Join(t.TempDir(), l.FileName())
		if err := os.WriteFile(name, b, 0o644); err != nil {
			t.Fatal(err)
		}
		folder := unpacked(t, s, l)
		for _, path := range []string{name, folder, filepath.Dir(folder)} {
			r, err := pack.Verify(t.Context(), path)
			if err != nil || !r.OK {
				t.Fatalf("%v %s: %v %+v", langs, path, err, r.Defects)
			}
			if r.Code != l.Code || r.TagDigest != l.TagDigest() || r.Files != l.Files() {
				t.Errorf("%v: %s, %s, %d files", langs, r.Code, r.TagDigest, r.Files)
			}
			if !slices.Equal(r.Notes, []pack.Note{pack.NoteUnsigned}) {
				t.Errorf("notes %v", r.Notes)
			}
		}
	}
}

func TestVerify_AllowsWhatUnpacksAlike(t *testing.T) {
	t.Parallel()
	s := newShelf()
	good := zipped(t, s, compose(t, s, sample(s, "en")))
	for name, change := range map[string]func([]member) []member{
		"another order": func(in []member) []member { slices.Reverse(in); return in },
		"deflated": func(in []member) []member {
			for i := range in {
				in[i].edit = func(h *zip.FileHeader) { h.Method = zip.Deflate }
			}
			return in
		},
		"directory entries": add(member{name: root + "data/"}),
		"signatures":        add(member{name: root + "signatures/pack.sig", body: []byte("x")}),
	} {
		t.Run(name, func(t *testing.T) {
			b := assemble(t, change(members(t, good)))
			if r, err := pack.VerifyZip(t.Context(), bytes.NewReader(b), int64(len(b))); err != nil || !r.OK {
				t.Errorf("%v %+v", err, r.Defects)
			}
		})
	}
	t.Run("another folder name", func(t *testing.T) {
		all := members(t, good)
		for i := range all {
			all[i].name = "renamed/" + strings.TrimPrefix(all[i].name, root)
		}
		b := assemble(t, all)
		r, err := pack.VerifyZip(t.Context(), bytes.NewReader(b), int64(len(b)))
		if err != nil || !r.OK || !slices.Contains(r.Notes, pack.NoteRenamed) || r.Code+"/" != root {
			t.Errorf("%v %+v", err, r)
		}
	})
}

func TestVerify_NamesDefectsOfAFolder(t *testing.T) {
	t.Parallel()
	s := newShelf()
	l := compose(t, s, sample(s, "en"))
	write := func(name, body string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	link := func(name, to string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			_ = os.Remove(filepath.Join(dir, name))
			if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range []struct {
		name, path string
		code       pack.DefectCode
		harm       func(*testing.T, string)
	}{
		{"changed", "data/omissions.csv", pack.DefectSHA256, write("data/omissions.csv", "nothing\n")},
		{"page changed", "index.html", pack.DefectTag, write("index.html", "<h1>All is well</h1>")},
		{"added", "data/.DS_Store", pack.DefectExtra, write("data/.DS_Store", "x")},
		{"case", "data/soa.xlsx", pack.DefectCase, write("data/SOA.xlsx", "x")},
		{"name", "data/a b.txt", pack.DefectName, write("data/a b.txt", "x")},
		{"link in place of a file", "data/soa.xlsx", pack.DefectLink, link("data/soa.xlsx", "/etc/hostname")},
		{"link to a folder", "data/more", pack.DefectLink, link("data/more", "/etc")},
		{"removed", "data/soa.xlsx", pack.DefectMissing, func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, "data/soa.xlsx")); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := unpacked(t, s, l)
			c.harm(t, dir)
			r, err := pack.Verify(t.Context(), dir)
			if err != nil {
				t.Fatal(err)
			}
			if r.OK || !slices.ContainsFunc(r.Defects, func(d pack.Defect) bool { return d.Code == c.code && d.Path == c.path }) {
				t.Errorf("want %s at %s, got %+v", c.code, c.path, r.Defects)
			}
		})
	}
}

func TestVerify_RefusesWhatIsNoPack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := pack.Verify(t.Context(), filepath.Join(dir, "absent.zip")); err == nil {
		t.Error("a path that does not exist gives no error")
	}
	if r, err := pack.Verify(t.Context(), dir); err != nil || r.OK {
		t.Errorf("an empty folder: %v %v", err, r.OK)
	}
	garbage := filepath.Join(dir, "garbage.zip")
	if err := os.WriteFile(garbage, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r, err := pack.Verify(t.Context(), garbage); err != nil || r.OK || r.Code != "garbage.zip" {
		t.Errorf("what does not name itself is called by its file: %v %q", err, r.Code)
	}
	s := newShelf()
	good := zipped(t, s, compose(t, s, sample(s, "en")))
	noDirectory := bytes.Clone(good)
	noDirectory[bytes.LastIndex(good, []byte("PK\x01\x02"))] = 'x'
	for name, c := range map[string]struct {
		body []byte
		code pack.DefectCode
	}{
		"empty":               {nil, pack.DefectEnd},
		"text":                {[]byte("hello"), pack.DefectEnd},
		"cut by a byte":       {good[:len(good)-1], pack.DefectEnd},
		"cut in a workbook":   {good[:bytes.Index(good, []byte("PK\x05\x06"))+22], pack.DefectEnd},
		"bytes after":         {append(bytes.Clone(good), "more"...), pack.DefectEnd},
		"bytes before":        {append([]byte("#!/bin/sh\n"), good...), pack.DefectEnd},
		"directory destroyed": {noDirectory, pack.DefectUnreadable},
	} {
		r, err := pack.VerifyZip(t.Context(), bytes.NewReader(c.body), int64(len(c.body)))
		if err != nil || r.OK || len(r.Defects) != 1 || r.Defects[0].Code != c.code {
			t.Errorf("%s: %v %+v", name, err, r)
		}
	}
}

// endless pretends to be a ZIP whose directory goes on for gigabytes.
type endless struct{ head []byte }

func (e endless) ReadAt(p []byte, off int64) (int, error) {
	for i := range p {
		p[i] = e.head[(off+int64(i))%int64(len(e.head))]
	}
	return len(p), nil
}

func TestVerify_BoundsItsMemory(t *testing.T) {
	t.Parallel()
	t.Run("too many entries", func(t *testing.T) {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		for i := range 250_001 {
			if _, err := w.CreateRaw(&zip.FileHeader{Name: fmt.Sprintf("p/%d", i)}); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		r, err := pack.VerifyZip(t.Context(), bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil || r.OK || r.Defects[0].Code != pack.DefectTooMany {
			t.Errorf("%v %+v", err, r)
		}
	})
	t.Run("endless directory", func(t *testing.T) {
		const size = 8 << 30
		line := make([]byte, 46) // one entry of the directory with an empty name
		copy(line, "PK\x01\x02")
		end := make([]byte, 98)
		copy(end[0:], "PK\x06\x06")
		end[4] = 44
		for _, at := range []int{24, 32} { // entries
			copy(end[at:], []byte{0, 0, 0, 8})
		}
		copy(end[56:], "PK\x06\x07")
		start := int64(size - len(end))
		for i := range 8 {
			end[40+i] = byte(start >> (8 * i)) // the directory is all there is
			end[64+i] = end[40+i]
		}
		end[72] = 1
		copy(end[76:], "PK\x05\x06")
		for i := 84; i < 96; i++ {
			end[i] = 0xFF
		}
		r, err := pack.VerifyZip(t.Context(), spliced{endless{line}, end, start}, size)
		if err != nil || r.OK || !strings.Contains(r.Defects[0].Detail, "directory is longer") {
			t.Errorf("%v %+v", err, r)
		}
	})
	t.Run("endless defects", func(t *testing.T) {
		s := newShelf()
		all := members(t, zipped(t, s, compose(t, s, sample(s, "en"))))
		for i := range 5000 {
			all = append(all, member{name: fmt.Sprintf("%sdata/x%d", root, i)})
		}
		b := assemble(t, all)
		r, err := pack.VerifyZip(t.Context(), bytes.NewReader(b), int64(len(b)))
		if err != nil || len(r.Defects) != 1000 || r.Untold < 4000 {
			t.Errorf("%v: %d defects, %d untold", err, len(r.Defects), r.Untold)
		}
	})
}

// spliced is one reader with another's bytes from an offset on.
type spliced struct {
	io.ReaderAt
	tail []byte
	at   int64
}

func (s spliced) ReadAt(p []byte, off int64) (int, error) {
	n, err := s.ReaderAt.ReadAt(p, off)
	for i := range p {
		if j := off + int64(i) - s.at; j >= 0 && j < int64(len(s.tail)) {
			p[i] = s.tail[j]
		}
	}
	return n, err
}

func TestReport_TellsInBothForms(t *testing.T) {
	t.Parallel()
	s := newShelf()
	good := zipped(t, s, compose(t, s, sample(s, "en")))
	bad := assemble(t, change("data/omissions.csv", flip)(members(t, good)))
	r, err := pack.VerifyZip(t.Context(), bytes.NewReader(bad), int64(len(bad)))
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := r.WriteText(&text, i18n.For("fr")); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"audit-pack-2026-0007 n’est pas conforme", "2 défauts", "[sha256]", `"data/omissions.csv"`, r.TagDigest.String()} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the French text lacks %q:\n%s", want, text.String())
		}
	}
	body, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back struct {
		OK      bool   `json:"ok"`
		Pack    string `json:"pack"`
		Tag     string `json:"tag_manifest_sha256"`
		Defects []struct{ Code, Path, Detail string }
	}
	if err := json.Unmarshal(body, &back); err != nil {
		t.Fatal(err)
	}
	if back.OK || back.Pack != "audit-pack-2026-0007" || len(back.Tag) != 64 || len(back.Defects) != 2 || back.Defects[0].Path != "data/omissions.csv" {
		t.Errorf("%s", body)
	}
}

func TestReport_HasASentenceForEachCode(t *testing.T) {
	t.Parallel()
	for _, lang := range i18n.Langs {
		l := i18n.For(lang)
		for _, c := range pack.DefectCodes {
			if !l.Has("verify.defect." + string(c)) {
				t.Errorf("%s: no sentence for defect %s", lang, c)
			}
		}
		for _, n := range pack.Notes {
			if !l.Has("verify.note." + string(n)) {
				t.Errorf("%s: no sentence for note %s", lang, n)
			}
		}
	}
}

func FuzzVerify_NeverPanics(f *testing.F) {
	s := newShelf()
	l := layoutOf(s, "one", "two")
	l.Entries = append(l.Entries, pack.Entry{Path: "bagit.txt", Blob: s.keep([]byte("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"))},
		pack.Entry{Path: "manifest-sha256.txt", Blob: s.keep([]byte(strings.Repeat("0", 64) + "  data/file-0.txt\n"))},
		pack.Entry{Path: pack.TagManifest, Blob: s.keep([]byte("bad line\n"))}, pack.Entry{Path: "bag-info.txt", Blob: s.keep([]byte("Payload-Oxum: 6.2\n"))})
	f.Add(zipped(f, s, l))
	f.Add([]byte{})
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := pack.VerifyZip(t.Context(), bytes.NewReader(b), int64(len(b))); err != nil {
			t.Fatalf("an error instead of a report: %v", err)
		}
	})
}
