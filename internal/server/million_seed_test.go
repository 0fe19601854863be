package server_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"relier/internal/domain"
	"relier/internal/store"
	"relier/internal/testkit"
)

// grown is what a large evidence library is made of.
type grown struct {
	Items    int
	Author   domain.PersonID
	Reviewer domain.PersonID
	Controls []domain.ControlID // the first gets a tenth of all items
}

// libraryWords are those that titles and files are written with: how often one
// occurs falls with its place, as it does in real ones.
var libraryWords = strings.Fields(`export access review backup sauvegarde journal revue users report admin policy configuration accès droits
	firewall patch incident restore test screenshot policy procédure register asset inventory training awareness supplier contract encryption key
	rotation certificate renewal monitoring alert log retention deletion disposal visitor badge entry perimeter camera clean desk laptop mobile
	antivirus malware scan vulnerability remediation ticket change approval release deployment segregation environment production preprod capacity
	continuity plan exercise crise communication legal register privacy impact assessment télétravail clé chiffrement habilitations comptes
	prestataire clause résilience restauration déploiement validation écart action corrective direction indicateur tableau bord objectif risque
	traitement appréciation menace renseignement cloud tenant conditional mfa passwordless identity governance joiner mover leaver quarterly
	annual monthly weekly daily sample population extract signed minutes meeting committee évidence preuve copie écran liste registre`)

// growLibrary fills an organization with evidence as years of use would, without
// the use-cases: versions, reviews, links to controls, the record of each, and
// words inside one file of ten. What indexes and triggers keep is made at the end
// all at once, which gives the same in a fifth of the time.
func growLibrary(ctx context.Context, k *testkit.Kit, org domain.OrgID, l grown) error {
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(k.Dir, "relier.db")+"?_journal_mode=WAL&_synchronous=OFF&_busy_timeout=60000&_txlock=immediate&_cache_size=-1000000")
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	putBack, err := setAside(ctx, db, "evidence", "evidence_versions", "evidence_texts", "evidence_controls", "reviews", "activity", "revisions", "search_docs")
	if err != nil {
		return err
	}
	first, err := growItems(ctx, db, org, l)
	if err != nil {
		return err
	}
	if err := script(ctx, db, []string{fmt.Sprintf("INSERT INTO search_progress (noun, last_id) VALUES ('evidence', %d)", first),
		`INSERT INTO evidence_counts SELECT org_id, 0, state, kind, period_from, period_to, expires, COUNT(*) FROM evidence GROUP BY 1, 3, 4, 5, 6, 7`,
		`INSERT INTO evidence_counts SELECT e.org_id, c.control_id, e.state, e.kind, e.period_from, e.period_to, e.expires, COUNT(*)
			FROM evidence_controls c JOIN evidence e ON e.org_id = c.org_id AND e.id = c.evidence_id GROUP BY 1, 2, 3, 4, 5, 6, 7`}); err != nil {
		return err
	}
	if err := k.App.FillSearch(ctx, 20_000, 0); err != nil {
		return err
	}
	return script(ctx, db, slices.Concat([]string{
		"INSERT INTO search_titles (search_titles) VALUES ('rebuild')", "INSERT INTO search_words (search_words) VALUES ('rebuild')",
		"INSERT INTO search_titles (search_titles) VALUES ('optimize')", "INSERT INTO search_words (search_words) VALUES ('optimize')",
	}, putBack))
}

// setAside drops the indexes and triggers of tables, and returns what makes them
// again.
func setAside(ctx context.Context, db *sql.DB, tables ...string) (putBack []string, err error) {
	rows, err := db.QueryContext(ctx, "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL AND type IN ('index', 'trigger') ORDER BY type, name")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var drop []string
	for rows.Next() {
		var kind, name, table, made string
		if err := rows.Scan(&kind, &name, &table, &made); err != nil {
			return nil, err
		}
		if slices.Contains(tables, table) {
			drop, putBack = append(drop, "DROP "+kind+" "+name), append(putBack, made)
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	return putBack, script(ctx, db, drop)
}

func script(ctx context.Context, db *sql.DB, statements []string) error {
	for _, q := range statements {
		began := time.Now()
		if _, err := db.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("%s: %w", q, err)
		}
		if took := time.Since(began); took > 5*time.Second {
			fmt.Printf("%s: %.70s\n", took.Round(time.Second), q)
		}
	}
	return nil
}

// growItems writes the rows in one transaction and returns the id before the first.
func growItems(ctx context.Context, db *sql.DB, org domain.OrgID, l grown) (int64, error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback() // after a commit it does nothing
	g, err := newGrower(ctx, tx, org, l)
	if err != nil {
		return 0, err
	}
	for n := range l.Items {
		if err := g.item(n + 1); err != nil {
			return 0, fmt.Errorf("item %d: %w", n+1, err)
		}
	}
	return g.first, tx.Commit()
}

type grower struct {
	grown
	org                                                        int64
	first                                                      int64 // id of the last item before
	random                                                     *rand.Rand
	zipf                                                       *rand.Zipf
	evidence, version, text, link, review, activity, revisions *sql.Stmt
}

func newGrower(ctx context.Context, tx *sql.Tx, org domain.OrgID, l grown) (*grower, error) {
	random := rand.New(rand.NewPCG(1, 2))
	g := &grower{grown: l, org: int64(org), random: random, zipf: rand.NewZipf(random, 1.1, 4, uint64(len(libraryWords)-1))}
	if err := tx.QueryRow("SELECT COALESCE(MAX(id), 0) FROM evidence").Scan(&g.first); err != nil {
		return nil, err
	}
	for stmt, q := range map[**sql.Stmt]string{
		&g.evidence: `INSERT INTO evidence (org_id, number, title, kind, source, method, sensitivity, state, author_id, versions, period_from, period_to, expires, held, folded, version)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, 1)`,
		&g.version: `INSERT INTO evidence_versions (org_id, evidence_id, number, file_name, media_type, sha256, sha512, crc32, size, url, note, captured_on, period_from, period_to, uploaded_by, uploaded_at)
			VALUES (?, ?, 1, ?, 'application/pdf', ?, '', 0, ?, '', '', ?, ?, ?, ?, ?)`,
		&g.text:      `INSERT INTO evidence_texts (org_id, version_id, evidence_id, state, reason, text, read_at) VALUES (?, ?, ?, ?, '', ?, 1)`,
		&g.link:      `INSERT OR IGNORE INTO evidence_controls (org_id, evidence_id, control_id) VALUES (?, ?, ?)`,
		&g.review:    `INSERT INTO reviews (org_id, evidence_id, version_id, verdict, reason, comment, override, reviewer_id, at) VALUES (?, ?, ?, ?, '', '', '', ?, ?)`,
		&g.activity:  `INSERT INTO activity (org_id, engagement_id, at, actor_id, verb, noun, object_id, label, digest) VALUES (?, NULL, ?, ?, ?, 'evidence', ?, ?, ?)`,
		&g.revisions: `INSERT INTO revisions (seq, org_id, noun, object_id, at, state) VALUES (?, ?, 'evidence', ?, ?, ?)`,
	} {
		var err error
		if *stmt, err = tx.PrepareContext(ctx, q); err != nil {
			return nil, err
		}
	}
	return g, nil
}

func (g *grower) words(n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = libraryWords[g.zipf.Uint64()]
	}
	return strings.Join(out, " ")
}

// item writes one item with everything around it.
func (g *grower) item(n int) error {
	at := testkit.Today.AddDate(-3, 0, 0).UnixMicro() + int64(n)*60_000_000
	month := domain.DateOf(testkit.Today).AddMonths(-(n * 36 / max(1, g.Items)) % 36)
	from, to := month.AddDays(-89).String(), month.String()
	title := g.words(3+g.random.IntN(4)) + fmt.Sprintf(" %d", 2020+n%7)
	kind, state := "file", "accepted"
	switch x := g.random.IntN(100); {
	case x < 4:
		kind = "note"
	case x < 10:
		kind = "link"
	}
	switch x := g.random.IntN(1000); {
	case x < 5:
		state = "returned"
	case x < 25:
		state = "submitted"
	case x < 27:
		state = "draft"
	}
	expires := g.expires(month)
	if state == "accepted" && expires != "" && expires < domain.DateOf(testkit.Today).String() { // as the daily round writes it
		state = "expired"
	}
	source := []string{"Entra ID", "Intune", "Purview", "Defender", "SharePoint"}[n%5]
	res, err := g.evidence.Exec(g.org, n, title, kind, source, "export", g.sensitivity(), state, int64(g.Author), from, to, expires, g.random.IntN(1000) == 0, store.Fold(title+" "+source+" "+domain.EvidenceCode(n)))
	if err != nil {
		return err
	}
	id, err := res.LastInsertId()
	if err != nil {
		return err
	}
	return g.around(n, id, at, title, kind, state, from, to)
}

func (g *grower) sensitivity() string {
	switch x := g.random.IntN(1000); {
	case x < 10:
		return string(domain.SensitivityPublic)
	case x < 200:
		return string(domain.SensitivityConfidential)
	}
	return string(domain.SensitivityInternal)
}

// expires is the last day of one item of three, a year after its period.
func (g *grower) expires(to domain.Date) string {
	if g.random.IntN(3) > 0 {
		return ""
	}
	return to.AddDays(365 - g.random.IntN(30)).String()
}

// around writes what hangs on an item.
func (g *grower) around(n int, id, at int64, title, kind, state, from, to string) error {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(n)))
	res, err := g.version.Exec(g.org, id, strings.ReplaceAll(title, " ", "-")+".pdf", sum[:], 1000+n, to, from, to, int64(g.Author), at)
	if err != nil {
		return err
	}
	version, err := res.LastInsertId()
	if err != nil {
		return err
	}
	body, known := "", "none"
	if n%10 == 0 {
		body, known = g.words(120), "read"
	}
	if _, err = g.text.Exec(g.org, version, id, known, body); err != nil {
		return err
	}
	for range 1 + g.random.IntN(2) {
		control := g.Controls[g.random.IntN(len(g.Controls))]
		if g.random.IntN(10) == 0 {
			control = g.Controls[0]
		}
		if _, err = g.link.Exec(g.org, id, int64(control)); err != nil {
			return err
		}
	}
	if state == "accepted" || state == "returned" || state == "expired" {
		verdict := strings.Replace(state, "expired", "accepted", 1)
		if _, err = g.review.Exec(g.org, id, version, verdict, int64(g.Reviewer), at+1000); err != nil {
			return err
		}
	}
	return g.record(id, at, title)
}

func (g *grower) record(id, at int64, title string) error {
	state, err := json.Marshal(map[string]any{"item": map[string]any{"id": id, "title": title}})
	if err != nil {
		return err
	}
	sum := sha256.Sum256(state)
	res, err := g.activity.Exec(g.org, at, int64(g.Author), "evidence.added", id, title, sum[:])
	if err != nil {
		return err
	}
	seq, err := res.LastInsertId()
	if err != nil {
		return err
	}
	_, err = g.revisions.Exec(seq, g.org, id, at, string(state))
	return err
}
