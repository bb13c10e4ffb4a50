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

// say tells how far a run is.
func say(format string, args ...any) { _, _ = fmt.Fprintf(os.Stderr, format+"\n", args...) }

// ground is what everything that is measured stands on: a folder, a mongod, the built program.
type ground struct {
	dir, self, sen string
	mongod         *testkit.Mongod
}

// prepare starts a mongod of its own and builds the program.
func prepare(ctx context.Context) (g *ground, err error) {
	g = &ground{}
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
func (g *ground) build(ctx context.Context, program string) (string, error) {
	binary := filepath.Join(g.dir, filepath.Base(program))
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", binary, program).CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", program, err, out)
	}
	return binary, nil
}

// remove ends the mongod and takes everything away.
func (g *ground) remove() { _ = errors.Join(g.mongod.Remove(), os.RemoveAll(g.dir)) }

// fill makes a database with so many articles and gives its address. Indexes are made when everything is in,
// which is faster.
func (g *ground) fill(ctx context.Context, database string, articles int) (uri string, err error) {
	uri = g.mongod.URI(database)
	db, err := mongodb.Open(mongodb.Options{URI: uri, Timeout: time.Minute})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, db.Close(ctx)) }()
	store := storage.New(storage.Options{Engine: db, Log: slog.New(slog.DiscardHandler)})
	defer store.Close()
	say("filling a store with %d articles", articles)
	begin := time.Now()
	if err := fill(ctx, store, articles, os.Stderr); err != nil {
		return "", err
	}
	say("filled in %s; making the indexes", time.Since(begin).Round(time.Second))
	if err := store.Prepare(ctx); err != nil {
		return "", err
	}
	say("ready after %s", time.Since(begin).Round(time.Second))
	return uri, nil
}

// layers say how many bytes of memory each layer of Sen may take; with 0 it is off.
type layers struct {
	answers, entities, pages uint64
	// walk leaves queries to gqlgen's executor instead of running their plans.
	walk bool
}

// allOn is how it is by default.
var allOn = layers{answers: 256 << 20, entities: 128 << 20, pages: 32 << 20}

// args are the settings of the program that make it so.
func (l layers) args() []string {
	args := []string{fmt.Sprintf("--cache-size=%d", l.answers), fmt.Sprintf("--entity-cache-size=%d", l.entities), fmt.Sprintf("--page-cache-size=%d", l.pages)}
	if l.walk {
		args = append(args, "--no-plans")
	}
	return args
}

// bound is the most memory in bytes that the program may take: its layers, and 150 MB for everything else.
func (l layers) bound() uint64 { return l.answers + l.entities + l.pages + 150<<20 }

// serve starts Sen on a store.
func (g *ground) serve(ctx context.Context, uri string, l layers) (*process, error) {
	return start(ctx, append([]string{g.sen, "--listen", "127.0.0.1:0", "--mongodb-uri", uri, "--public-url", publicURL, "--log-level", "error"}, l.args()...)...)
}

// deepCursor walks to a place in the list of articles, as a client would.
func deepCursor(ctx context.Context, host string, offset int) (string, error) {
	after := ""
	for range offset / 100 {
		walk := operation{query: `query($after: String) { articles(first: 100, after: $after) { pageInfo { endCursor } } }`, variables: map[string]any{"after": after}}
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
