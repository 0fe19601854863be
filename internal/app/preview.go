package app

import (
	"context"
	"errors"
	"io"
	"strings"

	"relier/internal/domain"
	"relier/internal/extract"
)

// ReadFilesWith sets what reads the files that people attach.
func (a *App) ReadFilesWith(r *extract.Reader) { a.files = r }

// Bounds on what a page shows of a file.
const (
	previewRows   = 200
	previewLines  = 1000
	previewBytes  = 256 << 10
	PreviewPixels = 1600 // of a picture, each way
	ThumbPixels   = 640
)

// Preview is as much of a version's content as a page may show: a picture, a
// table or a text, never the file itself.
type Preview struct {
	Version domain.EvidenceVersion
	Format  extract.Format
	Picture bool         // of the whole, or of a PDF's page
	Page    int          // of a PDF, from 1
	Pages   int          // 0 for what has none
	Table   extract.Rows // of CSV and XLSX
	Text    string       // of the page, or of the file
	More    bool         // there is more text
	Why     string       // "none", "large", "slow" or "unreadable", when nothing can be shown
}

// previewWhy words what the reader of files says.
func previewWhy(err error) (string, error) {
	switch {
	case err == nil:
		return "", nil
	case errors.Is(err, extract.ErrNothing):
		return "none", nil
	case errors.Is(err, extract.ErrTooLarge):
		return "large", nil
	case errors.Is(err, extract.ErrTooSlow):
		return "slow", nil
	case errors.Is(err, extract.ErrUnreadable):
		return "unreadable", nil
	}
	return "", err
}

// Preview reads what can be shown of a version; page counts from 1.
func (a *App) Preview(ctx context.Context, actor domain.Actor, id domain.EvidenceID, number, page int) (Preview, error) {
	content, v, err := a.OpenVersion(ctx, actor, id, number) // authorizes
	if err != nil {
		return Preview{}, err
	}
	defer content.Close()
	p := Preview{Version: v, Page: page, Format: extract.FormatOf(content, content.Size(), v.MediaType, v.FileName)}
	err = a.fill(ctx, &p, content, content.Size())
	p.Why, err = previewWhy(err)
	if p.Pages > 0 && page > p.Pages {
		return p, domain.NotFound(string(domain.NounEvidence))
	}
	return p, err
}

func (a *App) fill(ctx context.Context, p *Preview, in io.ReaderAt, size int64) (err error) {
	switch p.Format {
	case extract.PNG, extract.JPEG:
		p.Picture = true
	case extract.PDF:
		p.Picture = true
		p.Text, p.Pages, err = a.files.Page(ctx, in, size, p.Page)
	case extract.CSV, extract.XLSX:
		p.Table, err = extract.Table(ctx, in, size, previewRows)
		p.More = p.Table.More
		if p.Format == extract.CSV && err != nil { // then it is shown as it is
			return p.plain(in, size)
		}
	case extract.Plain:
		return p.plain(in, size)
	case extract.DOCX, extract.Mail, extract.HTML:
		p.Text, err = a.files.Text(ctx, in, size, p.Version.MediaType, p.Version.FileName, extract.Limits{Text: previewBytes})
		p.cut()
		p.More = p.More || len(p.Text) > previewBytes-1000
	default:
		return extract.ErrNothing
	}
	return err
}

// plain shows the beginning of a text as it is, its spaces kept.
func (p *Preview) plain(in io.ReaderAt, size int64) error {
	text, err := extract.Beginning(io.NewSectionReader(in, 0, size), previewBytes)
	p.Text, p.More = strings.ReplaceAll(text, "\r\n", "\n"), size > previewBytes
	p.cut()
	if err == nil && p.Text == "" {
		return extract.ErrNothing
	}
	return err
}

// cut keeps as many lines as a page can show.
func (p *Preview) cut() {
	lines := strings.SplitAfterN(p.Text, "\n", previewLines+1)
	if len(lines) > previewLines {
		p.Text, p.More = strings.Join(lines[:previewLines], ""), true
	}
}

// PreviewPicture draws a version, or a page of it, anew: the bytes that people
// attached never reach a browser as something it would show.
func (a *App) PreviewPicture(ctx context.Context, actor domain.Actor, id domain.EvidenceID, number, page, most int) (picture []byte, mediaType string, err error) {
	content, v, err := a.OpenVersion(ctx, actor, id, number) // authorizes
	if err != nil {
		return nil, "", err
	}
	defer content.Close()
	f := extract.FormatOf(content, content.Size(), v.MediaType, v.FileName)
	picture, mediaType, err = a.files.Picture(ctx, content, content.Size(), f, page, most)
	if why, err := previewWhy(err); why != "" || err != nil {
		return nil, "", errors.Join(err, domain.NotFound(string(domain.NounEvidence)))
	}
	return picture, mediaType, nil
}

// Glimpse says how an item's page may show its newest version: as a picture, or
// by a link to its preview. It looks at the first bytes alone.
func (a *App) Glimpse(ctx context.Context, actor domain.Actor, v domain.EvidenceVersion) (Preview, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return Preview{}, err
	}
	p := Preview{Version: v, Page: 1}
	if v.Blob.SHA256.IsZero() {
		return p, nil
	}
	content, err := a.blobs.Open(ctx, v.Blob.SHA256)
	if domain.IsNotFound(err) { // the page still says everything else
		return p, nil
	}
	if err != nil {
		return p, err
	}
	defer content.Close()
	p.Format = extract.FormatOf(content, content.Size(), v.MediaType, v.FileName)
	p.Picture = p.Format == extract.PNG || p.Format == extract.JPEG || p.Format == extract.PDF
	return p, nil
}
