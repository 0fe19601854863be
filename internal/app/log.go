package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"relier/internal/domain"
	"relier/internal/sheet"
	"relier/internal/store"
	"relier/internal/tlog"
)

// WriteActivity writes the records that a filter selects, the newest first, as a
// workbook or as CSV: header names its columns, and cells writes a record's.
func (a *App) WriteActivity(ctx context.Context, actor domain.Actor, f domain.ActivityFilter, words ActivityWords, workbook bool, w io.Writer) error {
	if err := actor.Allow(domain.ActActivityRead); err != nil {
		return err
	}
	var failed error
	rows := func(yield func([]string) bool) {
		failed = a.ExportActivity(ctx, actor, f, func(p ProvenAct) error {
			if !yield(words.Cells(p)) {
				return io.ErrClosedPipe
			}
			return nil
		})
	}
	var err error
	if workbook {
		err = sheet.WriteXLSX(w, sheet.Sheet{Name: words.Title, Header: words.Header, Rows: rows, Widths: []float64{10, 26, 26, 40, 26, 60, 66, 12}})
	} else {
		err = sheet.WriteCSV(w, words.Header, rows)
	}
	return errors.Join(failed, err)
}

// ActivityWords are the words of an exported list, in the reader's language.
type ActivityWords struct {
	Title  string
	Header []string
	Cells  func(ProvenAct) []string
}

// LogState is what the Activity page says about the log.
type LogState struct {
	Origin string
	Key    string // to verify with
	Signed tlog.Head
	At     time.Time // when it was signed
	Size   int64     // leaves by now
}

// Log says what was signed last. Where nothing was signed yet, the zero State's
// At says so.
func (a *App) Log(ctx context.Context, actor domain.Actor) (LogState, error) {
	if err := actor.Allow(domain.ActActivityRead); err != nil {
		return LogState{}, err
	}
	return a.logState(ctx)
}

func (a *App) logState(ctx context.Context) (LogState, error) {
	if a.logKey == nil {
		return LogState{}, nil
	}
	head, err := a.store.LogHead(ctx)
	if err != nil {
		return LogState{}, err
	}
	s := LogState{Origin: a.logKey.Origin(), Key: a.logKey.Public(), Size: head.Size}
	stored, err := a.store.NewestCheckpoint(ctx)
	if domain.IsNotFound(err) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	c, err := tlog.Open(stored.Text, a.logKey.Public())
	if err != nil {
		return s, &domain.Error{Kind: domain.KindConflict, Key: "error.log_checkpoint", Err: err}
	}
	s.Signed, s.At = c.Head, stored.At
	return s, nil
}

// ProvenAct is a record with what the log says of it.
type ProvenAct struct {
	domain.Activity
	Proof   tlog.Proof
	Leaf    tlog.Leaf
	Head    tlog.Head // that the proof leads to
	Outcome Outcome
	Defect  error // what the outcome rests on, for the log file
}

// Outcome is what verifying came to, in one word that a sentence is looked up by.
type Outcome string

// The outcomes.
const (
	Proven       Outcome = "proven"
	NotYetSigned Outcome = "unsigned" // newer than the last checkpoint
	NotLogged    Outcome = "unlogged" // from before the log
	Refuted      Outcome = "refuted"  // the record, the leaf or the tree was changed
)

// Outcomes lists them.
var Outcomes = []Outcome{Proven, NotYetSigned, NotLogged, Refuted}

// Act reads one record of the organization and verifies its proof against the
// newest signed checkpoint.
func (a *App) Act(ctx context.Context, actor domain.Actor, seq int64) (ProvenAct, error) {
	if err := actor.Allow(domain.ActActivityRead); err != nil {
		return ProvenAct{}, err
	}
	record, err := a.store.ActivityRecord(ctx, actor.Org, seq)
	if err != nil {
		return ProvenAct{}, err
	}
	acts, err := a.prove(ctx, actor.Org, []domain.Activity{record})
	if err != nil {
		return ProvenAct{}, err
	}
	return acts[0], nil
}

// prove adds to records what the log says of them.
func (a *App) prove(ctx context.Context, org domain.OrgID, records []domain.Activity) ([]ProvenAct, error) {
	seqs := make([]int64, len(records))
	for i, r := range records {
		seqs[i] = r.Seq
	}
	leaves, err := a.store.LeavesOf(ctx, org, seqs)
	if err != nil && !errors.Is(err, tlog.ErrDamaged) {
		return nil, err
	}
	var last tlog.Checkpoint
	if a.logKey != nil {
		if last, err = a.lastCheckpoint(ctx); err != nil {
			return nil, err
		}
	}
	out := make([]ProvenAct, len(records))
	for i, r := range records {
		out[i] = ProvenAct{Activity: r, Head: last.Head}
		l, ok := leaves[r.Seq]
		switch {
		case !ok:
			out[i].Outcome = NotLogged
		default:
			a.proveOne(ctx, &out[i], l, last)
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	return out, nil
}

// proveOne makes the proof and verifies it, as anybody else would.
func (a *App) proveOne(ctx context.Context, p *ProvenAct, l store.LoggedAct, last tlog.Checkpoint) {
	p.Proof = tlog.Proof{Leaf: l.Body, Salt: l.Salt, Index: l.Index, Checkpoint: last.Text}
	p.Leaf, p.Defect = tlog.ReadLeaf(l.Body)
	if p.Defect == nil {
		p.Defect = sameAct(p.Activity, p.Leaf, l.Salt)
	}
	if p.Defect == nil && l.Index >= last.Size {
		p.Outcome = NotYetSigned
		return
	}
	if p.Defect == nil {
		if p.Proof.Path, p.Defect = tlog.Prove(last.Size, l.Index, a.store.LogNodes(ctx)); p.Defect == nil {
			_, _, p.Defect = p.Proof.Check(a.logKey.Public())
		}
	}
	p.Outcome = Proven
	if p.Defect != nil {
		p.Outcome = Refuted
	}
}

// sameAct compares a record with what its leaf says of it.
func sameAct(a domain.Activity, l tlog.Leaf, salt tlog.Salt) error {
	want := store.LeafOf(a, salt)
	want.Rows, want.Count = l.Rows, l.Count
	if string(want.Encode()) != string(l.Encode()) {
		return fmt.Errorf("record %d is not what its leaf says", a.Seq)
	}
	return nil
}

// Exported is one line of the exported log: the record, and the proof of it.
type Exported struct {
	Seq    int64         `json:"seq"`
	At     string        `json:"at"`
	Org    int64         `json:"org"`
	Actor  int64         `json:"actor"`
	Name   string        `json:"name,omitempty"` // the actor's, today; not in the log
	Verb   string        `json:"verb"`
	Noun   domain.Noun   `json:"noun"`
	Object int64         `json:"object"`
	Label  string        `json:"label"`
	Digest domain.Digest `json:"digest"`
	Proof  string        `json:"proof,omitempty"` // C2SP tlog-proof; missing where nothing is signed yet
}

func exported(p ProvenAct) Exported {
	e := Exported{Seq: p.Seq, At: tlog.Moment(p.At), Org: int64(p.Org), Actor: int64(p.Actor), Name: p.ActorName, Verb: p.Verb, Noun: p.Noun,
		Object: p.Object, Label: p.Label, Digest: p.Digest}
	if p.Outcome == Proven {
		e.Proof = string(p.Proof.Text())
	}
	return e
}

// VerifyExported checks one exported line with the log's public key alone.
func VerifyExported(line []byte, key string) error {
	var e Exported
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil {
		return fmt.Errorf("read the record: %w", err)
	}
	if e.Proof == "" {
		return fmt.Errorf("record %d carries no proof", e.Seq)
	}
	p, err := tlog.ReadProof([]byte(e.Proof))
	if err != nil {
		return fmt.Errorf("record %d: %w", e.Seq, err)
	}
	l, _, err := p.Check(key)
	if err != nil {
		return fmt.Errorf("record %d: %w", e.Seq, err)
	}
	at, err := time.Parse(time.RFC3339Nano, e.At)
	if err != nil {
		return fmt.Errorf("record %s: %w", strconv.FormatInt(e.Seq, 10), err)
	}
	return sameAct(domain.Activity{Seq: e.Seq, Org: domain.OrgID(e.Org), At: at, Actor: domain.PersonID(e.Actor), Verb: e.Verb,
		Noun: e.Noun, Object: e.Object, Label: e.Label, Digest: e.Digest}, l, p.Salt)
}

// ExportActivity hands over the records that a filter selects, the oldest page
// of them at a time, each with its proof.
func (a *App) ExportActivity(ctx context.Context, actor domain.Actor, f domain.ActivityFilter, each func(ProvenAct) error) error {
	if err := actor.Allow(domain.ActActivityRead); err != nil {
		return err
	}
	for before := int64(0); ; {
		records, err := a.store.ActivityBefore(ctx, actor.Org, f, before, 200)
		if err != nil || len(records) == 0 {
			return err
		}
		acts, err := a.prove(ctx, actor.Org, records)
		if err != nil {
			return err
		}
		for _, p := range acts {
			if err := each(p); err != nil {
				return err
			}
		}
		before = records[len(records)-1].Seq
	}
}

// WriteExported writes one line of the export with proofs.
func WriteExported(p ProvenAct) ([]byte, error) {
	b, err := json.Marshal(exported(p))
	return append(b, '\n'), err
}

// Growth is what comparing with an older checkpoint came to.
type Growth struct {
	Older tlog.Head
	Newer tlog.Head
	Grown bool // only grown since
}

// CompareCheckpoint checks that the log has only grown since a checkpoint that
// somebody kept. One that the log's key did not sign is refused.
func (a *App) CompareCheckpoint(ctx context.Context, actor domain.Actor, text string) (Growth, error) {
	if err := actor.Allow(domain.ActActivityRead); err != nil {
		return Growth{}, err
	}
	if a.logKey == nil {
		return Growth{}, &domain.Error{Kind: domain.KindUnavailable, Key: "error.log_key"}
	}
	older, err := tlog.Open([]byte(text), a.logKey.Public())
	if err != nil {
		return Growth{}, &domain.Error{Kind: domain.KindInvalid, Key: "error.checkpoint_unsigned", Field: "checkpoint", Err: err}
	}
	head, err := a.store.LogHead(ctx)
	if err != nil {
		return Growth{}, err
	}
	g := Growth{Older: older.Head, Newer: head}
	g.Grown = a.grown(ctx, older.Head, head) == nil
	return g, ctx.Err()
}
