package store

import (
	"context"

	"relier/internal/domain"
)

type serviceRow struct {
	ID          int64
	OrgID       int64
	Catalogue   string
	Name        string
	Environment string
	Model       string
	FromDay     string
	ToDay       string
	State       string
	ClosedDay   string
	Changes     string
	Version     int
}

func (serviceRow) TableName() string { return "services" }

func (r serviceRow) domain() domain.Service {
	return domain.Service{ID: domain.ServiceID(r.ID), Org: domain.OrgID(r.OrgID), Key: r.Catalogue, Name: r.Name,
		Environment: domain.Environment(r.Environment), Model: domain.ServiceModel(r.Model), From: day(r.FromDay), To: day(r.ToDay),
		State: domain.ServiceState(r.State), Closed: day(r.ClosedDay),
		Changes: unlist[domain.ServiceChange](r.Changes), Version: r.Version}
}

func serviceOf(v domain.Service) serviceRow {
	return serviceRow{int64(v.ID), int64(v.Org), v.Key, v.Name, string(v.Environment), string(v.Model),
		v.From.String(), v.To.String(), string(v.State), v.Closed.String(), list(v.Changes), v.Version}
}

// CreateService adds a service in use and sets its id.
func (s *Store) CreateService(ctx context.Context, v *domain.Service) error {
	v.Version = 1
	row := serviceOf(*v)
	if err := insert(ctx, s, domain.NounService, &row); err != nil {
		return err
	}
	v.ID = domain.ServiceID(row.ID)
	return nil
}

// UpdateService replaces a service at the version its editor saw.
func (s *Store) UpdateService(ctx context.Context, v *domain.Service) error {
	row := serviceOf(*v)
	row.Version++
	if err := replace(ctx, s, domain.NounService, &row, v.Org, row.ID, v.Version); err != nil {
		return err
	}
	v.Version = row.Version
	return nil
}

// Service reads one service.
func (s *Store) Service(ctx context.Context, org domain.OrgID, id domain.ServiceID) (domain.Service, error) {
	row, err := byID[serviceRow](ctx, s, domain.NounService, org, int64(id))
	return one(row, err, serviceRow.domain)
}

// Services lists the services of an organization by name.
func (s *Store) Services(ctx context.Context, org domain.OrgID) ([]domain.Service, error) {
	rows, err := all[serviceRow](s.r(ctx).Where("org_id = ?", int64(org)).Order("name, environment, id"), domain.NounService)
	return each(rows, err, serviceRow.domain)
}
