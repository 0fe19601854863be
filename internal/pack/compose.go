package pack

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"relier/internal/domain"
	"relier/internal/i18n"
)

// Put stores what write writes under a path of the pack and returns what is
// known of its bytes.
type Put func(ctx context.Context, path string, write func(io.Writer) error) (domain.Blob, error)

// Compose writes every document of a pack through put and lays the pack out. The
// bytes of evidence are not touched: their blobs are known. The same contents
// give the same documents, whatever the day and the machine.
func Compose(ctx context.Context, c domain.PackContents, put Put) (Layout, error) {
	if err := check(c); err != nil {
		return Layout{}, fmt.Errorf("compose pack: %w", err)
	}
	k := &composer{ctx: ctx, c: explain(c), put: put, taken: paths{}, files: map[domain.VersionID]Entry{}}
	for _, step := range []func() error{k.placeEvidence, k.writeTables, k.writeReports, k.openBag, k.writePages, k.seal} {
		if err := step(); err != nil {
			return Layout{}, fmt.Errorf("compose pack %s: %w", c.Code, err)
		}
	}
	return Layout{Code: c.Code, Modified: c.SealedAt.UTC().Truncate(time.Second), Entries: append(k.tags, k.payload...)}, nil
}

// check refuses contents that no pack can be made of; the caller is at fault.
func check(c domain.PackContents) error {
	if nameFault(c.Code) != "" || strings.Contains(c.Code, "/") || len(c.Code) > 40 {
		return fmt.Errorf("%q cannot name a pack", c.Code)
	}
	if len(c.Langs) == 0 || c.SealedAt.IsZero() {
		return fmt.Errorf("languages %v and the time of sealing %v must be set", c.Langs, c.SealedAt)
	}
	for i, lang := range c.Langs {
		if !i18n.Known(lang) || slices.Contains(c.Langs[:i], lang) {
			return fmt.Errorf("languages %v: each must be known and named once", c.Langs)
		}
	}
	return nil
}

// ReasonUnstated is the omission reason of a version that stays behind although
// nobody said why: a pack never omits silently.
const ReasonUnstated = "unstated"

// explain adds an omission for every version that stays behind without one.
func explain(c domain.PackContents) domain.PackContents {
	told := map[string]bool{}
	for _, o := range c.Omissions {
		told[o.What] = true
	}
	c.Omissions = slices.Clone(c.Omissions)
	for _, e := range c.Evidence {
		if what := versionName(e); !e.Included && !told[what] {
			o := domain.PackOmission{What: what, Title: e.Evidence.Title, Reason: ReasonUnstated}
			if !e.Version.Blob.SHA256.IsZero() {
				o.SHA256 = e.Version.Blob.SHA256.String()
			}
			c.Omissions = append(c.Omissions, o)
		}
	}
	return c
}

// versionName is how people cite a version: EV-000041 v1.
func versionName(e domain.PackEvidence) string {
	return fmt.Sprintf("%s v%d", e.Evidence.Code(), e.Version.Number)
}

// composer collects the files of one pack.
type composer struct {
	ctx     context.Context
	c       domain.PackContents
	put     Put
	working bool // the draft by itself, outside a sealed pack
	taken   paths
	tags    []Entry                    // beside data/, in reading order
	payload []Entry                    // below data/
	files   map[domain.VersionID]Entry // where the bytes of a version lie
}

// write stores one generated document.
func (k *composer) write(name string, write func(io.Writer) error) error {
	blob, err := k.put(k.ctx, name, func(w io.Writer) error {
		b := bufio.NewWriterSize(w, 1<<16)
		if err := write(b); err != nil {
			return err
		}
		return b.Flush()
	})
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	entry := Entry{Path: name, Blob: blob}
	if isPayload(name) {
		k.payload = append(k.payload, entry)
	} else {
		k.tags = append(k.tags, entry)
	}
	return nil
}

// text stores a short document.
func (k *composer) text(name, text string) error {
	return k.write(name, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
}

// evidenceFolder holds one folder for each item.
const evidenceFolder = payloadFolder + "evidence"

// placeEvidence gives each version that travels its place. A note's text becomes
// a file; a file's bytes are already stored.
func (k *composer) placeEvidence() error {
	for _, e := range k.c.Evidence {
		if !e.Included {
			continue
		}
		folder := path.Join(evidenceFolder, e.Evidence.Code())
		prefix := fmt.Sprintf("v%d-", e.Version.Number)
		if e.Evidence.Kind == domain.EvidenceNote {
			if err := k.text(k.taken.take(folder, prefix, "note.txt"), e.Version.Note+"\n"); err != nil {
				return err
			}
			k.files[e.Version.ID] = k.payload[len(k.payload)-1]
			continue
		}
		entry := Entry{Path: k.taken.take(folder, prefix, e.Version.FileName), Blob: e.Version.Blob}
		if entry.Blob.SHA256.IsZero() || len(entry.Blob.SHA512) != 128 {
			return fmt.Errorf("%s has no recorded digests", versionName(e))
		}
		k.payload = append(k.payload, entry)
		k.files[e.Version.ID] = entry
	}
	return nil
}

// openBag writes what makes the folder a bag, once the payload is complete.
func (k *composer) openBag() error {
	slices.SortFunc(k.payload, func(a, b Entry) int { return cmp.Compare(a.Path, b.Path) })
	for _, f := range [][2]string{{bagFile, declaration}, {infoFile, k.info()}, {"README.txt", readme(k.c)}} {
		if err := k.text(f[0], f[1]); err != nil {
			return err
		}
	}
	return nil
}

// seal closes the bag: manifests over the payload, then the tag manifest over
// everything beside it.
func (k *composer) seal() error {
	if err := k.manifest(manifestSHA256, k.payload, sha256Of); err != nil {
		return err
	}
	if err := k.manifest(manifestSHA512, k.payload, sha512Of); err != nil {
		return err
	}
	return k.manifest(TagManifest, slices.Clone(k.tags), sha256Of)
}

func sha256Of(b domain.Blob) string { return b.SHA256.String() }
func sha512Of(b domain.Blob) string { return b.SHA512 }

func (k *composer) manifest(name string, entries []Entry, digest func(domain.Blob) string) error {
	return k.write(name, func(w io.Writer) error {
		for _, e := range entries {
			if err := manifestLine(w, digest(e.Blob), e.Path); err != nil {
				return err
			}
		}
		return nil
	})
}

// info is bag-info.txt: what an archive wants to know without opening the bag.
func (k *composer) info() string {
	var octets int64
	for _, e := range k.payload {
		octets += e.Blob.Size
	}
	var b strings.Builder
	for _, f := range [][2]string{
		{"Source-Organization", k.c.Organization.Name},
		{"External-Identifier", k.c.Code},
		{"External-Description", fmt.Sprintf("%s (%s, %s)", k.c.Engagement.Title, k.c.Engagement.Edition.Standard(), k.c.Engagement.Period)},
		{"Bagging-Date", domain.DateOf(k.c.SealedAt).String()},
		{"Payload-Oxum", fmt.Sprintf("%d.%d", octets, len(k.payload))},
		{"Bag-Software-Agent", "Relier"},
	} {
		fmt.Fprintf(&b, "%s: %s\n", f[0], strings.Join(strings.Fields(f[1]), " "))
	}
	return b.String()
}
