// Package scan asks a malware scanner of the operator's about a file: a command
// (scan-command) or ClamAV's daemon (scan-clamd). Relier has none of its own.
package scan

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"relier/internal/domain"
)

// Scanner judges the bytes of a file. An error says that it could not, which is
// no verdict. The moment of a verdict is the caller's to set.
type Scanner interface {
	Scan(ctx context.Context, file io.Reader) (domain.Scan, error)
}

// ErrNoVerdict is the error of a scanner that did not answer, or not with one
// of the two answers that count.
var ErrNoVerdict = errors.New("the scanner gave no verdict")

// timeMost is how long a scanner may think about one file.
const timeMost = 10 * time.Minute

// short keeps of what a scanner prints as much as a record can hold.
func short(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	if r := []rune(domain.Clean(s)); len(r) > 120 {
		return string(r[:120])
	} else {
		return string(r)
	}
}
