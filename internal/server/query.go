package server

import (
	"net/url"
	"slices"
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

// tickedIDs reads the rows that an address names; none at all may stand for
// every row. An empty value, or what is no number, names nothing: it must never
// be taken for every row.
func tickedIDs[T ~int64](c *Ctx, name string) ([]T, error) {
	values := c.QueryAll(name)
	if slices.Contains(values, "") {
		return nil, domain.Invalid("error.ticked", nil)
	}
	return queryIDs[T](c, name)
}

// queryIDs reads identifiers from the address; empty values are left out.
func queryIDs[T ~int64](c *Ctx, name string) ([]T, error) {
	form := Form{Values: url.Values{name: c.QueryAll(name)}}
	ids := FormIDs[T](&form, name)
	if form.Err() != nil {
		return nil, domain.Invalid("error.ticked", nil)
	}
	return ids, nil
}

// queryID reads one identifier from the address, or 0: it narrows what is shown.
func queryID[T ~int64](c *Ctx, name string) T {
	if ids, _ := queryIDs[T](c, name); len(ids) > 0 {
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
