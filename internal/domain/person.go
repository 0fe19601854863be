package domain

import (
	"net/mail"
	"strings"
	"time"
)

// Person is someone who can sign in. One person can belong to several
// organizations with different roles.
type Person struct {
	ID        PersonID  `json:"id"`
	Email     string    `json:"email"` // lower case; the sign-in name
	Name      string    `json:"name"`
	Lang      string    `json:"lang"`    // en, fr
	Theme     string    `json:"theme"`   // auto, light, dark
	Density   string    `json:"density"` // normal, compact
	Disabled  bool      `json:"disabled"`
	CreatedAt time.Time `json:"created_at"`
}

// NormalEmail is the spelling under which addresses are stored and compared.
func NormalEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// Check reports every field that breaks a rule.
func (p Person) Check() error {
	var f FieldErrors
	a, err := mail.ParseAddress(p.Email)
	if err != nil || a.Address != p.Email || len(p.Email) > 254 {
		f.Add("email", "error.person.email", Args{"Value": p.Email})
	}
	CheckText(&f, "name", p.Name, 1, 120)
	return f.Err()
}

// Passwords are counted in characters, not composed by rule (ASVS 5.0, 6.2.1
// and 6.2.5: length decides). The upper limit bounds the hashing work.
const (
	PasswordLeast = 12
	PasswordMost  = 256
)

// CheckPassword refuses passwords that are too short, too long, or made of the
// person's own name or address.
func CheckPassword(password string, p Person) error {
	var f FieldErrors
	CheckText(&f, "password", password, PasswordLeast, PasswordMost)
	low := strings.ToLower(password)
	local, _, _ := strings.Cut(p.Email, "@")
	if len(f) == 0 && (low == p.Email || low == strings.ToLower(p.Name) || len(local) >= 4 && strings.Trim(low, "0123456789!?.-_ ") == local) {
		f.Add("password", "error.password.personal", nil)
	}
	return f.Err()
}

// Session is one signed-in browser. Only the SHA-256 of its token is stored.
type Session struct {
	Token     Digest
	Person    PersonID
	CreatedAt time.Time
	SeenAt    time.Time
	UserAgent string
	Address   string
}

// Limits of a session (ASVS 5.0, 7.3.1 and 7.3.2).
const (
	SessionIdle     = 12 * time.Hour
	SessionAbsolute = 7 * 24 * time.Hour
)

// Alive reports whether the session may still be used.
func (s Session) Alive(now time.Time) bool {
	return now.Sub(s.SeenAt) < SessionIdle && now.Sub(s.CreatedAt) < SessionAbsolute
}
