package server

import (
	"bufio"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/url"

	"relier/internal/domain"
)

// File is one file of an upload while it arrives. Body ends with io.EOF only
// when the file arrived whole.
type File struct {
	Field string
	Name  string // as the client calls it: to be shown, never to be a path
	Type  string // what the client says it is: to be shown, never believed
	Body  io.Reader
}

const (
	filesMost    = 500      // in one upload
	epilogueMost = 64 << 10 // bytes after the last boundary
	readAtOnce   = 256 << 10
)

// Upload reads a multipart body straight from the connection. Each file goes to
// file as it arrives, with at most limit bytes; fields may stand before and
// after files. It succeeds only when the body ended as it said it would: last
// boundary, last chunk, full length. So file may keep bytes, but whatever makes
// them count belongs after Upload returned without an error.
func (c *Ctx) Upload(limit int64, file func(File) error) (*Form, error) {
	kind, params, err := mime.ParseMediaType(c.header("Content-Type"))
	if err != nil || kind != "multipart/form-data" || params["boundary"] == "" {
		return nil, domain.Invalid("error.form", nil)
	}
	form := &Form{Values: url.Values{}}
	in := bufio.NewReaderSize(c.body, readAtOnce)
	if err := readParts(multipart.NewReader(in, params["boundary"]), limit, form, file); err != nil {
		return nil, incomplete(err)
	}
	n, err := io.Copy(io.Discard, io.LimitReader(in, epilogueMost))
	if err == nil && n == epilogueMost {
		err = domain.Invalid("error.form", nil)
	}
	if err != nil {
		return nil, incomplete(err)
	}
	return form, nil
}

// readParts ends without an error only at the closing boundary.
func readParts(r *multipart.Reader, limit int64, form *Form, file func(File) error) error {
	room, files := int64(formLimit), 0
	for {
		part, err := r.NextRawPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if !isFile(part) {
			if room, err = readField(part, room, form); err != nil {
				return err
			}
			continue
		}
		if files++; files > filesMost {
			return domain.Invalid("error.upload.too_many", domain.Args{"Most": filesMost})
		}
		if err := readFile(part, limit, file); err != nil {
			return err
		}
	}
}

// isFile tells a file from a field: it names a file, even an empty name.
func isFile(p *multipart.Part) bool {
	_, params, err := mime.ParseMediaType(p.Header.Get("Content-Disposition"))
	_, named := params["filename"]
	return err == nil && named
}

func readField(p *multipart.Part, room int64, form *Form) (int64, error) {
	value, err := io.ReadAll(io.LimitReader(p, room+1))
	if err != nil {
		return 0, err
	}
	room -= int64(len(value)) + int64(len(p.FormName()))
	if room < 0 {
		return 0, tooLarge(formLimit)
	}
	form.Values.Add(p.FormName(), string(value))
	return room, nil
}

// readFile hands a file over. A file field left empty comes as a part without
// name and bytes, and is no file.
func readFile(p *multipart.Part, limit int64, file func(File) error) error {
	if p.FileName() == "" {
		n, err := io.Copy(io.Discard, io.LimitReader(p, 1))
		if err == nil && n > 0 {
			err = domain.Invalid("error.upload.nameless", nil)
		}
		return err
	}
	whole := &limited{r: p, left: limit, limit: limit}
	if err := file(File{Field: p.FormName(), Name: p.FileName(), Type: p.Header.Get("Content-Type"), Body: whole}); err != nil {
		return errors.Join(err, whole.err)
	}
	_, err := io.Copy(io.Discard, whole)
	return err
}

// limited is a reader that fails over its limit, rather than ending there.
type limited struct {
	r           io.Reader
	left, limit int64
	err         error // that stopped the reading
}

func (l *limited) Read(p []byte) (int, error) {
	if l.err != nil {
		return 0, l.err
	}
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		n, err = 0, tooLarge(l.limit)
	}
	if err != nil && err != io.EOF {
		l.err = err
	}
	return n, err
}
