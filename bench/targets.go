package main

import (
	"context"
	"os"
	"path/filepath"
)

// target is one of the compared servers.
type target struct {
	name string
	// what describes the target for the report.
	what string
	// asks returns the request for an operation.
	asks func(operation, string) request
	// get is set if it is asked by GET; it is compared with static answers by GET.
	get        bool
	cacheSizes cacheSizes
	process    *process
}

func (t *target) host() string { return t.process.host }

// The names of the targets.
const (
	static         = "static"
	staticGet      = "static, GET"
	hand           = "by hand"
	asSent         = "cached answer"
	asSentGet      = "cached answer, GET"
	respelled      = "cached answer, respelled"
	cachedPage     = "cached page"
	cachedEntities = "cached entities"
	nothingCached  = "nothing cached"
	walked         = "without plans"
)

// senTargets lists the targets that are Sen. Targets with the same cache sizes share one process.
func senTargets() []*target {
	unanswered := defaultCaches
	unanswered.answers = 0
	unpaged := unanswered
	unpaged.pages = 0
	walking := unanswered
	walking.walk = true
	return []*target{
		{
			name: asSent, what: "all caches on, the same request each time: the answer is cached by the bytes of the request",
			asks: operation.post, cacheSizes: defaultCaches,
		},
		{name: asSentGet, what: "the same by GET", asks: operation.get, cacheSizes: defaultCaches, get: true},
		{
			name: respelled,
			what: "all caches on, the same request with other white space each time: parsed, then found in the cache",
			asks: operation.spelled, cacheSizes: defaultCaches,
		},
		{
			name: cachedPage, what: "no cache of answers: pages and entities come from their caches", asks: operation.post,
			cacheSizes: unanswered,
		},
		{
			name: cachedEntities, what: "no caches of answers and pages: entities come from their cache", asks: operation.post,
			cacheSizes: unpaged,
		},
		{name: nothingCached, what: "no caches", asks: operation.post},
		{
			name: walked, what: "as “" + cachedPage + "”, but run by gqlgen's executor instead of by plans",
			asks: operation.post, cacheSizes: walking,
		},
	}
}

// fleet holds all running targets.
type fleet struct {
	*environment
	uri     string
	targets []*target
	running []*process
}

// launch starts the targets on a store. only filters their names.
func (g *environment) launch(ctx context.Context, uri string, only filter) (*fleet, error) {
	f := &fleet{environment: g, uri: uri}
	run := func(args ...string) (*process, error) {
		p, err := start(ctx, args...)
		if err == nil {
			f.running = append(f.running, p)
		}
		return p, err
	}
	byHand, err := run(g.self, "-byhand", uri)
	if err != nil {
		return f, err
	}
	f.targets = append(f.targets,
		&target{
			name: hand, what: "net/http, driver and encoding/json, by hand (bench/byhand*.go)", asks: operation.hand,
			process: byHand,
		})
	started := map[cacheSizes]*process{}
	for _, t := range senTargets() {
		if !only.has(t.name) {
			continue
		}
		if started[t.cacheSizes] == nil {
			p, err := g.serve(ctx, uri, t.cacheSizes)
			if err != nil {
				return f, err
			}
			f.running = append(f.running, p)
			started[t.cacheSizes] = p
		}
		t.process = started[t.cacheSizes]
		f.targets = append(f.targets, t)
	}
	return f, nil
}

// static makes the first baseline answer each operation with the same bytes as a target.
func (f *fleet) static(ctx context.Context, operations []operation, like *target) error {
	dir := filepath.Join(f.dir, "answers")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	for _, o := range operations {
		body, err := ask(ctx, like.host(), like.asks(o, like.host()))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, o.file), body, 0o600); err != nil {
			return err
		}
	}
	p, err := start(ctx, f.self, "-static", dir)
	if err != nil {
		return err
	}
	f.running = append(f.running, p)
	f.targets = append([]*target{
		{name: static, what: "net/http writing the bytes of Sen's answer", asks: operation.post, process: p},
		{name: staticGet, what: "the same by GET", asks: operation.get, process: p, get: true},
	}, f.targets...)
	return nil
}

// stop stops all processes.
func (f *fleet) stop() {
	for _, p := range f.running {
		p.stop()
	}
}
