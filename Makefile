# What one types here. "make run" and "make test" work from a clean clone; the
# rest is for those who change the code.

.POSIX:
.PHONY: help build run test check bench torture generate golden fuzz web screenshots tools
.SILENT:

# Where "make run" keeps the sample and what one adds to it.
DATA = data
ADDR = 127.0.0.1:8080
# How long each fuzz target runs.
FUZZTIME = 20s

help:
	echo "make run          build, start with the sample on $(ADDR), print one address"
	echo "make test         all tests; says loudly what it had to skip"
	echo "make check        what CI runs: generated code, gofmt, vet, staticcheck, floor plan, words, races"
	echo "make bench        benchmarks"
	echo "make torture      kills, power cuts, faults, bit flips and backups in full; about half an hour"
	echo "make generate     compile the templates"
	echo "make golden       write the golden files anew; look at the difference"
	echo "make fuzz         each fuzz target for $(FUZZTIME)"
	echo "make web          fetch the fonts"
	echo "make screenshots  take the pictures of docs/screenshots"

build: web
	go build -o bin/relier ./cmd/relier

run: build
	exec bin/relier serve --addr $(ADDR) --data $(DATA) --sample

# The tests run on the machine's own browser and database; tools fetches what is
# missing where it may, and the report ends with what was skipped and why.
test: web tools
	go test -json -timeout 20m ./... | go run ./internal/testkit/report

check:
	bash .ci/check

bench:
	go test -run '^$$' -bench . -benchmem ./...

# The long run; its figures go to docs/durability.md.
torture: tools
	set -e; figures=$$(mktemp -d); trap 'rm -rf "$$figures"' EXIT; \
	RELIER_TORTURE=long RELIER_TORTURE_FIGURES=$$figures go test -count=1 -timeout 90m -v -skip TestFigures ./internal/torture; \
	RELIER_TORTURE_FIGURES=$$figures go test -count=1 -run TestFigures ./internal/torture

# Compile the templates; the generated code is committed.
generate:
	go tool templ generate -path views
	go tool templ generate -path internal/pack

golden:
	go test $$(grep -rl 'flag.Bool("update"' --include=*_test.go . | xargs -n1 dirname | sort -u) -update

fuzz:
	set -e; for file in $$(grep -rl '^func Fuzz' --include=*_test.go .); do \
	  for name in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\).*/\1/p' $$file); do \
	    echo "== $$(dirname $$file) $$name"; \
	    go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) ./$$(dirname $$file); \
	  done; \
	done

# The pages work without the fonts: they then use the system's.
web:
	if ls web/static/vendor/*.woff2 >/dev/null 2>&1; then :; \
	elif command -v npm >/dev/null; then sh web/fetch.sh || echo "!!! The fonts could not be fetched; the pages use the system's fonts."; \
	else echo "!!! npm is not installed; the pages use the system's fonts instead of their own."; fi

tools:
	bash .ci/install

screenshots: web tools
	mkdir -p docs/screenshots
	RELIER_SCREENSHOTS="$(CURDIR)/docs/screenshots" go test -count=1 -timeout 20m -run TestScreenshots ./internal/journey
