// Command bench measures Sen on a real MongoDB, beside a static answer of the same
// bytes; see bench/README.md. It starts and ends everything that it needs.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"sen/internal/mongodb"
	"sen/internal/testkit"
)

func main() {
	articles := flag.Int("articles", 100_000, "how many articles to make up")
	during := flag.Duration("during", 2*time.Second, "how long each load lasts")
	rounds := flag.Int("rounds", 3, "how often each is measured; the median counts")
	static := flag.String("static", "", "serve the files of this folder as answers, and nothing else")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	var err error
	if *static != "" {
		err = serveStatic(ctx, *static)
	} else {
		err = run(ctx, *articles, *during, *rounds)
	}
	stop()
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// operations are the reading side's.
var operations = []operation{
	{"article by slug", `query($slug: String) { article(slug: $slug) { id title lead byline publishedAt body { html } authors { name organization { name } } section { name path } tags { name } } }`, map[string]any{"slug": "article-77777"}},
	{"latest 20", `{ articles(first: 20) { nodes { id title lead path publishedAt byline authors { name } section { name } } pageInfo { hasNextPage endCursor } } }`, nil},
	{"filtered page", `{ articles(first: 20, filter: {section: {slugs: ["section-3"]}, tags: {slugs: ["tag-7"]}}) { nodes { id title lead path publishedAt authors { name } } pageInfo { hasNextPage endCursor } } }`, nil},
	{"awards of a year", `{ awards(first: 50, filter: {year: {eq: 2020}}) { nodes { id title year level recipients { name organization { name } } round { name } } } }`, nil},
	{"front page", `{ sections(first: 5) { nodes { name path articles(first: 6) { nodes { title path lead publishedAt authors { name organization { name } } organizations { name } } } } }
		events(first: 5, orderBy: STARTS_AT_ASC, filter: {startsAt: {gte: "2019-01-01T00:00:00Z"}}) { nodes { name path startsAt organizers { name } } }
		awards(first: 10) { nodes { title year level recipients { name organization { name } } round { name } } } }`, nil},
}

// serveStatic is the yardstick: net/http writing bytes that it has.
func serveStatic(ctx context.Context, dir string) error {
	answers := map[string][]byte{}
	for _, o := range operations {
		data, err := os.ReadFile(filepath.Join(dir, o.name))
		if err != nil {
			return err
		}
		answers[o.name] = data
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("Listening on", listener.Addr())
	server := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		body := answers[r.Header.Get("X-Operation")]
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		_, _ = w.Write(body)
	})}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// start starts a program and reads from its output where it listens.
func start(ctx context.Context, args ...string) (host string, stop func(), err error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return "", nil, err
	}
	stop = func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	}
	buf := make([]byte, 4096)
	var text string
	for {
		n, err := out.Read(buf)
		text += string(buf[:n])
		if _, after, ok := strings.Cut(text, "Listening on "); ok && strings.Contains(after, "\n") {
			host, _, _ = strings.Cut(after, "\n")
			return strings.TrimSpace(host), stop, nil
		}
		if err != nil {
			stop()
			return "", nil, fmt.Errorf("%s did not start: %s", args[0], text)
		}
	}
}

func run(ctx context.Context, articles int, during time.Duration, rounds int) error {
	dir, err := os.MkdirTemp("", "sen-bench")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(os.Stderr, format+"\n", args...) }

	mongod, err := testkit.StartMongod(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { _ = mongod.Remove() }()
	uri := mongod.URI("sen")
	store, err := mongodb.New(mongodb.Options{URI: uri, Timeout: time.Minute, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	if err := store.Prepare(ctx); err != nil {
		return err
	}
	say("filling the store with %d articles", articles)
	begin := time.Now()
	if err := fill(ctx, store, articles, os.Stderr); err != nil {
		return err
	}
	say("filled in %s", time.Since(begin).Round(time.Second))
	if err := store.Close(ctx); err != nil {
		return err
	}

	binary := filepath.Join(dir, "sen")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "./server").CombinedOutput(); err != nil {
		return fmt.Errorf("build the server: %w\n%s", err, out)
	}
	sen, stopSen, err := start(ctx, binary, "--listen", "127.0.0.1:0", "--mongodb-uri", uri, "--log-level", "error")
	if err != nil {
		return err
	}
	defer stopSen()
	sizes, err := answers(ctx, sen, dir)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	static, stopStatic, err := start(ctx, self, "-static", dir)
	if err != nil {
		return err
	}
	defer stopStatic()

	if err := depth(ctx, sen, min(50_000, articles/2)); err != nil {
		return err
	}
	return table(ctx, sen, static, sizes, during, rounds, say)
}

// answers asks for each operation once, sees that it is answered whole, and keeps
// its bytes for the static server.
func answers(ctx context.Context, sen, dir string) (map[string]int, error) {
	for ready := false; !ready; { // the server tells where it listens before its store is prepared
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+sen+"/readyz", nil)
		if err != nil {
			return nil, err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return nil, err
		}
		ready = response.StatusCode == http.StatusOK
		_ = response.Body.Close()
	}
	c, err := dial(ctx, sen)
	if err != nil {
		return nil, err
	}
	sizes := map[string]int{}
	for _, o := range operations {
		body, err := c.do(o.request(sen))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", o.name, err)
		}
		sizes[o.name] = len(body)
		if err := os.WriteFile(filepath.Join(dir, o.name), body, 0o600); err != nil {
			return nil, err
		}
	}
	return sizes, c.conn.Close()
}

// table measures every operation with 1, 16 and 64 clients, Sen and the static
// server in turn, and prints the medians.
func table(ctx context.Context, sen, static string, sizes map[string]int, during time.Duration, rounds int, say func(string, ...any)) error {
	type key struct {
		operation string
		clients   int
	}
	ours, theirs := map[key][]result{}, map[key][]result{}
	for round := range rounds {
		say("round %d of %d", round+1, rounds)
		for _, o := range operations {
			for _, clients := range []int{1, 16, 64} {
				k := key{o.name, clients}
				for _, target := range []struct {
					host string
					into map[key][]result
				}{{sen, ours}, {static, theirs}} {
					r, err := load(ctx, target.host, o.request(target.host), clients, during)
					if err != nil {
						return fmt.Errorf("%s: %w", o.name, err)
					}
					target.into[k] = append(target.into[k], r)
				}
			}
		}
	}
	fmt.Println("| operation | bytes | clients | Sen /s | static /s | ratio | p50 | p99 |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
	for _, o := range operations {
		for _, clients := range []int{1, 16, 64} {
			k := key{o.name, clients}
			s, t := middle(ours[k]), middle(theirs[k])
			fmt.Printf("| %s | %d | %d | %.0f | %.0f | %.3f | %s | %s |\n", o.name, sizes[o.name], clients, s.perSecond, t.perSecond,
				s.perSecond/t.perSecond, s.p50.Round(10*time.Microsecond), s.p99.Round(10*time.Microsecond))
		}
	}
	return nil
}

// middle is the result with the median rate.
func middle(all []result) result {
	slices.SortFunc(all, func(a, b result) int { return int(a.perSecond*1000 - b.perSecond*1000) })
	return all[len(all)/2]
}

// maxDepthRatio bounds what a deep page may cost beside the first one.
const maxDepthRatio = 1.5

// depth walks to a deep page by cursor, and compares what it costs with page 1.
func depth(ctx context.Context, sen string, offset int) error {
	c, err := dial(ctx, sen)
	if err != nil {
		return err
	}
	defer func() { _ = c.conn.Close() }()
	after := ""
	for range offset / 100 {
		body, err := c.do(operation{query: `query($after: String) { articles(first: 100, after: $after) { pageInfo { endCursor } } }`, variables: map[string]any{"after": after}}.request(sen))
		if err != nil {
			return err
		}
		var answer struct {
			Data struct {
				Articles struct{ PageInfo struct{ EndCursor string } }
			}
		}
		if err := json.Unmarshal(body, &answer); err != nil {
			return err
		}
		after = answer.Data.Articles.PageInfo.EndCursor
	}
	const page = `query($after: String) { articles(first: 20, after: $after) { nodes { id title lead publishedAt } } }`
	first := operation{query: page, variables: map[string]any{"after": ""}}.request(sen)
	deep := operation{query: page, variables: map[string]any{"after": after}}.request(sen)
	var tookFirst, tookDeep []time.Duration
	for range 500 {
		for _, one := range []struct {
			request []byte
			into    *[]time.Duration
		}{{first, &tookFirst}, {deep, &tookDeep}} {
			begin := time.Now()
			if _, err := c.do(one.request); err != nil {
				return err
			}
			*one.into = append(*one.into, time.Since(begin))
		}
	}
	slices.Sort(tookFirst)
	slices.Sort(tookDeep)
	a, b := tookFirst[len(tookFirst)/2], tookDeep[len(tookDeep)/2]
	ratio := float64(b) / float64(a)
	fmt.Printf("page 1: %s; the page at %d by cursor: %s; ratio %.2f (at most %.1f)\n\n", a, offset, b, ratio, maxDepthRatio)
	if ratio > maxDepthRatio {
		return fmt.Errorf("the deep page costs %.2f times the first", ratio)
	}
	return nil
}
