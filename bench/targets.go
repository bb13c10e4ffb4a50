package main

import (
	"context"
	"os"
	"path/filepath"
)

// target is one of those that are measured beside each other.
type target struct {
	name string
	// what tells a reader what it is.
	what string
	// asks makes the request of an operation.
	asks func(operation, string) request
	// get tells that it asks by GET; it is compared with static answers by GET.
	get     bool
	layers  layers
	process *process
}

func (t *target) host() string { return t.process.host }

// The names of targets.
const (
	static        = "static"
	staticGet     = "static, GET"
	hand          = "by hand"
	asSent        = "known answer"
	asSentGet     = "known answer, GET"
	respelled     = "known answer, respelled"
	knownPage     = "known page"
	knownEntities = "known entities"
	nothingKnown  = "nothing known"
	walked        = "without plans"
)

// senTargets are those that are Sen, those with the same layers in one process.
func senTargets() []*target {
	unanswered := allOn
	unanswered.answers = 0
	unpaged := unanswered
	unpaged.pages = 0
	walking := unanswered
	walking.walk = true
	return []*target{
		{name: asSent, what: "everything on, the same question each time: the answer is kept as it was asked for", asks: operation.post, layers: allOn},
		{name: asSentGet, what: "the same by GET", asks: operation.get, layers: allOn, get: true},
		{name: respelled, what: "everything on, the same question spelled differently each time: read, then found", asks: operation.spelled, layers: allOn},
		{name: knownPage, what: "no answers are kept: pages and entities come from memory", asks: operation.post, layers: unanswered},
		{name: knownEntities, what: "no answers and no pages are kept: entities come from memory", asks: operation.post, layers: unpaged},
		{name: nothingKnown, what: "no answers, pages or entities are kept", asks: operation.post},
		{name: walked, what: "as “" + knownPage + "”, but run by gqlgen's executor instead of by plans", asks: operation.post, layers: walking},
	}
}

// fleet is everything that is measured, running.
type fleet struct {
	*ground
	uri     string
	targets []*target
	running []*process
}

// launch starts what is to be measured on a store; only has the names of targets, all if it is empty.
func (g *ground) launch(ctx context.Context, uri string, only filter) (*fleet, error) {
	f := &fleet{ground: g, uri: uri}
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
	f.targets = append(f.targets, &target{name: hand, what: "net/http, driver and encoding/json, by hand (bench/byhand*.go)", asks: operation.hand, process: byHand})
	started := map[layers]*process{}
	for _, t := range senTargets() {
		if !only.has(t.name) {
			continue
		}
		if started[t.layers] == nil {
			p, err := g.serve(ctx, uri, t.layers)
			if err != nil {
				return f, err
			}
			f.running = append(f.running, p)
			started[t.layers] = p
		}
		t.process = started[t.layers]
		f.targets = append(f.targets, t)
	}
	return f, nil
}

// static has the first yardstick answer each operation with the bytes of a target's answer.
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

// stop ends what was started.
func (f *fleet) stop() {
	for _, p := range f.running {
		p.stop()
	}
}
