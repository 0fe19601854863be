package catalog_test

import (
	"slices"
	"strings"
	"testing"

	"relier/internal/catalog"
	"relier/internal/domain"
)

func TestMatrix_Rows(t *testing.T) {
	t.Parallel()
	rows := catalog.Matrix()
	if len(rows) != 10 {
		t.Fatalf("%d rows, want 10", len(rows))
	}
	var always []string
	for _, r := range rows {
		if r.OnPremises != domain.PartyOurs {
			t.Errorf("%s on premises is %s", r.Area, r.OnPremises)
		}
		if name, ok := catalog.AreaName(r.Area); !ok || name != r.Name {
			t.Errorf("AreaName(%s) = %v, %v", r.Area, name, ok)
		}
		for _, m := range domain.ServiceModels {
			if !slices.Contains([]domain.Party{domain.PartyMicrosoft, domain.PartyShared, domain.PartyOurs}, r.ByModel[m]) {
				t.Errorf("%s under %s is %q", r.Area, m, r.ByModel[m])
			}
		}
		if r.AlwaysCustomer {
			always = append(always, r.Area)
		}
	}
	if !slices.Equal(always, []string{"customer_data", "identities_and_users", "client_devices"}) {
		t.Errorf("always the customer's: %v", always)
	}
}

func TestProposedSplit_EveryControl(t *testing.T) {
	t.Parallel()
	for edition, want := range map[domain.Edition]int{domain.Edition2013: 114, domain.Edition2022: 93} {
		n := 0
		for _, r := range catalog.Requirements(edition) {
			p, ok := catalog.ProposedSplit(r.Ref)
			if ok != (r.Level == domain.LevelControl) {
				t.Errorf("ProposedSplit(%s) found: %v", r.Ref, ok)
			}
			if !ok {
				continue
			}
			n++
			if p.Ref != r.Ref || len(p.Areas) == 0 || p.Source == "" || p.Source != p.SourceText.EN {
				t.Errorf("%s: incomplete proposal %+v", r.Ref, p)
			}
			if !slices.Contains([]string{"low", "medium", "high"}, p.Confidence) {
				t.Errorf("%s has confidence %q", r.Ref, p.Confidence)
			}
		}
		if n != want {
			t.Errorf("%s has %d proposals, want %d", edition, n, want)
		}
	}
}

// A proposal says no more than its areas do: areas that agree give their party,
// areas that differ give shared. Three areas are our own judgement.
func TestProposedSplit_FollowsFromItsAreas(t *testing.T) {
	t.Parallel()
	judged := map[string]domain.Party{"organization": domain.PartyOurs, "incident": domain.PartyShared, "continuity": domain.PartyShared}
	matrix := map[string]map[domain.ServiceModel]domain.Party{}
	for _, r := range catalog.Matrix() {
		matrix[r.Area] = r.ByModel
	}
	for _, r := range slices.Concat(catalog.AnnexA(domain.Edition2013), catalog.AnnexA(domain.Edition2022)) {
		p, _ := catalog.ProposedSplit(r.Ref)
		ours := false
		for _, m := range domain.ServiceModels {
			var parties []domain.Party
			for _, area := range p.Areas {
				if _, ok := catalog.AreaName(area); !ok {
					t.Errorf("%s: area %q has no name", r.Ref, area)
				}
				party, byUs := judged[area]
				if !byUs {
					party = matrix[area][m]
				}
				parties, ours = append(parties, party), ours || byUs
			}
			slices.Sort(parties)
			want := domain.PartyShared
			if parties = slices.Compact(parties); len(parties) == 1 {
				want = parties[0]
			}
			if p.ByModel[m] != want {
				t.Errorf("%s under %s is %s, its areas %v say %s", r.Ref, m, p.ByModel[m], p.Areas, want)
			}
		}
		if strings.Contains(p.Source, "our judgement") != ours {
			t.Errorf("%s: areas %v, source %q", r.Ref, p.Areas, p.Source)
		}
	}
}

func TestProposedSplit_Signals(t *testing.T) {
	t.Parallel()
	first, _ := catalog.ProposedSplit(domain.Ref{Edition: domain.Edition2013, Code: "A.5.1.1"})
	if first.Policies != (domain.PolicyCounts{Initiative: "ISO27001_2013_audit 8.8.0", Manual: 42}) {
		t.Errorf("policies of 2013 A.5.1.1: %+v", first.Policies)
	}
	if first.NIST != (domain.NISTSignal{Microsoft: 17, Unlisted: 1}) {
		t.Errorf("NIST signal of 2013 A.5.1.1: %+v", first.NIST)
	}
	transfer, _ := catalog.ProposedSplit(domain.Ref{Edition: domain.Edition2022, Code: "A.5.14"})
	if transfer.Policies != (domain.PolicyCounts{Initiative: "ISO_IEC_27002_2022 1.7.0", Automated: 43}) {
		t.Errorf("policies of 2022 A.5.14: %+v", transfer.Policies)
	}
	threats, _ := catalog.ProposedSplit(domain.Ref{Edition: domain.Edition2022, Code: "A.5.7"})
	if threats.Policies.Initiative != "" {
		t.Errorf("2022 A.5.7 has policies %+v", threats.Policies)
	}
}

func TestAssuranceEvidence_CitesAnnexA(t *testing.T) {
	t.Parallel()
	rows := catalog.AssuranceEvidence()
	if len(rows) != 53 {
		t.Errorf("%d rows, want 53", len(rows))
	}
	for _, e := range rows {
		own := e.Standard == "ISO 27018" || e.Standard == "ISO 22301" // these number their own clauses
		if own != (len(e.Codes) == 0) || len(e.Cited) == 0 {
			t.Errorf("%s, %s: codes %v, cited %v", e.Title.EN, e.Standard, e.Codes, e.Cited)
		}
		for _, code := range e.Codes {
			if _, ok := catalog.Requirement(domain.Ref{Edition: domain.Edition2013, Code: code}); !ok {
				t.Errorf("%s cites %s, which 2013 lacks", e.Title.EN, code)
			}
		}
		if e.ReportDate < "2021-06" || e.ReportDate > "2022-12" || e.ReportID == "" || e.CertificateID == "" {
			t.Errorf("%s: report %q of %q, certificate %q", e.Title.EN, e.ReportID, e.ReportDate, e.CertificateID)
		}
	}
}

func TestPolicyGroups_Resolve(t *testing.T) {
	t.Parallel()
	groups := catalog.PolicyGroups()
	if len(groups) != 285 {
		t.Errorf("%d groups, want 285", len(groups))
	}
	cloud := map[string]bool{}
	for _, c := range catalog.CloudControls() {
		cloud[c.Code] = false
	}
	for _, g := range groups {
		if _, ok := cloud[g.Code]; ok {
			cloud[g.Code] = true
			continue
		}
		if _, ok := catalog.Requirement(g.Ref); !ok {
			t.Errorf("%s %s falls under nothing (%s)", g.Initiative, g.Code, g.Ref)
		}
	}
	for _, c := range catalog.CloudControls() {
		if cloud[c.Code] != c.InInitiative {
			t.Errorf("%s has a group: %v, says %v", c.Code, cloud[c.Code], c.InInitiative)
		}
	}
}

func TestCloudControls_Seven(t *testing.T) {
	t.Parallel()
	if n := len(catalog.CloudControls()); n != 7 {
		t.Errorf("%d cloud controls, want 7", n)
	}
}
