package testkit

import (
	"fmt"
	"slices"
	"strings"

	"relier/internal/app"
	"relier/internal/domain"
)

// relianceLine is a reliance of the story: what is claimed, what each side does,
// and how far people took it.
type relianceLine struct {
	key, control, service string
	certificates          []string // keys of certificates held; none: the seeded one of the catalogue
	end                   relianceEnd
	confirmed             bool   // the split was confirmed beforehand
	microsoft, ours       string // the two sides of the split
	duty                  string // our responsibility; "": none, because
	because               string
	expected, frequency   string
	cadence               domain.Cadence
	evidence              string // key of the evidence offered for the duty
	words                 string // of the assessor
}

// relianceEnd is how far people took a reliance.
type relianceEnd int

const (
	endProposed relianceEnd = iota
	endApproved
	endAccepted
	endRefused
)

// claims are the reliances of the story. Three end inherited; of the five that
// the assessor had accepted, two lapsed since.
var claims = []relianceLine{
	{key: "entry", control: "A.7.2", service: "azure", certificates: []string{"0101", "0102"}, end: endAccepted, confirmed: true,
		microsoft: "Controls who enters its data centres.", because: "None of us ever enters a data centre of the provider; visits are not offered.",
		words: "Accepted on the certificates of both cycles and the reviewed report."},
	{key: "backup", control: "A.8.13", service: "office-365", certificates: []string{"0201"}, end: endAccepted, confirmed: true,
		microsoft: "Keeps copies of the service and restores it as a whole.", ours: "Keep a copy of our own and prove that it can be restored.",
		duty: "We copy mail and files to a second service and restore a sample each quarter.", expected: "Record of the restore test", frequency: "Quarterly", cadence: domain.CadenceQuarterly,
		evidence: "restore", words: "Accepted; I watched the restore of two mailboxes."},
	{key: "cryptography", control: "A.8.24", service: "azure", certificates: []string{"0101", "0102"}, end: endAccepted, confirmed: true,
		microsoft: "Chiffre les supports et les liaisons de la plateforme.", ours: "Gérer nos propres clés et leur renouvellement.",
		duty: "Nos clés sont renouvelées au moins une fois par an et chacune a un responsable.", expected: "Export des clés avec leur âge", frequency: "Annuelle", cadence: domain.CadenceYearly,
		evidence: "keys", words: "Accepté : l’export couvre toutes les clés."},
	{key: "clocks", control: "A.8.17", service: "power-bi", certificates: []string{"0301"}, end: endAccepted, confirmed: true,
		microsoft: "Keeps the clocks of the service in step.", because: "The service takes no time from us and none can be set.",
		words: "Accepted."},
	{key: "logging", control: "A.8.15", service: "office-365", certificates: []string{"0201"}, end: endAccepted, confirmed: true,
		microsoft: "Records what its own staff do.", ours: "Keep the audit log on and look at it.",
		duty: "We keep the audit log on for a year and review it each week.", expected: "Audit log settings with the weekly reviews", frequency: "Weekly", cadence: domain.CadenceMonthly,
		evidence: "logging", words: "Accepted on the settings and the reviews shown."},
	{key: "malware", control: "A.8.7", service: "office-365", certificates: []string{"0201"}, end: endRefused, confirmed: true,
		microsoft: "Scans attachments and links.", ours: "Keep the list of exceptions short and reviewed.",
		duty: "We review the exceptions from scanning each month.", expected: "Endpoint protection export", frequency: "Monthly", cadence: domain.CadenceMonthly,
		evidence: "malware", words: "Refused: the export shows detections, not that anybody reviewed the exceptions. Show me the reviews."},
	{key: "disposal", control: "A.7.14", service: "office-365", certificates: []string{"0201"}, end: endApproved, confirmed: true,
		microsoft: "Destroys the media of its data centres.", because: "No medium of the service is ever in our hands; our laptops are covered by the control itself."},
	{key: "incidents", control: "A.5.26", service: "azure", certificates: []string{"0101", "0102"}, end: endApproved, confirmed: true,
		microsoft: "Tells us of incidents on the platform.", ours: "Receive the notice at any hour and act on it.",
		duty: "Our on-call rota receives the provider’s notices and opens an incident within the hour.", expected: "Incident register", frequency: "Each incident",
		evidence: "incidents"},
	{key: "configuration", control: "A.8.9", service: "intune", certificates: []string{"0101", "0102"}, end: endApproved, confirmed: true,
		microsoft: "Configures the service itself.", ours: "Write the baseline of our devices and correct what drifts.",
		duty: "We compare devices with the baseline each month and correct differences.", expected: "Differences from the baseline", frequency: "Monthly", cadence: domain.CadenceMonthly,
		evidence: "baseline"},
	{key: "reporting", control: "A.6.8", service: "intune", certificates: []string{"0101", "0102"}, end: endProposed},
	{key: "change", control: "A.8.32", service: "azure-devops-services", certificates: []string{"0101", "0102"}, end: endApproved, confirmed: true,
		microsoft: "Announces and tests changes of the service.", ours: "Approve and test our own changes.",
		duty: "Each change to the product is approved and tested before release.", expected: "Change log", frequency: "Each change", evidence: "changes"},
	{key: "capacity", control: "A.8.6", service: "azure", end: endProposed},
}

// reliances confirms who does what, proposes, approves, and has the assessor
// decide; then two things change that accepted reliances rested on.
func (t *teller) reliances() {
	t.on(50, "decide the splits", t.decideSplits)
	for i, r := range claims {
		ago := 44 - i%4
		if r.evidence != "" {
			t.on(min(49, t.uploadedAgo(r.evidence)), "offer "+r.evidence, func() error { return t.offer(r) })
		}
		t.on(ago, "propose "+r.key, func() error { return t.propose(r) })
		if r.end != endProposed {
			t.on(ago-5, "approve "+r.key, func() error { return t.approve(r) })
		}
		if r.end == endAccepted || r.end == endRefused {
			t.on(ago-14, "decide "+r.key, func() error { return t.decide(r) })
		}
	}
	t.on(33, "dispute a row of the crosswalk", t.disputeRow)
	t.on(28, "settle the dispute", t.settleRow)
	t.on(8, "dispute a proposal", t.disputeProposal)
	t.on(10, "correct the expiry of a certificate", t.correct)
}

// decideSplits records what each side does for the claims, two decisions that
// differ from the proposal, and the proposals for whole themes.
func (t *teller) decideSplits() error {
	for _, r := range claims {
		if r.confirmed {
			if err := t.decideSplit(r); err != nil {
				return err
			}
		}
	}
	for _, v := range []struct{ control, service, reason string }{
		{"A.5.14", "office-365", "Sharing outside is switched off for the whole tenant and only we can switch it on."},
		{"A.7.7", "intune", "Un bureau rangé ne dépend d’aucun service."},
	} {
		_, err := t.app.ConfirmSplit(t.ctx, t.As("auditor"), t.Engagement, domain.Split{Control: t.Controls[v.control],
			Service: t.Services[v.service], Party: domain.PartyOurs, Reason: v.reason})
		if err != nil {
			return fmt.Errorf("%s: %w", v.control, err)
		}
	}
	for _, v := range []struct {
		service string
		themes  []string
	}{{"azure", []string{"A.7.", "A.8."}}, {"office-365", []string{"A.5.", "A.7.", "A.8."}}, {"intune", []string{"A.7.", "A.8.1"}}} {
		if _, err := t.app.ConfirmProposals(t.ctx, t.As("auditor"), t.Engagement, t.Services[v.service], t.ids(t.applicable(v.themes))); err != nil {
			return err
		}
	}
	return nil
}

// decideSplit confirms the split of a claim as proposed, with words for each
// side, and records our responsibility under it.
func (t *teller) decideSplit(r relianceLine) error {
	control, err := t.app.Control(t.ctx, t.As("auditor"), t.Controls[r.control])
	if err != nil {
		return err
	}
	views, err := t.app.SplitsOf(t.ctx, t.As("auditor"), t.Engagement, control)
	if err != nil {
		return err
	}
	for _, v := range views {
		if v.Service.ID != t.Services[r.service] {
			continue
		}
		_, err := t.app.ConfirmSplit(t.ctx, t.As("auditor"), t.Engagement, domain.Split{Control: control.ID, Service: v.Service.ID,
			Party: v.Proposal, Microsoft: r.microsoft, Ours: r.ours})
		if err != nil {
			return fmt.Errorf("split of %s: %w", r.key, err)
		}
	}
	return t.assume(r)
}

// assume records the customer responsibility of a claim, or that there is none.
func (t *teller) assume(r relianceLine) error {
	v := domain.Responsibility{Control: t.Controls[r.control], Service: t.Services[r.service], Sentence: r.duty,
		Expected: r.expected, Frequency: r.frequency, Cadence: r.cadence, Because: r.because}
	if r.duty == "" {
		v.State = domain.ResponsibilityNone
	}
	for _, c := range t.controls {
		if c.code == r.control && c.owner != "" {
			v.Owner = t.People[c.owner].Person.ID
		}
	}
	saved, err := t.app.SaveResponsibility(t.ctx, t.As("auditor"), v)
	t.duties[r.key] = saved
	return err
}

// offer puts the evidence of a claim under its responsibility.
func (t *teller) offer(r relianceLine) error {
	v := t.duties[r.key]
	v.Evidence = []domain.EvidenceID{t.Evidence[r.evidence]}
	_, err := t.app.SaveResponsibility(t.ctx, t.As("auditor"), v)
	return err
}

// uploadedAgo is how many days ago an item came.
func (t *teller) uploadedAgo(key string) int {
	i := slices.IndexFunc(t.evidence, func(e evidenceLine) bool { return e.key == key })
	return t.evidence[i].ago
}

// applicable are the codes of the controls that apply and begin so.
func (t *teller) applicable(prefixes []string) []string {
	var out []string
	for _, c := range t.controls {
		for _, p := range prefixes {
			if !c.excluded && strings.HasPrefix(c.code, p) {
				out = append(out, c.code)
			}
		}
	}
	return out
}

func (t *teller) propose(r relianceLine) error {
	v := domain.Reliance{Control: t.Controls[r.control], Service: t.Services[r.service], Why: "The provider runs this part for us; what is left to us is written beside it."}
	for _, key := range r.certificates {
		v.Certificates = append(v.Certificates, t.certificates[key])
	}
	if len(r.certificates) == 0 {
		v.Certificates, v.Why = []domain.CertificateID{t.certificates[catalogued]}, "Taken from the catalogue; nobody has looked the certificate up yet."
	}
	v, err := t.app.ProposeReliance(t.ctx, t.As("auditor"), t.Engagement, v)
	t.Reliances[r.key] = v.ID
	return err
}

func (t *teller) approve(r relianceLine) error {
	v, err := t.app.Reliance(t.ctx, t.As("manager"), t.Engagement, t.Reliances[r.key])
	if err != nil {
		return err
	}
	_, err = t.app.ApproveReliance(t.ctx, t.As("manager"), t.Engagement, v.Reliance.ID, v.Reliance.Version, "")
	return err
}

func (t *teller) decide(r relianceLine) error {
	v, err := t.app.Reliance(t.ctx, t.As("assessor"), t.Engagement, t.Reliances[r.key])
	if err != nil {
		return err
	}
	_, err = t.app.DecideReliance(t.ctx, t.As("assessor"), t.Engagement, v.Reliance.ID, v.Reliance.Version,
		app.Decision{Accept: r.end == endAccepted, Words: r.words})
	return err
}

// disputeRow raises a dispute about a row that no reliance of the story passes
// through; settleRow ends it.
func (t *teller) disputeRow() (err error) {
	t.dispute, err = t.app.RaiseDispute(t.ctx, t.As("auditor"), domain.Dispute{Subject: domain.DisputeCrosswalk, From: "A.9.2.5", To: "A.5.18",
		Note: "Our review of access rights leaves service accounts out; A.5.18 asks for them as well."})
	return err
}

func (t *teller) settleRow() error {
	_, err := t.app.SettleDispute(t.ctx, t.As("manager"), t.dispute.ID, "Service accounts are part of the review since the last quarter; the row holds.", t.dispute.Version)
	return err
}

// disputeProposal leaves a dispute open: the split it is about was decided
// otherwise already.
func (t *teller) disputeProposal() error {
	_, err := t.app.RaiseDispute(t.ctx, t.As("auditor"), domain.Dispute{Subject: domain.DisputeProposal, From: "2022", To: "A.5.14",
		Note: "Le transfert d’informations vers l’extérieur est entièrement coupé chez nous ; la proposition « partagée » ne nous correspond pas."})
	return err
}
