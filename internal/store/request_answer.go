package store

import (
	"context"
	"fmt"

	"relier/internal/domain"
)

type requestAnswerRow struct {
	ID         int64
	OrgID      int64
	RequestID  int64
	EvidenceID int64
	VersionID  int64
	ByID       int64
	At         int64
	Note       string
	Verdict    string
	Reason     string
	Comment    string
	Override   string
	ReviewerID *int64
	ReviewedAt int64
	Version    int
}

func (requestAnswerRow) TableName() string { return "request_answers" }

func (r requestAnswerRow) domain() domain.RequestAnswer {
	return domain.RequestAnswer{ID: domain.AnswerID(r.ID), Org: domain.OrgID(r.OrgID), Request: domain.RequestID(r.RequestID),
		Evidence: domain.EvidenceID(r.EvidenceID), VersionID: domain.VersionID(r.VersionID), By: domain.PersonID(r.ByID), At: moment(r.At), Note: r.Note,
		Verdict: domain.EvidenceState(r.Verdict), Reason: domain.ReviewReason(r.Reason), Comment: r.Comment, Override: r.Override,
		Reviewer: deref[domain.PersonID](r.ReviewerID), ReviewedAt: moment(r.ReviewedAt), Version: r.Version}
}

func answerOf(v domain.RequestAnswer) requestAnswerRow {
	return requestAnswerRow{int64(v.ID), int64(v.Org), int64(v.Request), int64(v.Evidence), int64(v.VersionID), int64(v.By), micros(v.At), v.Note,
		string(v.Verdict), string(v.Reason), v.Comment, v.Override, ref(v.Reviewer), micros(v.ReviewedAt), v.Version}
}

// AddAnswer appends an answer and sets its id.
func (s *Store) AddAnswer(ctx context.Context, v *domain.RequestAnswer) error {
	v.Version = 1
	row := answerOf(*v)
	if err := insert(ctx, s, domain.NounRequest, &row); err != nil {
		return err
	}
	v.ID = domain.AnswerID(row.ID)
	return nil
}

// JudgeAnswer writes the verdict on an answer, once.
func (s *Store) JudgeAnswer(ctx context.Context, v *domain.RequestAnswer) error {
	row := answerOf(*v)
	row.Version++
	if err := replace(ctx, s, domain.NounRequest, &row, v.Org, row.ID, v.Version); err != nil {
		return err
	}
	v.Version = row.Version
	return nil
}

// Answers lists the answers to a request in the order they came.
func (s *Store) Answers(ctx context.Context, org domain.OrgID, id domain.RequestID) ([]domain.RequestAnswer, error) {
	rows, err := all[requestAnswerRow](s.r(ctx).Where("org_id = ? AND request_id = ?", int64(org), int64(id)).Order("id"), domain.NounRequest)
	return each(rows, err, requestAnswerRow.domain)
}

// AnswerViews lists the answers to a request with the versions offered and who
// said what, the newest first.
func (s *Store) AnswerViews(ctx context.Context, org domain.OrgID, id domain.RequestID) ([]domain.RequestAnswerView, error) {
	answers, err := s.Answers(ctx, org, id)
	if err != nil || len(answers) == 0 {
		return nil, err
	}
	items, err := all[evidenceRow](s.r(ctx).Where(`org_id = ? AND id IN (SELECT evidence_id FROM request_answers a WHERE a.org_id = ? AND a.request_id = ?)`,
		int64(org), int64(org), int64(id)), domain.NounEvidence)
	if err != nil {
		return nil, err
	}
	versions, err := all[evidenceVersionRow](s.r(ctx).Where(`org_id = ? AND id IN (SELECT version_id FROM request_answers a WHERE a.org_id = ? AND a.request_id = ?)`,
		int64(org), int64(org), int64(id)), domain.NounEvidence)
	if err != nil {
		return nil, err
	}
	names, err := s.namesOfAnswers(ctx, org, id)
	if err != nil {
		return nil, err
	}
	byItem, byVersion := map[domain.EvidenceID]domain.Evidence{}, map[domain.VersionID]domain.EvidenceVersion{}
	for _, r := range items {
		byItem[domain.EvidenceID(r.ID)] = r.domain()
	}
	for _, r := range versions {
		byVersion[domain.VersionID(r.ID)] = r.domain()
	}
	out := make([]domain.RequestAnswerView, len(answers))
	for i, a := range answers {
		out[len(out)-1-i] = domain.RequestAnswerView{Answer: a, Item: byItem[a.Evidence], Version: byVersion[a.VersionID], ByName: names[a.By], ReviewerName: names[a.Reviewer]}
	}
	return out, nil
}

func (s *Store) namesOfAnswers(ctx context.Context, org domain.OrgID, id domain.RequestID) (map[domain.PersonID]string, error) {
	var rows []struct {
		ID   int64
		Name string
	}
	err := s.r(ctx).Table("people").Select("people.id, people.name").
		Where(`EXISTS (SELECT 1 FROM request_answers a WHERE a.org_id = ? AND a.request_id = ? AND (a.by_id = people.id OR a.reviewer_id = people.id))`,
			int64(org), int64(id)).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("name who answered: %w", translate(err))
	}
	out := map[domain.PersonID]string{}
	for _, r := range rows {
		out[domain.PersonID(r.ID)] = r.Name
	}
	return out, nil
}

// RequestsAnsweredBy lists the requests for which an item was offered.
func (s *Store) RequestsAnsweredBy(ctx context.Context, org domain.OrgID, id domain.EvidenceID) ([]domain.Request, error) {
	q := s.r(ctx).Where(`org_id = ? AND id IN (SELECT request_id FROM request_answers a WHERE a.org_id = ? AND a.evidence_id = ?)`,
		int64(org), int64(org), int64(id)).Order("number")
	rows, err := all[requestRow](q, domain.NounRequest)
	return each(rows, err, requestRow.domain)
}

// candidatesMost is how many items are looked at for one request; the newest
// that were accepted come first.
const candidatesMost = 200

// EvidenceThatMayAnswer lists items whose days overlap a period and that speak
// for one of the controls; for a question about no control, items whose title
// holds a word of it.
func (s *Store) EvidenceThatMayAnswer(ctx context.Context, org domain.OrgID, controls []domain.ControlID, p domain.Period, word string) ([]domain.RequestCandidate, error) {
	type candidateRow struct {
		Row  evidenceRow `gorm:"embedded"`
		Size int64
	}
	q := s.r(ctx).Model(&evidenceRow{}).Select("evidence.*, v.size").
		Joins("JOIN evidence_versions v ON v.org_id = evidence.org_id AND v.evidence_id = evidence.id AND v.number = evidence.versions").
		Where("evidence.org_id = ? AND evidence.state IN ?", int64(org), []string{string(domain.EvidenceAccepted), string(domain.EvidenceSubmitted)}).
		Where("evidence.period_from <> '' AND evidence.period_from <= ? AND evidence.period_to >= ?", p.To.String(), p.From.String())
	if len(controls) > 0 {
		ids := make([]int64, len(controls))
		for i, c := range controls {
			ids[i] = int64(c)
		}
		q = q.Where("evidence.id IN (SELECT evidence_id FROM evidence_controls ec WHERE ec.org_id = ? AND ec.control_id IN ?)", int64(org), ids)
	} else {
		q = q.Where(`evidence.folded LIKE ? ESCAPE '\'`, contains(word))
	}
	rows, err := all[candidateRow](q.Order("evidence.state, evidence.number DESC").Limit(candidatesMost), domain.NounEvidence)
	return each(rows, err, func(r candidateRow) domain.RequestCandidate {
		return domain.RequestCandidate{Item: r.Row.domain(), Size: r.Size, Shared: len(controls) > 0}
	})
}
