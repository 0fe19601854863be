// Package domain holds Relier's nouns, rules and errors. It does no I/O, reads
// no clock and imports only the standard library: every rule is a pure function
// over values, and every decision returns its reasons.
//
// The nouns, one spelling everywhere (code, tables, URLs, screens):
//
//   - Organization: the tenant. Nothing crosses it.
//   - Engagement: one audit with an edition, an inclusive audit period, a scope.
//   - Requirement: a clause or an Annex A control of one edition of ISO/IEC 27001.
//   - Control: the organization's own control; it implements requirements.
//   - Service: a Microsoft service as the organization contracted it.
//   - Certificate, Report: what the provider holds and what it hands out.
//   - Split: who does what for one control on one service.
//   - Responsibility: one sentence of what the customer must do, and its proof.
//   - Reliance: the claim that a control, on a service, rests on certificates.
//   - SoAEntry: one line of the Statement of Applicability.
//   - Evidence: an item with immutable versions.
//   - Ownership: who is accountable for a control, and since when.
//   - Pack: the sealed export an assessor can verify offline.
//   - Activity: who did what to which object, and when.
package domain
