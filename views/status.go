package views

import (
	"relier/internal/domain"
	"relier/internal/i18n"
)

// Kind is the meaning of a status, which decides its shape and colour.
type Kind string

const (
	KindReady    Kind = "ready"    // disc
	KindWaiting  Kind = "waiting"  // half-disc
	KindGap      Kind = "gap"      // triangle
	KindBlocked  Kind = "blocked"  // square
	KindExcluded Kind = "excluded" // dash
)

// StatusProps is a state in words, with the kind that draws it.
type StatusProps struct {
	Kind Kind
	Word string
}

// BucketStatus shows the readiness bucket of a control.
func BucketStatus(l *i18n.Localizer, b domain.Bucket) StatusProps {
	return StatusProps{Kind: Kind(b), Word: l.T("bucket."+string(b), nil)}
}

// StateStatus shows the state of an object: noun says what it is, because French
// words agree with it. The word is the message "state.<noun>.<state>".
func StateStatus[S ~string](l *i18n.Localizer, noun domain.Noun, state S) StatusProps {
	kind := stateKind(string(state))
	if noun == domain.NounRequest && string(state) == string(domain.RequestWithdrawn) {
		kind = KindExcluded // nobody waits for it: not a certificate that no longer counts
	}
	return StatusProps{Kind: kind, Word: l.T("state."+string(noun)+"."+string(state), nil)}
}

var stateKinds = map[string]Kind{
	"implemented": KindReady, "in_use": KindReady, "verified": KindReady, "reviewed": KindReady,
	"confirmed": KindReady, "approved": KindReady, "accepted": KindReady, "evidenced": KindReady,
	"acknowledged": KindReady, "effective": KindReady, "sealed": KindReady, "issued": KindReady,
	"valid": KindReady, "satisfied": KindReady, "fieldwork": KindReady, "active": KindReady,
	"settled": KindReady,

	"draft": KindWaiting, "planned": KindWaiting, "proposed": KindWaiting, "requested": KindWaiting,
	"to_request": KindWaiting, "obtained": KindWaiting, "submitted": KindWaiting, "upcoming": KindWaiting,
	"reporting": KindWaiting, "open": KindWaiting, "in_progress": KindWaiting,

	"partly": KindGap, "unverified": KindGap, "stale": KindGap, "expiring": KindGap, "returned": KindGap,
	"exceptions": KindGap, "unknown": KindGap,

	"not_implemented": KindBlocked, "withdrawn": KindBlocked, "refused": KindBlocked, "lapsed": KindBlocked,
	"expired": KindBlocked, "ended": KindBlocked, "ineffective": KindBlocked, "revoked": KindBlocked,

	"retired": KindExcluded, "superseded": KindExcluded, "closed": KindExcluded, "none": KindExcluded,
	"unable": KindExcluded, "disabled": KindExcluded,
}

func stateKind(state string) Kind {
	if k, ok := stateKinds[state]; ok {
		return k
	}
	return KindExcluded
}

// PartyWord names who carries a part: Microsoft, shared, ours, none.
func PartyWord(l *i18n.Localizer, p domain.Party) string { return l.T("party."+string(p), nil) }
