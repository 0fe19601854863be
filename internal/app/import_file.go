package app

import (
	"context"
	"io"

	"relier/internal/blob"
	"relier/internal/domain"
	"relier/internal/sheet"
)

// What every import of a sheet shares: the file is kept for its sender alone
// while a preview is looked at, and read again when the preview is applied.

// importMost is how large a list may be, in bytes.
const importMost = 20 << 20

// Column is a column that an import looks for.
type Column = sheet.Column

// receiveList keeps an uploaded list until it is applied, for its sender alone.
func (a *App) receiveList(ctx context.Context, actor domain.Actor, r io.Reader, size int64) (domain.Digest, error) {
	b, _, err := a.blobs.Put(ctx, r, blob.Expect{Size: size, MaxSize: importMost})
	if err != nil {
		return domain.Digest{}, err
	}
	return b.SHA256, a.store.AddImportFile(ctx, actor.Org, actor.Person, b.SHA256, a.Now())
}

// readList reads a list that the actor sent; to anybody else it is gone.
func (a *App) readList(ctx context.Context, actor domain.Actor, file domain.Digest, want []sheet.Column) (*sheet.Table, error) {
	if err := a.store.ImportFile(ctx, actor.Org, actor.Person, file); err != nil {
		return nil, importGone(err)
	}
	f, err := a.blobs.Open(ctx, file)
	if err != nil {
		return nil, importGone(err)
	}
	defer f.Close()
	table, err := sheet.Read(ctx, f, sheet.Options{Want: want})
	if err == nil && len(table.Rows) == 0 {
		return nil, domain.Invalid("error.import.empty", nil)
	}
	return table, err
}

func importGone(err error) error {
	if domain.IsNotFound(err) {
		return domain.Invalid("error.import.gone", nil).At("file")
	}
	return err
}

// list is a table with its columns found.
type list struct {
	table   *sheet.Table
	mapping map[string]int // column key → index in the table's header
}

// newList takes a person's mapping of the columns, or finds them by their
// headings; missing are the keys of required columns it did not find.
func newList(table *sheet.Table, columns []sheet.Column, given map[string]int) (l list, missing []string) {
	l.table = table
	found, unnamed := sheet.Match(table.Header, columns)
	if len(given) == 0 {
		for _, c := range unnamed {
			missing = append(missing, c.Key)
		}
		l.mapping = found
		return l, missing
	}
	l.mapping = map[string]int{}
	for _, c := range columns {
		if i, ok := given[c.Key]; ok && i >= 0 && i < len(table.Header) {
			l.mapping[c.Key] = i
		} else if c.Required {
			missing = append(missing, c.Key)
		}
	}
	return l, missing
}

// cell returns a row's text under a column key, and whether the file has it.
func (l list) cell(row sheet.Row, key string) (string, bool) {
	i, ok := l.mapping[key]
	if !ok {
		return "", false
	}
	return domain.Clean(row.Cells[i]), true
}

// column is how an error names the column of a key.
func (l list) column(key string) string {
	if i, ok := l.mapping[key]; ok {
		return l.table.Column(i)
	}
	return key
}
