package pack

import (
	"io"

	"relier/internal/domain"
)

// OmissionsTable is the path of the list of what stayed behind.
const OmissionsTable = omissionsTable

// WriteSoA writes the Statement of Applicability alone, as the workbook that
// packs carry: a block that says whose it is, then a line per requirement. Its
// lines are the draft's, which the block says where they differ from the
// approved version.
func WriteSoA(w io.Writer, c domain.PackContents) error {
	return (&composer{c: c, working: true}).soaWorkbook(w)
}
