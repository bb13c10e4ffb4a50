package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"sen/internal/mongodb"
	"sen/internal/storage"
	"sen/internal/testkit"
)

// progressf prints the progress of a run.
func progressf(format string, args ...any) { _, _ = fmt.Fprintf(os.Stderr, format+"\n", args...) }

// environment holds what all measurements share: a folder, a mongod, the built program.
type environment struct {
	dir, self, sen string
	mongod         *testkit.Mongod
}

// prepare starts a mongod and builds the program.
func prepare(ctx context.Context) (g *environment, err error) {
	g = &environment{}
	if g.dir, err = os.MkdirTemp("", "sen-bench"); err != nil {
		return nil, err
	}
	if g.self, err = os.Executable(); err == nil {
		g.sen, err = g.build(ctx, "./server")
	}
	if err == nil {
		g.mongod, err = testkit.StartMongod(ctx, g.dir)
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(g.dir))
	}
	return g, nil
}

// build builds one of our programs.
func (g *environment) build(ctx context.Context, program string) (string, error) {
	binary := filepath.Join(g.dir, filepath.Base(program))
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", binary, program).CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", program, err, out)
	}
	return binary, nil
}

// remove stops the mongod and deletes the folder.
func (g *environment) remove() { _ = errors.Join(g.mongod.Remove(), os.RemoveAll(g.dir)) }

// fill makes a database with the given number of articles and returns its address. Indexes are built at the end,
// which is faster.
func (g *environment) fill(ctx context.Context, database string, articles int) (uri string, err error) {
	uri = g.mongod.URI(database)
	db, err := mongodb.Open(mongodb.Options{URI: uri, Timeout: time.Minute})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, db.Close(ctx)) }()
	store := storage.New(storage.Options{Engine: db, Log: slog.New(slog.DiscardHandler)})
	defer store.Close()
	progressf("filling a store with %d articles", articles)
	begin := time.Now()
	if err := fill(ctx, store, articles, os.Stderr); err != nil {
		return "", err
	}
	progressf("filled in %s; building the indexes", time.Since(begin).Round(time.Second))
	if err := store.Prepare(ctx); err != nil {
		return "", err
	}
	progressf("ready after %s", time.Since(begin).Round(time.Second))
	return uri, nil
}

// cacheSizes gives the size of each cache of Sen in bytes; 0 turns the cache off.
type cacheSizes struct {
	answers, entities, pages uint64
	// walk makes gqlgen's executor run the queries, instead of their plans.
	walk bool
}

// defaultCaches holds the default sizes.
var defaultCaches = cacheSizes{answers: 256 << 20, entities: 128 << 20, pages: 32 << 20}

// args returns the flags of the program for these sizes.
func (l cacheSizes) args() []string {
	args := []string{
		fmt.Sprintf("--cache-size=%d", l.answers), fmt.Sprintf("--entity-cache-size=%d", l.entities),
		fmt.Sprintf("--page-cache-size=%d", l.pages),
	}
	if l.walk {
		args = append(args, "--no-plans")
	}
	return args
}

// bound returns the maximum memory of the program in bytes: its caches, and 150 MB for everything else.
func (l cacheSizes) bound() uint64 { return l.answers + l.entities + l.pages + 150<<20 }

// serve starts Sen on a store.
func (g *environment) serve(ctx context.Context, uri string, l cacheSizes, more ...string) (*process, error) {
	return start(ctx,
		append([]string{
			g.sen, "--listen", "127.0.0.1:0", "--mongodb-uri", uri, "--public-url", publicURL, "--log-level",
			"error", "--no-search", // which would be busy with its index
		}, append(l.args(), more...)...)...)
}

// deepCursor pages to a position in the list of articles, as a client does, and returns the cursor.
func deepCursor(ctx context.Context, host string, offset int) (string, error) {
	after := ""
	for range offset / 100 {
		walk := operation{
			query:     `query($after: String) { articles(first: 100, after: $after) { pageInfo { endCursor } } }`,
			variables: map[string]any{"after": after},
		}
		var answer struct {
			Articles struct{ PageInfo struct{ EndCursor string } }
		}
		if err := askData(ctx, host, walk.post(host), &answer); err != nil {
			return "", err
		}
		after = answer.Articles.PageInfo.EndCursor
	}
	return after, nil
}
