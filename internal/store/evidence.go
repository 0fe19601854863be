package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"relier/internal/domain"
)

type evidenceRow struct {
	ID          int64
	OrgID       int64
	Number      int
	Title       string
	Kind        string
	Source      string
	Method      string
	Sensitivity string
	State       string
	AuthorID    int64
	Versions    int
	PeriodFrom  string
	PeriodTo    string
	Folded      string
	Version     int
	Cadence     string
	Expires     string
	Due         string
	Held        bool
	HoldWhy     string
	HoldBy      *int64
	HoldAt      int64
}

func (evidenceRow) TableName() string { return "evidence" }

func (r evidenceRow) domain() domain.Evidence {
	return domain.Evidence{ID: domain.EvidenceID(r.ID), Org: domain.OrgID(r.OrgID), Number: r.Number, Title: r.Title,
		Kind: domain.EvidenceKind(r.Kind), Source: r.Source, Method: r.Method, Sensitivity: domain.Sensitivity(r.Sensitivity),
		State: domain.EvidenceState(r.State), Author: domain.PersonID(r.AuthorID), Period: days(r.PeriodFrom, r.PeriodTo),
		Versions: r.Versions, Version: r.Version, Cadence: domain.Cadence(r.Cadence), Expires: day(r.Expires), Due: day(r.Due),
		Hold: domain.Hold{On: r.Held, Why: r.HoldWhy, By: deref[domain.PersonID](r.HoldBy), At: moment(r.HoldAt)}}
}

func evidenceOf(e domain.Evidence) evidenceRow {
	return evidenceRow{int64(e.ID), int64(e.Org), e.Number, e.Title, string(e.Kind), e.Source, e.Method, string(e.Sensitivity),
		string(e.State), int64(e.Author), e.Versions, e.Period.From.String(), e.Period.To.String(),
		Fold(e.Title + " " + e.Source + " " + e.Code()), e.Version, string(e.Cadence), e.Expires.String(), e.Due.String(),
		e.Hold.On, e.Hold.Why, ref(e.Hold.By), micros(e.Hold.At)}
}

// CreateEvidence adds an item under the organization's next number; that of a
// deleted item is never given again.
func (s *Store) CreateEvidence(ctx context.Context, e *domain.Evidence) error {
	err := s.w(ctx).Raw(`SELECT 1 + COALESCE(MAX(number), 0) FROM (SELECT MAX(number) AS number FROM evidence WHERE org_id = ?
		UNION ALL SELECT MAX(number) FROM evidence_removals WHERE org_id = ?) taken`, int64(e.Org), int64(e.Org)).Scan(&e.Number).Error
	if err != nil {
		return fmt.Errorf("number evidence: %w", translate(err))
	}
	e.Version = 1
	row := evidenceOf(*e)
	if err := insert(ctx, s, domain.NounEvidence, &row); err != nil {
		return err
	}
	e.ID = domain.EvidenceID(row.ID)
	return nil
}

// UpdateEvidence replaces an item at the version its editor saw.
func (s *Store) UpdateEvidence(ctx context.Context, e *domain.Evidence) error {
	row := evidenceOf(*e)
	row.Version++
	if err := replace(ctx, s, domain.NounEvidence, &row, e.Org, row.ID, e.Version); err != nil {
		return err
	}
	e.Version = row.Version
	return nil
}

// Evidence reads one item.
func (s *Store) Evidence(ctx context.Context, org domain.OrgID, id domain.EvidenceID) (domain.Evidence, error) {
	row, err := byID[evidenceRow](ctx, s, domain.NounEvidence, org, int64(id))
	return one(row, err, evidenceRow.domain)
}

// FindEvidence lists one page of the library.
func (s *Store) FindEvidence(ctx context.Context, org domain.OrgID, f domain.EvidenceFilter) (domain.List[domain.EvidenceSummary], error) {
	out := domain.List[domain.EvidenceSummary]{Page: f.Page}
	found, err := s.findWords(ctx, org, f)
	if err != nil {
		return out, err
	}
	if out.Total, out.More, err = s.countEvidence(ctx, org, f, found); err != nil {
		return out, err
	}
	ids, err := s.evidencePage(ctx, org, f, out.Total, found)
	if err != nil || len(ids) == 0 {
		return out, err
	}
	out.Rows, err = s.evidenceSummaries(ctx, org, ids)
	return out, err
}

// evidenceSummaries reads items in the order of the ids given.
func (s *Store) evidenceSummaries(ctx context.Context, org domain.OrgID, ids []int64) ([]domain.EvidenceSummary, error) {
	type summaryRow struct {
		Row      evidenceRow `gorm:"embedded"`
		FileName string
		Size     int64
		Author   string
		Controls int

		MediaType  string
		CapturedOn string
	}
	q := s.r(ctx).Model(&evidenceRow{}).Where("evidence.org_id = ? AND evidence.id IN ?", int64(org), ids).Select(`evidence.*, p.name AS author, v.file_name, v.size, v.media_type, v.captured_on,
		(SELECT COUNT(*) FROM evidence_controls ec WHERE ec.org_id = evidence.org_id AND ec.evidence_id = evidence.id) AS controls`).
		Joins("JOIN people p ON p.id = evidence.author_id").
		Joins("JOIN evidence_versions v ON v.org_id = evidence.org_id AND v.evidence_id = evidence.id AND v.number = evidence.versions")
	rows, err := all[summaryRow](q, domain.NounEvidence)
	place := make(map[int64]int, len(ids))
	for i, id := range ids {
		place[id] = i
	}
	slices.SortFunc(rows, func(a, b summaryRow) int { return place[a.Row.ID] - place[b.Row.ID] })
	return each(rows, err, func(r summaryRow) domain.EvidenceSummary {
		return domain.EvidenceSummary{Evidence: r.Row.domain(), FileName: r.FileName, Size: r.Size, Author: r.Author, Controls: r.Controls,
			MediaType: r.MediaType, CapturedOn: day(r.CapturedOn)}
	})
}

// evidenceWhere selects what a filter lets through; found are the items that hold
// its words, nil while the search does not know them.
func (s *Store) evidenceWhere(ctx context.Context, org domain.OrgID, f domain.EvidenceFilter, found *foundEvidence) *gorm.DB {
	q := s.r(ctx).Model(&evidenceRow{}).Where("evidence.org_id = ?", int64(org))
	switch {
	case found != nil && found.few():
		q = q.Where("evidence.id IN ?", found.ids)
	case found != nil:
		q = s.holding(ctx, q, found.query)
	case f.Query != "":
		q = q.Where(`evidence.folded LIKE ? ESCAPE '\'`, contains(f.Query))
	}
	q = narrowed(q, f, f.Held || f.ExpiresBy != 0)
	if f.Control != 0 {
		q = q.Where(`EXISTS (SELECT 1 FROM evidence_controls ec WHERE ec.org_id = evidence.org_id AND ec.evidence_id = evidence.id AND ec.control_id = ?)`, int64(f.Control))
	}
	return keptWhere(q, f)
}

// holding tests each item for the words looked for.
func (s *Store) holding(ctx context.Context, q *gorm.DB, words searchQuery) *gorm.DB {
	docs := s.r(ctx).Table("search_docs d").Select("1").Where("d.org_id = evidence.org_id AND d.id = evidence.id + ?", searchables[domain.NounEvidence].id(0))
	for _, pattern := range words.patterns() {
		docs = docs.Where(saidColumns+" LIKE ?", pattern)
	}
	return q.Where("EXISTS (?)", docs)
}

type evidenceVersionRow struct {
	ID         int64
	OrgID      int64
	EvidenceID int64
	Number     int
	FileName   string
	MediaType  string
	SHA256     []byte `gorm:"column:sha256"`
	SHA512     string `gorm:"column:sha512"`
	CRC32      int64  `gorm:"column:crc32"`
	Size       int64
	URL        string
	Note       string
	CapturedOn string
	PeriodFrom string
	PeriodTo   string
	UploadedBy int64
	UploadedAt int64
	Expires    string
}

func (evidenceVersionRow) TableName() string { return "evidence_versions" }

func (r evidenceVersionRow) domain() domain.EvidenceVersion {
	return domain.EvidenceVersion{ID: domain.VersionID(r.ID), Org: domain.OrgID(r.OrgID), Evidence: domain.EvidenceID(r.EvidenceID),
		Number: r.Number, FileName: r.FileName, MediaType: r.MediaType,
		Blob: domain.Blob{SHA256: digest(r.SHA256), SHA512: r.SHA512, CRC32: uint32(r.CRC32), Size: r.Size},
		URL:  r.URL, Note: r.Note, CapturedOn: day(r.CapturedOn), Period: days(r.PeriodFrom, r.PeriodTo),
		UploadedBy: domain.PersonID(r.UploadedBy), UploadedAt: moment(r.UploadedAt), Expires: day(r.Expires)}
}

// AddEvidenceVersion appends an immutable version and sets its id.
func (s *Store) AddEvidenceVersion(ctx context.Context, v *domain.EvidenceVersion) error {
	row := evidenceVersionRow{0, int64(v.Org), int64(v.Evidence), v.Number, v.FileName, v.MediaType, digestBytes(v.Blob.SHA256),
		v.Blob.SHA512, int64(v.Blob.CRC32), v.Blob.Size, v.URL, v.Note, v.CapturedOn.String(), v.Period.From.String(),
		v.Period.To.String(), int64(v.UploadedBy), micros(v.UploadedAt), v.Expires.String()}
	if err := insert(ctx, s, domain.NounEvidence, &row); err != nil {
		return err
	}
	v.ID = domain.VersionID(row.ID)
	if err := s.addScan(ctx, v); err != nil {
		return err
	}
	return s.queueText(ctx, *v)
}

// EvidenceVersions lists the versions of an item, the newest first.
func (s *Store) EvidenceVersions(ctx context.Context, org domain.OrgID, id domain.EvidenceID) ([]domain.EvidenceVersion, error) {
	q := s.r(ctx).Where("org_id = ? AND evidence_id = ?", int64(org), int64(id)).Order("number DESC")
	rows, err := all[evidenceVersionRow](q, domain.NounEvidence)
	return each(rows, err, evidenceVersionRow.domain)
}

type evidenceScanRow struct {
	OrgID      int64
	EvidenceID int64
	VersionID  int64
	Verdict    string
	Engine     string
	ScannedAt  int64
}

func (evidenceScanRow) TableName() string { return "evidence_scans" }

// addScan keeps what a scanner said of a version, where one is set up.
func (s *Store) addScan(ctx context.Context, v *domain.EvidenceVersion) error {
	if v.Scan.Verdict == "" {
		return nil
	}
	return insert(ctx, s, domain.NounEvidence, &evidenceScanRow{int64(v.Org), int64(v.Evidence), int64(v.ID), string(v.Scan.Verdict), v.Scan.Engine, micros(v.Scan.At)})
}

// ScansOf reads what scanners said of the versions of an item.
func (s *Store) ScansOf(ctx context.Context, org domain.OrgID, id domain.EvidenceID) (map[domain.VersionID]domain.Scan, error) {
	rows, err := all[evidenceScanRow](s.r(ctx).Where("org_id = ? AND evidence_id = ?", int64(org), int64(id)), domain.NounEvidence)
	out := map[domain.VersionID]domain.Scan{}
	for _, r := range rows {
		out[domain.VersionID(r.VersionID)] = domain.Scan{Verdict: domain.ScanVerdict(r.Verdict), Engine: r.Engine, At: moment(r.ScannedAt)}
	}
	return out, err
}

// AllEvidenceVersions lists every version of an organization in order: a pack
// ships the newest of each and names the others.
func (s *Store) AllEvidenceVersions(ctx context.Context, org domain.OrgID) ([]domain.EvidenceVersion, error) {
	rows, err := all[evidenceVersionRow](s.r(ctx).Where("org_id = ?", int64(org)).Order("evidence_id, number"), domain.NounEvidence)
	return each(rows, err, evidenceVersionRow.domain)
}

// EvidenceWithBytes finds the items of an organization that hold the same
// bytes, oldest first.
func (s *Store) EvidenceWithBytes(ctx context.Context, org domain.OrgID, d domain.Digest) ([]domain.Evidence, error) {
	q := s.r(ctx).Where(`org_id = ? AND id IN (SELECT evidence_id FROM evidence_versions v WHERE v.org_id = ? AND v.sha256 = ?)`,
		int64(org), int64(org), d[:]).Order("number + 0") // an expression: no index over all items is walked for it
	rows, err := all[evidenceRow](q, domain.NounEvidence)
	return each(rows, err, evidenceRow.domain)
}

type evidenceControlRow struct {
	OrgID      int64
	EvidenceID int64
	ControlID  int64
}

func (evidenceControlRow) TableName() string { return "evidence_controls" }

// LinkEvidence replaces the controls that an item speaks for.
func (s *Store) LinkEvidence(ctx context.Context, org domain.OrgID, id domain.EvidenceID, controls []domain.ControlID) error {
	err := s.w(ctx).Where("org_id = ? AND evidence_id = ?", int64(org), int64(id)).Delete(&evidenceControlRow{}).Error
	if err != nil {
		return fmt.Errorf("link evidence: %w", translate(err))
	}
	rows := make([]evidenceControlRow, len(controls))
	for i, c := range controls {
		rows[i] = evidenceControlRow{int64(org), int64(id), int64(c)}
	}
	return insertAll(ctx, s, domain.NounEvidence, rows)
}

// EvidenceLinks maps every item of an organization to the controls it speaks
// for; narrowed to one item when one is given.
func (s *Store) EvidenceLinks(ctx context.Context, org domain.OrgID, id domain.EvidenceID) (map[domain.EvidenceID][]domain.ControlID, error) {
	q := s.r(ctx).Where("org_id = ?", int64(org)).Order("evidence_id, control_id")
	if id != 0 {
		q = q.Where("evidence_id = ?", int64(id))
	}
	rows, err := all[evidenceControlRow](q, domain.NounEvidence)
	out := map[domain.EvidenceID][]domain.ControlID{}
	for _, r := range rows {
		e := domain.EvidenceID(r.EvidenceID)
		out[e] = append(out[e], domain.ControlID(r.ControlID))
	}
	return out, err
}

// EvidenceFacts reads what rules need to know of the items offered as proof of
// any customer responsibility.
func (s *Store) EvidenceFacts(ctx context.Context, org domain.OrgID) (map[domain.EvidenceID]domain.EvidenceFact, error) {
	q := s.r(ctx).Where("org_id = ? AND id IN (SELECT evidence_id FROM responsibility_evidence re WHERE re.org_id = ?)", int64(org), int64(org))
	rows, err := all[evidenceRow](q, domain.NounEvidence)
	if err != nil || len(rows) == 0 {
		return map[domain.EvidenceID]domain.EvidenceFact{}, err
	}
	accepted, err := s.acceptances(ctx, org, time.Time{}, true)
	out := make(map[domain.EvidenceID]domain.EvidenceFact, len(rows))
	for _, r := range rows {
		e := r.domain()
		out[e.ID] = domain.FactOf(e, accepted[e.ID])
	}
	return out, err
}

// Acceptances maps each item whose last review accepted a version to that
// review, or to its last one before a moment when one is given. A later return
// takes an acceptance back.
func (s *Store) Acceptances(ctx context.Context, org domain.OrgID, before time.Time) (map[domain.EvidenceID]domain.Acceptance, error) {
	return s.acceptances(ctx, org, before, false)
}

// acceptances are those of all items, or of the ones offered as proof of a duty:
// a library may hold a million others.
func (s *Store) acceptances(ctx context.Context, org domain.OrgID, before time.Time, proofs bool) (map[domain.EvidenceID]domain.Acceptance, error) {
	last := s.r(ctx).Model(&reviewRow{}).Select("MAX(id)").Where("org_id = ?", int64(org)).Group("evidence_id")
	if proofs {
		last = last.Where("evidence_id IN (SELECT evidence_id FROM responsibility_evidence re WHERE re.org_id = ?)", int64(org))
	}
	if !before.IsZero() {
		last = last.Where("at < ?", micros(before))
	}
	var rows []struct {
		EvidenceID, ReviewerID, At int64
		PeriodFrom, PeriodTo       string
		Expires                    string
	}
	err := s.r(ctx).Table("reviews rv").Select("rv.evidence_id, rv.reviewer_id, rv.at, v.period_from, v.period_to, v.expires").
		Joins("JOIN evidence_versions v ON v.org_id = rv.org_id AND v.id = rv.version_id").
		Where("rv.org_id = ? AND rv.id IN (?) AND rv.verdict = ?", int64(org), last, string(domain.EvidenceAccepted)).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read acceptances: %w", translate(err))
	}
	out := make(map[domain.EvidenceID]domain.Acceptance, len(rows))
	for _, r := range rows {
		out[domain.EvidenceID(r.EvidenceID)] = domain.Acceptance{By: domain.PersonID(r.ReviewerID), On: domain.DateOf(moment(r.At)),
			Period: days(r.PeriodFrom, r.PeriodTo), Expires: day(r.Expires)}
	}
	return out, nil
}

type reviewRow struct {
	ID         int64
	OrgID      int64
	EvidenceID int64
	VersionID  int64
	Verdict    string
	Reason     string
	Comment    string
	Override   string
	ReviewerID int64
	At         int64
}

func (reviewRow) TableName() string { return "reviews" }

func (r reviewRow) domain() domain.Review {
	return domain.Review{ID: domain.ReviewID(r.ID), Org: domain.OrgID(r.OrgID), Evidence: domain.EvidenceID(r.EvidenceID),
		VersionID: domain.VersionID(r.VersionID), Verdict: domain.EvidenceState(r.Verdict), Reason: domain.ReviewReason(r.Reason),
		Comment: r.Comment, Override: r.Override, Reviewer: domain.PersonID(r.ReviewerID), At: moment(r.At)}
}

// AddReview appends a verdict; it is final.
func (s *Store) AddReview(ctx context.Context, v *domain.Review) error {
	row := reviewRow{0, int64(v.Org), int64(v.Evidence), int64(v.VersionID), string(v.Verdict), string(v.Reason), v.Comment,
		v.Override, int64(v.Reviewer), micros(v.At)}
	if err := insert(ctx, s, domain.NounReview, &row); err != nil {
		return err
	}
	v.ID = domain.ReviewID(row.ID)
	return nil
}

// Reviews lists the verdicts on an item, or on all items for 0, the newest first.
func (s *Store) Reviews(ctx context.Context, org domain.OrgID, id domain.EvidenceID) ([]domain.ReviewView, error) {
	type viewRow struct {
		Row      reviewRow `gorm:"embedded"`
		Reviewer string
	}
	q := s.r(ctx).Table("reviews").Select("reviews.*, p.name AS reviewer").Joins("JOIN people p ON p.id = reviews.reviewer_id").
		Where("reviews.org_id = ?", int64(org)).Order("reviews.id DESC")
	if id != 0 {
		q = q.Where("evidence_id = ?", int64(id))
	}
	rows, err := all[viewRow](q, domain.NounReview)
	return each(rows, err, func(r viewRow) domain.ReviewView {
		return domain.ReviewView{Review: r.Row.domain(), Reviewer: r.Reviewer}
	})
}

// AllEvidence reads every item of an organization by id, for packs and checks.
func (s *Store) AllEvidence(ctx context.Context, org domain.OrgID) (map[domain.EvidenceID]domain.Evidence, error) {
	rows, err := all[evidenceRow](s.r(ctx).Where("org_id = ?", int64(org)), domain.NounEvidence)
	out := make(map[domain.EvidenceID]domain.Evidence, len(rows))
	for _, r := range rows {
		out[domain.EvidenceID(r.ID)] = r.domain()
	}
	return out, err
}
