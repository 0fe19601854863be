package catalog

import (
	"maps"
	"slices"
	"sync"

	"relier/internal/domain"
)

type splits struct {
	matrix   []domain.MatrixRow
	areas    map[string]domain.Text
	judged   map[string]bool // areas that the matrix lacks: organization, incident, continuity
	proposed map[domain.Ref]domain.ProposedSplit
}

var responsibility = sync.OnceValue(loadSplits)

// Matrix returns the provider's published shared-responsibility matrix.
func Matrix() []domain.MatrixRow {
	out := slices.Clone(responsibility().matrix)
	for i := range out {
		out[i].ByModel = maps.Clone(out[i].ByModel)
	}
	return out
}

// AreaName names an area that a proposed split was derived from: one of the
// matrix, or one of the three that we judged ourselves.
func AreaName(area string) (domain.Text, bool) {
	name, ok := responsibility().areas[area]
	return name, ok
}

// ProposedSplit returns our proposal for an Annex A control. It is derived from
// the matrix: areas that agree give their party, areas that differ give shared.
func ProposedSplit(ref domain.Ref) (domain.ProposedSplit, bool) {
	p, ok := responsibility().proposed[ref]
	p.ByModel = maps.Clone(p.ByModel)
	return p, ok
}

func loadSplits() splits {
	s := splits{
		areas:    map[string]domain.Text{},
		judged:   map[string]bool{},
		proposed: map[domain.Ref]domain.ProposedSplit{},
	}
	s.loadMatrix()
	for _, row := range table("judged-areas.tsv", "area", "en", "fr") {
		s.areas[row[0]], s.judged[row[0]] = text(row[1], row[2]), true
	}
	sources := loadSplitSources()
	for _, e := range domain.Editions {
		s.loadProposals(e, sources)
	}
	return s
}

func (s *splits) loadMatrix() {
	for _, row := range table("matrix.tsv", "area", "en", "fr", "on_premises", "iaas", "paas", "saas", "always_customer", "source") {
		s.areas[row[0]] = text(row[1], row[2])
		s.matrix = append(s.matrix, domain.MatrixRow{
			Area:           row[0],
			Name:           text(row[1], row[2]),
			OnPremises:     domain.Party(row[3]),
			ByModel:        byModel(row[4:7]),
			AlwaysCustomer: row[7] == "yes",
			Source:         row[8],
		})
	}
}

func (s *splits) loadProposals(e domain.Edition, sources map[splitSource]domain.Text) {
	policies := policyCounts()
	for _, row := range table("splits-"+string(e)+".tsv", "code", "areas", "iaas", "paas", "saas", "confidence",
		"nist_microsoft", "nist_shared", "nist_customer", "nist_unlisted") {
		ref, areas := domain.Ref{Edition: e, Code: row[0]}, list(row[1])
		source := sources[splitSource{e, slices.ContainsFunc(areas, func(a string) bool { return s.judged[a] })}]
		s.proposed[ref] = domain.ProposedSplit{
			Ref:        ref,
			ByModel:    byModel(row[2:5]),
			Areas:      areas,
			Confidence: row[5],
			Source:     source.EN,
			SourceText: source,
			Policies:   policies[ref],
			NIST:       nistSignal(row[6:10]),
		}
	}
}

// splitSource tells proposals that rest on the matrix alone from those that
// rest on our judgement too.
type splitSource struct {
	edition domain.Edition
	judged  bool
}

func loadSplitSources() map[splitSource]domain.Text {
	out := map[splitSource]domain.Text{}
	for _, row := range table("split-sources.tsv", "edition", "judged", "en", "fr") {
		out[splitSource{domain.Edition(row[0]), row[1] == "yes"}] = text(row[2], row[3])
	}
	return out
}

func byModel(cells []string) map[domain.ServiceModel]domain.Party {
	return map[domain.ServiceModel]domain.Party{
		domain.ModelIaaS: domain.Party(cells[0]),
		domain.ModelPaaS: domain.Party(cells[1]),
		domain.ModelSaaS: domain.Party(cells[2]),
	}
}

func nistSignal(cells []string) domain.NISTSignal {
	return domain.NISTSignal{
		Microsoft: number(cells[0]),
		Shared:    number(cells[1]),
		Customer:  number(cells[2]),
		Unlisted:  number(cells[3]),
	}
}
