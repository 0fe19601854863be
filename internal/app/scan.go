package app

import (
	"context"
	"log/slog"

	"relier/internal/blob"
	"relier/internal/domain"
	"relier/internal/scan"
)

// scanning is the malware scanner of the operator's, if there is one.
type scanning struct {
	by       scan.Scanner
	required bool
}

// ScanWith lets a scanner look at every file before it counts. Where required,
// a file that could not be scanned is refused; else it is marked so.
func (a *App) ScanWith(by scan.Scanner, required bool) { a.scanning = scanning{by, required} }

// scanned asks about staged bytes; without a scanner the answer is zero.
func (a *App) scanned(ctx context.Context, actor domain.Actor, fileName string, staged blob.Staged) (domain.Scan, error) {
	if a.scanning.by == nil {
		return domain.Scan{}, nil
	}
	file, err := staged.Open()
	if err != nil {
		return domain.Scan{}, err
	}
	defer file.Close()
	found, err := a.scanning.by.Scan(ctx, file)
	found.At = a.Now()
	switch {
	case err == nil && found.Verdict == domain.ScanInfected:
		return found, a.refuseInfected(ctx, actor, fileName, staged.Blob(), found)
	case err == nil:
		return found, nil
	}
	slog.WarnContext(ctx, "a file could not be scanned", "blob", staged.Blob().SHA256.String(), "err", err)
	if a.scanning.required {
		return found, &domain.Error{Kind: domain.KindUnavailable, Key: "error.scan.unavailable", Err: err}
	}
	found.Verdict = domain.ScanMissed
	return found, nil
}

// infectedState is what is kept of a file that was refused: not its bytes.
type infectedState struct {
	FileName string      `json:"file_name"`
	Blob     domain.Blob `json:"blob"`
	Scan     domain.Scan `json:"scan"`
}

// refuseInfected records who sent what, and makes the error to tell them.
func (a *App) refuseInfected(ctx context.Context, actor domain.Actor, fileName string, b domain.Blob, found domain.Scan) error {
	err := a.change(ctx, actor, func(c change) error {
		label := shorten(fileName, 80) + " (SHA-256 " + b.SHA256.String() + "): " + found.Threat
		return c.record("upload.infected", domain.NounUpload, 0, 0, label, infectedState{fileName, b, found})
	})
	if err != nil {
		return err
	}
	return domain.Invalid("error.scan.infected", domain.Args{"Name": fileName, "Threat": found.Threat, "Engine": found.Engine})
}
