package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// report prints the measurements.
type report struct {
	io.Writer
	plan
	operations []operation
	targets    []*target
	samples    map[measurement][]sample
	// sizes holds the size of the answer of each operation, in bytes.
	sizes map[string]int
	// goals holds the goals and their results.
	goals []goal
}

func (r *report) printf(format string, args ...any) { _, _ = fmt.Fprintf(r, format, args...) }

// goal is a figure that the project promises.
type goal struct {
	what   string
	figure float64
	bound  float64
	// atMost is set if the bound is an upper bound.
	atMost bool
}

func (g goal) met() bool {
	if g.atMost {
		return g.figure <= g.bound
	}
	return g.figure >= g.bound
}

// measured reports whether a target was measured.
func (r *report) measured(name string) bool {
	return slices.ContainsFunc(r.targets, func(t *target) bool { return t.name == name })
}

// ratio returns how many times as fast as another a target is.
func (r *report) ratio(name, other, operation string, connections int) float64 {
	return ratio(r.samples[measurement{name, operation, connections}],
		r.samples[measurement{other, operation, connections}], rate)
}

// tables prints a table for each operation, and the descriptions of the targets.
func (r *report) tables() {
	for _, t := range r.targets {
		r.printf("- **%s**: %s\n", t.name, t.what)
	}
	last := r.connections[len(r.connections)-1]
	for _, o := range r.operations {
		r.printf("\n### %s: %d bytes\n\n| ", o.name, r.sizes[o.name])
		columns := []string{""}
		for _, c := range r.connections {
			columns = append(columns, fmt.Sprintf("%d: /s", c), "static", "by hand", "bound by")
		}
		columns = append(columns, fmt.Sprintf("%d: p50", last), "p99", "allocations", "server µs", "mongod µs")
		r.printf("%s |\n| --- |%s\n", strings.Join(columns, " | "), strings.Repeat(" ---: |", len(columns)-1))
		for _, t := range r.targets {
			r.row(o, t, last)
		}
	}
}

// row prints the results of one target for an operation.
func (r *report) row(o operation, t *target, last int) {
	r.printf("| %s |", t.name)
	like := static
	if t.get {
		like = staticGet
	}
	for _, c := range r.connections {
		samples := r.samples[measurement{t.name, o.name, c}]
		r.printf(" %.0f | %.3f | %.2f | %s |", median(samples, rate), r.ratio(t.name, like, o.name, c),
			r.ratio(t.name, hand, o.name, c), bound(samples))
	}
	samples := r.samples[measurement{t.name, o.name, last}]
	micro := func(of func(sample) float64) float64 { return median(samples, of) / float64(time.Microsecond) }
	duration := func(of func(sample) float64) time.Duration {
		return time.Duration(median(samples, of)).Round(10 * time.Microsecond)
	}
	r.printf(" %s | %s | %.0f | %.0f | %.0f |\n", duration(medianTime), duration(p99Time), median(samples, allocations),
		micro(serverTime), micro(mongodTime))
}

// speeds adds the goals for Sen relative to the baselines, at the largest number of connections.
func (r *report) speeds() {
	last := r.connections[len(r.connections)-1]
	for _, o := range r.operations {
		for _, g := range []struct {
			name, other string
			least       float64
		}{
			{asSent, static, 0.8},
			{asSentGet, staticGet, 0.8},
			{respelled, static, 0.5},
			{cachedPage, hand, 5},
			{cachedEntities, hand, 2},
			{nothingCached, hand, 1.2},
		} {
			if r.measured(g.name) {
				r.goals = append(r.goals, goal{
					what:   fmt.Sprintf("%s, %s, relative to %s at %d connections", o.name, g.name, g.other, last),
					figure: r.ratio(g.name, g.other, o.name, last), bound: g.least,
				})
			}
		}
		if r.measured(asSent) {
			r.goals = append(r.goals, goal{
				what:   fmt.Sprintf("%s, %s, allocations with net/http's own", o.name, asSent),
				figure: median(r.samples[measurement{asSent, o.name, last}], allocations),
				bound:  maxAllocations + median(r.samples[measurement{static, o.name, last}], allocations), atMost: true,
			})
		}
	}
}

// maxAllocations is the number of allocations that Sen may need for a cached answer, in addition to those of a static
// one.
const maxAllocations = 15

// memory prints the memory of the processes, and adds the goal for the bound of Sen.
func (r *report) memory(
	ctx context.Context, what string, all []*process, named func(*process) (string, cacheSizes),
) error {
	r.printf("\n### Memory%s\n\n| process | now MB | maximum MB | bound MB |\n| --- | ---: | ---: | ---: |\n", what)
	for _, p := range all {
		name, l := named(p)
		now, peak, err := memory(p.pid)
		if err != nil {
			return err
		}
		if l == (cacheSizes{}) {
			r.printf("| %s | %d | %d | |\n", name, now>>20, peak>>20)
			continue
		}
		r.printf("| %s | %d | %d | %d |\n", name, now>>20, peak>>20, l.bound()>>20)
		r.goals = append(r.goals,
			goal{
				what: "MB of memory of “" + name + "”" + what, figure: float64(peak >> 20), bound: float64(l.bound() >> 20),
				atMost: true,
			})
	}
	return ctx.Err()
}

// verdict prints each goal with its result, and fails if a goal is missed.
func (r *report) verdict() error {
	if len(r.goals) == 0 {
		return nil
	}
	missed := 0
	r.printf("\n### Goals\n\n| | figure | goal | |\n| --- | ---: | ---: | --- |\n")
	for _, g := range r.goals {
		sign, outcome := "≥", "met"
		if g.atMost {
			sign = "≤"
		}
		if !g.met() {
			outcome = "**not met**"
			missed++
		}
		r.printf("| %s | %.3g | %s %.3g | %s |\n", g.what, g.figure, sign, g.bound, outcome)
	}
	if missed > 0 {
		return fmt.Errorf("%d of %d goals are not met", missed, len(r.goals))
	}
	return nil
}
