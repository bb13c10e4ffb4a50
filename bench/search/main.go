// Command search measures the search: how well it ranks, and what a query and the index cost. It generates a Vietnamese
// corpus, puts it into an embedded store, lets the search build its index, and asks queries whose right answer is
// known by construction. See bench/README.md.
//
//	go run ./bench/search -articles 20000,100000
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"sen/internal/content"
	"sen/internal/embedded"
	"sen/internal/search"
	"sen/internal/search/bleveindex"
	"sen/internal/search/service"
	"sen/internal/storage"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "search:", err)
		os.Exit(1)
	}
}

// errGoals means that something was measured that is worse than its goal.
var errGoals = errors.New("some goals are not met")

func run(ctx context.Context) error {
	sizes := flag.String("articles", "20000,100000", "numbers of articles, with commas")
	mongod := flag.Bool("mongodb", true, "compare with MongoDB's $text; SEN_MONGOD names the server")
	profile := flag.String("profile", "", "write a processor profile into this file")
	flag.Parse()
	if *profile != "" {
		file, err := os.Create(*profile)
		if err != nil {
			return err
		}
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	met := true
	for size := range strings.SplitSeq(*sizes, ",") {
		articles, err := strconv.Atoi(size)
		if err != nil {
			return err
		}
		if err := measure(ctx, articles, *mongod, &met); err != nil {
			return err
		}
	}
	if !met {
		return errGoals
	}
	return nil
}

// measure measures everything with a number of articles. It sets met to false if a goal is not met.
func measure(ctx context.Context, articles int, mongod bool, met *bool) error {
	dir, err := os.MkdirTemp("", "sen-bench-search")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	c := newCorpus(articles)
	store, all, err := fill(ctx, filepath.Join(dir, "data"), c)
	if err != nil {
		return err
	}
	defer store.Close()
	fmt.Printf("## %d articles\n\n", articles)
	r := &report{met: met}
	debug.FreeOSMemory()
	before := anonymous()
	_, stop, took, spent, err := index(ctx, store, filepath.Join(dir, "search"))
	if err != nil {
		return err
	}
	r.goal("articles indexed in a second", float64(articles)/took.Seconds(), 450, false)
	r.row("processor time to index an article, ms", ms(spent)/float64(articles))
	stop()
	size, err := folderSize(filepath.Join(dir, "search"))
	if err != nil {
		return err
	}
	r.goal("kB of disk for an article", float64(size)/1000/float64(articles), 6, true)
	finder, stop, took, _, err := index(ctx, store, filepath.Join(dir, "search"))
	if err != nil {
		return err
	}
	r.goal("seconds until a second start is current", took.Seconds(), 2, true)
	questions := c.questions(all)
	ranks, times, err := ask(ctx, finder, questions)
	if err != nil {
		return err
	}
	debug.FreeOSMemory()
	r.goal("MB of memory above the program's, without mapped files", float64(anonymous()-before)/1e6, 300, true)
	r.ranking("Sen", questions, ranks)
	slices.Sort(times)
	if articles >= 100_000 {
		r.goal("processor time of a query, p50, ms", ms(times[len(times)/2]), 2, true)
		r.goal("processor time of a query, p95, ms", ms(times[len(times)*95/100]), 10, true)
	} else {
		r.row("processor time of a query, p50, ms", ms(times[len(times)/2]))
		r.row("processor time of a query, p95, ms", ms(times[len(times)*95/100]))
	}
	if err := r.suggestions(ctx, finder, all); err != nil {
		return err
	}
	stop()
	if mongod {
		return r.textSearch(ctx, dir, all, questions)
	}
	return nil
}

// fill puts the corpus into an embedded store.
func fill(ctx context.Context, dir string, c *corpus) (*storage.Store, []*content.Article, error) {
	engine, err := embedded.Open(dir, embedded.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, nil, err
	}
	store := storage.New(storage.Options{Engine: engine, Log: slog.New(slog.DiscardHandler)})
	if err := store.Prepare(ctx); err != nil {
		return nil, nil, err
	}
	var organizations []*content.Entry[*content.Organization]
	for _, o := range c.organizations {
		organizations = append(organizations, content.NewEntry(o, true))
	}
	if err := store.Organizations.Put(ctx, organizations); err != nil {
		return nil, nil, err
	}
	const batch = 2000
	all := make([]*content.Article, c.articles)
	for n := 0; n < c.articles; n += batch {
		var entries []*content.Entry[*content.Article]
		for i := n; i < min(n+batch, c.articles); i++ {
			all[i] = c.article(i)
			entries = append(entries, content.NewEntry(all[i], true))
		}
		if err := store.Articles.Put(ctx, entries); err != nil {
			return nil, nil, err
		}
		fmt.Fprintf(os.Stderr, "filled %d of %d\n", n+len(entries), c.articles)
	}
	return store, all, nil
}

// index opens the index, and waits until it is current. It returns the time and the processor time that this took.
func index(ctx context.Context, store *storage.Store, dir string) (
	finder *service.Service, stop func(), took, spent time.Duration, err error,
) {
	began, used := time.Now(), processor()
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	engine, err := bleveindex.Open(dir, log)
	if err != nil {
		return nil, nil, 0, 0, err
	}
	finder = service.New(service.Options{Store: store, Engine: engine, Log: log})
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		finder.Run(ctx)
	}()
	err = finder.Wait(ctx)
	stop = func() {
		cancel()
		<-done
		if err := engine.Close(); err != nil {
			fmt.Fprintln(os.Stderr, "search: close the index:", err)
		}
	}
	return finder, stop, time.Since(began), processor() - used, err
}

// ask asks all questions. It returns the rank of the right answer of each, 0 if it is not among the first ten, and the
// processor time of each.
func ask(ctx context.Context, finder *service.Service, all []question) (ranks []int, times []time.Duration, err error) {
	for range 2 { // the first round warms up
		ranks, times = nil, nil
		for _, q := range all {
			used := processor()
			answer, err := finder.Find(ctx, service.Question{Text: q.text, Size: 10})
			if err != nil {
				return nil, nil, fmt.Errorf("%s %q: %w", q.kind, q.text, err)
			}
			times = append(times, processor()-used)
			ranks = append(ranks, rank(answer.Hits, q.right))
		}
	}
	return ranks, times, nil
}

// suggestions measures the completions of one to six letters of titles.
func (r *report) suggestions(ctx context.Context, finder *service.Service, all []*content.Article) error {
	var times []time.Duration
	for letters := 1; letters <= maxPrefix; letters++ {
		for i := range queriesOfAKind {
			title := []rune(all[i*len(all)/queriesOfAKind].Title["vi"])
			used := processor()
			if _, err := finder.Suggest(ctx, service.Scope{}, string(title[:letters]), suggested); err != nil {
				return err
			}
			times = append(times, processor()-used)
		}
	}
	slices.Sort(times)
	r.row("processor time of a suggestion, p50, ms", ms(times[len(times)/2]))
	r.goal("processor time of a suggestion, p95, ms", ms(times[len(times)*95/100]), 5, true)
	return nil
}

// The longest beginning that is completed, in letters, and the number of suggestions.
const maxPrefix, suggested = 6, 8

// rank returns the position of an entry among hits, from 1; 0 if it is not there.
func rank(hits []search.Place, right content.ID) int {
	return 1 + slices.IndexFunc(hits, func(p search.Place) bool { return p.ID == right })
}

// processor returns the processor time that this process has used.
func processor() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err) // never fails for RUSAGE_SELF
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// anonymous returns the memory of this process in bytes, without the files that are mapped into it: the system takes
// their pages back when it needs them.
func anonymous() uint64 {
	runtime.GC()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); fields[0] == "RssAnon:" {
			kilobytes, _ := strconv.ParseUint(fields[1], 10, 64)
			return kilobytes << 10
		}
	}
	return 0
}

// folderSize returns the size of all files in a folder, in bytes.
func folderSize(dir string) (size int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			size += info.Size()
		}
		return err
	})
	return size, err
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
