package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"sen/internal/content"
	"sen/internal/embedded"
	"sen/internal/engine"
	"sen/internal/mongodb"
	"sen/internal/storage"
)

// The goals of the embedded engine with 20,000 articles, as many drafts and five times as many revisions.
const (
	maxFirstAnswer  = 50 * time.Millisecond
	maxWriteTime    = 5 * time.Millisecond
	maxEngineStart  = 1500 * time.Millisecond
	minImported     = 500
	maxEngineMemory = 300 << 20
)

// revisionsEach is the number of revisions for each article, including that of its draft.
const revisionsEach = 5

// engineStore is a store on one of the engines, with Sen running on it.
type engineStore struct {
	name string
	// place holds the flags of the program that choose the store.
	place []string
	// mongod is the process id of the MongoDB server; 0 for the embedded engine.
	mongod int
	sen    *process
	secret string
}

// engines compares the two engines in one run: the same content and the same requests, in turn.
func (g *environment) engines(ctx context.Context, o settings) error {
	sizes := o.engines
	r := &report{Writer: os.Stdout, plan: plan{rounds: o.rounds}}
	var first *engineStore
	for _, articles := range sizes {
		stores, err := g.bothEngines(ctx, articles)
		if err != nil {
			return err
		}
		r.printf("## %d articles\n\n", articles)
		err = r.compareEngines(ctx, stores, articles, articles == sizes[0])
		for _, s := range stores {
			s.sen.stop()
		}
		if err != nil {
			return err
		}
		if first == nil {
			first = stores[0]
		}
	}
	if err := g.importTime(ctx, r, first); err != nil {
		return err
	}
	return r.verdict()
}

// bothEngines fills a store on each engine and starts Sen on it without caches.
func (g *environment) bothEngines(ctx context.Context, articles int) (stores []*engineStore, err error) {
	dir, uri := filepath.Join(g.dir, fmt.Sprintf("embedded%d", articles)), g.mongod.URI(fmt.Sprintf("engines%d", articles))
	local, err := embedded.Open(dir, embedded.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	server, err := mongodb.Open(mongodb.Options{URI: uri, Timeout: time.Minute})
	if err != nil {
		return nil, err
	}
	for _, s := range []struct {
		engineStore
		engine.Engine
	}{
		{engineStore{name: "embedded", place: []string{"--data", dir, "--no-sample"}}, local},
		{engineStore{name: "MongoDB", place: []string{"--mongodb-uri", uri}, mongod: g.mongod.PID()}, server},
	} {
		progressf("filling the engine %s with %d articles, their drafts and revisions", s.name, articles)
		begin := time.Now()
		if err := fillEngine(ctx, s.Engine, articles); err != nil {
			return nil, err
		}
		if err := s.Close(ctx); err != nil {
			return nil, err
		}
		progressf("filled in %s", time.Since(begin).Round(time.Second))
		if s.secret, err = editorToken(ctx, g.sen, s.place[:2]...); err != nil {
			return nil, err
		}
		args := append([]string{g.sen, "--listen", "127.0.0.1:0", "--log-level", "error", "--no-search"}, s.place...)
		if s.sen, err = start(ctx, append(args, cacheSizes{}.args()...)...); err != nil {
			return nil, err
		}
		stores = append(stores, &s.engineStore)
	}
	return stores, nil
}

// fillEngine fills an engine with articles, as many unpublished drafts, and revisions.
func fillEngine(ctx context.Context, e engine.Engine, articles int) error {
	store := storage.New(storage.Options{Engine: e, Log: slog.New(slog.DiscardHandler)})
	defer store.Close()
	if err := fill(ctx, store, articles, os.Stderr); err != nil {
		return err
	}
	g := newGenerator()
	var drafts []*content.Entry[*content.Article]
	for n := range articles {
		made := g.article(n, articles)
		made.ID, made.Slug = id("article", articles+n), fmt.Sprintf("draft-%d", n)
		draft := content.NewEntry(made, false)
		draft.Draft.PublishedAt = time.Time{}
		if drafts = append(drafts, draft); len(drafts) == batch || n == articles-1 {
			if err := store.Articles.Put(ctx, drafts); err != nil {
				return err
			}
			drafts = drafts[:0]
		}
	}
	var revisions []engine.Change
	for n := range articles * (revisionsEach - 2) { // the article and its draft have one revision each already
		a := g.article(n%articles, articles)
		version := 2 + n/articles
		revisions = append(revisions, engine.Insert(struct {
			content.Revision `json:",inline"`
			Committed        bool             `json:"committed"`
			Copy             *content.Article `json:"copy"`
		}{content.Revision{
			ID: fmt.Sprintf("%s:%d", a.ID, version), Entry: a.ID, Of: content.KindArticle, Version: version, At: a.UpdatedAt,
			Action: content.ActionUpdate, State: content.StatePublished, Label: a.Title,
		}, true, a}))
		if len(revisions) == batch || n == articles*(revisionsEach-2)-1 {
			if _, err := e.Table("revisions").Write(ctx, revisions...); err != nil {
				return err
			}
			revisions = revisions[:0]
		}
	}
	return store.Prepare(ctx)
}

// spentBy is the usage of a request: the processor time of Sen and of mongod, and the time that the client waited.
type spentBy struct {
	sen, mongod time.Duration
	waited      []time.Duration
}

func (s spentBy) processor() float64 { return float64(s.sen + s.mongod) }

// late returns the 99th percentile of the response times.
func (s spentBy) late() time.Duration {
	slices.Sort(s.waited)
	return s.waited[len(s.waited)*99/100]
}

// spend sends a request several times and returns the average usage.
func (k *engineStore) spend(times int, request func(n int) error) (s spentBy, err error) {
	read := func() (sen, mongod time.Duration, err error) {
		if sen, err = cpu(k.sen.pid); err == nil && k.mongod != 0 {
			mongod, err = cpu(k.mongod)
		}
		return sen, mongod, err
	}
	sen, mongod, err := read()
	if err != nil {
		return s, err
	}
	for n := range times {
		begin := time.Now()
		if err := request(n); err != nil {
			return s, err
		}
		s.waited = append(s.waited, time.Since(begin))
	}
	afterSen, afterMongod, err := read()
	s.sen, s.mongod = (afterSen-sen)/time.Duration(times), (afterMongod-mongod)/time.Duration(times)
	return s, err
}

// compareEngines prints the usage of reads and writes on each engine. Only the first size has goals.
func (r *report) compareEngines(ctx context.Context, stores []*engineStore, articles int, goals bool) error {
	r.printf("| | embedded: Sen ms | p99 ms | MongoDB: Sen ms | mongod ms | p99 ms | processor time, embedded relative to MongoDB |\n")
	r.printf("| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n")
	deep, err := deepCursor(ctx, stores[0].sen.host, min(50_000, articles/2))
	if err != nil {
		return err
	}
	for _, o := range operations(articles, deep) {
		spent, err := r.inTurn(ctx, stores, func(k *engineStore) (func(int) error, func(), error) {
			c, err := dial(ctx, k.sen.host)
			if err != nil {
				return nil, nil, err
			}
			request := o.post(k.sen.host).bytes
			return func(int) error { _, err := c.do(request); return err }, func() { _ = c.conn.Close() }, nil
		})
		if err != nil {
			return fmt.Errorf("%s: %w", o.name, err)
		}
		r.engineRow(o.name, spent, goals, false)
	}
	for _, w := range newWrites() {
		spent, err := r.inTurn(ctx, stores, func(k *engineStore) (func(int) error, func(), error) {
			return func(int) error { return w.make(ctx, k) }, func() {}, nil
		})
		if err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
		r.engineRow(w.name, spent, goals, true)
	}
	if err := r.engineMemory(stores, goals); err != nil {
		return err
	}
	r.printf("\n")
	return ctx.Err()
}

// engineRow prints what one operation takes on both engines, and notes its goals. A write has another goal than a read.
func (r *report) engineRow(name string, spent [][]spentBy, goals, write bool) {
	local, server := spent[0], spent[1]
	sen := func(s spentBy) float64 { return ms(s.sen) }
	relative := ratio(local, server, spentBy.processor)
	late := func(s spentBy) float64 { return ms(s.late()) }
	r.printf("| %s | %.2f | %.1f | %.2f | %.2f | %.1f | %.2f |\n", name, median(local, sen), median(local, late),
		median(server, sen), median(server, func(s spentBy) float64 { return ms(s.mongod) }), median(server, late), relative)
	if !goals {
		return
	}
	r.goals = append(r.goals,
		goal{what: name + ": processor time, embedded relative to MongoDB", figure: relative, bound: 1, atMost: true})
	if write {
		r.goals = append(r.goals,
			goal{what: name + ": ms of processor, embedded", figure: median(local, sen), bound: ms(maxWriteTime), atMost: true})
	} else {
		r.goals = append(r.goals,
			goal{
				what: name + ": p99 response time in ms, embedded", figure: median(local, late), bound: ms(maxFirstAnswer),
				atMost: true,
			})
	}
}

// engineMemory prints how long each engine takes until it is ready, and its memory.
func (r *report) engineMemory(stores []*engineStore, goals bool) error {
	r.printf("\n| engine | until ready | resident MB | maximum MB |\n| --- | ---: | ---: | ---: |\n")
	for _, k := range stores {
		now, peak, err := memory(k.sen.pid)
		if err != nil {
			return err
		}
		r.printf("| %s | %s | %d | %d |\n", k.name, k.sen.start.Round(time.Millisecond), now>>20, peak>>20)
		if goals && k.mongod == 0 {
			r.goals = append(r.goals,
				goal{
					what: "seconds until the embedded engine is ready", figure: k.sen.start.Seconds(),
					bound: maxEngineStart.Seconds(), atMost: true,
				},
				goal{
					what: "MB of memory of Sen with the embedded engine", figure: float64(peak >> 20),
					bound: float64(maxEngineMemory >> 20), atMost: true,
				})
		}
	}
	return nil
}

// requestsPerRound is the number of requests in a round; there are many, because processor time is counted in ticks of
// 10 ms.
const requestsPerRound = 100

// inTurn sends a request to each engine in rounds. The order of the engines changes with each round.
func (r *report) inTurn(
	ctx context.Context, stores []*engineStore, on func(*engineStore) (do func(int) error, done func(), err error),
) ([][]spentBy, error) {
	spent := make([][]spentBy, len(stores))
	for round := range r.rounds {
		for i := range stores {
			k := (i + round) % len(stores)
			do, done, err := on(stores[k])
			if err != nil {
				return nil, err
			}
			s, err := stores[k].spend(requestsPerRound, do)
			done()
			if err = errors.Join(err, ctx.Err()); err != nil {
				return nil, err
			}
			spent[k] = append(spent[k], s)
		}
	}
	return spent, nil
}

// importTime exports a store and measures the import into a new folder of the embedded engine.
func (g *environment) importTime(ctx context.Context, r *report, k *engineStore) error {
	file, dir := filepath.Join(g.dir, "site.jsonl"), filepath.Join(g.dir, "imported")
	progressf("exporting and importing")
	for _, args := range [][]string{
		append([]string{"export", file, "--quiet"}, k.place[:2]...),
		{"import", file, "--quiet", "--data", dir},
	} {
		begin := time.Now()
		if out, err := exec.CommandContext(ctx, g.sen, args...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", args[0], err, out)
		}
		took := time.Since(begin)
		if args[0] == "import" {
			entries, err := countEntries(ctx, dir)
			if err != nil {
				return err
			}
			r.printf("Import of %d entries: %s\n", entries, took.Round(time.Second))
			r.goals = append(r.goals,
				goal{
					what: "entries a second that the embedded engine imports", figure: float64(entries) / took.Seconds(),
					bound: minImported,
				})
		}
	}
	return nil
}

// countEntries returns the number of articles in a folder of the embedded engine.
func countEntries(ctx context.Context, dir string) (n int, err error) {
	e, err := embedded.Open(dir, embedded.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, e.Close(ctx)) }()
	counts, err := e.Table("articles").Count(ctx, nil)
	if err != nil {
		return 0, err
	}
	return counts[0], nil
}
