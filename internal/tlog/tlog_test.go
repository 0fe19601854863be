package tlog_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"relier/internal/domain"
	"relier/internal/tlog"
)

// forest is a log in memory.
type forest struct {
	edge   tlog.Edge
	leaves [][]byte
	nodes  map[int64]domain.Digest
	heads  []tlog.Head // by size
}

func grow(t interface{ Fatal(...any) }, leaves ...[]byte) *forest {
	f := &forest{nodes: map[int64]domain.Digest{}}
	note := func() {
		h, err := f.edge.Head()
		if err != nil {
			t.Fatal(err)
		}
		f.heads = append(f.heads, h)
	}
	note()
	for _, l := range leaves {
		nodes, err := f.edge.Append(l)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range nodes {
			if _, twice := f.nodes[n.Index]; twice {
				t.Fatal("a node was completed twice")
			}
			f.nodes[n.Index] = n.Hash
		}
		f.leaves = append(f.leaves, l)
		note()
	}
	return f
}

func (f *forest) read(indexes []int64) ([]domain.Digest, error) {
	out := make([]domain.Digest, len(indexes))
	for i, index := range indexes {
		d, ok := f.nodes[index]
		if !ok {
			return nil, fmt.Errorf("no node %d", index)
		}
		out[i] = d
	}
	return out, nil
}

func numbered(n int) [][]byte {
	out := make([][]byte, n)
	for i := range out {
		out[i] = fmt.Appendf(nil, "leaf %d", i)
	}
	return out
}

// Every leaf of every size is proven, and every size continues every smaller one.
func TestProofs_OfEverySize(t *testing.T) {
	f := grow(t, numbered(40)...)
	for size := int64(1); size <= 40; size++ {
		root, err := tlog.Root(size, f.read)
		if err != nil || root != f.heads[size].Root {
			t.Fatalf("size %d: the edge says %v, the nodes %v (%v)", size, f.heads[size].Root, root, err)
		}
		for i := range size {
			p, err := tlog.Prove(size, i, f.read)
			if err != nil {
				t.Fatal(err)
			}
			if err := tlog.Verify(p, f.heads[size], i, f.leaves[i]); err != nil {
				t.Errorf("leaf %d of %d: %v", i, size, err)
			}
			if tlog.Verify(p, f.heads[size], i, []byte("another")) == nil {
				t.Errorf("another leaf passed as %d of %d", i, size)
			}
		}
		for older := range size + 1 {
			p, err := tlog.ProveGrown(size, older, f.read)
			if err != nil {
				t.Fatal(err)
			}
			if err := tlog.VerifyGrown(p, f.heads[size], f.heads[older]); err != nil {
				t.Errorf("%d after %d: %v", size, older, err)
			}
			if older > 0 {
				forked := tlog.Head{Size: older, Root: domain.Digest{1}}
				if tlog.VerifyGrown(p, f.heads[size], forked) == nil {
					t.Errorf("%d passed as grown from a fork of %d", size, older)
				}
			}
		}
	}
	if tlog.VerifyGrown(nil, f.heads[3], f.heads[5]) == nil {
		t.Error("a cut log passed as grown")
	}
}

func TestProof_AnyChangeIsNoticed(t *testing.T) {
	secret, err := tlog.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	key, err := tlog.ReadKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		salt := tlog.NewSalt()
		leaf := tlog.NewLeaf("control.created", salt)
		leaf.Label = salt.Digest("label", rapid.String().Draw(t, "label"))
		leaf.Take(tlog.NewRowList())
		leaves := numbered(rapid.IntRange(0, 60).Draw(t, "before"))
		index := len(leaves)
		leaves = append(append(leaves, leaf.Encode()), numbered(rapid.IntRange(0, 60).Draw(t, "after"))...)
		f := grow(t, leaves...)
		head := f.heads[len(leaves)]
		checkpoint, err := key.Sign(head, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		path, err := tlog.Prove(head.Size, int64(index), f.read)
		if err != nil {
			t.Fatal(err)
		}
		text := tlog.Proof{Leaf: leaf.Encode(), Salt: salt, Index: int64(index), Path: path, Checkpoint: checkpoint}.Text()
		p, err := tlog.ReadProof(text)
		if err != nil {
			t.Fatal(err)
		}
		got, c, err := p.Check(key.Public())
		if err != nil || got != leaf || c.Head != head {
			t.Fatalf("%+v, %+v, %v", got, c, err)
		}
		at := rapid.IntRange(0, len(text)-1).Draw(t, "at")
		forged := slices.Clone(text)
		forged[at] ^= 1 << rapid.IntRange(0, 6).Draw(t, "bit")
		q, err := tlog.ReadProof(forged)
		if err == nil {
			_, _, err = q.Check(key.Public())
		}
		if err == nil && !sameProof(p, q) {
			t.Fatalf("changed at byte %d and passed:\n%s", at, forged)
		}
	})
}

// sameProof compares what proofs say: base64 has spare bits, and a checkpoint
// may carry signatures of keys that nobody knows.
func sameProof(a, b tlog.Proof) bool {
	return bytes.Equal(a.Leaf, b.Leaf) && a.Salt == b.Salt && a.Index == b.Index && slices.Equal(a.Path, b.Path)
}

// The empty tree and the tree of one leaf are those of RFC 6962, section 2.1.
func TestHead_IsRFC6962(t *testing.T) {
	f := grow(t, []byte{})
	for i, want := range []string{"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0="} {
		if got := base64.StdEncoding.EncodeToString(f.heads[i].Root[:]); got != want {
			t.Errorf("%d leaves: %s, want %s", i, got, want)
		}
	}
}

func TestCheckpoint_RefusesWhatIsNotSigned(t *testing.T) {
	secret, _ := tlog.NewKey()
	key, err := tlog.ReadKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 5, 1, 8, 0, 0, 1000, time.UTC)
	text, err := key.Sign(tlog.Head{Size: 7, Root: domain.Digest{9}}, at)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := tlog.Open(text, key.Public()); err != nil || c.Size != 7 || c.Root != (domain.Digest{9}) || c.Origin != key.Origin() || !c.At.Equal(at) {
		t.Errorf("%+v, %v", c, err)
	}
	mailed := []byte("\uFEFF" + strings.ReplaceAll(string(text), "\n", "\r\n") + "\r\n\r\n")
	if _, err := tlog.Open(mailed, key.Public()); err != nil {
		t.Errorf("as a mail leaves it: %v", err)
	}
	other, _ := tlog.NewKey()
	another, _ := tlog.ReadKey(other)
	for name, forged := range map[string][]byte{
		"nothing": nil, "another size": []byte(strings.Replace(string(text), "\n7\n", "\n8\n", 1)),
		"another moment": []byte(strings.Replace(string(text), "2026-05-01", "2026-05-02", 1)),
		"no signature":   text[:bytes.Index(text, []byte("\n\n"))+2], "too long": bytes.Repeat([]byte("a\n"), tlog.MaxCheckpoint),
	} {
		if _, err := tlog.Open(forged, key.Public()); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if _, err := tlog.Open(text, another.Public()); err == nil {
		t.Error("the key of another log opened it")
	}
	mixed := strings.Split(secret, "\n")[0] + "\n" + strings.Split(other, "\n")[1]
	if _, err := tlog.ReadKey(mixed); err == nil {
		t.Error("two halves of different keys were taken for one")
	}
}

// A digest depends on every column, its name, its kind and what the salt is; not
// on how a database spells a truth value.
func TestRowHash_TellsEverythingApart(t *testing.T) {
	salt := tlog.Salt{1}
	sum := func(s tlog.Salt, table, key string, columns ...any) domain.Digest {
		h := s.NewRowHash(table, key)
		for i := 0; i < len(columns); i += 2 {
			if err := h.Column(columns[i].(string), columns[i+1]); err != nil {
				t.Fatal(err)
			}
		}
		return h.Sum()
	}
	seen := map[domain.Digest]string{}
	for name, d := range map[string]domain.Digest{
		"plain": sum(salt, "t", "1", "a", "x", "b", "y"), "moved": sum(salt, "t", "1", "a", "xb", "b", "y"), "swapped": sum(salt, "t", "1", "a", "y", "b", "x"),
		"bytes": sum(salt, "t", "1", "a", []byte("x"), "b", "y"), "null": sum(salt, "t", "1", "a", nil, "b", "y"), "empty": sum(salt, "t", "1", "a", "", "b", "y"),
		"number": sum(salt, "t", "1", "a", int64(1), "b", "y"), "column": sum(salt, "t", "1", "c", "x", "b", "y"), "key": sum(salt, "t", "2", "a", "x", "b", "y"),
		"table": sum(salt, "u", "1", "a", "x", "b", "y"), "salt": sum(tlog.Salt{2}, "t", "1", "a", "x", "b", "y"), "float": sum(salt, "t", "1", "a", 1.0, "b", "y"),
	} {
		if other := seen[d]; other != "" {
			t.Errorf("%s and %s have one digest", name, other)
		}
		seen[d] = name
	}
	if sum(salt, "t", "1", "a", true) != sum(salt, "t", "1", "a", int64(1)) {
		t.Error("SQLite's 1 is not PostgreSQL's true")
	}
	if err := salt.NewRowHash("t", "1").Column("a", struct{}{}); err == nil {
		t.Error("a value of no kind was digested")
	}
}

func TestReadLeaf_OnlyItsOwnForm(t *testing.T) {
	l := tlog.NewLeaf("x", tlog.Salt{})
	l.At = tlog.Moment(time.Date(2026, 11, 26, 1, 2, 3, 4000, time.UTC))
	l.Take(tlog.NewRowList())
	if got, err := tlog.ReadLeaf(l.Encode()); err != nil || got != l {
		t.Errorf("%+v, %v", got, err)
	}
	for _, b := range []string{"", "{}", string(l.Encode()) + " ", strings.Replace(string(l.Encode()), `"v":1`, `"v":2`, 1), strings.Replace(string(l.Encode()), `{`, `{"more":1,`, 1)} {
		if _, err := tlog.ReadLeaf([]byte(b)); err == nil {
			t.Errorf("%q was taken for a leaf", b)
		}
	}
}

func FuzzReadProof(f *testing.F) {
	f.Add([]byte("c2sp.org/tlog-proof@v1\nindex 0\n\norigin\n1\n\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, err := tlog.ReadProof(b); err == nil {
			_, _, _ = p.Check("relier.log/00000000+00000000+AAAA")
		}
	})
}
