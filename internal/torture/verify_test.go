package torture_test

import (
	"cmp"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	_ "github.com/mattn/go-sqlite3" // the oracle reads the database by itself
)

// seen is an item as it stands in the database.
type seen struct {
	id    int64
	state state
	blobs []blobRow
}

type blobRow struct {
	sha256 string
	size   int64
}

// readItems reads all evidence with the oracle's own queries.
func readItems(dir string) (map[string]seen, error) {
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(dir, "relier.db")+"?mode=ro&_busy_timeout=10000")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	tx, err := db.Begin() // one moment
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback() }() // it only read
	r := reader{tx: tx, items: map[int64]*seen{}, keys: map[int64]string{}}
	r.each(`SELECT id, source, title, state, version FROM evidence`, func(rows *sql.Rows) error {
		var s seen
		var source string
		if err := rows.Scan(&s.id, &source, &s.state.Title, &s.state.State, &s.state.Edition); err != nil {
			return err
		}
		r.items[s.id], r.keys[s.id] = &s, source
		return nil
	})
	r.each(`SELECT evidence_id, number, file_name, lower(coalesce(hex(sha256), '')), size, note FROM evidence_versions ORDER BY evidence_id, number`, r.version)
	r.each(`SELECT evidence_id, verdict || ' ' || comment FROM reviews ORDER BY id`, func(rows *sql.Rows) error {
		return r.text(rows, func(s *seen, text string) { s.state.Reviews = append(s.state.Reviews, text) })
	})
	// A record without its revision is half a record, and does not count.
	r.each(`SELECT a.object_id, count(*) FROM activity a JOIN revisions r USING (seq) WHERE a.noun = 'evidence' AND a.verb LIKE 'evidence.%' GROUP BY a.object_id`, func(rows *sql.Rows) error {
		return r.text(rows, func(s *seen, text string) { s.state.Records, _ = strconv.Atoi(text) })
	})
	out := map[string]seen{}
	for id, s := range r.items {
		if _, twice := out[r.keys[id]]; twice {
			r.err = errors.Join(r.err, fmt.Errorf("two items are %q", r.keys[id]))
		}
		out[r.keys[id]] = *s
	}
	return out, r.err
}

// reader gathers rows into items and keeps the first error.
type reader struct {
	tx    *sql.Tx
	items map[int64]*seen
	keys  map[int64]string
	err   error
}

func (r *reader) each(query string, scan func(*sql.Rows) error) {
	if r.err != nil {
		return
	}
	rows, err := r.tx.Query(query)
	if err != nil {
		r.err = err
		return
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			r.err = err
			return
		}
	}
	r.err = rows.Err()
}

func (r *reader) text(rows *sql.Rows, put func(*seen, string)) error {
	var id int64
	var text string
	if err := rows.Scan(&id, &text); err != nil {
		return err
	}
	s, ok := r.items[id]
	if !ok {
		return fmt.Errorf("a row of an item %d that is not there: %s", id, text)
	}
	put(s, text)
	return nil
}

func (r *reader) version(rows *sql.Rows) error {
	var id, size int64
	var number int
	var name, sha256, note string
	if err := rows.Scan(&id, &number, &name, &sha256, &size, &note); err != nil {
		return err
	}
	s, ok := r.items[id]
	if !ok {
		return fmt.Errorf("version %d of an item %d that is not there", number, id)
	}
	text := note
	if sha256 != "" {
		text, s.blobs = name+" "+sha256, append(s.blobs, blobRow{sha256, size})
	}
	if number == 1 {
		r.keys[id] += "/" + strings.TrimSuffix(text, " "+sha256)
	}
	s.state.Versions = append(s.state.Versions, text)
	return nil
}

// compare holds what was found against what must be: each finding is a write
// that is lost, wrong, half, or nobody's.
func (l *ledger) compare(found map[string]seen, b bounds) (findings []string) {
	say := func(format string, args ...any) { findings = append(findings, fmt.Sprintf(format, args...)) }
	for key := range found {
		if _, asked := b[key]; !asked {
			say("nobody's: %s: %v", key, found[key].state)
		}
	}
	for key, may := range b {
		i := l.items[key]
		f, there := found[key]
		switch {
		case !there && may.floor >= 0:
			say("lost: %s, acknowledged as %v", key, i.states[may.floor])
		case !there:
			continue
		case i.id != 0 && i.id != f.id:
			say("wrong: %s has the number %d, acknowledged as %d", key, f.id, i.id)
		case !slices.ContainsFunc(i.states[max(0, may.floor):may.top+1], f.is):
			say("wrong: %s is %v; asked for were %v, of which the first is acknowledged", key, f.state, i.states[max(0, may.floor):])
		}
		for _, other := range i.group {
			if _, too := found[other]; !too {
				say("half: %s is there without %s of the same upload", key, other)
			}
		}
	}
	return findings
}

func (f seen) is(s state) bool { return s.String() == f.state.String() }

// compareBlobs holds the files of a folder against the rows: what a row cites is
// there, and what is there has the bytes that its name says. known are files
// found right before; those are only measured.
func compareBlobs(dir string, found map[string]seen, known map[string]bool) (findings []string) {
	root, sizes := filepath.Join(dir, "blobs"), map[string]int64{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name := d.Name()
		if filepath.Base(filepath.Dir(path)) == "tmp" {
			findings = append(findings, "left behind: "+path)
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		sizes[name] = info.Size()
		if known[name] {
			return nil
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if known[name] = digest(body) == name; !known[name] {
			findings = append(findings, fmt.Sprintf("wrong: the %d bytes of %s are others than its name says", len(body), path))
		}
		return nil
	})
	if err != nil {
		findings = append(findings, err.Error())
	}
	for key, f := range found {
		for _, b := range f.blobs {
			if size, there := sizes[b.sha256]; !there || size != b.size {
				findings = append(findings, fmt.Sprintf("lost: %s cites %s of %d bytes; there are %d, %t", key, b.sha256, b.size, size, there))
			}
		}
	}
	return findings
}

// askedMost is how many items of a round are looked at through the server; the
// rows and files of all of them are compared without it.
const askedMost = 80

// ask looks at the newest touched items as people do: the page names the item,
// and each of its files is downloaded with the right bytes.
func (l *ledger) ask(url string, found map[string]seen) (findings []string) {
	ada := authors[0].at(url)
	var asked []string
	for key, i := range l.items {
		if _, there := found[key]; there && i.touched {
			asked = append(asked, key)
		}
	}
	slices.SortFunc(asked, func(a, b string) int { return cmp.Compare(found[b].id, found[a].id) })
	for _, key := range asked[:min(askedMost, len(asked))] {
		i, f := l.items[key], found[key]
		page := ada.get(eng + "/evidence/" + strconv.FormatInt(f.id, 10))
		if page.status != 200 || !strings.Contains(string(page.body), f.state.Title) {
			findings = append(findings, fmt.Sprintf("wrong: the page of %s: %v", key, page))
		}
		for n, v := range f.state.Versions {
			if !i.isFile || n < i.checked {
				continue
			}
			file := ada.get(fmt.Sprintf("%s/evidence/%d/versions/%d/file", eng, f.id, n+1))
			if file.status != 200 || !strings.HasSuffix(v, digest(file.body)) {
				findings = append(findings, fmt.Sprintf("wrong: the file of %s version %d: %d, %d bytes", key, n+1, file.status, len(file.body)))
			}
			i.checked = n + 1
		}
	}
	return findings
}

// verify holds a served folder against the ledger and takes it from there.
func (l *ledger) verify(s *process, dir string, known map[string]bool) error {
	found, err := readItems(dir)
	if err != nil {
		return fmt.Errorf("read the database: %w", err)
	}
	findings := slices.Concat(l.compare(found, l.bounds()), compareBlobs(dir, found, known), l.ask(s.url, found))
	if len(findings) > 0 {
		return fmt.Errorf("%d findings\n%s", len(findings), strings.Join(findings[:min(8, len(findings))], "\n"))
	}
	l.settle(found)
	return nil
}
