package app

import (
	"reflect"
	"slices"

	"relier/internal/domain"
)

// telling is the cause that says most about what a change would do: why one of
// the certificates would count no longer, before the days that nothing covers by
// that; else the first cause that was not there before.
func (w *world) telling(e Effect) domain.Reason {
	causes := e.Causes
	if g, failed := e.After.FirstFailed(); failed && e.Climb() < 0 && len(causes) == 0 {
		causes = g.Causes
	}
	if len(causes) == 0 {
		return domain.Reason{}
	}
	if r, lost := w.lostCertificate(e); lost {
		return r
	}
	i := slices.IndexFunc(causes, func(r domain.Reason) bool { return !hasCause(e.Verdict, r) })
	return causes[max(i, 0)]
}

// lostCertificate finds a certificate that counted and would not after the
// change, and why: what G1 says of it alone.
func (w *world) lostCertificate(e Effect) (domain.Reason, bool) {
	for _, id := range e.Reliance.Certificates {
		if !countsIn(e.Verdict, id) || countsIn(e.After, id) {
			continue
		}
		alone := e.Reliance
		alone.Certificates = []domain.CertificateID{id}
		if g, failed := w.verdict(alone).FirstFailed(); failed && g.Gate == domain.GateScope {
			return g.Causes[0], true
		}
	}
	return domain.Reason{}, false
}

// countsIn reports whether G1 of a verdict rests on a certificate.
func countsIn(v domain.Verdict, id domain.CertificateID) bool {
	return slices.ContainsFunc(v.Gates, func(g domain.GateResult) bool {
		return g.Gate == domain.GateScope && slices.ContainsFunc(g.Grounds, func(r domain.Ground) bool {
			return r.Noun == domain.NounCertificate && r.Object == int64(id)
		})
	})
}

func hasCause(v domain.Verdict, r domain.Reason) bool {
	return slices.ContainsFunc(v.Gates, func(g domain.GateResult) bool {
		return slices.ContainsFunc(g.Causes, func(c domain.Reason) bool { return reflect.DeepEqual(c, r) })
	})
}
