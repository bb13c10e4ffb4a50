# `make` lists what can be done. Go, make and python3 with pip are enough for `run` and
# `test`; what also needs Node 20 and npm says so when they are missing.

.DEFAULT_GOAL := help
.PHONY: help node run build test check lint house fresh gen playground pictures browser audit bench bench-embedded writes dearest growth fuzz clean

help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "%-16s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

node:
	@node -e 'process.exitCode = +(parseInt(process.versions.node) < 20)' 2>/dev/null && command -v npm >/dev/null || \
	{ echo "Node 20 or later and npm are needed for this, and are not here; Go alone runs and tests Sen: make run, make test" >&2; exit 1; }

# What npm installs, once for each package-lock.json.
playground/node_modules: playground/package-lock.json | node
	npm ci --prefix playground
	touch $@

run: ## Serve the sample content on http://localhost:8080.
	go run ./server

build: ## Build one static binary, ./sen, without what debuggers need.
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o sen ./server

test: ## Run all tests on both engines, most with the race detector; fetches a mongod.
	scripts/test

check: lint house fresh ## Lint, hold the rules of the house, see that everything generated is fresh.

lint: ## Vet, format, lint.
	go vet ./...
	scripts/tool mvdan.cc/gofumpt@v0.12.0 -l -d . | tee /dev/stderr | (! grep -q .)
	scripts/tool github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0 run --allow-parallel-runners ./...
	scripts/lint-container

house: ## Who imports whom, sizes, descriptions, and no breaking change since the last release.
	go test -count=1 -v ./internal/archtest

fresh: ## See that generated files, go.mod and the playground are what their sources say.
	scripts/fresh

gen: ## Write the generated Go and the generated parts of schema.graphqls and gqlgen.yml; all or nothing.
	go run ./graph/generate

playground: playground/node_modules ## Build the playground's page again (the result is committed).
	npm run build --prefix playground

pictures: playground/node_modules build ## Take the pictures of the README again, from the running program.
	SEN_BIN=$(CURDIR)/sen node playground/pictures.mjs

browser: playground/node_modules build ## Use the playground in headless Chromium, and the API by Apollo Client and urql.
	SEN_BIN=$(CURDIR)/sen npm test --prefix playground

audit: playground/node_modules build ## Run the public GraphQL over HTTP audits against the program, and stop it.
	scripts/audit

ARTICLES = 20000
bench: ## Measure on a real MongoDB, with ARTICLES=20000 or more; see bench/README.md.
	SEN_MONGOD=$$(scripts/mongod) go run ./bench -articles $(ARTICLES) $(ARGS)

writes: ## Measure what changes take beside a hand-written transaction: three minutes.
	SEN_MONGOD=$$(scripts/mongod) go run ./bench -writes 1000 $(ARGS)

dearest: ## Look for the request that takes most processor time for its cost; see docs/adr/0012-cost.md.
	SEN_MONGOD=$$(scripts/mongod) go run ./bench -dearest -articles $(ARTICLES) $(ARGS)

bench-embedded: ## Compare the embedded engine with MongoDB, in one run; see bench/README.md.
	SEN_MONGOD=$$(scripts/mongod) go run ./bench -engines 20000,1000,50000 -rounds 5 $(ARGS)

growth: ## Compare stores of 20,000, 200,000 and 1,000,000 articles: up to an hour, and 20 GB of disk.
	SEN_MONGOD=$$(scripts/mongod) go run ./bench -growth 20000,200000,1000000 $(ARGS)

# What `fuzz` runs: a package and one of its fuzz tests a line.
FUZZ = \
	./graph:FuzzCursors \
	./graph:FuzzFilters \
	./graph:FuzzPlans \
	./internal/bsondoc:FuzzDecode \
	./internal/content:FuzzLint \
	./internal/content:FuzzSlug \
	./internal/picture:FuzzClean \
	./internal/picture:FuzzCleanVideo \
	./internal/richtext:FuzzBlocks \
	./internal/richtext:FuzzFromHTML \
	./internal/richtext:FuzzFromMarkdown \
	./internal/richtext:FuzzHTML \
	./internal/web:FuzzUploadPath \

fuzz: ## Look for inputs that break the readers, 30 s each.
	@set -e; for target in $(FUZZ); do \
		echo "$$target"; go test -run '^$$' -fuzz "^$${target#*:}\$$" -fuzztime 30s "$${target%:*}"; \
	done

clean: ## Remove what was built, and the embedded engine's data.
	rm -rf sen .sen playground/node_modules
