package domain

import "strconv"

// Bytes is a length in bytes as the parameter of a message: whoever shows the
// message writes it in the reader's units, the String form is for logs.
type Bytes int64

// String returns the plain count, "1536 B".
func (b Bytes) String() string { return strconv.FormatInt(int64(b), 10) + " B" }
