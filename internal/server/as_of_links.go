package server

import (
	"bytes"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"relier/views"
)

// ownDay marks a link or form that says itself which day it leads to.
const ownDay = "data-own-day"

// keepDay makes the links and GET forms of a page as of a day lead to that same
// day, wherever they lead to a page of the engagement that can show one. It is
// done once, over the finished page: any page may lead to any other, and an
// address builder that forgot the day would take the reader back to today
// without a word.
func (c *Ctx) keepDay(page []byte) []byte {
	out := bytes.NewBuffer(make([]byte, 0, len(page)+len(page)/8))
	tokens := html.NewTokenizer(bytes.NewReader(page))
	for {
		kind := tokens.Next()
		if kind == html.ErrorToken {
			return out.Bytes()
		}
		raw := bytes.Clone(tokens.Raw())
		if kind == html.StartTagToken {
			raw = c.keepDayIn(raw, tokens.Token())
		}
		out.Write(raw)
	}
}

func (c *Ctx) keepDayIn(raw []byte, t html.Token) []byte {
	switch {
	case t.Data != "a" && t.Data != "form", attribute(t, ownDay) != nil:
	case t.Data == "a":
		if href := attribute(t, "href"); href != nil && c.showsDays(href.Val) {
			href.Val = views.WithQuery(href.Val, dayParam, c.on.String())
			return []byte(t.String())
		}
	default:
		action, method := attribute(t, "action"), attribute(t, "method")
		if action != nil && method != nil && strings.EqualFold(method.Val, get) && c.showsDays(action.Val) {
			return append(raw, `<input type="hidden" name="`+dayParam+`" value="`+c.on.String()+`"/>`...)
		}
	}
	return raw
}

func attribute(t html.Token, name string) *html.Attribute {
	if i := slices.IndexFunc(t.Attr, func(a html.Attribute) bool { return a.Key == name }); i >= 0 {
		return &t.Attr[i]
	}
	return nil
}

// showsDays reports whether an address is a page of this engagement that can be
// looked at as of a day, and does not name one already.
func (c *Ctx) showsDays(href string) bool {
	u, err := url.Parse(href)
	if err != nil || u.Host != "" || u.Path == "" || u.Query().Has(dayParam) {
		return false
	}
	if base, err := url.ParseRequestURI(c.Path()); err == nil {
		u = base.ResolveReference(u) // the map's addresses are relative
	}
	here, path := c.At().eng(), u.EscapedPath()
	return (path == here || strings.HasPrefix(path, here+"/")) && c.server.showsDay(path)
}

// showsDay reports whether the route that answers a path can show a day.
func (s *Server) showsDay(path string) bool {
	parts := strings.Split(path, "/")
	i := slices.IndexFunc(s.pages, func(r Route) bool { return matches(strings.Split(r.Path, "/"), parts) })
	return i >= 0 && s.pages[i].AsOf
}

func matches(pattern, parts []string) bool {
	return slices.EqualFunc(pattern, parts, func(p, part string) bool {
		return p == part || strings.HasPrefix(p, ":") && part != ""
	})
}
