package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// The goals of a plan relative to encoding/json and gqlgen's executor; see BenchmarkPlan in graph.
const (
	maxPlanned            = 0.8
	maxPlannedAllocations = 150
	minPlanned            = 10
)

// The names of the sub-benchmarks of BenchmarkPlan.
const (
	planned  = "planned"
	gqlgen   = "gqlgen"
	encoding = "encoding/json"
)

// written is what one of them needs for a list, in nanoseconds and allocations.
type written struct{ time, allocations float64 }

// plans compares, in rounds, the ways to write a list of 20 × 15 fields, without HTTP and a store.
func (g *environment) plans(ctx context.Context, r *report) error {
	binary := filepath.Join(g.dir, "graph.test")
	if out, err := exec.CommandContext(ctx, "go", "test", "-tags", "bench", "-c", "-o", binary,
		"./graph").CombinedOutput(); err != nil {
		return fmt.Errorf("build the benchmark of graph: %w\n%s", err, out)
	}
	rounds := map[string][]written{}
	for round := range r.rounds {
		progressf("plans, round %d of %d", round+1, r.rounds)
		cmd := exec.CommandContext(ctx, binary, "-test.run", "^$", "-test.bench", "^BenchmarkPlan$", "-test.benchtime",
			r.during.String())
		cmd.Dir, cmd.Env = "graph", append(os.Environ(), "TMPDIR="+g.dir)
		out, err := cmd.CombinedOutput()
		if err != nil {
			return fmt.Errorf("BenchmarkPlan: %w\n%s", err, out)
		}
		for name, w := range readWritten(out) {
			rounds[name] = append(rounds[name], w)
		}
	}
	r.printf("\n### A list of 20 × 15 fields\n\n| | µs | allocations |\n| --- | ---: | ---: |\n")
	for _, name := range []string{planned, gqlgen, encoding} {
		if len(rounds[name]) < r.rounds {
			return fmt.Errorf("BenchmarkPlan has no result for %s", name)
		}
		r.printf("| %s | %.0f | %.0f |\n", name, median(rounds[name], nanoseconds)/1000,
			median(rounds[name], writtenAllocations))
	}
	r.goals = append(r.goals,
		goal{
			what:   "time of a plan's list, relative to encoding/json",
			figure: ratio(rounds[planned], rounds[encoding], nanoseconds), bound: maxPlanned, atMost: true,
		},
		goal{
			what: "allocations of a plan's list", figure: median(rounds[planned], writtenAllocations),
			bound: maxPlannedAllocations, atMost: true,
		},
		goal{
			what:   "time of gqlgen's executor, relative to a plan",
			figure: ratio(rounds[gqlgen], rounds[planned], nanoseconds), bound: minPlanned,
		},
	)
	return nil
}

func nanoseconds(w written) float64        { return w.time }
func writtenAllocations(w written) float64 { return w.allocations }

// readWritten parses the output of `go test -bench`: a name, the number of runs, then figures with units.
func readWritten(out []byte) map[string]written {
	read := map[string]written{}
	lines := bufio.NewScanner(bytes.NewReader(out))
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 2 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		_, name, _ := strings.Cut(fields[0], "/")
		if i := strings.LastIndexByte(name, '-'); i >= 0 { // removes the number of processors
			name = name[:i]
		}
		var w written
		for i := 2; i+1 < len(fields); i += 2 {
			figure, _ := strconv.ParseFloat(fields[i], 64)
			switch fields[i+1] {
			case "ns/op":
				w.time = figure
			case "allocs/op":
				w.allocations = figure
			}
		}
		read[name] = w
	}
	return read
}
