package domain

import (
	"slices"
	"strings"
	"unicode"
)

// Environment is the cloud in which a service is contracted. A certificate
// that names the public cloud says nothing about a government cloud.
type Environment string

const (
	EnvPublic     Environment = "public"
	EnvGovernment Environment = "government" // Azure Government, Office 365 U.S. Government (GCC)
	EnvGCCHigh    Environment = "gcc-high"
	EnvDoD        Environment = "dod"
	EnvGermany    Environment = "germany" // closed on 2021-10-29
	EnvChina      Environment = "china"
)

// Environments lists the environments.
var Environments = []Environment{EnvPublic, EnvGovernment, EnvGCCHigh, EnvDoD, EnvGermany, EnvChina}

// ServiceState is whether a service is used.
type ServiceState string

const (
	ServiceProposed ServiceState = "proposed"
	ServiceInUse    ServiceState = "in_use"
	ServiceRetired  ServiceState = "retired"
)

// ServiceStates lists the states in order.
var ServiceStates = []ServiceState{ServiceProposed, ServiceInUse, ServiceRetired}

// Service is a Microsoft service as the organization contracted it.
type Service struct {
	ID          ServiceID    `json:"id"`
	Org         OrgID        `json:"org"`
	Key         string       `json:"key"` // catalogue service id, or a slug of Name
	Name        string       `json:"name"`
	Environment Environment  `json:"environment"`
	Model       ServiceModel `json:"model"`
	From        Date         `json:"from"` // first day of use; zero: not recorded
	To          Date         `json:"to"`   // last day of use; zero: still used
	State       ServiceState `json:"state"`
	Closed      Date         `json:"closed"` // last day Microsoft offered it; zero: still offered
	Version     int          `json:"version"`

	Changes []ServiceChange `json:"changes,omitempty"` // what the provider did to its name or place, in order of days
}

// ServiceChange is a new name of a service, or a move to another offering or
// cloud. A certificate that was read before that day names what was there
// before: somebody has to read it again.
type ServiceChange struct {
	Kind ServiceChangeKind `json:"kind"`
	On   Date              `json:"on,omitzero"` // first day under the new name or in the new place; zero: no day is known
	Now  string            `json:"now"`         // the new name or place
}

// Outdates reports whether the certificate was read before the change, so that
// from that day on it has to be read again. A change of which nobody knows the
// day outdates nothing.
func (v ServiceChange) Outdates(c Certificate) bool { return v.On > c.CheckedOn }

// ServiceChangeKind is what changed.
type ServiceChangeKind string

const (
	ServiceRenamed ServiceChangeKind = "renamed"
	ServiceMoved   ServiceChangeKind = "moved"
)

// ServiceChangeKinds lists the kinds.
var ServiceChangeKinds = []ServiceChangeKind{ServiceRenamed, ServiceMoved}

// Check reports every field that breaks a rule.
func (s Service) Check() error {
	var f FieldErrors
	CheckText(&f, "name", s.Name, 1, 160)
	if s.Key == "" {
		f.Add("key", "error.choice", nil)
	}
	if !slices.Contains(Environments, s.Environment) {
		f.Add("environment", "error.choice", nil)
	}
	if !slices.Contains(ServiceModels, s.Model) {
		f.Add("model", "error.choice", nil)
	}
	if !slices.Contains(ServiceStates, s.State) {
		f.Add("state", "error.choice", nil)
	}
	if s.State == ServiceRetired && s.To == 0 {
		f.Add("to", "error.service.last_day", nil)
	}
	if s.To != 0 && s.From > s.To {
		f.Add("to", "error.period", Args{"From": s.From.String(), "To": s.To.String()})
	}
	return f.Err()
}

// WasUsed reports whether it is known on which days the service was used: it is
// in use, or was until a day that somebody recorded.
func (s Service) WasUsed() bool {
	return s.State == ServiceInUse || s.State == ServiceRetired && s.To != 0
}

// Slug makes a key from a name: lower case, letters and digits joined by "-".
func Slug(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	return strings.Join(words, "-")
}
