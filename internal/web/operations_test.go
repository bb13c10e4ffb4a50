package web_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"sen/graph"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
	"sen/internal/web"
)

// lines is a log that is read while it is written.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

// take returns what was written since its last call.
func (l *lines) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.buf.Reset()
	return l.buf.String()
}

// TestSlowOperation reads the log line of a slow operation, and checks that others have none.
func TestSlowOperation(t *testing.T) {
	store := testkit.AnySample(t)
	log := &lines{}
	serve := func(slow time.Duration) *testserver.Server {
		return testserver.Start(t, store, func(_ *graph.Options, o *web.Options) {
			o.Slow, o.Log = slow, slog.New(slog.NewJSONHandler(log, nil))
			o.Answers = web.NewAnswers(store, 1<<20)
		})
	}
	const query = `query Front($slug: String!) { tag(slug: $slug) { name } articles(first: 2) { nodes { title authors { name } } } }`
	variables := json.RawMessage(`{"slug": "secretive"}`)
	server := serve(time.Nanosecond)
	server.Ask(t, query, variables, http.Header{"X-Request-Id": {"request-of-the-test"}})
	trips, text := server.Trips(), log.take()
	var line struct {
		Msg, Operation, Type, Request string
		Took, Store                   time.Duration
		Trips, Cost                   int
	}
	if err := json.Unmarshal([]byte(text), &line); err != nil {
		t.Fatalf("%v: %q", err, text)
	}
	if line.Msg != "slow operation" || line.Operation != "Front" || line.Type != "query" ||
		line.Request != "request-of-the-test" {
		t.Errorf("the line is %s", text)
	}
	if trips == 0 || line.Trips != trips || line.Store <= 0 || line.Took <= 0 {
		t.Errorf("%d round trips were made; the line is %s", trips, text)
	}
	if line.Cost != 1+1+2*(1+5) {
		t.Errorf("the cost in the log is %d", line.Cost)
	}
	if strings.Contains(text, "secretive") {
		t.Errorf("a variable stands in the log: %s", text)
	}
	server.Ask(t, query, variables, nil)
	if text := log.take(); text != "" {
		t.Errorf("a cached answer runs no operation, and has the line %s", text)
	}
	server.Ask(t, "query "+strings.Repeat("Long", 100)+" { __typename }", nil, nil)
	if text := log.take(); len(text) > 400 || !strings.Contains(text, "LongLong") {
		t.Errorf("a long name makes the line %s", text)
	}
	for _, slow := range []time.Duration{0, time.Hour} {
		serve(slow).Ask(t, query, nil, nil)
		if text := log.take(); text != "" {
			t.Errorf("with the threshold %s the log has %s", slow, text)
		}
	}
}
