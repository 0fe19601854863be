package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"relier/internal/domain"
)

// awaited are the states in which somebody is to answer.
var awaited = []string{string(domain.RequestOpen), string(domain.RequestReturned)}

// toReview are the requests with an answer that waits for a verdict; an assessor
// judges the answers to their own.
const toReview = `EXISTS (SELECT 1 FROM request_answers a WHERE a.org_id = requests.org_id AND a.request_id = requests.id AND a.verdict = '')
	AND requests.state NOT IN ? AND (? AND NOT requests.external OR requests.author_id = ?)`

// FindRequests lists one page of the requests that the filter's reader may see.
func (s *Store) FindRequests(ctx context.Context, org domain.OrgID, f domain.RequestFilter) (domain.List[domain.RequestSummary], error) {
	out := domain.List[domain.RequestSummary]{Page: f.Page}
	var total int64
	if err := s.requestWhere(ctx, org, f).Count(&total).Error; err != nil {
		return out, fmt.Errorf("count requests: %w", translate(err))
	}
	type summaryRow struct {
		Row       requestRow `gorm:"embedded"`
		Assignee  string
		Author    string
		Answers   int
		Pending   int
		Reminders int
	}
	q := s.requestWhere(ctx, org, f).Select(`requests.*, COALESCE(p.name, '') AS assignee, w.name AS author,
		(SELECT COUNT(*) FROM request_answers a WHERE a.org_id = requests.org_id AND a.request_id = requests.id) AS answers,
		(SELECT COUNT(*) FROM request_answers a WHERE a.org_id = requests.org_id AND a.request_id = requests.id AND a.verdict = '') AS pending,
		(SELECT COUNT(*) FROM request_reminders m WHERE m.org_id = requests.org_id AND m.request_id = requests.id) AS reminders`).
		Joins("LEFT JOIN people p ON p.id = requests.assignee_id").Joins("JOIN people w ON w.id = requests.author_id").
		Order(requestOrder(f)).Offset(f.Page.Offset()).Limit(f.Page.Limit())
	rows, err := all[summaryRow](q, domain.NounRequest)
	if err != nil {
		return out, err
	}
	out.Total = int(total)
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.Row.ID
	}
	codes, err := s.codesOfRequests(ctx, org, ids)
	out.Rows, err = each(rows, err, func(r summaryRow) domain.RequestSummary {
		return domain.RequestSummary{Request: r.Row.domain(), AssigneeName: r.Assignee, AuthorName: r.Author, Codes: codes[r.Row.ID],
			Answers: r.Answers, Pending: r.Pending, Reminders: r.Reminders}
	})
	return out, err
}

// codesOfRequests maps requests to the codes of their controls, in order.
func (s *Store) codesOfRequests(ctx context.Context, org domain.OrgID, ids []int64) (map[int64][]string, error) {
	out := map[int64][]string{}
	if len(ids) == 0 {
		return out, nil
	}
	var rows []struct {
		RequestID int64
		Code      string
	}
	q := s.r(ctx).Table("request_controls").Select("request_controls.request_id, c.code").
		Joins("JOIN controls c ON c.org_id = request_controls.org_id AND c.id = request_controls.control_id").
		Where("request_controls.org_id = ?", int64(org)).Order("c.sort_key, c.id")
	if err := within(q, "request_controls.request_id", ids).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the controls of requests: %w", translate(err))
	}
	for _, r := range rows {
		out[r.RequestID] = append(out[r.RequestID], r.Code)
	}
	return out, nil
}

// CountRequests counts what each view holds for a reader, in one statement.
func (s *Store) CountRequests(ctx context.Context, org domain.OrgID, f domain.RequestFilter) (domain.RequestCounts, error) {
	var n struct{ Everything, Mine, Awaited, Overdue, Returned, Review int }
	count := "COALESCE(SUM(CASE WHEN %s THEN 1 ELSE 0 END), 0)"
	err := s.requestSeen(ctx, org, f).Select("COUNT(*) AS everything, "+
		fmt.Sprintf(count, "assignee_id = ? AND state IN ?")+" AS mine, "+
		fmt.Sprintf(count, "assignee_id = ? AND state IN ?")+" AS awaited, "+
		fmt.Sprintf(count, "due < ? AND state IN ?")+" AS overdue, "+
		fmt.Sprintf(count, "state = ?")+" AS returned, "+
		fmt.Sprintf(count, toReview)+" AS review",
		int64(f.Reader.Person), notOver, int64(f.Reader.Person), awaited, f.Today.String(), awaited, string(domain.RequestReturned),
		over, f.Reader.Role != domain.RoleAssessor, int64(f.Reader.Person)).Scan(&n).Error
	if err != nil {
		return nil, fmt.Errorf("count requests: %w", translate(err))
	}
	return domain.RequestCounts{domain.RequestsAll: n.Everything, domain.RequestsMine: n.Mine, domain.RequestsAwaited: n.Awaited, domain.RequestsOverdue: n.Overdue,
		domain.RequestsReturned: n.Returned, domain.RequestsReview: n.Review}, nil
}

var (
	over    = []string{string(domain.RequestSatisfied), string(domain.RequestWithdrawn)}
	notOver = []string{string(domain.RequestOpen), string(domain.RequestSubmitted), string(domain.RequestReturned)}
)

// requestSeen are the requests of an engagement that exist for a reader.
func (s *Store) requestSeen(ctx context.Context, org domain.OrgID, f domain.RequestFilter) *gorm.DB {
	q := s.r(ctx).Model(&requestRow{}).Where("requests.org_id = ? AND requests.engagement_id = ?", int64(org), int64(f.Engagement))
	return q.Where("(requests.state <> ? OR requests.author_id = ? OR ? AND NOT requests.external)", string(domain.RequestDraft), int64(f.Reader.Person), f.Reader.SeesDrafts())
}

func (s *Store) requestWhere(ctx context.Context, org domain.OrgID, f domain.RequestFilter) *gorm.DB {
	q := s.requestSeen(ctx, org, f)
	switch f.View {
	case domain.RequestsMine:
		q = q.Where("requests.assignee_id = ? AND requests.state IN ?", int64(f.Reader.Person), notOver)
	case domain.RequestsAwaited:
		q = q.Where("requests.assignee_id = ? AND requests.state IN ?", int64(f.Reader.Person), awaited)
	case domain.RequestsOverdue:
		q = q.Where("requests.due < ? AND requests.state IN ?", f.Today.String(), awaited)
	case domain.RequestsReturned:
		q = q.Where("requests.state = ?", string(domain.RequestReturned))
	case domain.RequestsReview:
		q = q.Where(toReview, over, f.Reader.Role != domain.RoleAssessor, int64(f.Reader.Person))
	}
	if f.Query != "" {
		q = q.Where(`requests.folded LIKE ? ESCAPE '\'`, contains(f.Query))
	}
	if f.State != "" {
		q = q.Where("requests.state = ?", string(f.State))
	}
	switch {
	case f.Assignee == domain.NoOwner:
		q = q.Where("requests.assignee_id IS NULL")
	case f.Assignee != 0:
		q = q.Where("requests.assignee_id = ?", int64(f.Assignee))
	}
	if f.Control != 0 {
		q = q.Where(`EXISTS (SELECT 1 FROM request_controls rc WHERE rc.org_id = requests.org_id AND rc.request_id = requests.id AND rc.control_id = ?)`, int64(f.Control))
	}
	if f.DueBy != 0 {
		q = q.Where("requests.due <= ?", f.DueBy.String())
	}
	return q
}

// requestColumns are what the list can be sorted by.
var requestColumns = map[string]string{"number": "requests.number", "what": "requests.folded", "due": "requests.due", "state": "requests.state", "assignee": "p.name"}

func requestOrder(f domain.RequestFilter) string {
	column, ok := requestColumns[f.Sort]
	if !ok {
		return "CASE WHEN requests.state IN ('satisfied', 'withdrawn') THEN 1 ELSE 0 END, requests.due, requests.number" // what is wanted first
	}
	if f.Desc {
		column += " DESC"
	}
	return column + ", requests.number"
}
