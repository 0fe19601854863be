package domain

import "time"

// SignInMethod is how a person showed who they are.
type SignInMethod string

const (
	ByPassword SignInMethod = "password"
	ByPasskey  SignInMethod = "passkey"
	ByProvider SignInMethod = "provider" // an OpenID provider, such as Entra ID
	ByDemo     SignInMethod = "demo"     // the console's one-time address into the sample, on this machine only
)

// Authentication is how and when a person last showed who they are.
type Authentication struct {
	Method SignInMethod
	Second bool // with a second factor: a code, or a passkey that verified its user
	At     time.Time
}

// Session is one signed-in browser. Only the SHA-256 of its token is stored.
type Session struct {
	ID        string // names it in lists; opens nothing
	Token     Digest
	Person    PersonID
	CreatedAt time.Time
	SeenAt    time.Time
	UserAgent string
	Address   string
	Proof     Authentication // moves on when the person confirms before something grave
}

// Limits of a session (ASVS 5.0, 7.3.1 and 7.3.2), and for how long a proof
// allows what is grave: exports, deletions, roles (ASVS 5.0, 7.5.3).
const (
	SessionIdle     = 12 * time.Hour
	SessionAbsolute = 7 * 24 * time.Hour
	ProofLasts      = 15 * time.Minute
)

// Alive reports whether the session may still be used.
func (s Session) Alive(now time.Time) bool {
	return now.Sub(s.SeenAt) < SessionIdle && now.Sub(s.CreatedAt) < SessionAbsolute
}

// Proven reports whether the person showed who they are within a time. The
// sample's visitor has nothing to show it with.
func (s Session) Proven(now time.Time, within time.Duration) bool {
	return s.Proof.Method == ByDemo || now.Sub(s.Proof.At) < within
}
