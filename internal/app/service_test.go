package app_test

import (
	"testing"

	"relier/internal/domain"
)

func TestService_KeepsItsKey(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	manager := h.as(domain.RoleManager)
	own := domain.Service{Name: "Mail gateway", Environment: domain.EnvPublic, Model: domain.ModelSaaS, State: domain.ServiceInUse}
	first, err := h.SaveService(ctx, manager, own)
	h.must(err)
	first.Name = "Gateway"
	renamed, err := h.SaveService(ctx, manager, first)
	h.must(err)
	if renamed.Key != "mail-gateway" {
		t.Errorf("a new name made the key %q: certificates that name it would lose it", renamed.Key)
	}
	own.Name = "Azure Germany"
	closed, err := h.SaveService(ctx, manager, own)
	h.must(err)
	if closed.Key != "azure-germany" || closed.Closed != domain.MustDate("2021-10-29") {
		t.Errorf("the catalogue's service under its typed name is %q, closed %q", closed.Key, closed.Closed)
	}
}

// An edit of a service keeps what became of its name, which no form asks for.
func TestService_KeepsItsChanges(t *testing.T) {
	h := newHouse(t)
	h.take(h.newer("2026-11-01", func(f *domain.CatalogueFile) {
		service(f, "azure").Changes = []domain.ServiceChange{{Kind: domain.ServiceRenamed, On: domain.MustDate("2026-02-01"), Now: "Azure Cloud"}}
	}))
	v, err := h.azure(), error(nil)
	v.Changes, v.Model = nil, domain.ModelPaaS
	v, err = h.SaveService(ctx, h.as(domain.RoleManager), v)
	h.must(err)
	if v, err = h.Service(ctx, h.as(domain.RoleManager), v.ID); err != nil || len(v.Changes) != 1 {
		t.Errorf("after an edit it has %v, %v", v.Changes, err)
	}
}
