package app

import (
	"context"
	"slices"
	"strings"

	"relier/internal/catalog"
	"relier/internal/domain"
	"relier/internal/store"
)

// gathering collects the contents of a pack step by step; later steps use what
// earlier ones read.
type gathering struct {
	app     *App
	ctx     context.Context
	store   *store.Store
	actor   domain.Actor
	out     domain.PackContents
	names   map[domain.PersonID]string
	codes   map[domain.ControlID]string
	items   map[domain.ControlID][]string // EV codes by control
	proof   map[string]bool               // EV codes of the accepted items
	rows    []domain.ControlSummary
	inputs  *world
	reviews map[domain.EvidenceID]domain.ReviewView
}

func (g *gathering) people() error {
	org, err := g.store.Organization(g.ctx, g.actor.Org)
	if err != nil {
		return err
	}
	g.out.Organization = org
	for _, v := range catalog.Attributions() {
		g.out.Attributions = append(g.out.Attributions, domain.Text{EN: v.Source.EN + " (" + v.Licence.EN + ")", FR: v.Source.FR + " (" + v.Licence.FR + ")"})
	}
	g.names, err = g.store.PersonNames(g.ctx, g.actor.Org)
	return err
}

func (g *gathering) provider() (err error) {
	org := g.actor.Org
	if g.out.Services, err = g.store.Services(g.ctx, org); err != nil {
		return err
	}
	named := map[string]string{}
	for _, s := range g.out.Services {
		named[s.Key] = s.Name
	}
	known, err := g.app.catalogueOf(g.ctx, org)
	if err != nil {
		return err
	}
	certificates, err := g.store.Certificates(g.ctx, org)
	if err != nil {
		return err
	}
	for _, v := range certificates {
		c := domain.PackCertificate{Certificate: v, CheckedBy: g.names[v.CheckedBy]}
		for _, n := range v.Names {
			c.Services = append(c.Services, serviceName(n.Service, named, known))
		}
		g.out.Certificates = append(g.out.Certificates, c)
	}
	reports, err := g.store.Reports(g.ctx, org)
	for _, v := range reports {
		g.out.Reports = append(g.out.Reports, g.report(v, reports))
	}
	return err
}

// report is a provider report with names in the place of numbers.
func (g *gathering) report(v domain.Report, all []domain.Report) domain.PackReport {
	p := domain.PackReport{Report: v, ReviewedBy: g.names[v.ReviewedBy]}
	for _, e := range v.Exceptions {
		p.DecidedBy = append(p.DecidedBy, g.names[e.By])
	}
	for _, r := range all {
		if v.Bridges == r.ID {
			p.Continues = r.Title
		}
	}
	if v.Kind == domain.ReportSoA && v.Edition.Valid() {
		p.Applicability = v.CountApplicability(catalog.AnnexA(v.Edition))
	}
	return p
}

// serviceName is how a service key reads: as in use here, or as in the catalogue.
func serviceName(key string, inUse map[string]string, known CatalogueInUse) string {
	if name, ok := inUse[key]; ok {
		return name
	}
	if s, ok := known.Service(key); ok {
		return s.Name.EN
	}
	return key
}

func (g *gathering) controls() (err error) {
	if g.rows, err = g.app.Readiness(g.ctx, g.actor, g.out.Engagement); err != nil {
		return err
	}
	if g.inputs, err = g.app.world(g.ctx, g.store, g.out.Engagement, 0); err != nil {
		return err
	}
	tests, err := g.store.Tests(g.ctx, g.actor.Org, g.out.Engagement.ID, 0)
	if err != nil {
		return err
	}
	g.codes = map[domain.ControlID]string{}
	byControl := map[domain.ControlID][]domain.PackTest{}
	for _, t := range tests {
		byControl[t.Test.Control] = append(byControl[t.Test.Control], domain.PackTest(t))
	}
	for _, s := range g.rows {
		g.codes[s.Control.ID] = s.Control.Code
		g.out.Counts[s.Bucket]++
		c := domain.PackControl{Control: s.Control, Owner: s.Owner, Bucket: s.Bucket, Reason: s.Reason, Tests: byControl[s.Control.ID]}
		for _, v := range splitViews(s.Control, g.out.Engagement.Edition, g.out.Services, g.inputs.decisions) {
			c.Splits = append(c.Splits, domain.PackSplit{Service: v.Service.Name, Split: v.Split,
				ConfirmedBy: g.names[v.Split.ConfirmedBy], Responsibilities: g.duties(v.Responsibilities, s.Owner)})
		}
		g.out.Controls = append(g.out.Controls, c)
	}
	return nil
}

// duties are customer responsibilities as the pack prints them.
func (g *gathering) duties(all []domain.Responsibility, owner string) []domain.PackResponsibility {
	out := make([]domain.PackResponsibility, len(all))
	for i, d := range all {
		proof := domain.ProofOf(d, g.inputs.evidence, g.out.Engagement.Period, g.inputs.on)
		out[i] = domain.PackResponsibility{Responsibility: d, AnsweredBy: owner, Stands: d.StateOn(proof), Until: proof.Until}
		if d.Owner != 0 {
			out[i].AnsweredBy = g.names[d.Owner]
		}
	}
	return out
}

// evidence ships the newest version of what was accepted or submitted, and
// lists everything else with the reason it stays behind.
func (g *gathering) evidence() error {
	versions, err := g.store.AllEvidenceVersions(g.ctx, g.actor.Org)
	if err != nil {
		return err
	}
	items, err := g.store.AllEvidence(g.ctx, g.actor.Org)
	if err != nil {
		return err
	}
	links, err := g.store.EvidenceLinks(g.ctx, g.actor.Org, 0)
	if err != nil {
		return err
	}
	if err := g.readReviews(); err != nil {
		return err
	}
	g.items, g.proof = map[domain.ControlID][]string{}, map[string]bool{}
	secret := g.confidentialDocuments()
	for _, v := range versions {
		e := items[v.Evidence]
		e.State = e.StateFor(g.out.Engagement.Period, g.inputs.on) // what runs out after the audit held for it
		g.proof[e.Code()] = e.State == domain.EvidenceAccepted     // of the newest version
		p := domain.PackEvidence{Evidence: e, Version: v, UploadedBy: g.names[v.UploadedBy]}
		if r := g.reviews[e.ID]; r.Review.VersionID == v.ID {
			p.Reviewed, p.Reviewer = r.Review, r.Reviewer
		}
		for _, c := range links[e.ID] {
			p.Controls = append(p.Controls, g.codes[c])
			if v.Number == e.Versions {
				g.items[c] = append(g.items[c], e.Code())
			}
		}
		reason := staysBehind(e, v)
		if secret[e.ID] && reason == "" {
			reason = "provider_confidential"
		}
		p.Included = reason == ""
		if reason != "" {
			g.omit(e.Code()+" v"+itoa(v.Number), e.Title, v.Blob.SHA256, reason)
		}
		g.out.Evidence = append(g.out.Evidence, p)
	}
	for i := range g.out.Controls {
		g.out.Controls[i].Evidence = g.items[g.out.Controls[i].Control.ID]
	}
	return nil
}

// confidentialDocuments are the items that hold a confidential report of the
// provider: cited by title, id and digest, never shipped. An obtained report
// without a document on file is named as left out here.
func (g *gathering) confidentialDocuments() map[domain.EvidenceID]bool {
	out := map[domain.EvidenceID]bool{}
	for _, r := range g.out.Reports {
		if !r.Report.Confidential {
			continue
		}
		out[r.Report.Document] = true
		if r.Report.Document == 0 && r.Report.ObtainedOn != 0 {
			g.omit(r.Report.Title, r.Report.Title, domain.Digest{}, "provider_confidential")
		}
	}
	return out
}

func (g *gathering) readReviews() error {
	reviews, err := g.store.Reviews(g.ctx, g.actor.Org, 0)
	g.reviews = map[domain.EvidenceID]domain.ReviewView{}
	for _, r := range reviews { // the newest come first
		if _, seen := g.reviews[r.Review.Evidence]; !seen {
			g.reviews[r.Review.Evidence] = r
		}
	}
	return err
}

// staysBehind says why a version's bytes do not go into a pack; "" when they do.
func staysBehind(e domain.Evidence, v domain.EvidenceVersion) string {
	switch {
	case v.Number < e.Versions:
		return "superseded_version"
	case e.Kind == domain.EvidenceLink:
		return "link"
	case e.State == domain.EvidenceDraft:
		return "draft"
	case e.State == domain.EvidenceReturned || e.State == domain.EvidenceExpired:
		return "not_accepted"
	case e.Sensitivity == domain.SensitivityConfidential:
		return "confidential"
	}
	return ""
}

func (g *gathering) omit(what, title string, d domain.Digest, reason string) {
	o := domain.PackOmission{What: what, Title: title, Reason: reason}
	if !d.IsZero() {
		o.SHA256 = d.String()
	}
	g.out.Omissions = append(g.out.Omissions, o)
}

func (g *gathering) soa() error {
	e := g.out.Engagement
	lines, err := g.app.SoA(g.ctx, g.actor, e.Edition)
	if err != nil {
		return err
	}
	if lines, err = g.approved(lines); err != nil {
		return err
	}
	byID := map[domain.ControlID]domain.PackControl{}
	for _, c := range g.out.Controls {
		byID[c.Control.ID] = c
	}
	for _, l := range lines {
		line := domain.PackSoALine{Entry: l.Entry, Title: l.Requirement.Title, OtherRefs: OtherRefs(l.Entry.Ref)}
		for _, c := range l.Controls {
			g.joinControl(&line, byID[c.ID])
		}
		g.out.SoA = append(g.out.SoA, line)
	}
	return nil
}

// approved puts the decisions of the newest approved version in the place of the
// draft's, and names as omitted what the draft has changed since. Without such a
// version the draft stays.
func (g *gathering) approved(lines []SoALine) ([]SoALine, error) {
	edition := g.out.Engagement.Edition
	versions, err := g.store.SoAVersions(g.ctx, g.actor.Org, edition)
	if err != nil || len(versions) == 0 {
		return lines, err
	}
	v := versions[0]
	g.out.SoAVersion, g.out.SoAApprovedBy, g.out.SoAApprovedAt = v.Number, g.names[v.ApprovedBy], v.ApprovedAt
	draft := make([]domain.SoAEntry, len(lines))
	for i, l := range lines {
		draft[i] = l.Entry
	}
	var changed []string
	for _, c := range soaChanges(v.Entries, draft) {
		changed = append(changed, c.After.Ref.Code)
	}
	if g.out.SoAChanged = len(changed); len(changed) > 0 {
		g.omit("SoA "+string(edition)+" v"+itoa(v.Number), strings.Join(changed, ", "), domain.Digest{}, "soa_draft")
	}
	return withEntries(lines, v.Entries), nil
}

// withEntries puts other decisions on lines, requirement by requirement.
func withEntries(lines []SoALine, entries []domain.SoAEntry) []SoALine {
	byRef := map[domain.Ref]domain.SoAEntry{}
	for _, e := range entries {
		byRef[e.Ref] = e
	}
	out := slices.Clone(lines)
	for i, l := range out {
		if e, ok := byRef[l.Entry.Ref]; ok {
			out[i].Entry = e
		}
	}
	return out
}

// joinControl adds what one own control brings to an SoA line; of its evidence
// only what was accepted, for a line of the SoA is a claim.
func (g *gathering) joinControl(line *domain.PackSoALine, c domain.PackControl) {
	line.Controls = append(line.Controls, c.Control.Code)
	if c.Owner != "" && !slices.Contains(line.Owners, c.Owner) {
		line.Owners = append(line.Owners, c.Owner)
	}
	for _, code := range c.Evidence {
		if g.proof[code] && !slices.Contains(line.Evidence, code) {
			line.Evidence = append(line.Evidence, code)
		}
	}
	for _, s := range c.Splits {
		pair := s.Service + ": " + string(s.Split.Party)
		if s.Split.State != domain.SplitConfirmed {
			pair += "?"
		}
		line.Responsibility = append(line.Responsibility, pair)
		for _, r := range s.Responsibilities {
			if r.Sentence != "" {
				line.OurPart = append(line.OurPart, s.Service+": "+r.Sentence)
			}
		}
	}
}

// OtherRefs returns the codes that a requirement reaches in the other edition.
func OtherRefs(ref domain.Ref) []string {
	var out []string
	for _, row := range catalog.Crosswalk() {
		here, there := row.To, row.From
		if ref.Edition == domain.Edition2013 {
			here, there = row.From, row.To
		}
		if here == ref.Code && there != "" && !slices.Contains(out, there) {
			out = append(out, there)
		}
	}
	return out
}

func (g *gathering) reliances() error {
	rs, err := g.store.Reliances(g.ctx, g.actor.Org, g.out.Engagement.ID, 0)
	if err != nil {
		return err
	}
	for _, r := range rs {
		v := g.inputs.view(r)
		p := domain.PackReliance{Reliance: r, ControlCode: v.Control.Code, ControlTitle: v.Control.Title, Service: v.Service.Name,
			Environment: v.Service.Environment, Verdict: v.Verdict, ProposedBy: g.names[r.ProposedBy],
			ApprovedBy: g.names[r.ApprovedBy], DecidedBy: g.names[r.DecidedBy], Names: namesIn(v.Verdict, g.names)}
		for _, c := range v.Certificates {
			p.Certificates = append(p.Certificates, certificateLabel(c))
		}
		if v.Verdict.Inherited() {
			g.noteInherited(v, strings.Join(p.Certificates, ", "))
		}
		g.out.Reliances = append(g.out.Reliances, p)
	}
	slices.SortStableFunc(g.out.Reliances, func(a, b domain.PackReliance) int {
		return domain.CompareCodes(a.ControlCode+" "+a.Service, b.ControlCode+" "+b.Service)
	})
	return nil
}

// namesIn keeps the names of those who put theirs to the grounds of a verdict.
func namesIn(v domain.Verdict, names map[domain.PersonID]string) map[domain.PersonID]string {
	out := map[domain.PersonID]string{}
	for _, g := range v.Gates {
		for _, ground := range g.Grounds {
			if ground.By != 0 {
				out[ground.By] = names[ground.By]
			}
		}
	}
	return out
}

// noteInherited names the service and certificates on the SoA lines of a
// control whose reliance passes all six gates; on no other.
func (g *gathering) noteInherited(v RelianceView, certificates string) {
	for i := range g.out.SoA {
		if slices.Contains(g.out.SoA[i].Controls, v.Control.Code) {
			g.out.SoA[i].InheritedFrom = append(g.out.SoA[i].InheritedFrom, v.Service.Name+" ("+certificates+")")
		}
	}
}

// activityMost is how many records a pack carries; the rest is named as omitted.
const activityMost = 10_000

func (g *gathering) activity() error {
	f := domain.ActivityFilter{Engagement: g.out.Engagement.ID, Page: domain.Page{Number: 1, Size: activityMost}}
	found, err := g.store.FindActivity(g.ctx, g.actor.Org, f)
	g.out.Activity = found.Rows
	slices.Reverse(g.out.Activity) // as it happened
	if found.Total > activityMost {
		g.omit("activity", itoa(found.Total-activityMost), domain.Digest{}, "older_activity")
	}
	return err
}
