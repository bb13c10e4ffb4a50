package web_test

import (
	"bytes"
	"io"
	"math"
	"net/http"
	"testing"

	"sen/graph"
	"sen/internal/testkit"
	"sen/internal/web"
)

// nowhere takes an answer and forgets it.
type nowhere struct{ h http.Header }

func (n *nowhere) Header() http.Header         { return n.h }
func (n *nowhere) WriteHeader(int)             {}
func (n *nowhere) Write(p []byte) (int, error) { return len(p), nil }

// BenchmarkKnown is an answer that is kept, from the whole handler: as it was asked for before (first level),
// also where it is counted against a rate limit, and in another spelling (second level).
func BenchmarkKnown(b *testing.B) {
	store := testkit.SampleStore(b, testkit.Embedded(b))
	serve := func(rateLimit int) http.Handler {
		return testkit.Serve(b, store, func(_ *graph.Options, o *web.Options) {
			o.Answers, o.Metrics, o.RateLimit = web.NewAnswers(store, 1<<26), web.NewMetrics(), rateLimit
		}).Config.Handler
	}
	plain, counted := serve(0), serve(math.MaxInt)
	const body = `{"query":"{ articles(first: 20) { nodes { id title lead path publishedAt byline authors { name } section { name } } pageInfo { hasNextPage endCursor } } }"}`
	for name, c := range map[string]struct {
		handler http.Handler
		spelled func(int) []byte
	}{
		"first level":          {plain, func(int) []byte { return []byte(body) }},
		"first level, counted": {counted, func(int) []byte { return []byte(body) }},
		"second level":         {plain, func(n int) []byte { return append([]byte(body), bytes.Repeat([]byte(" "), n%4096)...) }},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				b.StopTimer()
				request, err := http.NewRequest(http.MethodPost, "/graphql", io.NopCloser(bytes.NewReader(c.spelled(n))))
				if err != nil {
					b.Fatal(err)
				}
				request.ContentLength = int64(len(c.spelled(n)))
				request.Header.Set("Content-Type", "application/json")
				b.StartTimer()
				c.handler.ServeHTTP(&nowhere{http.Header{}}, request)
			}
		})
	}
}
