package testkit

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"sen"
	"sen/graph"
	"sen/internal/mongodb"
	"sen/internal/web"
)

// Server is the whole program but its commands, on a port of its own.
type Server struct {
	*httptest.Server
	trips atomic.Int64
}

// PublicURL is what addresses of media start with, so that answers are the same on any port.
const PublicURL = "https://sen.example"

// Serve serves a store over HTTP. Change may set other options than a program's defaults.
func Serve(t testing.TB, store *mongodb.Store, change func(*graph.Options, *web.Options)) *Server {
	t.Helper()
	log := Log(t)
	origins, err := web.ParseOrigins([]string{"https://app.example"}, false, PublicURL)
	if err != nil {
		t.Fatal(err)
	}
	g := graph.Options{Introspection: true, Limits: graph.DefaultLimits, Log: log}
	w := web.Options{
		Origins: origins, MaxBody: 1 << 20, Timeout: time.Minute, Schema: sen.Schema, Store: store, Log: log,
		Ready: func(ctx context.Context) map[string]error { return map[string]error{"store": store.Ready(ctx)} },
	}
	if change != nil {
		change(&g, &w)
	}
	handler := web.Handler(graph.NewExecutor(graph.NewResolver(store, PublicURL), g), w)
	s := &Server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, trips := mongodb.CountTrips(r.Context())
		handler.ServeHTTP(w, r.WithContext(ctx))
		s.trips.Store(int64(trips.Count()))
	}))
	t.Cleanup(s.Close)
	return s
}

// Trips is how many round trips to the store the last request made.
func (s *Server) Trips() int { return int(s.trips.Load()) }

// Ask sends a query by POST and gives the answer's body.
func (s *Server) Ask(t testing.TB, query string, variables json.RawMessage, headers http.Header) []byte {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, s.URL+"/graphql", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range headers {
		request.Header[name] = values
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}
