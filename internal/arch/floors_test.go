package arch_test

import "testing"

// floors is the floor plan: for each package of the program, which of its own
// packages it may import, and which modules of others. The direction is law:
// domain ← {store, blob, pack, sheet, catalog} ← app ← server ← cmd. A package
// that is not listed fails the test, so adding one is a decision made here.
var floors = map[string]struct{ own, others []string }{
	// roof
	"cmd/relier": {
		own:    []string{"internal/app", "internal/backup", "internal/blob", "internal/config", "internal/domain", "internal/extract", "internal/i18n", "internal/mail", "internal/pack", "internal/scan", "internal/server", "internal/store", "internal/testkit", "internal/tlog"},
		others: []string{"golang.org/x/term"},
	},

	// floor 3
	"internal/server": {
		own:    []string{"internal/app", "internal/config", "internal/domain", "internal/i18n", "views", "web"},
		others: []string{"github.com/gofiber/fiber/v2", "github.com/valyala/fasthttp", "github.com/a-h/templ", "golang.org/x/net/html"},
	},
	"views": {
		own:    []string{"internal/domain", "internal/i18n", "web"},
		others: []string{"github.com/a-h/templ"},
	},

	// floor 2
	"internal/app": {
		own:    []string{"internal/backup", "internal/blob", "internal/catalog", "internal/domain", "internal/extract", "internal/pack", "internal/scan", "internal/sheet", "internal/store", "internal/tlog"},
		others: []string{"github.com/alexedwards/argon2id"},
	},

	// floor 1
	"internal/store": {
		own:    []string{"internal/domain", "internal/tlog", "migrations"},
		others: []string{"gorm.io/", "github.com/pressly/goose/v3", "github.com/mattn/go-sqlite3", "github.com/jackc/pgx/v5", "golang.org/x/text"},
	},
	"internal/tlog": {
		own:    []string{"internal/domain"},
		others: []string{"golang.org/x/mod/sumdb"},
	},
	"internal/blob": {
		own:    []string{"internal/domain"},
		others: []string{"github.com/gofrs/flock", "golang.org/x/sys"},
	},
	"internal/backup": {own: []string{"internal/blob", "internal/domain"}},
	"internal/pack": {
		own:    []string{"internal/catalog", "internal/domain", "internal/i18n", "internal/sheet"},
		others: []string{"codeberg.org/go-pdf/fpdf", "github.com/a-h/templ", "golang.org/x/text"},
	},
	"internal/sheet": {
		own:    []string{"internal/domain"},
		others: []string{"github.com/xuri/excelize/v2", "golang.org/x/net/html/charset", "golang.org/x/text"},
	},
	"internal/scan": {own: []string{"internal/domain"}},
	"internal/pdf":  {others: []string{"github.com/klippa-app/go-pdfium", "github.com/tetratelabs/wazero"}},
	"internal/extract": {
		own:    []string{"internal/domain", "internal/pdf", "internal/sheet"},
		others: []string{"github.com/emersion/go-message", "golang.org/x/image/draw", "golang.org/x/net/html"},
	},
	"internal/mail":    {others: []string{"github.com/wneessen/go-mail"}},
	"internal/catalog": {own: []string{"internal/domain"}},

	// ground
	"internal/domain": {},

	// leaves
	"internal/config": {},
	"internal/i18n":   {others: []string{"github.com/nicksnyder/go-i18n/v2", "golang.org/x/text"}},
	"migrations":      {},
	"web":             {},

	// what tests stand on; only testkit itself is part of the program
	"internal/testkit": {
		own:    []string{"internal/app", "internal/blob", "internal/domain", "internal/store"},
		others: []string{"codeberg.org/go-pdf/fpdf"},
	},
	"internal/testkit/chromium": {others: []string{"github.com/chromedp/"}},
	"internal/testkit/pgtest":   {others: []string{"github.com/jackc/pgx/v5"}},
	"internal/testkit/report":   {},
	"internal/journey":          {},
	"internal/torture":          {},
	"internal/blob/blobtest":    {own: []string{"internal/blob", "internal/domain"}},
}

func TestImports_KeepTheDirection(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, f := range program(t) {
		rule, listed := floors[f.pkg]
		seen[f.pkg] = true
		if !listed {
			t.Errorf("%s: package %s is not on the floor plan; give it a place in floors", f.path, f.pkg)
			continue
		}
		for _, path := range f.imports() {
			if ok, kind := allowed(path, rule.own, rule.others); !ok {
				t.Errorf("%s imports %s, which the floor plan does not allow as %s of %s", f.path, path, kind, f.pkg)
			}
		}
	}
	for pkg := range floors {
		if !seen[pkg] {
			t.Errorf("the floor plan lists %s, which does not exist", pkg)
		}
	}
}

// TestProgram_DoesNotCarryTestPackages keeps package testing out of the binary,
// though the sample comes from testkit.
func TestProgram_DoesNotCarryTestPackages(t *testing.T) {
	t.Parallel()
	reached, next := map[string]bool{}, []string{"cmd/relier"}
	for len(next) > 0 {
		pkg := next[0]
		next = next[1:]
		if reached[pkg] {
			continue
		}
		reached[pkg] = true
		for _, f := range program(t) {
			if f.pkg != pkg {
				continue
			}
			for _, path := range f.imports() {
				if path == "testing" {
					t.Errorf("%s brings package testing into the program", f.path)
				}
				if own, ok := ownPackage(path); ok {
					next = append(next, own)
				}
			}
		}
	}
}
