package web_test

import (
	"net/http"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"sen/graph"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
	"sen/internal/web"
)

// TestTrace checks the spans of a request below the client's span: one for the request, one for its operation, and
// one for each round trip to the store.
func TestTrace(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.SampleStore(t, e)
		spans := tracetest.NewInMemoryExporter()
		system := map[string]string{"embedded": "sqlite", "mongodb": "mongodb"}[e.Name]
		provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans))
		server := testserver.Start(t, store, func(_ *graph.Options, o *web.Options) {
			o.Tracer, o.Answers = provider, web.NewAnswers(store, 1<<20)
		})
		go store.Follow(t.Context())
		testkit.Eventually(t, "answers are kept", store.Feed.Current)
		parent := http.Header{"Traceparent": {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}}
		ask := func(query string) (request tracetest.SpanStub, all tracetest.SpanStubs) {
			t.Helper()
			spans.Reset()
			server.Ask(t, query, nil, parent)
			// The span of a request ends after its answer was sent.
			testkit.Eventually(t, "the request's span is there", func() bool {
				all = spans.GetSpans()
				request = named(all, "POST /graphql")
				return request.SpanContext.IsValid()
			})
			return request, all
		}
		const query = `query Secretive { articles(first: 2) { nodes { title authors { name } } } }`
		request, all := ask(query)
		if id := request.SpanContext.TraceID().String(); id != "0af7651916cd43dd8448eb211c80319c" ||
			request.Parent.SpanID().String() != "b7ad6b7169203331" {
			t.Errorf("the request is in the trace %s below %s", id, request.Parent.SpanID())
		}
		has(t, request, "http.request.method", "POST")
		has(t, request, "http.route", "/graphql")
		has(t, request, "http.response.status_code", "200")
		operation := named(all, "query")
		has(t, operation, "graphql.operation.name", "Secretive")
		has(t, operation, "graphql.operation.type", "query")
		if operation.Parent.SpanID() != request.SpanContext.SpanID() {
			t.Error("the operation is not below its request")
		}
		commands := 0
		for _, span := range all {
			if span.SpanKind != trace.SpanKindClient {
				continue
			}
			commands++
			if span.Parent.SpanID() != operation.SpanContext.SpanID() ||
				span.SpanContext.TraceID() != request.SpanContext.TraceID() {
				t.Errorf("%s is not below the operation", span.Name)
			}
			has(t, span, "db.system.name", system)
		}
		if commands == 0 || commands != server.Trips() || len(all) != commands+2 {
			t.Errorf("%d spans of commands among %d for %d round trips", commands, len(all), server.Trips())
		}
		find := named(all, "find articles")
		has(t, find, "db.operation.name", "find")
		has(t, find, "db.collection.name", "articles")

		_, all = ask(`{ search(query: "secretive") { nodes { label } } }`)
		has(t, named(all, "search"), "sen.search.outcome", "degraded") // this server has no index

		// A cached answer has one span. A failed request has an error in its span. No span has a text that a client
		// wrote.
		if _, all := ask(query); len(all) != 1 {
			t.Errorf("a cached answer makes %d spans", len(all))
		}
		_, all = ask(`query Long` + strings.Repeat("x", 1000) +
			` { tag(slug: "secret text") { name } articles(first: 1000000) { totalCount } }`)
		operation = named(all, "query")
		has(t, operation, "error.type", "TOO_COMPLEX")
		for _, span := range all {
			for _, a := range span.Attributes {
				if text := a.Value.String(); strings.Contains(text, "secret text") || len(text) > 64 {
					t.Errorf("%s of %s is %s", a.Key, span.Name, text)
				}
			}
		}
	})
}

// named returns the first span with a name, or a zero span.
func named(spans tracetest.SpanStubs, name string) tracetest.SpanStub {
	for _, span := range spans {
		if span.Name == name {
			return span
		}
	}
	return tracetest.SpanStub{}
}

// has checks that a span has an attribute.
func has(t *testing.T, span tracetest.SpanStub, key attribute.Key, want string) {
	t.Helper()
	for _, a := range span.Attributes {
		if a.Key == key {
			if got := a.Value.String(); got != want {
				t.Errorf("%s of %q is %s; want %s", key, span.Name, got, want)
			}
			return
		}
	}
	t.Errorf("%q lacks %s: %v", span.Name, key, span.Attributes)
}
