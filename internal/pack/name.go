package pack

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Limits on names, so that every pack unpacks on every system: Windows counts
// 260 characters for a whole path, and other readers have their own oddities.
const (
	componentMost = 100
	pathMost      = 180
)

// ligatures are the letters that have no decomposition into an ASCII letter and
// a mark, with what people write instead.
var ligatures = strings.NewReplacer("œ", "oe", "Œ", "OE", "æ", "ae", "Æ", "AE", "ß", "ss", "ø", "o", "Ø", "O",
	"ł", "l", "Ł", "L", "đ", "d", "Đ", "D", "ð", "d", "þ", "th", "Þ", "Th", "ı", "i")

// asciiName spells a file name with A-Z, a-z, 0-9, ".", "_" and "-" only, in at
// most `most` bytes, and keeps its extension. It never returns "".
func asciiName(name string, most int) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(ligatures.Replace(name)) {
		switch {
		case safeByte(r):
			b.WriteRune(r)
		case !combining(r) && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	s := strings.Trim(shorten(b.String(), most), "-.")
	if s == "" || reserved(s) {
		s = shorten("file-"+s, most)
	}
	return strings.TrimRight(s, "-.")
}

// combining reports whether r is a mark that decomposition split from its letter.
func combining(r rune) bool { return r >= 0x0300 && r <= 0x036F }

func safeByte(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '_' || r == '-'
}

// shorten cuts the middle of a name rather than its extension.
func shorten(name string, most int) string {
	if len(name) <= most {
		return name
	}
	ext := path.Ext(name)
	if len(ext) > 16 || len(ext) >= most {
		ext = ""
	}
	return strings.TrimRight(name[:most-len(ext)], "-.") + ext
}

// reserved reports whether Windows takes the name for a device, whatever its
// extension.
func reserved(name string) bool {
	stem, _, _ := strings.Cut(strings.ToUpper(name), ".")
	if len(stem) == 4 && (stem[:3] == "COM" || stem[:3] == "LPT") {
		return stem[3] >= '0' && stem[3] <= '9'
	}
	return slices.Contains([]string{"CON", "PRN", "AUX", "NUL"}, stem)
}

// paths hands out the paths of one pack, no two alike on a file system that
// ignores case.
type paths map[string]bool

// take reserves dir/prefix+name, spelled safely, and returns it; a second claim
// to the same path gets a number before its extension.
func (p paths) take(dir, prefix, name string) string {
	safe := prefix + asciiName(name, componentMost-len(prefix)-len("-9999"))
	ext := path.Ext(safe)
	for n := 1; ; n++ {
		full := path.Join(dir, safe)
		if n > 1 {
			full = path.Join(dir, fmt.Sprintf("%s-%d%s", strings.TrimSuffix(safe, ext), n, ext))
		}
		if key := strings.ToLower(full); !p[key] {
			p[key] = true
			return full
		}
	}
}

// nameFault says what is wrong with a path inside a pack, or "".
func nameFault(full string) string {
	if len(full) > pathMost {
		return fmt.Sprintf("the path has %d characters, more than %d", len(full), pathMost)
	}
	for part := range strings.SplitSeq(full, "/") {
		switch {
		case part == "":
			return "a part is empty"
		case len(part) > componentMost:
			return fmt.Sprintf("a part has %d characters, more than %d", len(part), componentMost)
		case strings.ContainsFunc(part, func(r rune) bool { return !safeByte(r) }):
			return "only letters A to Z, digits, dot, underscore and hyphen are allowed"
		case strings.HasSuffix(part, "."):
			return "a part ends with a dot"
		case reserved(part):
			return "a part is the name of a device on Windows"
		}
	}
	return ""
}
