package server

import (
	"encoding/base64"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"relier/internal/domain"
)

// Uploads that survive a broken connection and a restart of the server, by the
// tus protocol 1.0.0 (tus.io/protocols/resumable-upload) with its extensions
// creation, expiration and termination. A finished upload is named by a form
// in a field "upload"; docs/adr/0017-content.md says why this is our own.

const (
	tusVersion   = "1.0.0"
	tusBytes     = "application/offset+octet-stream"
	metadataMost = 4096
	uploadField  = "upload" // of a form: the token of an upload that is whole
)

// tus admits clients of the version that is spoken here.
func (c *Ctx) tus() error {
	c.fiber.Set("Tus-Resumable", tusVersion)
	if c.header("Tus-Resumable") != tusVersion {
		return domain.Invalid("error.upload.protocol", nil)
	}
	return nil
}

// tusFailed answers with the status that the protocol wants.
func (s *Server) tusFailed(c *Ctx, err error) error {
	e, status := s.explain(c, err)
	switch e.Key {
	case "error.upload.protocol":
		status = http.StatusPreconditionFailed
	case "error.upload.busy":
		status = http.StatusLocked
	case "error.upload_longer", "error.upload_too_large":
		status = http.StatusRequestEntityTooLarge
	case "error.upload.kind":
		status = http.StatusUnsupportedMediaType
	}
	c.fiber.Set("Tus-Version", tusVersion)
	return c.fiber.Status(status).JSON(fiber.Map{"error": c.L.T(e.Key, e.Args)})
}

// tellUploads says what is spoken here.
func (s *Server) tellUploads(c *Ctx) error {
	c.fiber.Set("Tus-Resumable", tusVersion)
	c.fiber.Set("Tus-Version", tusVersion)
	c.fiber.Set("Tus-Extension", "creation,expiration,termination")
	c.fiber.Set("Tus-Max-Size", strconv.FormatInt(s.config.MaxUpload, 10))
	return c.fiber.SendStatus(http.StatusNoContent)
}

// beginUpload makes room for a file and says where its bytes go.
func (s *Server) beginUpload(c *Ctx) error {
	if err := c.tus(); err != nil {
		return s.tusFailed(c, err)
	}
	size, err := strconv.ParseInt(c.header("Upload-Length"), 10, 64)
	if err != nil || size < 0 {
		return s.tusFailed(c, domain.Invalid("error.upload.length", nil))
	}
	u, err := s.app.BeginUpload(c.Context(), c.Actor, uploadFileName(c.header("Upload-Metadata")), size, s.config.MaxUpload)
	if err != nil {
		return s.tusFailed(c, err)
	}
	c.fiber.Set("Location", c.At().Upload(u.Token))
	c.stand(u)
	return c.fiber.SendStatus(http.StatusCreated)
}

// uploadFileName reads the name from pairs of a key and a value in base64.
func uploadFileName(metadata string) string {
	if len(metadata) > metadataMost {
		return ""
	}
	for _, pair := range strings.Split(metadata, ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(pair), " ")
		if name, err := base64.StdEncoding.DecodeString(value); err == nil && (key == "filename" || key == "name") {
			return string(name)
		}
	}
	return ""
}

// stand tells how far an upload has come, and until when it may go on.
func (c *Ctx) stand(u domain.Upload) {
	c.fiber.Set("Upload-Offset", strconv.FormatInt(u.Received, 10))
	c.fiber.Set("Upload-Length", strconv.FormatInt(u.Size, 10))
	c.fiber.Set("Upload-Expires", u.ExpiresAt.UTC().Format(http.TimeFormat))
}

// showUpload answers a client that lost count: HEAD, or GET for a person who is
// curious.
func (s *Server) showUpload(c *Ctx) error {
	c.fiber.Set("Tus-Resumable", tusVersion)
	u, err := s.app.Upload(c.Context(), c.Actor, c.Param("id"))
	if err != nil {
		return err
	}
	c.stand(u)
	return c.fiber.SendStatus(http.StatusOK)
}

// continueUpload takes the bytes that follow those it has.
func (s *Server) continueUpload(c *Ctx) error {
	if err := c.tus(); err != nil {
		return s.tusFailed(c, err)
	}
	at, err := strconv.ParseInt(c.header("Upload-Offset"), 10, 64)
	if err != nil || at < 0 {
		return s.tusFailed(c, domain.Invalid("error.upload.length", nil))
	}
	if c.header("Content-Type") != tusBytes {
		return s.tusFailed(c, domain.Invalid("error.upload.kind", nil))
	}
	u, err := s.app.ContinueUpload(c.Context(), c.Actor, c.Param("id"), at, c.body)
	if err != nil {
		return s.tusFailed(c, incomplete(err))
	}
	c.stand(u)
	return c.fiber.SendStatus(http.StatusNoContent)
}

// cancelUpload forgets an upload.
func (s *Server) cancelUpload(c *Ctx) error {
	if err := c.tus(); err != nil {
		return s.tusFailed(c, err)
	}
	if err := s.app.CancelUpload(c.Context(), c.Actor, c.Param("id")); err != nil {
		return s.tusFailed(c, err)
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(c.body, 1))
	return c.fiber.SendStatus(http.StatusNoContent)
}

// takeUploads adds to a form's files those that came in pieces before it.
func (s *Server) takeUploads(c *Ctx, r *received) error {
	for _, token := range r.form.All(uploadField) {
		if len(r.files) >= filesMost {
			return domain.Invalid("error.upload.too_many", domain.Args{"Most": filesMost})
		}
		f, err := s.app.TakeUpload(c.Context(), c.Actor, token)
		if err != nil {
			return err
		}
		r.files, r.names = append(r.files, f), append(r.names, f.Name())
	}
	return nil
}
