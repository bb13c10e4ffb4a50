package main

import (
	"context"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"sen/graph"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
	"sen/internal/web"
)

// hosted returns a target that runs inside the test.
func hosted(t *testing.T, name string, handler http.Handler, asks func(operation, string) request) *target {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return &target{name: name, asks: asks, process: &process{host: strings.TrimPrefix(server.URL, "http://")}}
}

// TestEqual checks that Sen and the hand-written handler return the same content for each operation, and that the
// comparison finds content that is different, empty or refused.
func TestEqual(t *testing.T) {
	engine := testkit.MongoDB(t)
	store := testkit.Store(t, engine)
	if err := fill(t.Context(), store, minArticles, io.Discard); err != nil {
		t.Fatal(err)
	}
	server := testserver.Start(t, store,
		func(_ *graph.Options, o *web.Options) { o.Answers = web.NewAnswers(store, 1<<20) })
	byHand, err := newByHand(engine.URI)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = byHand.db.Client().Disconnect(context.Background()) })
	mux := http.NewServeMux()
	byHand.routes(mux)
	targets := []*target{hosted(t, hand, mux, operation.hand)}
	for _, sen := range senTargets() {
		sen.process = &process{host: strings.TrimPrefix(server.URL, "http://")}
		targets = append(targets, sen)
	}
	deep, err := deepCursor(t.Context(), targets[1].host(), minArticles/2)
	if err != nil {
		t.Fatal(err)
	}
	all := operations(minArticles, deep)
	for _, o := range all {
		if err := equal(t.Context(), o, targets); err != nil {
			t.Error(err)
		}
	}
	for name, answer := range map[string]string{
		"equal content": `{"data":{"article":{"title":"Something else"}}}`, "nothing in it": `{"data":{"article":null}}`,
		"answered": `{"errors":[{"message":"No."}]}`,
	} {
		other := hosted(t, name,
			http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { deliver(w, []byte(answer)) }), operation.post)
		if err := equal(t.Context(), all[0], []*target{targets[0], other}); err == nil ||
			!strings.Contains(err.Error(), name) {
			t.Errorf("%s is taken: %v", answer, err)
		}
	}
}

// TestRequests checks that requests with a number differ only in that number, which has its full length.
func TestRequests(t *testing.T) {
	const host = "localhost"
	o := operations(minArticles, "")[0]
	for _, r := range append(attacks(host, host), attackRequest{name: "spelled", request: o.spelled(host)}) {
		one, other := string(r.next([]byte(string(r.bytes)))), string(r.next([]byte(string(r.bytes))))
		if one == other || len(one) != len(r.bytes) || one[:r.at] != other[:r.at] ||
			one[r.at+r.width:] != other[r.at+r.width:] {
			t.Errorf("%s sends\n%s\nand\n%s", r.name, one, other)
		}
	}
	if r := o.post(host); &r.next(nil)[0] != &r.bytes[0] {
		t.Error("a request that stays the same is copied")
	}
}

// TestSwitches checks the flags of the program that cache sizes become.
func TestSwitches(t *testing.T) {
	l := cacheSizes{answers: 1, entities: 2, pages: 3, walk: true}
	if got := strings.Join(l.args(), " "); got != "--cache-size=1 --entity-cache-size=2 --page-cache-size=3 --no-plans" {
		t.Error(got)
	}
}

// TestMedian checks the median of unsorted samples, of an even number of samples, and of none.
func TestMedian(t *testing.T) {
	for want, of := range map[float64][]float64{0: nil, 7: {7}, 3: {4, 2}, 5: {9, 5, 1}} {
		if got := median(of, func(f float64) float64 { return f }); got != want {
			t.Errorf("the median of %v is %v, not %v", of, got, want)
		}
	}
}

// TestShares checks how processor time is divided among the processes.
func TestShares(t *testing.T) {
	at := time.Now()
	after := usage{
		at: at.Add(time.Second), server: 800 * time.Millisecond, mongod: 400 * time.Millisecond,
		client: 200 * time.Millisecond, idle: 200 * time.Millisecond,
	}
	s := share(usage{at: at}, after, 2)
	for name, part := range map[string][2]float64{
		"server": {s.server, .4}, "mongod": {s.mongod, .2},
		"client": {s.client, .1}, "idle": {s.idle, .1}, "others": {s.others, .2},
	} {
		if math.Abs(part[0]-part[1]) > 1e-9 {
			t.Errorf("%s had %v, not %v", name, part[0], part[1])
		}
	}
	for want, s := range map[string]shares{
		"server 40 %, others 20 %": s,
		"mongod 70 %":              {server: .1, mongod: .7, client: .1, idle: .1},
		"waiting 40 %":             {server: .5, idle: .4, others: .1},
	} {
		if got := bound([]sample{{shares: s}}); got != want {
			t.Errorf("%+v is bound by %s, not by %s", s, got, want)
		}
	}
}

// TestVerdict checks that a missed goal is printed and makes the run fail.
func TestVerdict(t *testing.T) {
	var text strings.Builder
	r := report{
		Writer: &text, plan: plan{connections: []int{1, 64}}, operations: []operation{{name: "an operation"}},
		targets: []*target{{name: static}, {name: hand}, {name: asSent}, {name: nothingCached}},
		samples: map[measurement][]sample{},
	}
	for name, perSecond := range map[string]float64{static: 1000, hand: 100, asSent: 900, nothingCached: 70} {
		r.samples[measurement{name, "an operation", 64}] = []sample{{result: result{perSecond: perSecond}}}
	}
	r.speeds()
	err := r.verdict()
	if err == nil || err.Error() != "1 of 3 goals are not met" {
		t.Errorf("the error is %v", err)
	}
	for _, line := range []string{
		"| an operation, cached answer, relative to static at 64 connections | 0.9 | ≥ 0.8 | met |",
		"| an operation, nothing cached, relative to by hand at 64 connections | 0.7 | ≥ 1.2 | **not met** |",
	} {
		if !strings.Contains(text.String(), line) {
			t.Errorf("%q is missing in\n%s", line, text.String())
		}
	}
}

// TestProcess checks that the resource usage of a process is read from the system.
func TestProcess(t *testing.T) {
	p := hosted(t, "", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "go_memstats_mallocs 1\ngo_memstats_mallocs_total 1.5e+06\n")
	}), nil).process
	if n, err := p.allocations(t.Context()); err != nil || n != 1.5e6 {
		t.Errorf("allocations: %v, %v", n, err)
	}
	if now, peak, err := memory(os.Getpid()); err != nil || now == 0 || now > peak {
		t.Errorf("memory: %v, %v, %v", now, peak, err)
	}
	if since, err := idle(); err != nil || since == 0 {
		t.Errorf("idle: %v, %v", since, err)
	}
	if took, err := cpu(1); err != nil || took == 0 { // process 1 has used some processor time
		t.Errorf("processor time: %v, %v", took, err)
	}
}
