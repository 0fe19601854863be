package store_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm/schema"

	"relier/internal/domain"
	"relier/internal/store"
	"relier/internal/testkit/pgtest"
	"relier/migrations"
)

var (
	ctx = context.Background()
	at  = time.Date(2026, 11, 23, 9, 30, 0, 123456000, time.UTC)
)

// eachDatabase runs a test on SQLite and on PostgreSQL, real ones both.
func eachDatabase(t *testing.T, f func(*testing.T, *store.Store)) {
	t.Run("sqlite", func(t *testing.T) { f(t, open(t, filepath.Join(t.TempDir(), "relier.db"))) })
	t.Run("postgres", func(t *testing.T) { f(t, open(t, pgtest.URL(t))) })
}

func open(t *testing.T, address string) *store.Store {
	t.Helper()
	s, err := store.Open(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// tenant makes an organization with a person and an engagement.
func tenant(t *testing.T, s *store.Store, code string) (domain.Organization, domain.Person, domain.Engagement) {
	t.Helper()
	o := domain.Organization{Code: code, Name: "Org " + code, CreatedAt: at}
	p := domain.Person{Email: code + "@example.org", Name: "Person " + code, Lang: "fr", Theme: "auto", Density: "normal", CreatedAt: at}
	must(t, s.CreateOrganization(ctx, &o))
	must(t, s.CreatePerson(ctx, &p, "hash"))
	e := domain.Engagement{Org: o.ID, Code: "E1", Title: "Audit", Kind: domain.KindInternal, Edition: domain.Edition2022, State: domain.EngagementDraft,
		Period: domain.Period{From: domain.MustDate("2026-01-01"), To: domain.MustDate("2026-12-31")}, CreatedAt: at}
	must(t, s.CreateEngagement(ctx, &e))
	must(t, s.PutMembership(ctx, domain.Membership{Org: o.ID, Person: p.ID, Role: domain.RoleManager}))
	return o, p, e
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func same[T any](t *testing.T, got, want T, err error) {
	t.Helper()
	must(t, err)
	if g, w := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); g != w {
		t.Errorf("read back\n%s\nstored\n%s", g, w)
	}
}

// Every column of every row type is in the migrated schema, and the other way round.
func TestSchema_MatchesRows(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *store.Store) {
		tables, err := s.Writer().Migrator().GetTables()
		must(t, err)
		tables = slices.DeleteFunc(tables, func(n string) bool {
			return n == "goose_db_version" || n == "log_touched" || strings.HasPrefix(n, "sqlite_")
		})
		for _, row := range store.Rows {
			parsed, err := schema.Parse(row, &sync.Map{}, s.Writer().NamingStrategy)
			must(t, err)
			if i := slices.Index(tables, parsed.Table); i >= 0 {
				tables = slices.Delete(tables, i, i+1)
			}
			columns, err := s.Writer().Migrator().ColumnTypes(row)
			must(t, err)
			var have []string
			for _, c := range columns {
				have = append(have, c.Name())
			}
			want := slices.Clone(parsed.DBNames)
			slices.Sort(have)
			slices.Sort(want)
			if !slices.Equal(have, want) {
				t.Errorf("%s: the schema has %v, the row %v", parsed.Table, have, want)
			}
		}
		if len(tables) > 0 {
			t.Errorf("no row type for the tables %v", tables)
		}
	})
}

func TestMigrations_SameNumbersForBoth(t *testing.T) {
	names := func(dialect string) []string {
		files, err := fs.Glob(migrations.Files, dialect+"/*.sql")
		must(t, err)
		for i := range files {
			files[i] = strings.TrimPrefix(files[i], dialect+"/")
		}
		return files
	}
	if lite, pg := names("sqlite"), names("postgres"); !slices.Equal(lite, pg) || len(lite) == 0 {
		t.Errorf("sqlite has %v, postgres %v", lite, pg)
	}
}

func TestOpen_Twice(t *testing.T) {
	path := filepath.Join(t.TempDir(), "relier.db")
	first := open(t, path)
	tenant(t, first, "acme")
	must(t, first.Close())
	again := open(t, path)
	if _, err := again.OrganizationByCode(ctx, "acme"); err != nil {
		t.Errorf("a second start lost what the first stored: %v", err)
	}
	for _, file := range []string{path, path + "-wal"} {
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s is open to others: %v, %v", filepath.Base(file), info, err)
		}
	}
}

func TestOpen_NotADatabase(t *testing.T) {
	if s, err := store.Open(ctx, t.TempDir()); err == nil {
		_ = s.Close()
		t.Error("a folder was opened as a database")
	}
}

func TestNouns_RoundTrip(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *store.Store) {
		o, p, e := tenant(t, s, "acme")
		got, err := s.Organization(ctx, o.ID)
		same(t, got, o, err)
		person, hash, err := s.PersonByEmail(ctx, p.Email)
		same(t, person, p, err)
		if hash != "hash" {
			t.Errorf("password hash %q", hash)
		}
		engagement, err := s.EngagementByCode(ctx, o.ID, "E1")
		same(t, engagement, e, err)

		c := domain.Control{Org: o.ID, Code: "A.5.1", Title: "Politiques de sécurité", Implementation: domain.PartlyImplemented,
			Requirements: []domain.ControlRequirement{{Ref: domain.Ref{Edition: domain.Edition2022, Code: "A.5.1"}}, {Ref: domain.Ref{Edition: domain.Edition2022, Code: "A.5.10"}, Partial: true}}}
		must(t, s.CreateControl(ctx, &c))
		control, err := s.Control(ctx, o.ID, c.ID)
		same(t, control, c, err)

		v := domain.Service{Org: o.ID, Key: "azure", Name: "Azure", Environment: domain.EnvPublic, Model: domain.ModelIaaS, From: domain.MustDate("2020-02-29"), State: domain.ServiceInUse}
		must(t, s.CreateService(ctx, &v))
		service, err := s.Service(ctx, o.ID, v.ID)
		same(t, service, v, err)

		item := domain.Evidence{Org: o.ID, Title: "Export", Kind: domain.EvidenceFile, Sensitivity: domain.SensitivityInternal, State: domain.EvidenceSubmitted, Author: p.ID, Versions: 1, Period: e.Period}
		must(t, s.CreateEvidence(ctx, &item))
		stored, err := s.Evidence(ctx, o.ID, item.ID)
		same(t, stored, item, err)
		version := domain.EvidenceVersion{Org: o.ID, Evidence: item.ID, Number: 1, FileName: "a.csv", MediaType: "text/csv", Blob: domain.Blob{SHA256: domain.Digest{1, 2}, SHA512: "ab", CRC32: 4294967295, Size: 5 << 30},
			CapturedOn: domain.MustDate("2026-03-01"), Period: e.Period, UploadedBy: p.ID, UploadedAt: at}
		must(t, s.AddEvidenceVersion(ctx, &version))
		versions, err := s.EvidenceVersions(ctx, o.ID, item.ID)
		same(t, versions, []domain.EvidenceVersion{version}, err)
		must(t, s.LinkEvidence(ctx, o.ID, item.ID, []domain.ControlID{c.ID}))

		cert := domain.Certificate{Org: o.ID, Title: "Azure", Number: "IS 1", Edition: domain.Edition2022, Issued: domain.MustDate("2025-01-01"), Expires: domain.MustDate("2028-01-01"), ScopeText: "“quoted”",
			Names: []domain.Named{{Service: "azure", Environment: domain.EnvPublic}}, Document: item.ID, CheckedBy: p.ID, CheckedOn: domain.MustDate("2026-01-05"), State: domain.CertificateVerified}
		must(t, s.CreateCertificate(ctx, &cert))
		certificate, err := s.Certificate(ctx, o.ID, cert.ID)
		same(t, certificate, cert, err)

		r := domain.Report{Org: o.ID, Kind: domain.ReportSoA, Title: "SoA", Confidential: true, NotApplied: []domain.Ref{{Edition: domain.Edition2022, Code: "A.7.1"}}, State: domain.ReportToRequest}
		must(t, s.CreateReport(ctx, &r))
		report, err := s.Report(ctx, o.ID, r.ID)
		same(t, report, r, err)

		split := domain.Split{Org: o.ID, Control: c.ID, Service: v.ID, Party: domain.PartyShared, State: domain.SplitConfirmed, ConfirmedBy: p.ID}
		must(t, s.PutSplit(ctx, &split))
		splits, err := s.Splits(ctx, o.ID, c.ID)
		same(t, splits, []domain.Split{split}, err)

		duty := domain.Responsibility{Org: o.ID, Control: c.ID, Service: v.ID, Sentence: "Review", Owner: p.ID, SaidBy: p.ID, SaidOn: domain.MustDate("2026-06-12"), State: domain.ResponsibilityEvidenced, Evidence: []domain.EvidenceID{item.ID}}
		must(t, s.CreateResponsibility(ctx, &duty))
		duties, err := s.Responsibilities(ctx, o.ID, c.ID)
		same(t, duties, []domain.Responsibility{duty}, err)

		rel := domain.Reliance{Org: o.ID, Engagement: e.ID, Control: c.ID, Service: v.ID, Certificates: []domain.CertificateID{cert.ID}, State: domain.RelianceLapsed, ProposedBy: p.ID, ProposedAt: at, Assessor: p.ID,
			LapseCauses: []domain.Reason{{Code: "uncovered", Params: []domain.Param{{Name: "From", Value: "2026-06-12"}}}}}
		must(t, s.CreateReliance(ctx, &rel))
		reliances, err := s.Reliances(ctx, o.ID, e.ID, 0)
		same(t, reliances, []domain.Reliance{rel}, err)

		own := domain.Ownership{Org: o.ID, Control: c.ID, Person: p.ID, From: domain.MustDate("2026-01-01"), State: domain.OwnershipProposed, AssignedBy: p.ID}
		must(t, s.CreateOwnership(ctx, &own))
		owner, err := s.CurrentOwnership(ctx, o.ID, c.ID)
		same(t, owner, own, err)
		second := own
		second.ID = 0
		if err := s.CreateOwnership(ctx, &second); domain.KindOf(err) != domain.KindConflict {
			t.Errorf("a control got two owners at once: %v", err)
		}

		entry := domain.NewSoAEntry(o.ID, domain.Ref{Edition: domain.Edition2022, Code: "A.5.1"})
		entry.Drivers = []domain.Driver{domain.DriverLegal}
		must(t, s.PutSoAEntry(ctx, &entry))
		entries, err := s.SoAEntries(ctx, o.ID, domain.Edition2022)
		same(t, entries, []domain.SoAEntry{entry}, err)

		test := domain.Test{Org: o.ID, Engagement: e.ID, Control: c.ID, Objective: "o", Method: domain.MethodExamine, Conclusion: domain.ConclusionEffective, Note: "n", Tester: p.ID, At: at}
		must(t, s.AddTest(ctx, &test))
		pack := domain.Pack{Org: o.ID, Engagement: e.ID, Number: 1, Year: 2026, Langs: []string{"en", "fr"}, State: domain.PackSealed, Layout: domain.Digest{3}, TagDigest: domain.Digest{4}, Size: 9, SealedBy: p.ID, SealedAt: at}
		must(t, s.CreatePack(ctx, &pack, []domain.Blob{{SHA256: domain.Digest{3}, Size: 7}}))
		packed, err := s.Pack(ctx, o.ID, pack.ID)
		same(t, packed, pack, err)

		facts, err := s.ControlFacts(ctx, e, e.Period.To, 0)
		must(t, err)
		want := domain.ReadinessFacts{Ownership: domain.OwnershipProposed, Reliances: map[domain.RelianceState]int{domain.RelianceLapsed: 1}, EvidenceLinked: 1, EvidenceSubmitted: 1, Conclusion: domain.ConclusionEffective}
		same(t, *facts[c.ID], want, nil)
		uses, err := s.BlobUses(ctx, store.BlobScope{})
		must(t, err)
		if len(uses) != 2 || uses[0].Blob.SHA512+uses[1].Blob.SHA512 != "ab" {
			t.Errorf("blobs in use: %+v", uses)
		}
	})
}

// What belongs to one organization does not exist for another, by id or by reference.
func TestTenants_NothingCrosses(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *store.Store) {
		ours, p, e := tenant(t, s, "ours")
		theirs, _, _ := tenant(t, s, "theirs")
		c := domain.Control{Org: ours.ID, Code: "C", Title: "T", Implementation: domain.Implemented}
		must(t, s.CreateControl(ctx, &c))
		v := domain.Service{Org: ours.ID, Key: "azure", Name: "Azure", State: domain.ServiceInUse}
		must(t, s.CreateService(ctx, &v))
		for name, read := range map[string]func() error{
			"control":     func() error { _, err := s.Control(ctx, theirs.ID, c.ID); return err },
			"service":     func() error { _, err := s.Service(ctx, theirs.ID, v.ID); return err },
			"engagement":  func() error { _, err := s.Engagement(ctx, theirs.ID, e.ID); return err },
			"by code":     func() error { _, err := s.EngagementByCode(ctx, theirs.ID, "none"); return err },
			"membership":  func() error { _, err := s.Membership(ctx, theirs.ID, p.ID); return err },
			"update":      func() error { foreign := c; foreign.Org = theirs.ID; return s.UpdateControl(ctx, &foreign) },
			"neighbours":  func() error { _, _, err := s.Neighbours(ctx, theirs.ID, c.ID); return err },
			"certificate": func() error { _, err := s.Certificate(ctx, theirs.ID, 1); return err },
		} {
			if err := read(); !domain.IsNotFound(err) {
				t.Errorf("%s of another organization: %v", name, err)
			}
		}
		split := domain.Split{Org: theirs.ID, Control: c.ID, Service: v.ID, Party: domain.PartyOurs, State: domain.SplitConfirmed}
		if err := s.PutSplit(ctx, &split); err == nil {
			t.Error("a row of one organization points to a control of another")
		}
	})
}

func TestUpdate_Stale(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *store.Store) {
		o, _, _ := tenant(t, s, "acme")
		c := domain.Control{Org: o.ID, Code: "C", Title: "First", Implementation: domain.Implemented, Description: "kept"}
		must(t, s.CreateControl(ctx, &c))
		mine, theirs := c, c
		mine.Title, mine.Description = "Mine", "" // an emptied field is written too
		must(t, s.UpdateControl(ctx, &mine))
		theirs.Title = "Theirs"
		if err := s.UpdateControl(ctx, &theirs); domain.KindOf(err) != domain.KindConflict {
			t.Errorf("an edit on an outdated version was taken: %v", err)
		}
		got, err := s.Control(ctx, o.ID, c.ID)
		same(t, got, mine, err)
	})
}

func TestRecords_AppendOnly(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *store.Store) {
		o, p, _ := tenant(t, s, "acme")
		a := domain.Activity{Org: o.ID, At: at, Actor: p.ID, Verb: "control.created", Noun: domain.NounControl, Object: 1, Label: "C", Digest: domain.Digest{1}}
		must(t, s.AppendActivity(ctx, &a, []byte(`{"code":"C"}`)))
		for _, q := range []string{"UPDATE activity SET label = 'x'", "DELETE FROM activity", "UPDATE revisions SET state = 'x'", "DELETE FROM revisions"} {
			if err := s.Writer().Exec(q).Error; err == nil {
				t.Errorf("%s went through", q)
			}
		}
		if err := s.RemoveSample(ctx, o.ID); domain.KindOf(err) != domain.KindConflict {
			t.Errorf("an organization that is no sample was removed: %v", err)
		}
		found, err := s.FindActivity(ctx, o.ID, domain.ActivityFilter{From: domain.DateOf(at), To: domain.DateOf(at)})
		must(t, err)
		a.ActorName = p.Name
		same(t, found.Rows, []domain.Activity{a}, nil)
	})
}

func TestTx_RollsBack(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *store.Store) {
		stop := errors.New("stop")
		err := s.Tx(ctx, func(tx *store.Store) error {
			o := domain.Organization{Code: "acme", Name: "Acme", CreatedAt: at}
			must(t, tx.CreateOrganization(ctx, &o))
			return stop
		})
		if !errors.Is(err, stop) {
			t.Errorf("got %v", err)
		}
		if _, err := s.OrganizationByCode(ctx, "acme"); !domain.IsNotFound(err) {
			t.Errorf("a rolled back organization is there: %v", err)
		}
	})
}

// Each writer sees what the one before left, on PostgreSQL too: a rule that
// reads before it writes holds.
func TestTx_WritersSeeOneAnother(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *store.Store) {
		o, _, _ := tenant(t, s, "acme")
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				err := s.Tx(ctx, func(tx *store.Store) error {
					all, err := tx.Certificates(ctx, o.ID)
					if err != nil || len(all) > 0 {
						return err
					}
					time.Sleep(20 * time.Millisecond) // the others are at the door by now
					return tx.CreateCertificate(ctx, &domain.Certificate{Org: o.ID, Title: "The only one", Edition: domain.Edition2022})
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if all, err := s.Certificates(ctx, o.ID); err != nil || len(all) != 1 {
			t.Errorf("%d certificates, %v", len(all), err)
		}
	})
}

// A transaction that another write overtook leaves nothing, and asks to try again.
func TestTx_OvertakenLeavesNothing(t *testing.T) {
	s := open(t, pgtest.URL(t)) // on SQLite nobody overtakes: there is one writer
	o, _, _ := tenant(t, s, "acme")
	v := domain.Certificate{Org: o.ID, Title: "As it was", Edition: domain.Edition2022, State: domain.CertificateUnverified}
	must(t, s.CreateCertificate(ctx, &v))
	err := s.Tx(ctx, func(tx *store.Store) error {
		ours, err := tx.Certificate(ctx, o.ID, v.ID)
		must(t, err)
		must(t, tx.CreateCertificate(ctx, &domain.Certificate{Org: o.ID, Title: "Beside it", Edition: domain.Edition2022}))
		// Past the application: its own writers wait for one another.
		must(t, s.Writer().Exec("UPDATE certificates SET title = 'Theirs', version = version + 1 WHERE id = ?", int64(v.ID)).Error)
		ours.Title = "Ours"
		return tx.UpdateCertificate(ctx, &ours)
	})
	if domain.KindOf(err) != domain.KindUnavailable {
		t.Errorf("the one overtaken got %v", err)
	}
	if all, err := s.Certificates(ctx, o.ID); err != nil || len(all) != 1 || all[0].Title != "Theirs" {
		t.Errorf("%+v, %v", all, err)
	}
}

// Writers queue instead of failing, and readers go on meanwhile.
func TestTx_ManyWriters(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "relier.db"))
	o, _, _ := tenant(t, s, "acme")
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 10 {
				err := s.Tx(ctx, func(tx *store.Store) error {
					c := domain.Control{Org: o.ID, Code: fmt.Sprintf("C-%d-%d", w, i), Title: "T", Implementation: domain.Implemented}
					return tx.CreateControl(ctx, &c)
				})
				if err != nil {
					t.Error(err)
				}
				if _, err := s.Controls(ctx, o.ID); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if all, err := s.Controls(ctx, o.ID); err != nil || len(all) != 80 {
		t.Errorf("%d controls, %v", len(all), err)
	}
}
