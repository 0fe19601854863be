package domain

import (
	"regexp"
	"time"
)

// Organization is the tenant: nothing crosses it.
type Organization struct {
	ID        OrgID     `json:"id"`
	Code      string    `json:"code"` // in URLs and on the command line
	Name      string    `json:"name"`
	Sample    bool      `json:"sample"` // fictional data: watermarked everywhere
	CreatedAt time.Time `json:"created_at"`
}

var orgCode = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])$`)

// Check reports every field that breaks a rule.
func (o Organization) Check() error {
	var f FieldErrors
	if !orgCode.MatchString(o.Code) {
		f.Add("code", "error.organization.code", Args{"Value": o.Code})
	}
	CheckText(&f, "name", o.Name, 1, 120)
	return f.Err()
}
