package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"
)

// maxGrowth is the largest allowed ratio between the times of an operation in the largest and in the smallest store,
// in both directions.
const maxGrowth = 1.5

// maxStart is the largest allowed time from the start of the program until it is ready, at any size.
const maxStart = time.Second

// sizedStore is a store of a given size with two programs of Sen on it: one without caches, one with the default
// caches.
type sizedStore struct {
	*fleet
	articles    int
	operations  []operation
	bare, whole *process
}

// grow compares stores of different sizes. All are in one mongod, so that they can be measured in turn.
func (g *environment) grow(ctx context.Context, o settings) error {
	var sizes []*sizedStore
	defer func() {
		for _, s := range sizes {
			s.stop()
		}
	}()
	for _, articles := range o.growth {
		if articles < minArticles {
			return fmt.Errorf("-growth must be from %d", minArticles)
		}
		s, err := g.size(ctx, articles)
		if err != nil {
			return err
		}
		sizes = append(sizes, s)
	}
	r := &report{Writer: os.Stdout}
	took := map[string][][]time.Duration{} // by operation, then by size
	for i := range sizes[0].operations {
		progressf("measuring: %s", sizes[0].operations[i].name)
		times, err := inTurn(ctx, sizes, i, 300)
		if err != nil {
			return err
		}
		took[sizes[0].operations[i].name] = times
	}
	r.printf("### Growth: without caches, one connection, medians of 300 requests in turn\n\n| |")
	for _, s := range sizes {
		r.printf(" %d articles |", s.articles)
	}
	r.printf(" most / least |\n| --- |")
	for range sizes {
		r.printf(" ---: |")
	}
	r.printf(" ---: |\n")
	for _, operation := range sizes[0].operations {
		r.grownRow(operation.name, took[operation.name])
	}
	return r.grownProcesses(ctx, sizes)
}

// size fills a store and starts Sen on it.
func (g *environment) size(ctx context.Context, articles int) (*sizedStore, error) {
	uri, err := g.fill(ctx, fmt.Sprintf("sen%d", articles), articles)
	if err != nil {
		return nil, err
	}
	s := &sizedStore{fleet: &fleet{environment: g, uri: uri}, articles: articles}
	for _, one := range []struct {
		cacheSizes
		into **process
	}{{cacheSizes{}, &s.bare}, {defaultCaches, &s.whole}} {
		if *one.into, err = g.serve(ctx, uri, one.cacheSizes); err != nil {
			return nil, err
		}
		s.running = append(s.running, *one.into)
	}
	deep, err := deepCursor(ctx, s.whole.host, min(500_000, articles/2))
	if err != nil {
		return nil, err
	}
	s.operations = slices.DeleteFunc(operations(articles, deep), func(o operation) bool {
		return !slices.Contains([]string{"latest", "filtered", "article", "deep"}, o.file)
	})
	return s, nil
}

// inTurn sends an operation to each size in turn, the given number of times, after some requests for warming up.
func inTurn(ctx context.Context, sizes []*sizedStore, operation, times int) ([][]time.Duration, error) {
	took := make([][]time.Duration, len(sizes))
	clients := make([]*client, len(sizes))
	for i, s := range sizes {
		c, err := dial(ctx, s.bare.host)
		if err != nil {
			return nil, err
		}
		defer func() { _ = c.conn.Close() }()
		clients[i] = c
	}
	for n := range times + times/10 {
		for i, s := range sizes {
			begin := time.Now()
			if _, err := clients[i].do(s.operations[operation].post(s.bare.host).bytes); err != nil {
				return nil, err
			}
			if n >= times/10 {
				took[i] = append(took[i], time.Since(begin))
			}
		}
	}
	return took, nil
}

// grownRow prints the times of an operation for each size.
func (r *report) grownRow(name string, took [][]time.Duration) {
	r.printf("| %s |", name)
	var medians []float64
	for _, times := range took {
		m := median(times, func(d time.Duration) float64 { return float64(d) })
		medians = append(medians, m)
		r.printf(" %s |", time.Duration(m).Round(10*time.Microsecond))
	}
	ratio := slices.Max(medians) / slices.Min(medians)
	r.printf(" %.2f |\n", ratio)
	r.goals = append(r.goals,
		goal{what: name + ", slowest size relative to fastest", figure: ratio, bound: maxGrowth, atMost: true})
}

// grownProcesses prints the start time of Sen, and its memory after some load.
func (r *report) grownProcesses(ctx context.Context, sizes []*sizedStore) error {
	var all []*process
	names := map[*process]string{}
	r.printf("\n### Start\n\n| articles | until ready |\n| ---: | ---: |\n")
	for _, s := range sizes {
		r.printf("| %d | %s |\n", s.articles, s.whole.start.Round(time.Millisecond))
		r.goals = append(r.goals, goal{
			what: fmt.Sprintf("seconds until Sen is ready with %d articles", s.articles), figure: s.whole.start.Seconds(),
			bound: maxStart.Seconds(), atMost: true,
		})
		if err := s.read(ctx); err != nil {
			return err
		}
		all = append(all, s.whole)
		names[s.whole] = fmt.Sprintf("Sen with %d articles", s.articles)
	}
	if err := r.memory(ctx, "", all,
		func(p *process) (string, cacheSizes) { return names[p], defaultCaches }); err != nil {
		return err
	}
	return r.verdict()
}

// read walks through the store with caches on, which fills the caches up to their bounds.
func (s *sizedStore) read(ctx context.Context) error {
	progressf("reading %d articles", s.articles)
	c, err := dial(ctx, s.whole.host)
	if err != nil {
		return err
	}
	defer func() { _ = c.conn.Close() }()
	for n := range min(s.articles, 50_000) {
		o := operation{
			query:     operations(s.articles, "")[0].query,
			variables: map[string]any{"slug": fmt.Sprintf("article-%d", n)},
		}
		if _, err := c.do(o.post(s.whole.host).bytes); err != nil {
			return err
		}
	}
	return nil
}
