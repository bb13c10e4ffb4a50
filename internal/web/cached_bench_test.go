package web_test

import (
	"bytes"
	"io"
	"math"
	"net/http"
	"testing"

	"sen/graph"
	"sen/internal/storage"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
	"sen/internal/web"
)

// nowhere is a response writer that drops the answer.
type nowhere struct{ h http.Header }

func (n *nowhere) Header() http.Header         { return n.h }
func (n *nowhere) WriteHeader(int)             {}
func (n *nowhere) Write(p []byte) (int, error) { return len(p), nil }

// pages has typical queries of readers, by what they show.
var pages = map[string]string{
	"article by slug": `{ article(slug: \"hoi-nghi-so-ket-va-trao-giai-cnnttb-2020\") { id title lead byline publishedAt body { html } authors { name organization { name } } section { name path } tags { name } } }`,
	"latest 20":       `{ articles(first: 20) { nodes { id title lead path publishedAt byline authors { name } section { name } } pageInfo { hasNextPage endCursor } } }`,
	"awards":          `{ awards(first: 20, filter: { year: { eq: 2020 } }) { nodes { title year level rank recipients { name organization { name } } round { name } } pageInfo { hasNextPage } } }`,
	"front page":      `{ sections(first: 5) { nodes { name path articles(first: 6) { nodes { title path lead publishedAt authors { name organization { name } } organizations { name } } } } } events(first: 5, orderBy: STARTS_AT_ASC) { nodes { name path startsAt organizers { name } } } awards(first: 10) { nodes { title year level recipients { name organization { name } } round { name } } } }`,
}

// BenchmarkMemory measures the whole handler for an answer that is computed from cached pages and entries.
func BenchmarkMemory(b *testing.B) { benchmarkPages(b, testkit.SampleStore(b, testkit.Embedded(b))) }

// BenchmarkBatches measures an answer that is computed with empty caches, on the real MongoDB: a few batched reads
// for each level.
func BenchmarkBatches(b *testing.B) {
	store := testkit.UncachedStore(b, testkit.MongoDB(b))
	testkit.Sample(b, store)
	benchmarkPages(b, store)
}

func benchmarkPages(b *testing.B, store *storage.Store) {
	server := testserver.Start(b, store, nil)
	for name, query := range pages {
		body := []byte(`{"query":"` + query + `"}`)
		b.Run(name, func(b *testing.B) {
			asked(b, server.Config.Handler, func(int) []byte { return body })
			b.ReportMetric(float64(server.Trips()), "trips/op")
		})
	}
}

// asked sends the same request repeatedly to a handler, by POST.
func asked(b *testing.B, handler http.Handler, body func(n int) []byte) {
	b.Helper()
	ask := asker(b, handler)
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		ask(body(n))
	}
}

// asker returns a function that sends a request to a handler by POST, with as few own allocations as possible.
func asker(t testing.TB, handler http.Handler) func(body []byte) {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, "/graphql", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	header, reader := http.Header{}, &bytes.Reader{}
	return func(body []byte) {
		reader.Reset(body)
		clear(header)
		again := *request
		again.Body, again.ContentLength = io.NopCloser(reader), int64(len(body))
		handler.ServeHTTP(&nowhere{header}, &again)
	}
}

// TestCachedAllocations counts the allocations of the whole handler for an answer that is cached by the bytes of its
// request.
func TestCachedAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("with the race detector on, pools forget what they hold; scripts/test runs this without it too")
	}
	store := testkit.AnySample(t)
	server := testserver.Start(t, store, func(_ *graph.Options, o *web.Options) {
		o.Answers, o.Metrics = web.NewAnswers(store, 1<<26), web.NewMetrics()
	})
	ask, body := asker(t, server.Config.Handler), []byte(`{"query":"{ articles(first: 20) { nodes { id title } } }"}`)
	ask(body)
	if n := testing.AllocsPerRun(100, func() { ask(body) }); n > 15 {
		t.Errorf("a cached answer takes %.0f allocations, more than 15", n)
	}
}

// BenchmarkCached measures the whole handler for a cached answer: found by the bytes of the request (as sent), also
// with a rate limit, and for a request in another spelling (respelled).
func BenchmarkCached(b *testing.B) {
	store := testkit.SampleStore(b, testkit.Embedded(b))
	serve := func(rateLimit int) http.Handler {
		return testserver.Start(b, store, func(_ *graph.Options, o *web.Options) {
			o.Answers, o.Metrics, o.RateLimit = web.NewAnswers(store, 1<<26), web.NewMetrics(), rateLimit
		}).Config.Handler
	}
	plain, counted := serve(0), serve(math.MaxInt)
	const body = `{"query":"{ articles(first: 20) { nodes { id title lead path publishedAt byline authors { name } section { name } } pageInfo { hasNextPage endCursor } } }"}`
	b.Run("as sent", func(b *testing.B) { asked(b, plain, func(int) []byte { return []byte(body) }) })
	b.Run("as sent, counted", func(b *testing.B) { asked(b, counted, func(int) []byte { return []byte(body) }) })
	spelled := append([]byte(body), bytes.Repeat([]byte(" "), 32)...)
	b.Run("respelled", func(b *testing.B) {
		asked(b, plain, func(n int) []byte {
			for i := range 32 {
				spelled[len(body)+i] = " \t"[n>>i&1]
			}
			return spelled
		})
	})
}
