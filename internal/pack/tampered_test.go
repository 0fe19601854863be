package pack_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"relier/internal/pack"
)

// member is one entry of a ZIP that a test takes apart and puts together again.
type member struct {
	name string
	body []byte
	edit func(*zip.FileHeader) // applied before writing, on top of a stored file
	raw  bool                  // body is written as it is, under the header as edited
}

const (
	root      = "audit-pack-2026-0007/"
	evidence1 = root + "data/evidence/EV-000041/v1-Revue-d-acces-ete-2026.csv"
)

// members reads the entries of a good pack.
func members(t *testing.T, b []byte) []member {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var out []member
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, member{name: f.Name, body: body})
	}
	return out
}

// assemble writes entries as a ZIP.
func assemble(t *testing.T, entries []member) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, m := range entries {
		h := &zip.FileHeader{Name: m.name, Method: zip.Store}
		h.SetMode(0o644)
		h.CRC32 = crc32.ChecksumIEEE(m.body)
		h.CompressedSize64, h.UncompressedSize64 = uint64(len(m.body)), uint64(len(m.body))
		if m.edit != nil {
			m.edit(h)
		}
		var to io.Writer
		var err error
		if m.raw || h.Method == zip.Store {
			to, err = w.CreateRaw(h)
		} else {
			to, err = w.CreateHeader(h)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := to.Write(m.body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// change replaces the body of one entry.
func change(name string, to func([]byte) []byte) func([]member) []member {
	return func(in []member) []member {
		i := slices.IndexFunc(in, func(m member) bool { return m.name == root+name })
		in[i].body = to(bytes.Clone(in[i].body))
		return in
	}
}

// resealed applies a change and then rewrites the tag manifest, as a forger
// would who knows how packs are built.
func resealed(tamper func([]member) []member) func([]member) []member {
	return func(in []member) []member {
		in = tamper(in)
		var lines bytes.Buffer
		for _, m := range in {
			name := strings.TrimPrefix(m.name, root)
			if !strings.HasPrefix(name, "data/") && name != pack.TagManifest {
				sum := sha256.Sum256(m.body)
				fmt.Fprintf(&lines, "%s  %s\n", hex.EncodeToString(sum[:]), name)
			}
		}
		return change(pack.TagManifest, func([]byte) []byte { return lines.Bytes() })(in)
	}
}

func add(m member) func([]member) []member {
	return func(in []member) []member { return append(in, m) }
}

func drop(name string) func([]member) []member {
	return func(in []member) []member {
		return slices.DeleteFunc(in, func(m member) bool { return m.name == root+name })
	}
}

func edit(name string, f func(*zip.FileHeader)) func([]member) []member {
	return func(in []member) []member {
		i := slices.IndexFunc(in, func(m member) bool { return m.name == root+name })
		in[i].edit, in[i].raw = f, true
		return in
	}
}

func replace(old, new string) func([]byte) []byte {
	return func(b []byte) []byte { return bytes.Replace(b, []byte(old), []byte(new), 1) }
}

func flip(b []byte) []byte { b[len(b)/2] ^= 0x20; return b }

func deflated(b []byte) []byte {
	var out bytes.Buffer
	w, _ := flate.NewWriter(&out, flate.BestCompression)
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Bytes()
}

// tampered lists ways to harm a pack, each named for the defect that must be
// named. The order of a ZIP's entries, how they are compressed and directory
// entries are not defects; see TestVerify_AllowsWhatUnpacksAlike.
var tampered = []struct {
	name   string
	code   pack.DefectCode
	path   string // of the defect
	tamper func([]member) []member
}{
	{"payload bytes changed", pack.DefectSHA256, evidence1[len(root):], change(evidence1[len(root):], flip)},
	{"payload bytes changed (512)", pack.DefectSHA512, evidence1[len(root):], change(evidence1[len(root):], flip)},
	{"payload changed under a patched sha256 manifest", pack.DefectSHA512, "data/omissions.csv", resealed(func(in []member) []member {
		i := slices.IndexFunc(in, func(m member) bool { return m.name == root+"data/omissions.csv" })
		was := sha256.Sum256(in[i].body)
		in[i].body = flip(bytes.Clone(in[i].body))
		is := sha256.Sum256(in[i].body)
		return change("manifest-sha256.txt", replace(hex.EncodeToString(was[:]), hex.EncodeToString(is[:])))(in)
	})},
	{"payload cut", pack.DefectOxum, "bag-info.txt", change("data/report.pdf", func(b []byte) []byte { return b[:len(b)-1] })},
	{"payload removed", pack.DefectMissing, evidence1[len(root):], drop(evidence1[len(root):])},
	{"payload added", pack.DefectExtra, "data/planted.txt", add(member{name: root + "data/planted.txt", body: []byte("x")})},
	{"file added outside data", pack.DefectExtra, "planted.html", add(member{name: root + "planted.html", body: []byte("x")})},
	{"file of another manifest added", pack.DefectExtra, "tagmanifest-sha512.txt", add(member{name: root + "tagmanifest-sha512.txt", body: nil})},
	{"page changed", pack.DefectTag, "index.html", change("index.html", flip)},
	{"manifest changed", pack.DefectTag, "manifest-sha256.txt", change("manifest-sha256.txt", func(b []byte) []byte { return b[:bytes.IndexByte(b, '\n')+1] })},
	{"bag-info changed", pack.DefectTag, "bag-info.txt", change("bag-info.txt", replace("Relier", "Belier"))},
	{"bag-info with a wrong count", pack.DefectOxum, "bag-info.txt", resealed(change("bag-info.txt", replace("Payload-Oxum: ", "Payload-Oxum: 9")))},
	{"bag-info removed", pack.DefectMissing, "bag-info.txt", drop("bag-info.txt")},
	{"bag declaration removed", pack.DefectDeclaration, "bagit.txt", resealed(drop("bagit.txt"))},
	{"bag declaration malformed", pack.DefectDeclaration, "bagit.txt", resealed(change("bagit.txt", func([]byte) []byte { return []byte("hello\n") }))},
	{"bag encoding not UTF-8", pack.DefectDeclaration, "bagit.txt", resealed(change("bagit.txt", replace("UTF-8", "UTF-16")))},
	{"bag version 0.97", pack.DefectBagVersion, "bagit.txt", resealed(change("bagit.txt", replace("1.0", "0.97")))},
	{"sha256 manifest removed", pack.DefectManifestMissing, "manifest-sha256.txt", drop("manifest-sha256.txt")},
	{"sha512 manifest removed", pack.DefectManifestMissing, "manifest-sha512.txt", drop("manifest-sha512.txt")},
	{"tag manifest removed", pack.DefectManifestMissing, pack.TagManifest, drop(pack.TagManifest)},
	{"manifest line without a path", pack.DefectManifestLine, "manifest-sha256.txt", resealed(change("manifest-sha256.txt", func(b []byte) []byte { return append(b, strings.Repeat("a", 64)+"\n"...) }))},
	{"manifest line with a short digest", pack.DefectManifestLine, "manifest-sha256.txt", resealed(change("manifest-sha256.txt", func(b []byte) []byte { return append(b, "abcd  data/x\n"...) }))},
	{"manifest line of a megabyte", pack.DefectManifestLine, "manifest-sha512.txt", resealed(change("manifest-sha512.txt", func(b []byte) []byte { return append(b, make([]byte, 1<<20)...) }))},
	{"manifest reaches outside", pack.DefectManifestPath, "manifest-sha256.txt", resealed(change("manifest-sha256.txt", func(b []byte) []byte {
		return append(b, strings.Repeat("a", 64)+"  data/../../etc/passwd\n"...)
	}))},
	{"payload manifest lists a tag file", pack.DefectManifestPath, "manifest-sha256.txt", resealed(change("manifest-sha256.txt", func(b []byte) []byte { return append(b, strings.Repeat("a", 64)+"  index.html\n"...) }))},
	{"manifest lists a file twice", pack.DefectManifestDuplicate, "manifest-sha256.txt", resealed(change("manifest-sha256.txt", func(b []byte) []byte { return append(b, b[:bytes.IndexByte(b, '\n')+1]...) }))},
	{"one manifest lacks a file", pack.DefectManifestIncomplete, "data/evidence.csv", resealed(change("manifest-sha512.txt", func(b []byte) []byte { return b[bytes.IndexByte(b, '\n')+1:] }))},
	{"same name twice", pack.DefectDuplicate, "data/soa.xlsx", add(member{name: root + "data/soa.xlsx", body: []byte("other")})},
	{"same name in capitals", pack.DefectCase, "data/SOA.xlsx", add(member{name: root + "data/SOA.xlsx", body: []byte("other")})},
	{"name with ..", pack.DefectPath, root + "data/../../../evil.sh", add(member{name: root + "data/../../../evil.sh", body: []byte("x")})},
	{"absolute name", pack.DefectPath, "/etc/cron.d/evil", add(member{name: "/etc/cron.d/evil", body: []byte("x")})},
	{"name with a backslash", pack.DefectPath, root + `data\evil.txt`, add(member{name: root + `data\evil.txt`, body: []byte("x")})},
	{"name with a drive", pack.DefectPath, "C:/evil.txt", add(member{name: "C:/evil.txt", body: []byte("x")})},
	{"file in another folder", pack.DefectFolder, "elsewhere/x.txt", add(member{name: "elsewhere/x.txt", body: []byte("x")})},
	{"file beside the folder", pack.DefectFolder, "x.txt", add(member{name: "x.txt", body: []byte("x")})},
	{"symbolic link", pack.DefectLink, "data/soa.xlsx", edit("data/soa.xlsx", func(h *zip.FileHeader) { h.SetMode(fs.ModeSymlink | 0o777) })},
	{"name not ASCII", pack.DefectName, "data/é.txt", add(member{name: root + "data/é.txt", body: []byte("x")})},
	{"name with a trailing dot", pack.DefectName, "data/x.", add(member{name: root + "data/x.", body: []byte("x")})},
	{"name of a device", pack.DefectName, "data/NUL.txt", add(member{name: root + "data/NUL.txt", body: []byte("x")})},
	{"name too long", pack.DefectName, "data/" + strings.Repeat("x", 101), add(member{name: root + "data/" + strings.Repeat("x", 101), body: []byte("x")})},
	{"name not UTF-8", pack.DefectEncoding, "data/\xe9t\xe9.txt", add(member{name: root + "data/\xe9t\xe9.txt", body: []byte("x")})},
	{"encrypted", pack.DefectEncrypted, "data/soa.xlsx", edit("data/soa.xlsx", func(h *zip.FileHeader) { h.Flags |= 1 })},
	{"unknown compression", pack.DefectMethod, "data/soa.xlsx", edit("data/soa.xlsx", func(h *zip.FileHeader) { h.Method = 12 })},
	{"wrong CRC", pack.DefectChecksum, "data/soa.xlsx", edit("data/soa.xlsx", func(h *zip.FileHeader) { h.CRC32 ^= 1 })},
	{"stored with two sizes", pack.DefectSize, "data/soa.xlsx", edit("data/soa.xlsx", func(h *zip.FileHeader) { h.UncompressedSize64++ })},
	{"unpacks to another size", pack.DefectSize, "data/soa.xlsx", func(in []member) []member {
		i := slices.IndexFunc(in, func(m member) bool { return m.name == root+"data/soa.xlsx" })
		size, crc := uint64(len(in[i].body)), crc32.ChecksumIEEE(in[i].body)
		in[i].body = deflated(in[i].body)
		in[i].raw, in[i].edit = true, func(h *zip.FileHeader) { h.Method, h.UncompressedSize64, h.CRC32 = zip.Deflate, size+10, crc }
		return in
	}},
	{"bomb", pack.DefectBomb, "data/bomb.bin", add(member{name: root + "data/bomb.bin", body: deflated(make([]byte, 1<<24)), raw: true, edit: func(h *zip.FileHeader) {
		h.Method, h.UncompressedSize64 = zip.Deflate, 1<<24
	}})},
	{"bomb that claims exabytes", pack.DefectBomb, "data/bomb.bin", add(member{name: root + "data/bomb.bin", body: []byte{3, 0}, raw: true, edit: func(h *zip.FileHeader) {
		h.Method, h.UncompressedSize64 = zip.Deflate, 1<<63
	}})},
	{"stored entry longer than the file", pack.DefectBomb, "data/big.bin", add(member{name: root + "data/big.bin", body: []byte("x"), raw: true, edit: func(h *zip.FileHeader) {
		h.CompressedSize64, h.UncompressedSize64 = 1<<40, 1<<40
	}})},
}
