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

// BenchmarkMemory is an answer that is made anew, from pages and entries that are in memory, by the whole handler.
func BenchmarkMemory(b *testing.B) {
	server := testkit.Serve(b, testkit.SampleStore(b, testkit.Embedded(b)), nil)
	for name, query := range map[string]string{
		"article by slug": `{ article(slug: \"hoi-nghi-so-ket-va-trao-giai-cnnttb-2020\") { id title lead byline publishedAt body { html } authors { name organization { name } } section { name path } tags { name } } }`,
		"latest 20":       `{ articles(first: 20) { nodes { id title lead path publishedAt byline authors { name } section { name } } pageInfo { hasNextPage endCursor } } }`,
		"front page":      `{ sections(first: 5) { nodes { name path articles(first: 6) { nodes { title path lead publishedAt authors { name organization { name } } organizations { name } } } } } events(first: 5, orderBy: STARTS_AT_ASC) { nodes { name path startsAt organizers { name } } } awards(first: 10) { nodes { title year level recipients { name organization { name } } round { name } } } }`,
	} {
		body := []byte(`{"query":"` + query + `"}`)
		b.Run(name, func(b *testing.B) { asked(b, server.Config.Handler, func(int) []byte { return body }) })
	}
}

// asked asks a handler the same way again and again, by POST.
func asked(b *testing.B, handler http.Handler, body func(n int) []byte) {
	b.Helper()
	request, err := http.NewRequest(http.MethodPost, "/graphql", nil)
	if err != nil {
		b.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	header, reader := http.Header{}, &bytes.Reader{}
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		spelled := body(n)
		reader.Reset(spelled)
		clear(header)
		again := *request
		again.Body, again.ContentLength = io.NopCloser(reader), int64(len(spelled))
		handler.ServeHTTP(&nowhere{header}, &again)
	}
}

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
	b.Run("first level", func(b *testing.B) { asked(b, plain, func(int) []byte { return []byte(body) }) })
	b.Run("first level, counted", func(b *testing.B) { asked(b, counted, func(int) []byte { return []byte(body) }) })
	spaces := append([]byte(body), bytes.Repeat([]byte(" "), 1<<12)...)
	b.Run("second level", func(b *testing.B) {
		asked(b, plain, func(n int) []byte { return spaces[:len(body)+1+n%(1<<12)] })
	})
}
