package store

import (
	"context"
	"strconv"

	"relier/internal/domain"
)

// What follows reads the documents of one noun each.

func controlDocuments(ctx context.Context, s *Store, org int64, ids []int64) ([]document, error) {
	var rows []struct {
		ID                       int64
		Code, Title, Description string
		Owner                    string
	}
	err := s.r(ctx).Table("controls c").Select("c.id, c.code, c.title, c.description, COALESCE(p.name, '') AS owner").
		Joins("LEFT JOIN ownerships o ON o.org_id = c.org_id AND o.control_id = c.id AND o.state <> 'ended'").
		Joins("LEFT JOIN people p ON p.id = o.person_id").Where("c.org_id = ? AND c.id IN ?", org, ids).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	var reqs []controlRequirementRow
	if err := s.r(ctx).Where("org_id = ? AND control_id IN ?", org, ids).Order("control_id, edition DESC, code").Find(&reqs).Error; err != nil {
		return nil, err
	}
	codes := map[int64][]string{}
	for _, r := range reqs {
		codes[r.ControlID] = append(codes[r.ControlID], r.Code)
	}
	duties, err := dutiesSaid(ctx, s, org, ids)
	out := make([]document, len(rows))
	for i, r := range rows {
		said := append([]string{r.Description, r.Owner}, codes[r.ID]...)
		out[i] = document{object: r.ID, code: r.Code, title: r.Title, said: append(said, duties[r.ID]...)}
	}
	return out, err
}

// dutiesSaid lists, by control, what its customer responsibilities say.
func dutiesSaid(ctx context.Context, s *Store, org int64, controls []int64) (map[int64][]string, error) {
	var rows []struct {
		ControlID                              int64
		Sentence, Expected, Frequency, Because string
	}
	err := s.r(ctx).Table("responsibilities").Select("control_id, sentence, expected, frequency, because").
		Where("org_id = ? AND control_id IN ?", org, controls).Order("id").Scan(&rows).Error
	out := map[int64][]string{}
	for _, r := range rows {
		out[r.ControlID] = append(out[r.ControlID], r.Sentence, r.Expected, r.Frequency, r.Because)
	}
	return out, err
}

func serviceDocuments(ctx context.Context, s *Store, org int64, ids []int64) ([]document, error) {
	rows, err := all[serviceRow](s.r(ctx).Where("org_id = ? AND id IN ?", org, ids), domain.NounService)
	return each(rows, err, func(r serviceRow) document {
		d := document{object: r.ID, title: r.Name, said: []string{r.Catalogue}}
		for _, c := range unlist[domain.ServiceChange](r.Changes) {
			d.said = append(d.said, c.Now)
		}
		return d
	})
}

func certificateDocuments(ctx context.Context, s *Store, org int64, ids []int64) ([]document, error) {
	rows, err := all[certificateRow](s.r(ctx).Where("org_id = ? AND id IN ?", org, ids), domain.NounCertificate)
	return each(rows, err, func(r certificateRow) document {
		return document{object: r.ID, code: r.Number, title: r.Title, said: append([]string{r.Body, r.Accreditation, r.CheckedWhere, r.ScopeText}, serviceKeys(r.Names)...)}
	})
}

func reportDocuments(ctx context.Context, s *Store, org int64, ids []int64) ([]document, error) {
	rows, err := all[reportRow](s.r(ctx).Where("org_id = ? AND id IN ?", org, ids), domain.NounReport)
	return each(rows, err, func(r reportRow) document {
		return document{object: r.ID, title: r.Title, said: append([]string{r.Note}, serviceKeys(r.Names)...)}
	})
}

func serviceKeys(names string) []string {
	var out []string
	for _, n := range unlist[domain.Named](names) {
		out = append(out, n.Service)
	}
	return distinct(out)
}

// requestDocuments leave out drafts, which only some may see.
func requestDocuments(ctx context.Context, s *Store, org int64, ids []int64) ([]document, error) {
	rows, err := all[requestRow](s.r(ctx).Where("org_id = ? AND id IN ? AND state <> ?", org, ids, string(domain.RequestDraft)), domain.NounRequest)
	return each(rows, err, func(r requestRow) document {
		return document{object: r.ID, engagement: r.EngagementID, code: domain.Request{Number: r.Number}.Code(), numbered: true, title: r.What,
			said: []string{r.Detail, r.Format, r.Example}}
	})
}

func evidenceDocuments(ctx context.Context, s *Store, org int64, ids []int64) ([]document, error) {
	var rows []struct {
		Row                                   evidenceRow `gorm:"embedded"`
		Author, FileName, URL, Note, FileText string
	}
	err := s.r(ctx).Table("evidence e").Select("e.*, p.name AS author, v.file_name, v.url, v.note, COALESCE(t.text, '') AS file_text").
		Joins("JOIN people p ON p.id = e.author_id").
		Joins("JOIN evidence_versions v ON v.org_id = e.org_id AND v.evidence_id = e.id AND v.number = e.versions").
		Joins("LEFT JOIN evidence_texts t ON t.org_id = v.org_id AND t.version_id = v.id").
		Where("e.org_id = ? AND e.id IN ?", org, ids).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	var links []evidenceControlRow
	if err := s.r(ctx).Where("org_id = ? AND evidence_id IN ?", org, ids).Order("evidence_id, control_id").Find(&links).Error; err != nil {
		return nil, err
	}
	controls := map[int64][]string{}
	for _, l := range links {
		controls[l.EvidenceID] = append(controls[l.EvidenceID], facet("c", strconv.FormatInt(l.ControlID, 10)))
	}
	out := make([]document, len(rows))
	for i, r := range rows {
		e := r.Row
		out[i] = document{object: e.ID, code: domain.EvidenceCode(e.Number), numbered: true, title: e.Title, said: []string{e.Source, e.Method, r.FileName, r.Author, r.URL, r.Note},
			facets: append([]string{facet("s", e.State), facet("k", e.Kind)}, controls[e.ID]...), text: r.FileText}
	}
	return out, nil
}
