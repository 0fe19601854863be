package store

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"relier/internal/domain"
)

// unwatched are the tables whose rows the log does not vouch for, each with the
// reason. Every other table is watched: a test fails on one that stands nowhere.
var unwatched = map[string]string{
	"sessions":               "who is signed in just now; noted at every visit, worthless tomorrow",
	"throttles":              "how often a sign-in failed lately",
	"evidence_sightings":     "who saw what, counted in batches off the path of a request; a lost batch is no damage",
	"uploads":                "bytes that are still coming in; no evidence before a form names them, gone after a day",
	"goose_db_version":       "the schema's own count; the founding leaf holds it",
	"log_head":               "the log itself: checked against its leaves and the checkpoint",
	"log_leaves":             "the log itself",
	"log_nodes":              "the log itself",
	"log_rows":               "the log itself: each list is checked against its leaf",
	"log_checkpoints":        "signed",
	"log_touched":            "rows of the transaction that runs",
	"scrub_slices":           "when files were last read again",
	"blob_damages":           "what checks found; the next check finds it again",
	"blob_orphans":           "what the sweeper waits for",
	"upkeep":                 "when checks last ran",
	"search_docs":            "derived: made anew from watched rows",
	"search_titles":          "derived: an index over search_docs",
	"search_titles_segments": "derived: an index over search_docs",
	"search_titles_segdir":   "derived: an index over search_docs",
	"search_titles_stat":     "derived: an index over search_docs",
	"search_words":           "derived: an index over search_docs",
	"search_words_segments":  "derived: an index over search_docs",
	"search_words_segdir":    "derived: an index over search_docs",
	"search_words_stat":      "derived: an index over search_docs",
	"search_progress":        "derived: how far that has come",
	"evidence_texts":         "derived: read from files, whose digests the log holds",
	"evidence_counts":        "derived: counted from watched rows",
}

// passing are the unwatched tables in which damage is not worth a word: the
// server writes them anew by itself, and SQLite counts on from the larger of
// sqlite_sequence and what a table holds. Damage to the others is named, to those of
// the full-text indexes by asking the database about itself.
var passing = []string{"sqlite_sequence", "sessions", "throttles", "evidence_sightings", "uploads", "log_touched", "scrub_slices", "blob_damages", "blob_orphans", "upkeep", "search_progress"}

// Passing lists them.
func Passing() []string { return slices.Clone(passing) }

// shared are the watched tables that belong to no single organization.
var shared = []string{"organizations", "people"}

// watchedNames lists the tables that the log vouches for.
func watchedNames() []string {
	names := append(slices.Clone(shared), tenantTables...)
	names = slices.DeleteFunc(names, func(n string) bool { return unwatched[n] != "" })
	slices.Sort(names)
	return names
}

// Watched lists the tables that the log vouches for.
func Watched() []string { return watchedNames() }

// watched is a table that the log vouches for, as the schema describes it.
type watched struct {
	name    string
	columns []string // every one, by name
	key     []keyColumn
}

type keyColumn struct {
	name string
	kind string // integer, text or bytes
}

// keyMark stands between the parts of a key; cleaned text never holds it.
const keyMark = "\x1f"

// ShownKey is a key as people read it.
func ShownKey(key string) string { return strings.ReplaceAll(key, keyMark, "/") }

type columnRow struct {
	Tbl, Col, Kind string
	Pk             int
}

const sqliteColumns = `SELECT m.name AS tbl, p.name AS col, lower(p.type) AS kind, p.pk AS pk
	FROM sqlite_schema m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' ORDER BY m.name, p.name`

const postgresColumns = `SELECT c.table_name AS tbl, c.column_name AS col, c.data_type AS kind, COALESCE(k.place, 0) AS pk
	FROM information_schema.columns c
	JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name AND t.table_type = 'BASE TABLE'
	LEFT JOIN (
		SELECT i.indrelid::regclass::text AS tbl, a.attname AS col, array_position(i.indkey::int2[], a.attnum) + 1 AS place
		FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey::int2[]) WHERE i.indisprimary
	) k ON k.tbl = c.table_name AND k.col = c.column_name
	WHERE c.table_schema = current_schema() ORDER BY c.table_name, c.column_name`

// findWatched reads from the schema what the watched tables look like.
func (s *Store) findWatched(ctx context.Context) ([]watched, error) {
	query := sqliteColumns
	if s.dialect == "postgres" {
		query = postgresColumns
	}
	var columns []columnRow
	if err := s.w(ctx).Raw(query).Scan(&columns).Error; err != nil {
		return nil, fmt.Errorf("read the schema: %w", translate(err))
	}
	var out []watched
	for _, name := range watchedNames() {
		w := watched{name: name}
		for place := 1; ; place++ {
			i := slices.IndexFunc(columns, func(c columnRow) bool { return c.Tbl == name && c.Pk == place })
			if i < 0 {
				break
			}
			w.key = append(w.key, keyColumn{columns[i].Col, keyKind(columns[i].Kind)})
		}
		for _, c := range columns {
			if c.Tbl == name {
				w.columns = append(w.columns, c.Col)
			}
		}
		if len(w.key) == 0 {
			return nil, fmt.Errorf("the table %s is watched, but is not there or has no key", name)
		}
		slices.Sort(w.columns)
		out = append(out, w)
	}
	return out, nil
}

func keyKind(declared string) string {
	switch {
	case strings.Contains(declared, "int"):
		return "integer"
	case strings.Contains(declared, "blob"), strings.Contains(declared, "byte"):
		return "bytes"
	}
	return "text"
}

// keyOf writes the key of a row that was read.
func (w watched) keyOf(row map[string]any) string {
	parts := make([]string, len(w.key))
	for i, k := range w.key {
		switch v := row[k.name].(type) {
		case []byte:
			parts[i] = hex.EncodeToString(v)
		default:
			parts[i] = fmt.Sprint(v)
		}
	}
	return strings.Join(parts, keyMark)
}

// keyValues reads a key back into what its columns hold.
func (w watched) keyValues(key string) ([]any, error) {
	parts := strings.Split(key, keyMark)
	if len(parts) != len(w.key) {
		return nil, fmt.Errorf("%q is no key of %s", key, w.name)
	}
	out := make([]any, len(parts))
	for i, part := range parts {
		var err error
		switch w.key[i].kind {
		case "integer":
			out[i], err = strconv.ParseInt(part, 10, 64)
		case "bytes":
			out[i], err = hex.DecodeString(part)
		default:
			out[i] = part
		}
		if err != nil {
			return nil, fmt.Errorf("%q is no key of %s: %w", key, w.name, err)
		}
	}
	return out, nil
}

func (w watched) keyNames() string {
	names := make([]string, len(w.key))
	for i, k := range w.key {
		names[i] = k.name
	}
	return strings.Join(names, ", ")
}

// keyText is the SQL expression of a row's key; row is NEW or OLD.
func (w watched) keyText(dialect, row string) string {
	parts := make([]string, len(w.key))
	for i, k := range w.key {
		column := row + "." + k.name
		switch {
		case k.kind == "bytes" && dialect == "postgres":
			parts[i] = "encode(" + column + ", 'hex')"
		case k.kind == "bytes":
			parts[i] = "lower(hex(" + column + "))"
		default:
			parts[i] = "CAST(" + column + " AS TEXT)"
		}
	}
	mark := map[string]string{"postgres": "chr(31)", "sqlite": "char(31)"}[dialect]
	return strings.Join(parts, " || "+mark+" || ")
}

// sqliteTriggers notes every touched row in a table that only the writing
// connection has: what another program changes in the file is noted nowhere, so
// that the check finds it.
func sqliteTriggers(tables []watched) string {
	var b strings.Builder
	b.WriteString("PRAGMA temp_store = MEMORY;\nCREATE TEMP TABLE log_touched (tbl TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (tbl, key)) WITHOUT ROWID;\n")
	for _, w := range tables {
		for event, rows := range map[string][]string{"INSERT": {"NEW"}, "UPDATE": {"OLD", "NEW"}, "DELETE": {"OLD"}} {
			fmt.Fprintf(&b, "CREATE TEMP TRIGGER log_%s_%s AFTER %s ON main.%s BEGIN\n", w.name, strings.ToLower(event), event, w.name)
			for _, row := range rows {
				fmt.Fprintf(&b, "  INSERT OR IGNORE INTO log_touched VALUES ('%s', %s);\n", w.name, w.keyText("sqlite", row))
			}
			b.WriteString("END;\n")
		}
	}
	return b.String()
}

// armPostgres adds the triggers that are not there yet. They note the number of
// the transaction, so that what somebody changes by hand is not taken for ours.
func (s *Store) armPostgres(ctx context.Context, tables []watched) error {
	var have []string
	if err := s.w(ctx).Raw("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'log\\_touch\\_%'").Scan(&have).Error; err != nil {
		return translate(err)
	}
	for _, w := range tables {
		name := "log_touch_" + w.name
		if slices.Contains(have, name) {
			continue
		}
		note := func(row string) string {
			return fmt.Sprintf("INSERT INTO log_touched VALUES (txid_current(), '%s', %s) ON CONFLICT DO NOTHING;", w.name, w.keyText("postgres", row))
		}
		function := fmt.Sprintf(`CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN %s END IF;
  IF TG_OP <> 'DELETE' THEN %s END IF;
  RETURN NULL;
END;
$$`, name, note("OLD"), note("NEW"))
		trigger := fmt.Sprintf("CREATE TRIGGER %s AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION %s()", name, w.name, name)
		for _, q := range []string{function, trigger} {
			if err := s.w(ctx).Exec(q).Error; err != nil {
				return fmt.Errorf("watch %s: %w", w.name, translate(err))
			}
		}
	}
	return nil
}

// objectNouns names what a row of a table is for people, where it is an object
// of its own; other tables are told by their name.
var objectNouns = map[string]domain.Noun{
	"organizations": domain.NounOrganization, "people": domain.NounPerson, "memberships": domain.NounMembership, "engagements": domain.NounEngagement,
	"controls": domain.NounControl, "services": domain.NounService, "certificates": domain.NounCertificate, "reports": domain.NounReport,
	"splits": domain.NounSplit, "responsibilities": domain.NounResponsibility, "reliances": domain.NounReliance, "ownerships": domain.NounOwnership,
	"soa_entries": domain.NounSoAEntry, "soa_versions": domain.NounSoAVersion, "evidence": domain.NounEvidence, "reviews": domain.NounReview,
	"tests": domain.NounTest, "packs": domain.NounPack, "catalogues": domain.NounCatalogue,
}
