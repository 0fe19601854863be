package pack

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"unicode/utf8"
)

// A stored pack unpacks to what it holds; one that somebody compressed again
// may unpack to bombRatio times that, and a small one to bombFloor bytes more.
const (
	bombRatio = 250
	bombFloor = 1 << 20
)

// VerifyZip is Verify for a ZIP that is already open.
func VerifyZip(ctx context.Context, r io.ReaderAt, size int64) (Report, error) {
	b := &bag{ctx: ctx}
	if fault := endFault(r, size); fault != "" {
		b.report.add(DefectEnd, "", fault)
		b.report.finish()
		return b.report, ctx.Err()
	}
	gate := &budget{r: r}
	gate.left.Store(directoryMost)
	z, err := zip.NewReader(gate, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		b.report.add(DefectUnreadable, "", err.Error())
		b.report.finish()
		return b.report, ctx.Err()
	}
	gate.open.Store(true)
	if len(z.File) > filesMost {
		b.report.add(DefectTooMany, "", fmt.Sprintf("%d entries, at most %d", len(z.File), filesMost))
		b.report.finish()
		return b.report, nil
	}
	e := entries{bag: b, folder: topFolder(z.File), left: size}
	b.report.Code = e.folder
	for _, f := range z.File {
		e.examine(f)
	}
	return b.check()
}

// budget bounds how much of the file is read as its directory, which archive/zip
// takes into memory whole.
type budget struct {
	r    io.ReaderAt
	left atomic.Int64
	open atomic.Bool
}

func (g *budget) ReadAt(p []byte, off int64) (int, error) {
	if !g.open.Load() && g.left.Add(-int64(len(p))) < 0 {
		return 0, fmt.Errorf("its directory is longer than %d bytes", directoryMost)
	}
	return g.r.ReadAt(p, off)
}

// endFault says why a file does not end with the directory of one ZIP that
// begins at its first byte, or "". Readers look for the directory from the end
// backwards: in a cut pack they would find that of a workbook inside it, and
// bytes before or after the ZIP would go unnoticed.
func endFault(r io.ReaderAt, size int64) string {
	const endLen, end64Len, locatorLen = 22, 56, 20
	end := make([]byte, endLen)
	if _, err := r.ReadAt(end, size-endLen); size < endLen || err != nil && err != io.EOF {
		return "too short for a ZIP"
	}
	if le.Uint32(end) != endSignature || le.Uint16(end[20:]) != 0 {
		return "no directory at the end"
	}
	entries, length, start, stop := le.Uint16(end[10:]), int64(le.Uint32(end[12:])), int64(le.Uint32(end[16:])), size-endLen
	if entries == most16 || length == most32 || start == most32 {
		stop -= end64Len + locatorLen
		wide := make([]byte, end64Len)
		if _, err := r.ReadAt(wide, max(stop, 0)); err != nil || le.Uint32(wide) != end64Signature {
			return "no zip64 directory at the end"
		}
		length, start = int64(le.Uint64(wide[40:])), int64(le.Uint64(wide[48:]))
	}
	if length < 0 || start < 0 || start+length != stop {
		return "bytes before, inside or after the ZIP that belong to none of its entries"
	}
	return ""
}

// topFolder is the folder of the first bagit.txt, or else of the first entry.
func topFolder(files []*zip.File) string {
	for _, f := range files {
		if folder, rest, ok := strings.Cut(f.Name, "/"); ok && rest == bagFile {
			return folder
		}
	}
	for _, f := range files {
		if folder, _, ok := strings.Cut(f.Name, "/"); ok {
			return folder
		}
	}
	return ""
}

// entries turns the directory of a ZIP into items, and its faults into defects.
type entries struct {
	bag    *bag
	folder string
	left   int64 // bytes of the file that no entry has claimed yet
}

func (e *entries) examine(f *zip.File) {
	report := &e.bag.report
	if fault := pathFault(strings.TrimSuffix(f.Name, "/")); fault != "" {
		report.add(DefectPath, f.Name, fault)
		return
	}
	folder, path, _ := strings.Cut(f.Name, "/")
	if folder != e.folder || path == "" && !f.Mode().IsDir() {
		report.add(DefectFolder, f.Name, e.folder)
		return
	}
	if !utf8.ValidString(f.Name) {
		report.add(DefectEncoding, path, fmt.Sprintf("%q", f.Name))
	} else if fault := nameFault(strings.TrimSuffix(f.Name, "/")); fault != "" {
		report.add(DefectName, path, fault)
	}
	if f.Mode().IsDir() {
		return
	}
	it := item{path: path, size: int64(f.UncompressedSize64)}
	if code, detail := e.refuse(f); code != "" {
		report.add(code, path, detail)
	} else {
		it.open = func() (io.ReadCloser, error) { return openEntry(f) }
	}
	e.bag.items = append(e.bag.items, it)
}

// refuse says why an entry's bytes are not read.
func (e *entries) refuse(f *zip.File) (DefectCode, string) {
	packed, unpacked := f.CompressedSize64, f.UncompressedSize64
	switch {
	case !f.Mode().IsRegular():
		return DefectLink, f.Mode().Type().String()
	case f.Flags&1 != 0:
		return DefectEncrypted, ""
	case f.Method != zip.Store && f.Method != zip.Deflate:
		return DefectMethod, fmt.Sprint(f.Method)
	case packed > uint64(max(e.left, 0)) || unpacked/bombRatio > packed+bombFloor/bombRatio:
		return DefectBomb, fmt.Sprintf("%d bytes in the ZIP, %d unpacked", packed, unpacked)
	case f.Method == zip.Store && packed != unpacked:
		return DefectSize, fmt.Sprintf("%d bytes in the ZIP, %d unpacked", packed, unpacked)
	}
	e.left -= int64(packed)
	return "", ""
}

// errOpenEntry marks entries whose own header cannot be read.
var errOpenEntry = errors.New("its header in the ZIP is damaged")

// openEntry reads an entry and never gives more than one byte beyond what it
// declares.
func openEntry(f *zip.File) (io.ReadCloser, error) {
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errOpenEntry, err)
	}
	return struct {
		io.Reader
		io.Closer
	}{io.LimitReader(r, int64(f.UncompressedSize64)+1), r}, nil
}

// readFault tells which defect an error while reading an entry shows.
func readFault(err error) DefectCode {
	switch {
	case errors.Is(err, zip.ErrChecksum):
		return DefectChecksum
	case errors.Is(err, io.ErrUnexpectedEOF):
		return DefectSize
	}
	return DefectUnreadable
}

// pathFault says how a path could reach outside the pack's folder, or "". Its
// words are facts for the report's detail.
func pathFault(path string) string {
	switch {
	case path == "":
		return "empty"
	case strings.HasPrefix(path, "/"):
		return "absolute"
	case strings.ContainsAny(path, "\\\x00"):
		return "backslash or NUL"
	case len(path) > 1 && path[1] == ':':
		return "drive letter"
	}
	for part := range strings.SplitSeq(path, "/") {
		if part == "" || part == "." || part == ".." {
			return fmt.Sprintf("part %q", part)
		}
	}
	return ""
}
