package pack_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"relier/internal/domain"
	"relier/internal/pack"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestCompose_LaysOutABag(t *testing.T) {
	t.Parallel()
	s := newShelf()
	var one, both []string
	for _, e := range compose(t, s, sample(s, "fr")).Entries {
		one = append(one, e.Path)
	}
	for _, e := range compose(t, s, sample(s, "en", "fr")).Entries {
		both = append(both, e.Path)
	}
	want := strings.Fields(`bagit.txt bag-info.txt README.txt index.html controls.html reliances.html provider.html soa.html evidence.html omissions.html activity.html
		manifest-sha256.txt manifest-sha512.txt tagmanifest-sha256.txt data/evidence.csv
		data/evidence/EV-000041/v1-Revue-d-acces-ete-2026.csv data/evidence/EV-000042/v1-report.html data/evidence/EV-000043/v1-note.txt data/evidence/EV-000046/v2-log.txt
		data/omissions.csv data/report.pdf data/soa.xlsx`)
	if !slices.Equal(one, want) {
		t.Errorf("one language:\n%s", strings.Join(one, "\n"))
	}
	for _, name := range []string{"index.html", "index.fr.html", "activity.fr.html", "data/report.en.pdf", "data/report.fr.pdf"} {
		if !slices.Contains(both, name) {
			t.Errorf("two languages: no %s", name)
		}
	}
	if slices.Contains(both, "data/report.pdf") || len(both) != len(one)+9 {
		t.Errorf("two languages:\n%s", strings.Join(both, "\n"))
	}
}

// The golden file pins every byte of one pack: a change of it is a change of
// what assessors receive, and must be meant.
func TestCompose_GivesTheSameBytes(t *testing.T) {
	t.Parallel()
	s := newShelf()
	l := compose(t, s, sample(s, "en", "fr"))
	b := zipped(t, s, l)
	var now bytes.Buffer
	for _, e := range l.Entries {
		fmt.Fprintf(&now, "%s %d %s\n", e.Blob.SHA256, e.Blob.Size, e.Path)
	}
	sum := sha256.Sum256(b)
	fmt.Fprintf(&now, "%s %d %s\n", hex.EncodeToString(sum[:]), len(b), l.FileName())
	golden := filepath.Join("testdata", "pack.golden")
	if *update {
		if err := os.WriteFile(golden, now.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(now.String(), "\n") {
		if w := strings.Split(string(want), "\n"); i >= len(w) || w[i] != line {
			t.Errorf("not as pinned (go test ./internal/pack -run SameBytes -update, if meant):\n%s", line)
		}
	}
	again := newShelf()
	if !bytes.Equal(b, zipped(t, again, compose(t, again, sample(again, "en", "fr")))) {
		t.Error("the same contents gave other bytes")
	}
}

func TestCompose_KeepsTheRuleForNames(t *testing.T) {
	t.Parallel()
	s := newShelf()
	c := sample(s, "en")
	for i, name := range []string{"CON.txt", "a\u202Etxt.exe", strings.Repeat("très long ", 40) + ".docx", "..", "", "same.txt", "SAME.txt"} {
		e := c.Evidence[0]
		e.Evidence.ID, e.Evidence.Number = domain.EvidenceID(100+i), 100+i/6 // the last two share an item
		e.Version.ID, e.Version.FileName = domain.VersionID(100+i), name
		c.Evidence = append(c.Evidence, e)
	}
	seen := map[string]bool{}
	for _, e := range compose(t, s, c).Entries {
		full := c.Code + "/" + e.Path
		if fault := pack.NameFault(full); fault != "" || seen[strings.ToLower(full)] {
			t.Errorf("%s: %s (taken: %v)", full, fault, seen[strings.ToLower(full)])
		}
		seen[strings.ToLower(full)] = true
	}
}

func TestCompose_ExplainsEveryOmission(t *testing.T) {
	t.Parallel()
	s := newShelf()
	l := compose(t, s, sample(s, "en"))
	csv := string(file(t, s, l, "data/omissions.csv"))
	for _, want := range []string{"EV-000044 v1,", "EV-000045 v1,", "EV-000046 v1,", "Azure audit report 2026,", "EV-000047 v1,A version that nobody explained," + hex.EncodeToString(hash("why")) + ",unstated,"} {
		if !strings.Contains(csv, want) {
			t.Errorf("omissions.csv lacks %q", want)
		}
	}
}

func hash(s string) []byte { sum := sha256.Sum256([]byte(s)); return sum[:] }

func TestCompose_KeepsConfidentialThingsBack(t *testing.T) {
	t.Parallel()
	s := newShelf()
	c := sample(s, "en", "fr")
	for _, e := range compose(t, s, c).Entries {
		body := s.blobs[e.Blob.SHA256]
		if bytes.Contains(body, []byte("pentest-secret-name")) || string(body) == "confidential" {
			t.Errorf("%s tells the name or the bytes of a confidential item", e.Path)
		}
	}
}

func TestCompose_RefusesBadContents(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(*domain.PackContents){
		"no code":          func(c *domain.PackContents) { c.Code = "" },
		"code with slash":  func(c *domain.PackContents) { c.Code = "a/b" },
		"no language":      func(c *domain.PackContents) { c.Langs = nil },
		"unknown language": func(c *domain.PackContents) { c.Langs = []string{"de"} },
		"language twice":   func(c *domain.PackContents) { c.Langs = []string{"en", "en"} },
		"never sealed":     func(c *domain.PackContents) { c.SealedAt = time.Time{} },
		"no digests":       func(c *domain.PackContents) { c.Evidence[0].Version.Blob.SHA512 = "" },
	} {
		t.Run(name, func(t *testing.T) {
			s := newShelf()
			c := sample(s, "en")
			harm(&c)
			if _, err := pack.Compose(t.Context(), c, s.put); err == nil {
				t.Error("composed")
			}
		})
	}
}

func TestCompose_StopsWhereStoringFails(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	for _, at := range []string{"data/soa.xlsx", "data/report.pdf", "index.html", "README.txt", pack.TagManifest} {
		s := newShelf()
		put := func(ctx context.Context, name string, write func(io.Writer) error) (domain.Blob, error) {
			if name == at {
				return domain.Blob{}, full
			}
			return s.put(ctx, name, write)
		}
		if _, err := pack.Compose(t.Context(), sample(s, "en"), put); !errors.Is(err, full) {
			t.Errorf("%s: %v", at, err)
		}
	}
}

func TestPack_PassesTheToolsOfOthers(t *testing.T) {
	t.Parallel()
	s := newShelf()
	l := compose(t, s, sample(s, "en", "fr"))
	dir := t.TempDir()
	name := filepath.Join(dir, l.FileName())
	if err := os.WriteFile(name, zipped(t, s, l), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Run("unzip and coreutils", func(t *testing.T) {
		run(t, dir, "unzip", "-tq", name)
		run(t, dir, "unzip", "-q", name)
		bag := filepath.Join(dir, l.Code)
		run(t, bag, "sha256sum", "-c", "--quiet", "--strict", "manifest-sha256.txt")
		run(t, bag, "sha512sum", "-c", "--quiet", "--strict", "manifest-sha512.txt")
		run(t, bag, "sha256sum", "-c", "--quiet", "--strict", "tagmanifest-sha256.txt")
		if out := run(t, bag, "sha256sum", pack.TagManifest); !strings.HasPrefix(out, l.TagDigest().String()) {
			t.Errorf("sha256sum says %s, the layout %s", out, l.TagDigest())
		}
		if r, err := pack.Verify(t.Context(), bag); err != nil || !r.OK {
			t.Errorf("%v %+v", err, r.Defects)
		}
	})
	t.Run("python", func(t *testing.T) {
		run(t, dir, "python3", "-c", "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; assert len(z.namelist())==int(sys.argv[2])", name, fmt.Sprint(l.Files()))
	})
	t.Run("java", func(t *testing.T) {
		out := run(t, dir, "jar", "tf", name)
		if !strings.Contains(out, path.Join(l.Code, "data/soa.xlsx")) {
			t.Errorf("jar lists\n%s", out)
		}
	})
}
