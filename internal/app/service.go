package app

import (
	"context"

	"relier/internal/domain"
)

// Services lists the services of the organization.
func (a *App) Services(ctx context.Context, actor domain.Actor) ([]domain.Service, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return nil, err
	}
	return a.services(ctx, actor.Org)
}

// Service reads one service.
func (a *App) Service(ctx context.Context, actor domain.Actor, id domain.ServiceID) (domain.Service, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return domain.Service{}, err
	}
	v, err := a.store.Service(ctx, actor.Org, id)
	return single(ctx, a, actor.Org, domain.NounService, int64(id), v, err)
}

// SaveService adds a service (id 0) or changes one. A service of the catalogue
// takes its name and closing day from there; any other is known by its name.
func (a *App) SaveService(ctx context.Context, actor domain.Actor, v domain.Service) (domain.Service, error) {
	if err := actor.Allow(domain.ActServiceWrite); err != nil {
		return v, err
	}
	v.Org, v.Name = actor.Org, domain.Clean(v.Name)
	if err := a.identify(ctx, &v); err != nil {
		return v, err
	}
	if err := v.Check(); err != nil {
		return v, err
	}
	err := a.change(ctx, actor, func(c change) error { return c.saveService(a, &v) })
	return v, err
}

// identify settles by which key certificates and reports name the service. It
// never changes once given, for what was quoted speaks of that key; and a name
// that is the catalogue's is the catalogue's service, closing day included. From
// then on only an import changes what the catalogue says of it.
func (a *App) identify(ctx context.Context, v *domain.Service) error {
	in, err := a.catalogueOf(ctx, v.Org)
	if err != nil {
		return err
	}
	if v.ID != 0 {
		old, err := a.store.Service(ctx, v.Org, v.ID)
		if err != nil {
			return err
		}
		v.Key, v.Closed, v.Changes = old.Key, old.Closed, old.Changes
	} else {
		if _, known := in.Service(v.Key); !known {
			v.Key = domain.Slug(v.Name)
		}
		in.begin(v)
	}
	if known, _ := in.Service(v.Key); v.Name == "" {
		v.Name = known.Name.EN
	}
	return nil
}

func (c change) saveService(a *App, v *domain.Service) error {
	verb, save := "service.changed", c.UpdateService
	if v.ID == 0 {
		verb, save = "service.added", c.CreateService
	}
	if err := save(c.ctx, v); err != nil {
		if domain.KindOf(err) == domain.KindConflict && v.ID == 0 {
			return domain.Conflict("error.service.taken", domain.Args{"Name": v.Name}).At("key")
		}
		return err
	}
	if err := a.lapse(c); err != nil {
		return err
	}
	return c.record(verb, domain.NounService, int64(v.ID), 0, v.Name, v)
}
