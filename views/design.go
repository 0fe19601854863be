package views

import (
	"time"

	"github.com/a-h/templ"

	"relier/internal/domain"
	"relier/internal/i18n"
)

// The /design page shows every component with the kind of content it will hold.
// Its content is made up here, in both languages, and is no part of the
// product's messages.

// either picks the English or the French of a made-up text.
func either(l *i18n.Localizer, en, fr string) string {
	if l.Lang() == "fr" {
		return i18n.Typography("fr", fr)
	}
	return en
}

// DesignPage fills a page for the showcase, as the server would for real ones.
func DesignPage(l *i18n.Localizer, theme Theme, today domain.Date) Page {
	year := domain.Period{From: domain.MustDate("2026-01-01"), To: domain.MustDate("2026-12-31")}
	return Page{
		L: l, Title: either(l, "Components", "Composants"), Theme: theme, Path: "/design?lang=" + l.Lang(), Today: today,
		Org: OrgBrief{"Atelier Vauban", "vauban"},
		Engagement: EngagementBrief{
			Code: "S2-2026", Name: either(l, "Certification, stage 2", "Certification, étape 2"),
			Period: year, Edition: domain.Edition2022, State: domain.EngagementFieldwork, Href: "#",
		},
		Engagements: []EngagementBrief{
			{Code: "S2-2026", Name: either(l, "Certification, stage 2", "Certification, étape 2"), Period: year, Edition: domain.Edition2022, Href: "#"},
			{Code: "IA-2025", Name: either(l, "Internal audit", "Audit interne"), Period: domain.Period{From: domain.MustDate("2025-04-01"), To: domain.MustDate("2026-03-31")}, Edition: domain.Edition2013, Href: "#"},
		},
		Nav: designNav(l), Person: PersonBrief{"Hélène Castaing", domain.RoleAuditor}, Sample: true, Version: "0.1.0",
		Links: Links{Home: "#", Preferences: "/design", Search: "/design", Account: "#", SignOut: "#", RemoveSample: "#", NewEngagement: "#", AllEngagements: "#", Help: "#"},
	}
}

func designNav(l *i18n.Localizer) []NavGroup {
	item := func(en, fr, count string) NavItem { return NavItem{Label: either(l, en, fr), Href: "#", Count: count} }
	here := item("Controls", "Mesures de sécurité", "93")
	here.Active = true
	return []NavGroup{
		{Items: []NavItem{item("Dashboard", "Tableau de bord", ""), item("My work", "Mon travail", "4")}},
		{Label: either(l, "Microsoft", "Microsoft"), Items: []NavItem{item("Catalogue", "Catalogue", ""), item("Services in use", "Services en usage", "5"), item("Certificates", "Certificats", "9"), item("Reports", "Rapports", "10")}},
		{Label: either(l, "Our side", "Notre côté"), Items: []NavItem{here, item("Evidence", "Preuves", "64"), item("Reliance", "Appui", "6"), item("Applicability", "Applicabilité", "88")}},
		{Label: either(l, "Hand over", "Remise"), Items: []NavItem{item("Packs", "Dossiers d’audit", "1"), item("Activity", "Journal", "")}},
	}
}

func designTable(l *i18n.Localizer) TableProps {
	row := func(id, code, en, fr string, party domain.Party, owner string, b domain.Bucket, rung domain.Rung, evidence int) Row {
		who := Text(owner)
		if owner == "" {
			who = Nothing(l)
		}
		return Row{ID: id, Label: code, Href: "#", Muted: b == domain.BucketExcluded, Cells: []templ.Component{
			Titled("#", code, either(l, en, fr)), Mark(l, party), who, Status(BucketStatus(l, b)), RungMark(l, rung), Count(l, evidence), Day(l, domain.MustDate("2026-12-01").AddDays(evidence)),
		}}
	}
	return TableProps{
		ID: "controls", Caption: either(l, "93 controls", "93 mesures de sécurité"), Note: either(l, "88 applicable", "88 applicables"), Path: "/design?sort=code&lang=" + l.Lang(), Sort: "code",
		Columns: []Column{
			{Key: "code", Label: either(l, "Control", "Mesure"), Sort: true}, {Key: "split", Label: either(l, "Split", "Répartition"), Sort: true}, {Key: "owner", Label: either(l, "Owner", "Responsable"), Sort: true},
			{Key: "bucket", Label: either(l, "Standing", "État"), Sort: true, Narrow: true}, {Label: either(l, "Reliance", "Appui")}, {Key: "evidence", Label: either(l, "Evidence", "Preuves"), Sort: true, Numeric: true}, {Key: "due", Label: either(l, "Due", "Échéance"), Sort: true, Narrow: true},
		},
		Rows: []Row{
			row("1", "A.5.15", "Who may reach what", "Qui accède à quoi", domain.PartyShared, "Inès Moreau", domain.BucketReady, domain.RungInherited, 4),
			row("2", "A.5.19", "Keeping watch on suppliers", "Surveiller les fournisseurs", domain.PartyOurs, "Karim Aubert", domain.BucketWaiting, domain.RungNotExamined, 2),
			row("3", "A.7.1", "The edge of the premises", "Le pourtour des locaux", domain.PartyMicrosoft, "Karim Aubert", domain.BucketGap, domain.RungSupported, 0),
			row("4", "A.8.24", "Use of cryptography", "Recours à la cryptographie", domain.PartyShared, "", domain.BucketBlocked, domain.RungClaimable, 1),
			row("5", "A.8.30", "Software written by others", "Logiciels écrits par des tiers", domain.PartyNone, "", domain.BucketExcluded, domain.RungNotExamined, 0),
		},
		Bulk:  &Bulk{Actions: []BulkAction{{Label: either(l, "Give an owner", "Nommer un responsable"), Href: "#"}, {Label: either(l, "Confirm the split", "Confirmer la répartition"), Href: "#"}}},
		Pager: &PagerProps{Page: 3, Total: 412},
	}
}

func designFilter(l *i18n.Localizer) FilterProps {
	return FilterProps{
		Action: "/design", Reset: "/design", Target: "controls",
		Fields: []FieldProps{
			{Name: "q", Type: FieldSearch, Label: either(l, "Code or words", "Code ou mots"), Value: either(l, "access", "accès")},
			{Name: "bucket", Type: FieldSelect, Label: either(l, "Standing", "État"), Empty: either(l, "All", "Tous"), Options: designBuckets(l)},
			{Name: "party", Type: FieldSelect, Label: either(l, "Split", "Répartition"), Empty: either(l, "All", "Toutes"), Options: designParties(l), Value: "shared"},
		},
	}
}

func designBuckets(l *i18n.Localizer) []Option {
	var out []Option
	for _, b := range domain.Buckets {
		out = append(out, Option{Value: string(b), Label: BucketStatus(l, b).Word})
	}
	return out
}

func designParties(l *i18n.Localizer) []Option {
	var out []Option
	for _, p := range domain.Parties {
		out = append(out, Option{Value: string(p), Label: PartyWord(l, p)})
	}
	return out
}

func designTallies(l *i18n.Localizer) []Tally {
	counts := map[domain.Bucket]int{domain.BucketBlocked: 7, domain.BucketGap: 21, domain.BucketWaiting: 19, domain.BucketReady: 41}
	var out []Tally
	for _, b := range domain.Buckets {
		out = append(out, Tally{Kind: Kind(b), Label: BucketStatus(l, b).Word, Count: counts[b], Href: "#"})
	}
	return out
}

// designVerdict is a reliance that stops at its second gate.
func designVerdict() domain.Verdict {
	reason := func(code string, pairs ...string) domain.Reason {
		r := domain.Reason{Code: code}
		for i := 0; i+1 < len(pairs); i += 2 {
			r.Params = append(r.Params, domain.Param{Name: pairs[i], Value: pairs[i+1]})
		}
		return r
	}
	return domain.Verdict{Rung: domain.RungNotExamined, Gates: []domain.GateResult{
		{Gate: domain.GateScope, Passed: true, Grounds: []domain.Ground{{Reason: reason("in_scope", "Certificate", "SAMPLE-0071", "Service", "Exchange Online", "Environment", "public")}}},
		{Gate: domain.GatePeriod, Causes: []domain.Reason{reason("uncovered", "From", "2026-06-12", "To", "2026-06-30", "Days", "19")}},
		{Gate: domain.GateEdition, Passed: true, Grounds: []domain.Ground{{Reason: reason("same_edition", "Certificate", "SAMPLE-0071", "Edition", "2022")}}},
		{Gate: domain.GateReport, Causes: []domain.Reason{reason("report_missing", "Service", "Exchange Online"), reason("provider_soa_missing", "Service", "Exchange Online")}},
	}}
}

func designTimeline(l *i18n.Localizer, today domain.Date) TimelineProps {
	span := func(from, to string) []domain.Period {
		return []domain.Period{{From: domain.MustDate(from), To: domain.MustDate(to)}}
	}
	return TimelineProps{
		ID: "days", Title: either(l, "Days covered, Exchange Online", "Jours couverts, Exchange Online"),
		Audit: domain.Period{From: domain.MustDate("2026-01-01"), To: domain.MustDate("2026-12-31")}, Today: today,
		Lanes: []Lane{
			{Label: "SAMPLE-0071", Href: "#", Spans: span("2023-06-12", "2026-06-11"), Counted: true},
			{Label: "SAMPLE-0112", Href: "#", Spans: span("2026-07-01", "2029-06-30"), Counted: true},
			{Label: "SAMPLE-0093", Href: "#", Spans: span("2026-02-15", "2027-02-14")},
		},
		Gaps:   span("2026-06-12", "2026-06-30"),
		Footer: either(l, "346 of 365 days of the audit period are covered by verified certificates. SAMPLE-0093 is not verified and counts for nothing.", "346 des 365 jours de la période d’audit sont couverts par des certificats vérifiés. SAMPLE-0093 n’est pas vérifié et ne compte pas."),
	}
}

func designEvents(l *i18n.Localizer) []Event {
	at := func(s string) time.Time {
		t, _ := time.Parse(time.RFC3339, s)
		return t
	}
	return []Event{
		{At: at("2026-11-20T14:05:00Z"), Who: "Hélène Castaing", Text: either(l, "returned", "a renvoyé"), Href: "#", Label: "EV-0042", Note: either(l, "The list stops in March; the audit period runs to December.", "La liste s’arrête en mars ; la période d’audit va jusqu’en décembre.")},
		{At: at("2026-11-18T09:31:00Z"), Who: "Inès Moreau", Text: either(l, "submitted", "a soumis"), Href: "#", Label: "EV-0042"},
		{At: at("2026-11-01T00:00:00Z"), Who: "Relier", Text: either(l, "let a reliance lapse:", "a déclaré un appui caduc :"), Href: "#", Label: "A.8.24 · Exchange Online"},
	}
}

func designTasks(l *i18n.Localizer) []Task {
	return []Task{
		{Title: either(l, "Choose the engagement", "Choisir la mission"), Href: "#", Done: true, Result: either(l, "S2-2026, ISO/IEC 27001:2022", "S2-2026, ISO/IEC 27001:2022")},
		{Title: either(l, "Bring in your controls", "Apporter vos mesures de sécurité"), Href: "#", Text: either(l, "From Annex A in one click, from a file, or typed.", "Depuis l’annexe A en un clic, depuis un fichier, ou saisies.")},
		{Title: either(l, "Say which services you use", "Dire quels services vous utilisez"), Href: "#", Text: either(l, "Only what your contract names.", "Seulement ce que nomme votre contrat.")},
		{Title: either(l, "Seal the first pack", "Sceller le premier dossier"), Locked: either(l, "It needs at least one control.", "Il faut au moins une mesure.")},
	}
}

func designSteps(l *i18n.Localizer) []Step {
	return []Step{
		{Label: either(l, "Audience", "Destinataire"), Href: "#", Done: true},
		{Label: either(l, "Contents", "Contenu"), Here: true},
		{Label: either(l, "Redactions", "Masquages")},
		{Label: either(l, "Seal", "Scellement")},
	}
}

func designDigest() domain.Digest {
	d, _ := domain.ParseDigest("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
	return d
}
