//go:build !linux

package blob

import "os"

// early is a plain file where the system has no call to start writing out.
type early struct{ *os.File }
