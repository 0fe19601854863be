package pack_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"relier/internal/domain"
	"relier/internal/pack"
)

// many is a pack of 10,000 files of 5.2 kB: 52 MB.
func many(s *shelf) domain.PackContents {
	c := sample(s, "en")
	body := make([]byte, 5200)
	for i := range 10_000 {
		e := c.Evidence[0]
		copy(body, fmt.Sprint(i))
		e.Evidence.ID, e.Evidence.Number = domain.EvidenceID(1000+i), 1000+i
		e.Version.ID, e.Version.Blob = domain.VersionID(1000+i), s.keep(append([]byte(nil), body...))
		c.Evidence = append(c.Evidence, e)
	}
	return c
}

func BenchmarkCompose_10000Files(b *testing.B) {
	s := newShelf()
	c := many(s)
	for b.Loop() {
		compose(b, s, c)
	}
}

func BenchmarkLayout_Size10000Files(b *testing.B) {
	s := newShelf()
	l := compose(b, s, many(s))
	for b.Loop() {
		_ = l.Size()
	}
}

func BenchmarkLayout_Stream10000Files(b *testing.B) {
	s := newShelf()
	l := compose(b, s, many(s))
	b.SetBytes(l.Size())
	for b.Loop() {
		if err := l.Stream(b.Context(), io.Discard, s.open); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify_10000Files(b *testing.B) {
	s := newShelf()
	l := compose(b, s, many(s))
	name := filepath.Join(b.TempDir(), "pack.zip")
	if err := os.WriteFile(name, zipped(b, s, l), 0o644); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(l.Size())
	for b.Loop() {
		if r, err := pack.Verify(b.Context(), name); err != nil || !r.OK {
			b.Fatal(err, r.Defects)
		}
	}
}
