package web_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"sen/graph"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
	"sen/internal/web"
)

// blockingLog is a log handler that blocks at the line about one operation: the operation keeps its place until then.
type blockingLog struct {
	slog.Handler
	reached, goOn chan struct{}
}

// Enabled implements [slog.Handler].
func (blockingLog) Enabled(context.Context, slog.Level) bool { return true }

// Handle implements [slog.Handler].
func (h blockingLog) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "operation" && a.Value.String() == "Hold" {
			close(h.reached)
			<-h.goOn
		}
		return true
	})
	return nil
}

// TestAdmission lets an operation take the only place. Another operation waits and is told to try again, while cached
// answers and signed-in clients are served. When the first operation ends, the next one gets the place.
func TestAdmission(t *testing.T) {
	log := blockingLog{slog.DiscardHandler, make(chan struct{}), make(chan struct{})}
	store := testkit.Store(t, testkit.Embedded(t))
	server := testserver.Start(t, store, func(_ *graph.Options, o *web.Options) {
		o.Answers = web.NewAnswers(store, 1<<20)
		o.Concurrency, o.Timeout, o.Slow, o.Log = 1, 200*time.Millisecond, 1, slog.New(log)
	})
	ask := func(name string, header http.Header) []byte {
		return server.Ask(t, "query "+name+" { articles(first: 1) { totalCount } }", nil, header)
	}
	cached := ask("Known", nil)
	ask("Known", nil) // it is cached by its bytes from the second request on
	held := make(chan []byte)
	go func() { held <- ask("Hold", nil) }()
	<-log.reached
	if got := ask("Late", nil); !bytes.Contains(got, []byte(`"UNAVAILABLE"`)) ||
		!strings.Contains(string(got), "Đang có quá nhiều yêu cầu cùng lúc") {
		t.Errorf("an operation beyond the places got %s", got)
	}
	if got := ask("Known", nil); !bytes.Equal(got, cached) {
		t.Errorf("a cached answer had to wait: %s", got)
	}
	if got := ask("Editor", http.Header{testserver.ActorHeader: {"editor"}}); bytes.Contains(got, []byte("errors")) {
		t.Errorf("an editor had to wait: %s", got)
	}
	close(log.goOn)
	if got := <-held; bytes.Contains(got, []byte("errors")) {
		t.Errorf("who had the place got %s", got)
	}
	if got := ask("Late", nil); bytes.Contains(got, []byte("errors")) {
		t.Errorf("the next one got %s", got)
	}
}
