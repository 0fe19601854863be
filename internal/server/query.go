package server

import (
	"net/url"
	"strings"

	"relier/internal/domain"
)

// QueryAll is every value of a parameter of the address: ticked rows, the items
// of an upload.
func (c *Ctx) QueryAll(name string) []string {
	u, err := url.ParseRequestURI(c.Path())
	if err != nil {
		return nil
	}
	return u.Query()[name]
}

// querySort reads which column a list is sorted by; "-" before it turns the
// order round. Only the columns named are known.
func (c *Ctx) querySort(columns ...string) (column string, desc bool) {
	column, desc = strings.CutPrefix(c.Query("sort"), "-")
	for _, known := range columns {
		if column == known {
			return column, desc
		}
	}
	return "", false
}

// queryIDs reads identifiers from the address; what is no number names nothing.
func queryIDs[T ~int64](c *Ctx, name string) []T {
	form := Form{Values: url.Values{name: c.QueryAll(name)}}
	return FormIDs[T](&form, name)
}

// queryID reads one identifier from the address, or 0.
func queryID[T ~int64](c *Ctx, name string) T {
	if ids := queryIDs[T](c, name); len(ids) > 0 {
		return ids[0]
	}
	return 0
}

// queryChoice reads a value of an enumeration, or "".
func queryChoice[T ~string](c *Ctx, name string, values []T) T {
	for _, v := range values {
		if string(v) == c.Query(name) {
			return v
		}
	}
	return ""
}

// queryWords is what a list is searched for.
func (c *Ctx) queryWords() string {
	words := domain.Clean(c.Query("q"))
	if r := []rune(words); len(r) > 200 {
		words = string(r[:200])
	}
	return words
}
