package domain

import "slices"

// ListedChange is how a newer catalogue differs about one service or document.
type ListedChange string

const (
	ListedAdded     ListedChange = "added"     // listed now, not before
	ListedDropped   ListedChange = "dropped"   // listed before, no longer
	ListedRenamed   ListedChange = "renamed"   // a new name
	ListedMoved     ListedChange = "moved"     // another offering or cloud
	ListedClosed    ListedChange = "closed"    // a closing day, or another one
	ListedReopened  ListedChange = "reopened"  // the closing day is gone
	ListedRetracted ListedChange = "retracted" // a rename or move told before is not told any more
	ListedDescribed ListedChange = "described" // its name, title, number or another detail reads otherwise
)

// ListedChanges lists them in the order a diff shows them.
var ListedChanges = []ListedChange{ListedClosed, ListedReopened, ListedRenamed, ListedMoved, ListedRetracted, ListedAdded, ListedDropped, ListedDescribed}

// ServiceDifference is one difference about one service.
type ServiceDifference struct {
	What   ListedChange
	Was    ListedService // zero when added
	Now    ListedService // zero when dropped
	Change ServiceChange // for renamed, moved and retracted
}

// ID names the service.
func (d ServiceDifference) ID() string {
	if d.Now.ID != "" {
		return d.Now.ID
	}
	return d.Was.ID
}

// Name is the service's name in the newer snapshot, or its last one.
func (d ServiceDifference) Name() Text {
	if d.Now.ID != "" {
		return d.Now.Name
	}
	return d.Was.Name
}

// DocumentDifference is one difference about one certificate, report or SoA:
// added, dropped or described otherwise.
type DocumentDifference struct {
	What     ListedChange
	Was, Now ListedDocument
}

// CatalogueDiff is how a catalogue differs from the one in use.
type CatalogueDiff struct {
	Services  []ServiceDifference
	Documents []DocumentDifference
}

// Added lists the documents that are listed now and were not.
func (d CatalogueDiff) Added() []ListedDocument {
	var out []ListedDocument
	for _, v := range d.Documents {
		if v.What == ListedAdded {
			out = append(out, v.Now)
		}
	}
	return out
}

// CompareCatalogues says what changes from one snapshot to the next: kind by
// kind, in the order of the files.
func CompareCatalogues(was, now CatalogueFile) CatalogueDiff {
	var d CatalogueDiff
	for _, n := range now.Services {
		if w, listed := was.Service(n.ID); listed {
			d.Services = append(d.Services, compareListed(w, n)...)
		} else {
			d.Services = append(d.Services, ServiceDifference{What: ListedAdded, Now: n})
		}
	}
	for _, w := range was.Services {
		if _, listed := now.Service(w.ID); !listed {
			d.Services = append(d.Services, ServiceDifference{What: ListedDropped, Was: w})
		}
	}
	slices.SortStableFunc(d.Services, func(a, b ServiceDifference) int {
		return slices.Index(ListedChanges, a.What) - slices.Index(ListedChanges, b.What)
	})
	d.Documents = compareDocuments(was, now)
	return d
}

func compareListed(was, now ListedService) []ServiceDifference {
	var out []ServiceDifference
	note := func(what ListedChange, c ServiceChange) { out = append(out, ServiceDifference{what, was, now, c}) }
	switch {
	case now.Closed != 0 && now.Closed != was.Closed:
		note(ListedClosed, ServiceChange{})
	case was.Closed != 0 && now.Closed == 0:
		note(ListedReopened, ServiceChange{})
	}
	for _, c := range now.Changes {
		if !slices.Contains(was.Changes, c) {
			note(map[ServiceChangeKind]ListedChange{ServiceRenamed: ListedRenamed, ServiceMoved: ListedMoved}[c.Kind], c)
		}
	}
	for _, c := range was.Changes {
		if !slices.Contains(now.Changes, c) {
			note(ListedRetracted, c)
		}
	}
	same := was.Name == now.Name && was.Successor == now.Successor && was.Note == now.Note && slices.Equal(was.Environments, now.Environments)
	if !same {
		note(ListedDescribed, ServiceChange{})
	}
	return out
}

func compareDocuments(was, now CatalogueFile) []DocumentDifference {
	var added, dropped, described []DocumentDifference
	for _, n := range now.Documents {
		w, listed := was.Document(n.ID)
		switch {
		case !listed:
			added = append(added, DocumentDifference{What: ListedAdded, Now: n})
		case !w.same(n):
			described = append(described, DocumentDifference{ListedDescribed, w, n})
		}
	}
	for _, w := range was.Documents {
		if _, listed := now.Document(w.ID); !listed {
			dropped = append(dropped, DocumentDifference{What: ListedDropped, Was: w})
		}
	}
	return slices.Concat(added, dropped, described)
}

func (d ListedDocument) same(o ListedDocument) bool {
	return d.Kind == o.Kind && d.Title == o.Title && d.Number == o.Number && d.Edition == o.Edition && d.URL == o.URL && slices.Equal(d.Services, o.Services)
}
