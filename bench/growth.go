package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"
)

// maxGrowth is how many times as long anything may take in the largest store as in the smallest, or the
// other way round.
const maxGrowth = 1.5

// maxStart is how long the program may take from its start until it is ready, at any size.
const maxStart = time.Second

// grown is a store of some size with Sen on it: once with nothing in memory, once as it is by default.
type grown struct {
	*fleet
	articles    int
	operations  []operation
	bare, whole *process
}

// grow compares stores of different sizes. They stand beside each other in one mongod, so that what is compared
// is measured in turn.
func (g *ground) grow(ctx context.Context, o settings) error {
	var sizes []*grown
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
		say("measuring: %s", sizes[0].operations[i].name)
		times, err := inTurn(ctx, sizes, i, 300)
		if err != nil {
			return err
		}
		took[sizes[0].operations[i].name] = times
	}
	r.printf("### Growth: nothing in memory, one connection, medians of 300 each in turn\n\n| |")
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
func (g *ground) size(ctx context.Context, articles int) (*grown, error) {
	uri, err := g.fill(ctx, fmt.Sprintf("sen%d", articles), articles)
	if err != nil {
		return nil, err
	}
	s := &grown{fleet: &fleet{ground: g, uri: uri}, articles: articles}
	for _, one := range []struct {
		layers
		into **process
	}{{layers{}, &s.bare}, {allOn, &s.whole}} {
		if *one.into, err = g.serve(ctx, uri, one.layers); err != nil {
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

// inTurn asks each size for an operation, so many times and in turn, after some for warming up.
func inTurn(ctx context.Context, sizes []*grown, operation, times int) ([][]time.Duration, error) {
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

// grownRow prints what an operation took in each size.
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
	r.goals = append(r.goals, goal{what: name + ", slowest beside fastest size", figure: ratio, bound: maxGrowth, atMost: true})
}

// grownProcesses tells how long Sen took to start, and what it has in memory, after it was loaded for a while.
func (r *report) grownProcesses(ctx context.Context, sizes []*grown) error {
	var all []*process
	names := map[*process]string{}
	r.printf("\n### Start\n\n| articles | until ready |\n| ---: | ---: |\n")
	for _, s := range sizes {
		r.printf("| %d | %s |\n", s.articles, s.whole.start.Round(time.Millisecond))
		r.goals = append(r.goals, goal{
			what: fmt.Sprintf("seconds until Sen is ready with %d articles", s.articles), figure: s.whole.start.Seconds(), bound: maxStart.Seconds(), atMost: true,
		})
		if err := s.read(ctx); err != nil {
			return err
		}
		all = append(all, s.whole)
		names[s.whole] = fmt.Sprintf("Sen with %d articles", s.articles)
	}
	if err := r.memory(ctx, "", all, func(p *process) (string, layers) { return names[p], allOn }); err != nil {
		return err
	}
	return r.verdict()
}

// read walks through the store with everything kept, which fills what is kept up to its bound.
func (s *grown) read(ctx context.Context) error {
	say("reading %d articles", s.articles)
	c, err := dial(ctx, s.whole.host)
	if err != nil {
		return err
	}
	defer func() { _ = c.conn.Close() }()
	for n := range min(s.articles, 50_000) {
		o := operation{query: operations(s.articles, "")[0].query, variables: map[string]any{"slug": fmt.Sprintf("article-%d", n)}}
		if _, err := c.do(o.post(s.whole.host).bytes); err != nil {
			return err
		}
	}
	return nil
}
