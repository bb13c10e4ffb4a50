// Command bench measures Sen on a real MongoDB, and compares it with a static answer of the same bytes and with a
// hand-written handler; see bench/README.md. It starts and stops everything that it needs.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// settings holds the flags.
type settings struct {
	articles           int
	during             time.Duration
	rounds             int
	quick              bool
	ops, configs, only filter
	connections        numbersFlag
	growth, engines    numbersFlag
	profile            string
	costliest          bool
	before             string
	static, byHand     string
	writes             int
}

func main() {
	o := settings{connections: numbersFlag{1, 16, 64}}
	flag.IntVar(&o.articles, "articles", 20_000, "number of articles to generate")
	flag.DurationVar(&o.during, "during", 500*time.Millisecond, "how long each load lasts")
	flag.IntVar(&o.rounds, "rounds", 10, "number of measurements; the median counts")
	flag.BoolVar(&o.quick, "quick", false, "a short run of two minutes: one round, with 1 and 64 connections")
	flag.Var(&o.ops, "ops", "only operations whose names contain one of these parts; separate with commas")
	flag.Var(&o.configs, "configs",
		"only configurations of Sen whose names contain one of these parts; separate with commas")
	flag.Var(&o.only, "only", "only these parts of the run: tables, attack, plans")
	flag.Var(&o.connections, "conns", "numbers of connections; separate with commas")
	flag.Var(&o.growth, "growth", "only compare stores with these numbers of articles; separate with commas")
	flag.Var(&o.engines, "engines",
		"only compare the two engines with these numbers of articles; separate with commas; the first number has goals")
	flag.StringVar(&o.profile, "profile", "", "only write CPU profiles of Sen into this folder")
	flag.BoolVar(&o.costliest, "costliest", false,
		"only search for the request that uses the most processor time for its cost")
	flag.StringVar(&o.before, "before", "", "with -costliest: another program of Sen to measure for comparison")
	flag.StringVar(&o.static, "static", "", "only serve the files of this folder as answers")
	flag.StringVar(&o.byHand, "byhand", "", "only serve the hand-written handler on this MongoDB")
	flag.IntVar(&o.writes, "writes", 0, "only measure creating, changing and publishing this number of articles")
	flag.Parse()
	if o.quick {
		o.rounds, o.connections = 1, numbersFlag{1, 64}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, o)
	stop()
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o settings) error {
	switch {
	case o.static != "":
		return serveStatic(ctx, o.static)
	case o.byHand != "":
		return serveByHand(ctx, o.byHand)
	case o.articles < minArticles:
		return fmt.Errorf("-articles must be %d at least", minArticles)
	}
	g, err := prepare(ctx)
	if err != nil {
		return err
	}
	defer g.remove()
	fmt.Printf("%s, %d processors, %s, %s/%s\n\n", time.Now().UTC().Format("2006-01-02 15:04"), runtime.NumCPU(),
		runtime.Version(), runtime.GOOS, runtime.GOARCH)
	switch {
	case o.writes > 0:
		return g.writes(ctx, o.writes)
	case o.growth != nil:
		return g.grow(ctx, o)
	case o.engines != nil:
		return g.engines(ctx, o)
	case o.profile != "":
		return g.profile(ctx, o)
	case o.costliest:
		return g.costliest(ctx, o)
	}
	return g.compare(ctx, o)
}

// minArticles is the smallest number of articles with which every operation finds something.
const minArticles = 2000

// compare measures Sen and the baselines.
func (g *environment) compare(ctx context.Context, o settings) (err error) {
	uri, err := g.fill(ctx, "sen", o.articles)
	if err != nil {
		return err
	}
	f, err := g.launch(ctx, uri, o.configs)
	defer func() { f.stop() }()
	if err != nil {
		return err
	}
	r := &report{Writer: os.Stdout, plan: plan{o.connections, o.rounds, o.during}, sizes: map[string]int{}}
	if r.operations, err = f.operations(ctx, o.articles, o.ops); err != nil {
		return err
	}
	for _, operation := range r.operations {
		if err := equal(ctx, operation, f.targets); err != nil {
			return err
		}
		body, err := ask(ctx, f.targets[1].host(), operation.post(f.targets[1].host()))
		if err != nil {
			return err
		}
		r.sizes[operation.name] = len(body)
	}
	progressf("all targets return equal content for %d operations", len(r.operations))
	if err := f.static(ctx, r.operations, f.targets[1]); err != nil {
		return err
	}
	r.targets = f.targets
	if o.only.has("tables") {
		if r.samples, err = f.measure(ctx, r.operations, r.plan); err != nil {
			return err
		}
		r.tables()
		r.speeds()
		if err := r.memory(ctx, "", f.running, f.named); err != nil {
			return err
		}
	}
	if o.only.has("attack") {
		if err := f.attack(ctx, r); err != nil {
			return err
		}
	}
	if o.only.has("plans") {
		if err := g.plans(ctx, r); err != nil {
			return err
		}
	}
	return r.verdict()
}

// operations returns the selected operations, for a store with the given number of articles.
func (f *fleet) operations(ctx context.Context, articles int, only filter) ([]operation, error) {
	if len(f.targets) < 2 {
		return nil, errors.New("-configs matches no configuration of Sen")
	}
	deep, err := deepCursor(ctx, f.targets[len(f.targets)-1].host(), min(50_000, articles/2))
	if err != nil {
		return nil, err
	}
	all := slices.DeleteFunc(operations(articles, deep), func(o operation) bool { return !only.has(o.name) })
	if len(all) == 0 {
		return nil, errors.New("-ops leaves no operation")
	}
	return all, nil
}

// named returns the name of a process in tables, made from the names of all targets that it serves, and its cache
// sizes.
func (f *fleet) named(p *process) (string, cacheSizes) {
	var names []string
	var l cacheSizes
	for _, t := range f.targets {
		if t.process == p {
			names, l = append(names, t.name), t.cacheSizes
		}
	}
	return strings.Join(names, "; "), l
}

// filter is a flag with parts of names. An empty filter matches every name.
type filter []string

// String implements [flag.Value].
func (f *filter) String() string { return strings.Join(*f, ",") }

// Set implements [flag.Value].
func (f *filter) Set(text string) error {
	*f = strings.Split(text, ",")
	return nil
}

func (f filter) has(name string) bool {
	return len(f) == 0 || slices.ContainsFunc(f, func(part string) bool { return strings.Contains(name, part) })
}

// numbersFlag is a flag with numbers.
type numbersFlag []int

// String implements [flag.Value].
func (n *numbersFlag) String() string { return strings.Trim(fmt.Sprint(*n), "[]") }

// Set implements [flag.Value].
func (n *numbersFlag) Set(text string) error {
	*n = nil
	for part := range strings.SplitSeq(text, ",") {
		one, err := strconv.Atoi(part)
		if err != nil || one < 1 {
			return fmt.Errorf("%q is no number from 1", part)
		}
		*n = append(*n, one)
	}
	return nil
}
