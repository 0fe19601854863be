package pack

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"relier/internal/domain"
)

// This file puts values into the words of the view's language, for every form
// that a pack takes: pages, workbook and report.

func relianceAnchor(i int) string { return "reliance-" + strconv.Itoa(i+1) }

// evidenceAnchor names a row: the item's code for its first row, so that every
// citation finds it, and code and version for the others.
func (v view) evidenceAnchor(i int) string {
	e := v.Evidence[i]
	if i > 0 && v.Evidence[i-1].Evidence.ID == e.Evidence.ID {
		return fmt.Sprintf("%s-v%d", e.Evidence.Code(), e.Version.Number)
	}
	return e.Evidence.Code()
}

// firstFailed names the first gate that fails and its first cause.
func (v view) firstFailed(verdict domain.Verdict) string {
	g, failed := verdict.FirstFailed()
	if !failed {
		return v.T("pack.reliance.all_pass", nil)
	}
	cause := ""
	if reasons := v.sentences("cause", g.Causes); len(reasons) > 0 {
		cause = reasons[0]
	}
	return v.T("pack.reliance.fails", map[string]any{"Gate": string(g.Gate), "Name": v.term("gate", string(g.Gate)), "Cause": cause})
}

func (v view) sentences(prefix string, reasons []domain.Reason) []string {
	out := make([]string, len(reasons))
	for i, r := range reasons {
		out[i] = v.reason(prefix, r)
	}
	return out
}

func (v view) passWord(passed bool) string {
	if passed {
		return v.T("pack.gate.passed", nil)
	}
	return v.T("pack.gate.failed", nil)
}

// decision says who accepted or refused a reliance, and for whom.
func (v view) decision(r domain.PackReliance) string {
	who := v.signed(r.DecidedBy, r.Reliance.DecidedAt)
	if r.DecidedBy == "" || r.Reliance.OnBehalfOf == "" {
		return who
	}
	return v.T("pack.reliance.on_behalf", map[string]any{"By": who, "Assessor": r.Reliance.OnBehalfOf})
}

// usedSpan writes since when, or from when to when, a service is used.
func (v view) usedSpan(s domain.Service) string {
	switch {
	case s.From == 0:
		return v.day(s.To)
	case s.To == 0:
		return v.T("pack.service.since", map[string]any{"From": v.day(s.From)})
	}
	return v.Period(s.From.String(), s.To.String())
}

// closed writes the last day on which Microsoft offered a service.
func (v view) closed(s domain.Service) string {
	if s.Closed == 0 {
		return v.T("pack.service.offered", nil)
	}
	return v.day(s.Closed)
}

func checkedClass(checked bool) string {
	if checked {
		return "ready"
	}
	return "gap"
}

// certificateSentence says on which days a certificate counts, or why it does not.
func (v view) certificateSentence(c domain.PackCertificate) string {
	days, ok := c.Certificate.Covers()
	switch {
	case !c.Certificate.Counted():
		return v.T("pack.certificate.unverified", nil)
	case !ok:
		return v.T("pack.certificate.no_days", nil)
	}
	return v.T("pack.certificate.counts", map[string]any{"Period": v.span(days)})
}

func (v view) refList(refs []domain.Ref) string {
	out := make([]string, len(refs))
	for i, r := range refs {
		out[i] = r.String()
	}
	return v.list(out)
}

// soaBlock is the head of the Statement of Applicability: whose it is, which
// version, and which of its columns that version does not freeze.
func (v view) soaBlock() [][2]string {
	block := [][2]string{
		{v.T("pack.fact.organization", nil), v.Organization.Name},
		{v.T("pack.fact.standard", nil), v.Engagement.Edition.Standard()},
		{v.T("pack.fact.scope", nil), v.or(v.Engagement.Scope)},
		{v.T("pack.fact.soa_version", nil), v.soaVersion()},
	}
	if v.working && v.SoAChanged > 0 { // nobody approved these lines
		return block
	}
	block = append(block, [2]string{v.T("pack.fact.approver", nil), v.or(v.SoAApprovedBy)},
		[2]string{v.T("pack.fact.approved_on", nil), v.day(v.approvedOn())})
	if v.working || v.SoAVersion == 0 {
		return block
	}
	number := map[string]any{"Number": v.Number(v.SoAVersion)}
	if v.SoAChanged > 0 {
		block = append(block, [2]string{v.T("pack.fact.soa_draft", nil), v.N("pack.soa.changed", v.SoAChanged, number)})
	}
	return append(block, [2]string{v.T("pack.fact.soa_frozen", nil), v.T("pack.soa.frozen", number)},
		[2]string{v.T("pack.fact.soa_sealed", nil), v.T("pack.soa.sealed", map[string]any{"On": v.day(domain.DateOf(v.SealedAt))})})
}

func (v view) approvedOn() domain.Date {
	if v.SoAApprovedAt.IsZero() {
		return 0
	}
	return domain.DateOf(v.SoAApprovedAt)
}

func (v view) soaVersion() string {
	if v.SoAVersion == 0 {
		return v.T("pack.soa.draft", nil)
	}
	number := map[string]any{"Number": v.Number(v.SoAVersion)}
	if v.working && v.SoAChanged > 0 {
		return v.N("pack.soa.draft_since", v.SoAChanged, number)
	}
	return v.T("pack.soa.version", number)
}

// reviews writes when a line was last reviewed and is next.
func (v view) reviews(e domain.SoAEntry) string {
	if e.LastReview.IsZero() && e.NextReview.IsZero() {
		return v.T("pack.unset", nil)
	}
	return v.day(e.LastReview) + " → " + v.day(e.NextReview)
}

func (v view) yes(yes bool) string {
	if yes {
		return v.T("pack.yes", nil)
	}
	return v.T("pack.no", nil)
}

// statusOf is how far a line is in place; an excluded one has no status.
func (v view) statusOf(e domain.SoAEntry) string {
	if !e.Applicable {
		return v.T("pack.soa.not_applicable", nil)
	}
	return v.term("state.control", string(e.Status))
}

// drivers lists the kinds of reason for including a line.
func (v view) drivers(e domain.SoAEntry) string {
	out := make([]string, len(e.Drivers))
	for i, d := range e.Drivers {
		out[i] = v.term("driver", string(d))
	}
	return strings.Join(out, ", ")
}

// justification is the reason for a line's decision, or that none is recorded.
func (v view) justification(e domain.SoAEntry) string {
	switch {
	case !e.Justified():
		return v.T("pack.soa.unjustified", nil)
	case !e.Applicable:
		return e.Exclusion
	case e.Inclusion == "" || len(e.Drivers) == 0:
		return e.Inclusion + v.drivers(e)
	}
	return e.Inclusion + "\n" + v.drivers(e)
}

// superseded reports whether a newer version took the place of this one; an
// item's state speaks of its newest version only.
func superseded(e domain.PackEvidence) bool { return e.Version.Number < e.Evidence.Versions }

func (v view) evidenceState(e domain.PackEvidence) string {
	if superseded(e) {
		return v.T("pack.evidence.superseded", nil)
	}
	return v.term("state.evidence", string(e.Evidence.State))
}

func evidenceClass(e domain.PackEvidence) string {
	switch {
	case superseded(e):
		return "excluded"
	case e.Evidence.State == domain.EvidenceAccepted:
		return "ready"
	case e.Evidence.State == domain.EvidenceReturned, e.Evidence.State == domain.EvidenceExpired:
		return "gap"
	}
	return "waiting"
}

// review says who judged a version, and a return's reason.
func (v view) review(e domain.PackEvidence) string {
	if e.Reviewer == "" {
		return v.T("pack.evidence.unreviewed", nil)
	}
	parts := []string{v.signed(e.Reviewer, e.Reviewed.At)}
	if e.Reviewed.Reason != "" {
		parts = append(parts, v.term("review_reason", string(e.Reviewed.Reason)))
	}
	if e.Reviewed.Comment != "" {
		parts = append(parts, e.Reviewed.Comment)
	}
	return strings.Join(parts, " · ")
}

// omission is the sentence for why something stayed behind; a reason that has no
// sentence yet shows its code rather than nothing.
func (v view) omission(code string) string {
	if key := "pack.omitted." + code; v.Has(key) {
		return v.T(key, nil)
	}
	return code
}

// verb is the sentence for what was done, or its code.
func (v view) verb(code string) string {
	if key := "verb." + code; v.Has(key) {
		return v.T(key, nil)
	}
	return code
}

// digest is the SHA-256 of a version's bytes, or that it has none.
func (v view) digest(e domain.PackEvidence) string {
	if f, ok := v.files[e.Version.ID]; ok {
		return f.Blob.SHA256.String()
	}
	return v.digestText(digestOf(e.Version.Blob))
}

// digestText writes a digest, or that there are no bytes to have one.
func (v view) digestText(hex string) string {
	if hex == "" {
		return v.T("pack.none", nil)
	}
	return hex
}

// parties turns pairs such as "Azure: shared" into one line for each party, with
// its services: "Shared: Azure, Intune". What is only proposed ("Azure: shared?")
// makes lines of its own that say so: a proposal is nobody's word yet.
func (v view) parties(pairs []string) []string {
	services := map[domain.Party][]string{}
	var out []string
	for _, pair := range pairs {
		at := max(strings.LastIndex(pair, ": "), 0)
		party := domain.Party(strings.TrimPrefix(pair[at:], ": "))
		if !slices.Contains(domain.Parties, domain.Party(strings.TrimSuffix(string(party), "?"))) {
			out = append(out, pair)
			continue
		}
		if name := pair[:at]; !slices.Contains(services[party], name) {
			services[party] = append(services[party], name)
		}
	}
	for _, party := range domain.Parties {
		if names := services[party]; len(names) > 0 {
			out = append(out, v.T("pack.soa.party", map[string]any{"Party": v.term("party", string(party)), "Services": v.list(names)}))
		}
		if names := services[party+"?"]; len(names) > 0 {
			out = append(out, v.T("pack.soa.party_proposed", map[string]any{"Party": v.term("party", string(party)), "Services": v.list(names)}))
		}
	}
	return out
}

// checkedBy names who checked a certificate, when and where, or "".
func (v view) checkedBy(c domain.PackCertificate) string {
	if c.CheckedBy == "" {
		return ""
	}
	return strings.Trim(v.by(c.CheckedBy, c.Certificate.CheckedOn)+" · "+c.Certificate.CheckedWhere, " ·")
}
