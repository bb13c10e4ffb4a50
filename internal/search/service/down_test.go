package service_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sen/internal/search/opensearch"
	"sen/internal/search/service"
	"sen/internal/testkit"
)

// TestOpenSearchKilled kills the server under searches and writes. Searches answer from the store without asking the
// server, and when it is back, what was written meanwhile is found.
func TestOpenSearchKilled(t *testing.T) {
	server := testkit.OpenSearch(t)
	engine := &counted{Engine: open(t, server, freshSite(), "1")}
	s := serve(t, testkit.SampleStore(t, testkit.Embedded(t)), engine)
	s.publish("Làng hoa Sa Đéc")
	s.Indexed(t)
	if found, state := s.finds("lang hoa sa dec"); !found || state.Degraded {
		t.Fatal("before:", found, state)
	}
	readers := newReaders(s)
	if err := server.Kill(); err != nil {
		t.Fatal(err)
	}
	s.publish("Chợ nổi Cái Răng")
	testkit.Eventually(t, "answers are degraded", func() bool {
		_, state := s.finds("a degraded answer")
		return state.Degraded
	})
	asked := engine.asked.Load()
	for range 20 {
		if found, state := s.finds("Làng hoa"); !found || !state.Degraded {
			t.Error("a degraded search by a label:", found, state)
		}
		s.publish(fmt.Sprint("Bánh tráng ", asked))
	}
	if n := engine.asked.Load() - asked; n > 0 {
		t.Error(n, "degraded searches asked the server")
	}
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, "answers are complete", func() bool {
		_, state := s.finds("a complete answer")
		return state == service.State{}
	})
	for _, text := range []string{"lang hoa sa dec", "cho noi cai rang", "banh trang"} {
		if found, state := s.finds(text); !found || state.Degraded {
			t.Error("afterwards:", text, found, state)
		}
	}
	if n := readers.stop(); n == 0 {
		t.Error("no search was answered")
	}
}

// TestOpenSearchMissing starts a service whose server can't be reached: it notices before the first search, which
// answers from the store.
func TestOpenSearchMissing(t *testing.T) {
	missing, err := opensearch.Open(opensearch.Options{URL: "http://127.0.0.1:1", Name: "missing", Analysis: "1"})
	if err != nil {
		t.Fatal(err)
	}
	engine := &counted{Engine: missing}
	store := testkit.SampleStore(t, testkit.Embedded(t))
	s := service.New(service.Options{Store: store, Engine: engine, Log: testkit.Log(t)})
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	go s.Run(ctx)
	testkit.Eventually(t, "the search is degraded", func() bool { return s.State().Degraded })
	a, err := s.Find(t.Context(), service.Question{Text: "Hội nghị", Size: 10})
	if err != nil || a.Total == 0 || engine.asked.Load() > 0 || !s.State().Degraded {
		t.Error(a, err, engine.asked.Load(), s.State())
	}
}

// readers search until they are stopped.
type readers struct {
	ended atomic.Bool
	done  atomic.Int64
	group sync.WaitGroup
}

func newReaders(s site) *readers {
	r := &readers{}
	for i := range 2 {
		r.group.Go(func() {
			for n := 0; !r.ended.Load() && !s.t.Failed(); n++ {
				const query = `{ search(query: "hoi nghi %d %d") { totalCount } suggest(prefix: "ha") { text } }`
				answer := s.Ask(s.t, fmt.Sprintf(query, i, n), nil, nil)
				if strings.Contains(string(answer), `"errors"`) {
					s.t.Errorf("a search under the kill: %s", answer)
				}
				r.done.Add(1)
				time.Sleep(20 * time.Millisecond)
			}
		})
	}
	return r
}

// stop returns the number of answers.
func (r *readers) stop() int64 {
	r.ended.Store(true)
	r.group.Wait()
	return r.done.Load()
}
