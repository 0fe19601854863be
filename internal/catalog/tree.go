package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"

	"relier/internal/domain"
)

// What a file may hold before its meaning is even looked at.
const (
	treeDepth = 8       // nested objects and lists
	treeNodes = 200_000 // values of any kind
)

type nodeKind int

const (
	isNull nodeKind = iota
	isText
	isNumber
	isBool
	isList
	isObject
)

// node is one value of a JSON document, with the line it ends on.
type node struct {
	kind   nodeKind
	line   int
	text   string // of a text or a number
	items  []*node
	keys   []string // of an object, in order
	fields map[string]*node
}

// parseTree reads one JSON document. Unlike encoding/json it refuses a name that
// stands twice in one object, bounds depth and number of values, and knows lines.
func parseTree(b []byte) (*node, error) {
	p := &treeParser{bytes: b, dec: json.NewDecoder(bytes.NewReader(b)), line: 1}
	p.dec.UseNumber()
	n, err := p.value("", 0)
	if err != nil {
		return nil, p.explain(err)
	}
	if _, err := p.dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fault("error.catalogue.trailing", p.at(), "", nil)
	}
	return n, nil
}

type treeParser struct {
	bytes []byte
	dec   *json.Decoder
	count int
	seen  int // bytes whose lines were counted
	line  int
}

// at is the line that the parser has come to.
func (p *treeParser) at() int { return p.lineOf(int(p.dec.InputOffset())) }

func (p *treeParser) lineOf(offset int) int {
	if offset > p.seen {
		p.line += bytes.Count(p.bytes[p.seen:offset], []byte("\n"))
		p.seen = offset
	}
	return p.line
}

// explain turns what encoding/json says into a sentence with a line.
func (p *treeParser) explain(err error) error {
	if domain.KindOf(err) != "" {
		return err
	}
	line := p.at()
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		line = p.lineOf(min(int(e.Offset), len(p.bytes)))
	}
	return fault("error.catalogue.syntax", line, "", nil)
}

func (p *treeParser) value(path string, depth int) (*node, error) {
	token, err := p.dec.Token()
	if err != nil {
		return nil, err
	}
	n := &node{line: p.at()}
	if p.count++; p.count > treeNodes {
		return nil, fault("error.catalogue.values", n.line, path, domain.Args{"Most": treeNodes})
	}
	switch v := token.(type) {
	case string:
		n.kind, n.text = isText, v
	case json.Number:
		n.kind, n.text = isNumber, v.String()
	case bool:
		n.kind = isBool
	case json.Delim:
		if depth == treeDepth {
			return nil, fault("error.catalogue.depth", n.line, path, domain.Args{"Most": treeDepth})
		}
		return n, p.inside(n, v, path, depth)
	}
	return n, nil
}

// inside reads what an object or a list holds, and its end.
func (p *treeParser) inside(n *node, open json.Delim, path string, depth int) error {
	read := p.item
	if n.kind = isList; open == '{' {
		n.kind, n.fields, read = isObject, map[string]*node{}, p.field
	}
	for p.dec.More() {
		if err := read(n, path, depth); err != nil {
			return err
		}
	}
	_, err := p.dec.Token()
	return err
}

func (p *treeParser) item(n *node, path string, depth int) error {
	v, err := p.value(path+"["+strconv.Itoa(len(n.items))+"]", depth+1)
	n.items = append(n.items, v)
	return err
}

func (p *treeParser) field(n *node, path string, depth int) error {
	token, err := p.dec.Token()
	if err != nil {
		return err
	}
	key, _ := token.(string) // of an object nothing else comes first
	if _, twice := n.fields[key]; twice {
		return fault("error.catalogue.twice", p.at(), join(path, shown(key)), nil)
	}
	v, err := p.value(join(path, shown(key)), depth+1)
	n.keys, n.fields[key] = append(n.keys, key), v
	return err
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// shown is a piece of the file as an error may cite it.
func shown(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:59]) + "…"
	}
	return s
}

// fault says where a file is wrong, and how.
func fault(key string, line int, path string, args domain.Args) *domain.Error {
	all := domain.Args{"Line": line, "Path": path}
	for k, v := range args {
		all[k] = v
	}
	return domain.Invalid(key, all).At("file")
}
