package pack

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Files that make a folder a bag (RFC 8493, 2.1 and 2.2).
const (
	bagFile        = "bagit.txt"
	infoFile       = "bag-info.txt"
	manifestSHA256 = "manifest-sha256.txt"
	manifestSHA512 = "manifest-sha512.txt"
	payloadFolder  = "data/"
	signatures     = "signatures/" // may be added after sealing, so no manifest lists it
)

// declaration is the whole of bagit.txt.
const declaration = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

// manifestLine writes a line as sha256sum and sha512sum do.
func manifestLine(w io.Writer, digest, path string) error {
	_, err := fmt.Fprintf(w, "%s  %s\n", digest, path)
	return err
}

// manifestLineMost is the longest line that is read: a SHA-512, two spaces and
// the longest path a pack may have, with room.
const manifestLineMost = 1024

// errManifestLine marks a line that is not a digest and a path.
var errManifestLine = errors.New("not a digest, spaces and a path")

// readManifest calls line for each line of a manifest with digests of size
// bytes; bad lines are given with an error and an empty path.
func readManifest(r io.Reader, size int, line func(n int, digest, path string, err error) error) error {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, manifestLineMost), manifestLineMost)
	n := 0
	for s.Scan() {
		n++
		digest, path, err := parseManifestLine(s.Text(), size)
		if err := line(n, digest, path, err); err != nil {
			return err
		}
	}
	if errors.Is(s.Err(), bufio.ErrTooLong) {
		return line(n+1, "", "", fmt.Errorf("longer than %d characters", manifestLineMost))
	}
	return s.Err()
}

// parseManifestLine splits "digest  path", where the path may follow a "*" as
// sha256sum writes it for binary mode.
func parseManifestLine(line string, size int) (digest, path string, err error) {
	text, rest, found := strings.Cut(line, " ")
	raw, err := hex.DecodeString(text)
	if err != nil || !found || len(raw) != size {
		return "", "", errManifestLine
	}
	path = strings.TrimPrefix(strings.TrimLeft(rest, " \t"), "*")
	if path == "" {
		return "", "", errManifestLine
	}
	return string(raw), path, nil
}
