package graph_test

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"

	"sen/graph"
	"sen/graph/documents"
	"sen/graph/limits"
	"sen/internal/newsroom"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
)

// TestDocumentWeight keeps copies of a document in memory, after each has run once and has its plans. They take no
// more memory than their weight.
func TestDocumentWeight(t *testing.T) {
	store := testkit.AnySample(t)
	resolver := graph.NewResolver(store, newsroom.New(store, newsroom.Options{Log: testkit.Log(t)}), nil, nil,
		testserver.PublicURL)
	exec := graph.NewExecutor(resolver, graph.Options{Limits: limits.Default, Log: testkit.Log(t)})
	heap := func() int {
		var stats runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&stats)
		return int(stats.HeapAlloc)
	}
	const copies, warm = 10, 2
	for _, name := range []string{"01-latest", "04-front-page"} {
		text := testkit.Queries(t)[name]
		before := 0
		for i := range copies + warm {
			if i == warm { // the first copies allocate the memory that all share
				before = heap()
			}
			ctx := graphql.StartOperationTrace(t.Context())
			op, errs := exec.CreateOperationContext(ctx, &graphql.RawParams{
				Query: strings.Replace(text, "\nquery ", fmt.Sprintf("\nquery Copy%03d", i), 1), Headers: http.Header{},
			})
			if errs != nil {
				t.Fatal(errs)
			}
			responses, ctx := exec.DispatchOperation(ctx, op)
			if response := responses(ctx); len(response.Errors) > 0 {
				t.Fatal(response.Errors)
			}
		}
		took, weight := (heap()-before)/copies, documents.Weight(text)
		t.Logf("%s: %d bytes of text take %d, and count as %d", name, len(text), took, weight)
		if took > weight {
			t.Errorf("%s takes %d bytes and counts as %d", name, took, weight)
		}
	}
	runtime.KeepAlive(exec)
}
