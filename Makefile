# `make` lists the targets. `run` and `test` need only Go, make, and python3 with pip; the tests of OpenSearch also need
# a JDK 17 or later, and Maven or curl. Targets that also need Node 20 and npm print a message if these are missing.

.DEFAULT_GOAL := help
.PHONY: help node run build test check lint house fresh gen playground pictures browser audit bench bench-search bench-embedded writes costliest growth fuzz clean

help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "%-16s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

node:
	@node -e 'process.exitCode = +(parseInt(process.versions.node) < 20)' 2>/dev/null && command -v npm >/dev/null || \
	{ echo "Node 20 or later and npm are needed for this, and are not here; Go alone runs and tests Sen: make run, make test" >&2; exit 1; }

# Installs the npm packages, once for each version of package-lock.json.
playground/node_modules: playground/package-lock.json | node
	npm ci --prefix playground
	touch $@

run: ## Serve the sample content on http://localhost:8080.
	go run ./server

build: ## Build one static binary, ./sen, without debug information.
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o sen ./server

test: ## Run all tests on both engines, most with the race detector; fetches a mongod and an OpenSearch.
	scripts/test

check: lint house fresh ## Lint, check the rules of the repository, check that generated files are up to date.

lint: ## Vet, format, lint.
	go vet ./...
	scripts/tool mvdan.cc/gofumpt@v0.12.0 -l -d . | tee /dev/stderr | (! grep -q .)
	scripts/tool github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0 run --allow-parallel-runners ./...
	scripts/lint-container

house: ## Check imports, sizes of files and functions, descriptions, and breaking changes since the last release.
	go test -count=1 -v ./internal/archtest

fresh: ## Check that generated files, go.mod and the playground are up to date with their sources.
	scripts/fresh

gen: ## Generate Go code and the generated parts of schema.graphqls and gqlgen.yml; on failure nothing changes.
	go run ./graph/generate

playground: playground/node_modules ## Build the page of the playground (the result is committed).
	npm run build --prefix playground

pictures: playground/node_modules build ## Make the pictures of the README from the running program.
	SEN_BIN=$(CURDIR)/sen node playground/pictures.mjs

browser: playground/node_modules build ## Test the playground in headless Chromium, and the API with Apollo Client and urql.
	SEN_BIN=$(CURDIR)/sen npm test --prefix playground

audit: playground/node_modules build ## Run the public GraphQL over HTTP audits against the program, and check that it stops cleanly.
	scripts/audit

ARTICLES = 20000
bench: ## Measure on a real MongoDB, with ARTICLES=20000 or more; see bench/README.md.
	SEN_MONGOD=$$(scripts/mongod) go run ./bench -articles $(ARTICLES) $(ARGS)

writes: ## Measure mutations, compared with a hand-written transaction: three minutes.
	SEN_MONGOD=$$(scripts/mongod) go run ./bench -writes 1000 $(ARGS)

costliest: ## Find the request that uses the most processor time for its cost; see docs/adr/0012-cost.md.
	SEN_MONGOD=$$(scripts/mongod) go run ./bench -costliest -articles $(ARTICLES) $(ARGS)

bench-search: ## Measure the ranking and the cost of the search; see bench/README.md.
	SEN_MONGOD=$$(scripts/mongod) go run ./bench/search $(ARGS)

bench-embedded: ## Compare the embedded engine with MongoDB, in one run; see bench/README.md.
	SEN_MONGOD=$$(scripts/mongod) go run ./bench -engines 20000,1000,50000 -rounds 5 $(ARGS)

growth: ## Compare stores of 20,000, 200,000 and 1,000,000 articles: up to an hour, and 20 GB of disk.
	SEN_MONGOD=$$(scripts/mongod) go run ./bench -growth 20000,200000,1000000 $(ARGS)

# The fuzz tests that `fuzz` runs: a package and a test in each line.
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

fuzz: ## Run each fuzz test for 30 s.
	@set -e; for target in $(FUZZ); do \
		echo "$$target"; go test -run '^$$' -fuzz "^$${target#*:}\$$" -fuzztime 30s "$${target%:*}"; \
	done

clean: ## Remove build results and the data of the embedded engine.
	rm -rf sen .sen playground/node_modules
