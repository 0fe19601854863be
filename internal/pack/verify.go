package pack

import (
	"bufio"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"relier/internal/domain"
)

// Bounds on what a verification reads into memory, whatever the file claims.
const (
	filesMost     = 250_000
	directoryMost = 128 << 20 // bytes of the ZIP's directory
	tagTextMost   = 64 << 10  // bytes of bagit.txt and bag-info.txt
)

// Verify checks a pack, a ZIP or the folder that it was unpacked into, and
// reports everything that is wrong with it. It returns an error only where the
// path cannot be read at all or ctx ends.
func Verify(ctx context.Context, path string) (Report, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Report{}, fmt.Errorf("verify pack: %w", err)
	}
	if info.IsDir() {
		return verifyFolder(ctx, path)
	}
	f, err := os.Open(path)
	if err != nil {
		return Report{}, fmt.Errorf("verify pack: %w", err)
	}
	defer f.Close()
	r, err := VerifyZip(ctx, f, info.Size())
	if r.Code == "" { // what does not even name itself is called by its file
		r.Code = filepath.Base(path)
	}
	return r, err
}

// item is one file of the bag under examination. open is nil when something is
// already known to be wrong with it and its bytes are not worth reading.
type item struct {
	path string // below the top folder
	size int64
	open func() (io.ReadCloser, error)
}

// bag is a pack being checked.
type bag struct {
	ctx    context.Context
	report Report
	items  []item
	index  map[string]int // path to its place in items
	sha256 map[string]string
	sha512 map[string]string
	tags   map[string]string
	chunk  []byte // what is read at a time
}

// check compares what is there with what the manifests say, reading every file
// once. The files are in items; index is made here.
func (b *bag) check() (Report, error) {
	b.chunk = make([]byte, 1<<17)
	b.checkNames()
	b.checkDeclaration()
	b.sha256 = b.manifest(manifestSHA256, sha256.Size, isPayload)
	b.sha512 = b.manifest(manifestSHA512, sha512.Size, isPayload)
	b.tags = b.manifest(TagManifest, sha256.Size, func(p string) bool { return !isPayload(p) && !unlisted(p) })
	b.checkListed()
	for i := range b.items {
		if err := b.checkItem(b.items[i]); err != nil {
			return Report{}, err
		}
	}
	b.checkInfo()
	b.report.finish()
	return b.report, nil
}

// checkNames makes the index of the files, and names those that would overwrite
// one another, everywhere or where case is ignored.
func (b *bag) checkNames() {
	b.index = make(map[string]int, len(b.items))
	folded := make(map[string]string, len(b.items))
	for i, it := range b.items {
		key := strings.ToLower(it.path)
		first, seen := folded[key]
		switch {
		case seen && first == it.path:
			b.report.add(DefectDuplicate, it.path, "")
			continue
		case seen:
			b.report.add(DefectCase, it.path, fmt.Sprintf("%q", first))
		}
		folded[key] = it.path
		b.index[it.path] = i
	}
}

func isPayload(path string) bool { return strings.HasPrefix(path, payloadFolder) }

// unlisted names the only paths that no manifest lists.
func unlisted(path string) bool { return path == TagManifest || strings.HasPrefix(path, signatures) }

// checkDeclaration reads bagit.txt.
func (b *bag) checkDeclaration() {
	text, err := b.text(bagFile)
	version, found := field(text, "BagIt-Version")
	encoding, _ := field(text, "Tag-File-Character-Encoding")
	switch {
	case err != nil:
		b.report.add(DefectDeclaration, bagFile, err.Error())
	case found && version != "1.0":
		b.report.add(DefectBagVersion, bagFile, version)
	case !found || encoding != "UTF-8":
		b.report.add(DefectDeclaration, bagFile, "")
	}
}

// field returns the value of a "Name: value" line.
func field(text, name string) (string, bool) {
	for line := range strings.Lines(text) {
		if label, value, ok := strings.Cut(line, ":"); ok && strings.EqualFold(strings.TrimSpace(label), name) {
			return strings.TrimSpace(value), true
		}
	}
	return "", false
}

// errAbsent is why a file of the bag cannot be read.
var errAbsent = errors.New("absent")

// text reads a small tag file.
func (b *bag) text(path string) (string, error) {
	r, err := b.open(path)
	if err != nil {
		return "", err
	}
	defer r.Close()
	text, err := io.ReadAll(io.LimitReader(r, tagTextMost+1))
	if len(text) > tagTextMost {
		return "", fmt.Errorf("longer than %d bytes", tagTextMost)
	}
	return string(text), err
}

func (b *bag) open(path string) (io.ReadCloser, error) {
	i, ok := b.index[path]
	if !ok || b.items[i].open == nil {
		return nil, errAbsent
	}
	return b.items[i].open()
}

// manifest reads a manifest into a map from path to raw digest. allowed says
// which paths it may list.
func (b *bag) manifest(name string, size int, allowed func(string) bool) map[string]string {
	out := map[string]string{}
	r, err := b.open(name)
	if err != nil {
		b.report.add(DefectManifestMissing, name, err.Error())
		return out
	}
	defer r.Close()
	err = readManifest(bufio.NewReader(r), size, func(n int, digest, path string, bad error) error {
		at := fmt.Sprintf("line %d", n)
		switch _, twice := out[path]; {
		case b.ctx.Err() != nil:
			return b.ctx.Err()
		case bad != nil:
			b.report.add(DefectManifestLine, name, at+": "+bad.Error())
		case pathFault(path) != "" || !allowed(path):
			b.report.add(DefectManifestPath, name, fmt.Sprintf("%s: %q", at, path))
		case twice:
			b.report.add(DefectManifestDuplicate, name, fmt.Sprintf("%s: %q", at, path))
		case n > filesMost:
			return fmt.Errorf("more than %d lines", filesMost)
		default:
			out[path] = digest
		}
		return nil
	})
	if err != nil && b.ctx.Err() == nil {
		b.report.add(DefectUnreadable, name, err.Error())
	}
	return out
}

// checkListed names what the manifests list and the bag lacks, and what one
// payload manifest lists and the other does not.
func (b *bag) checkListed() {
	missing := map[string]bool{}
	for _, listed := range []map[string]string{b.sha256, b.sha512, b.tags} {
		for path := range listed {
			if _, there := b.index[path]; !there && !missing[path] {
				missing[path] = true
				b.report.add(DefectMissing, path, "")
			}
		}
	}
	b.checkBoth(b.sha256, b.sha512, manifestSHA512)
	b.checkBoth(b.sha512, b.sha256, manifestSHA256)
}

// checkBoth names the files listed here and not there (RFC 8493, 3: every
// payload manifest lists every payload file).
func (b *bag) checkBoth(here, there map[string]string, name string) {
	if len(there) == 0 {
		return // missing as a whole, which is said once
	}
	for path := range here {
		if _, ok := there[path]; !ok {
			b.report.add(DefectManifestIncomplete, path, name)
		}
	}
}

// checkItem reads one file and compares it with everything that is said of it.
func (b *bag) checkItem(it item) error {
	if err := b.ctx.Err(); err != nil {
		return err
	}
	b.report.Files++
	if !b.listed(it.path) {
		b.report.add(DefectExtra, it.path, "")
	}
	if it.open == nil {
		return nil
	}
	n, sums, err := b.hash(it)
	b.report.Bytes += n
	switch {
	case b.ctx.Err() != nil:
		return b.ctx.Err()
	case err != nil:
		b.report.add(readFault(err), it.path, err.Error())
	case n != it.size:
		b.report.add(DefectSize, it.path, fmt.Sprintf("%d bytes, not %d", n, it.size))
	}
	if err == nil {
		b.compare(it.path, sums)
	}
	return nil
}

func (b *bag) listed(path string) bool {
	if unlisted(path) {
		return true
	}
	if isPayload(path) {
		_, in256 := b.sha256[path]
		_, in512 := b.sha512[path]
		return in256 || in512
	}
	_, ok := b.tags[path]
	return ok
}

// digests are those of one file.
type digests struct{ sha256, sha512 string }

// hash reads a file to its end. Of tag files nothing lists a SHA-512.
func (b *bag) hash(it item) (int64, digests, error) {
	r, err := it.open()
	if err != nil {
		return 0, digests{}, err
	}
	defer r.Close()
	s256, s512 := sha256.New(), sha512.New()
	w := io.Writer(s256)
	if isPayload(it.path) {
		w = io.MultiWriter(s256, s512)
	}
	n, err := io.CopyBuffer(w, until{b.ctx, r}, b.chunk)
	return n, digests{string(s256.Sum(nil)), string(s512.Sum(nil))}, err
}

// until is a reader that ends with its context.
type until struct {
	ctx context.Context
	r   io.Reader
}

func (u until) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.r.Read(p)
}

func (b *bag) compare(path string, got digests) {
	for _, c := range []struct {
		code DefectCode
		want map[string]string
		got  string
	}{{DefectSHA256, b.sha256, got.sha256}, {DefectSHA512, b.sha512, got.sha512}, {DefectTag, b.tags, got.sha256}} {
		if want, ok := c.want[path]; ok && want != c.got {
			b.report.add(c.code, path, hex.EncodeToString([]byte(c.got))+", not "+hex.EncodeToString([]byte(want)))
		}
	}
	if path == TagManifest {
		b.report.TagDigest = domain.Digest([]byte(got.sha256))
	}
}

// checkInfo compares Payload-Oxum with what is there, and takes the pack's name.
func (b *bag) checkInfo() {
	text, err := b.text(infoFile)
	if err != nil {
		b.report.add(DefectOxum, infoFile, err.Error())
		return
	}
	var octets, streams int64
	signed := false
	for _, it := range b.items {
		if isPayload(it.path) {
			octets, streams = octets+it.size, streams+1
		}
		signed = signed || strings.HasPrefix(it.path, signatures)
	}
	want := fmt.Sprintf("%d.%d", octets, streams)
	if got, _ := field(text, "Payload-Oxum"); got != want {
		b.report.add(DefectOxum, infoFile, fmt.Sprintf("%q, counted %s", got, want))
	}
	b.name(text)
	b.report.Notes = append(b.report.Notes, map[bool]Note{true: NoteSignatures, false: NoteUnsigned}[signed])
}

// name takes the pack's own name and notes a folder that carries another.
func (b *bag) name(info string) {
	folder := b.report.Code
	if own, ok := field(info, "External-Identifier"); ok && nameFault(own) == "" {
		b.report.Code = own
		if folder != own {
			b.report.Notes = append(b.report.Notes, NoteRenamed)
		}
	}
}
