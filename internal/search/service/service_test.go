package service_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"sen/internal/auth"
	"sen/internal/content"
	"sen/internal/newsroom"
	"sen/internal/search"
	"sen/internal/search/enginetest"
	"sen/internal/search/service"
	"sen/internal/storage"
	"sen/internal/testkit"
)

// watched is an engine that notes what is written, and fails or has outdated documents on demand.
type watched struct {
	*enginetest.Naive
	failing, outdated atomic.Bool
	// failed counts failed writes and scans.
	failed atomic.Int64

	mu      sync.Mutex
	written map[content.ID]int
}

func newWatched() *watched {
	return &watched{Naive: enginetest.NewNaive(), written: map[content.ID]int{}}
}

var errDown = errors.New("the engine is down")

func (w *watched) Write(ctx context.Context, changes []search.Change) error {
	if w.failing.Load() {
		w.failed.Add(1)
		return errDown
	}
	w.mu.Lock()
	for _, c := range changes {
		w.written[c.ID]++
	}
	w.mu.Unlock()
	return w.Naive.Write(ctx, changes)
}

// Find fails on demand.
func (w *watched) Find(ctx context.Context, r search.Request) (*search.Result, error) {
	if w.failing.Load() {
		return nil, errDown
	}
	return w.Naive.Find(ctx, r)
}

// Frequencies fails on demand.
func (w *watched) Frequencies(ctx context.Context, in []search.Stage, terms []search.Term) (int, []int, error) {
	if w.failing.Load() {
		return 0, nil, errDown
	}
	return w.Naive.Frequencies(ctx, in, terms)
}

// Signatures fails on demand, or tells signatures of another version.
func (w *watched) Signatures(ctx context.Context, stage search.Stage, each func(content.ID, string) error) error {
	if w.failing.Load() {
		w.failed.Add(1)
		return errDown
	}
	return w.Naive.Signatures(ctx, stage, func(id content.ID, signature string) error {
		if w.outdated.Load() {
			signature = "0" + signature
		}
		return each(id, signature)
	})
}

// taken returns the entries that were written since the last call.
func (w *watched) taken() (ids []content.ID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id := range w.written {
		ids = append(ids, id)
	}
	w.written = map[content.ID]int{}
	slices.Sort(ids)
	return ids
}

// indexed returns the ids of the documents of a stage.
func (w *watched) indexed(t *testing.T, stage search.Stage) (ids []content.ID) {
	t.Helper()
	err := w.Naive.Signatures(t.Context(), stage, func(id content.ID, _ string) error {
		ids = append(ids, id)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(ids)
	return ids
}

// run runs a service until stop is called, or the test ends.
func run(t *testing.T, store *storage.Store, e search.Engine) (s *service.Service, stop func()) {
	t.Helper()
	s = service.New(service.Options{Store: store, Engine: e, Log: testkit.Log(t)})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { s.Run(ctx) })
	stop = func() {
		cancel()
		running.Wait()
	}
	t.Cleanup(stop)
	return s, stop
}

// wait waits until the index has everything.
func wait(t *testing.T, s *service.Service) {
	t.Helper()
	if err := s.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// found returns the ids of the hits of a search for published content.
func found(t *testing.T, s *service.Service, text string, filter *content.SearchFilter) (ids []content.ID) {
	t.Helper()
	answer, err := s.Find(t.Context(), service.Question{
		Scope: service.Scope{Locale: "vi", Filter: filter}, Text: text, Size: 10,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, hit := range answer.Hits {
		ids = append(ids, hit.ID)
	}
	return ids
}

// check checks what a search finds.
func check(t *testing.T, s *service.Service, text string, want ...content.ID) {
	t.Helper()
	if got := found(t, s, text, nil); !slices.Equal(got, want) {
		t.Errorf("%q finds %v, want %v", text, got, want)
	}
}

// editing changes entries.
type editing struct {
	*newsroom.Newsroom
	clock *testkit.Clock
	// versions has the version of each entry.
	versions map[content.ID]int
}

func edit(t *testing.T, store *storage.Store) editing {
	t.Helper()
	clock := testkit.NewClock()
	room := newsroom.New(store, newsroom.Options{Now: clock.Now, Log: testkit.Log(t)})
	clock.Due = room.RunDue
	return editing{room, clock, map[content.ID]int{}}
}

// do makes a change of the present version of an entry.
func (e editing) do(t *testing.T, c newsroom.Change) content.ID {
	t.Helper()
	ctx := auth.WithActor(t.Context(), &content.Actor{ID: "account_editor", Name: "Editor", Role: content.RoleAdmin})
	c.Version = e.versions[c.ID]
	outcome, err := e.Do(ctx, []content.Locale{"vi"}, c)
	if err != nil || len(outcome.Problems) > 0 || outcome.Conflict != nil {
		t.Fatal(err, fmt.Sprintf("%+v", outcome))
	}
	e.versions[outcome.ID]++
	return outcome.ID
}

// tag creates a tag and publishes it.
func (e editing) tag(t *testing.T, name string) content.ID {
	t.Helper()
	return e.published(t, content.KindTag, newsroom.Input{"name": text(name)})
}

// published creates an entry and publishes it.
func (e editing) published(t *testing.T, kind content.Kind, input newsroom.Input) content.ID {
	t.Helper()
	id := e.do(t, newsroom.Change{Action: content.ActionCreate, Kind: kind, Input: input})
	return e.do(t, newsroom.Change{Action: content.ActionPublish, ID: id})
}

// text returns the input of a text in the site's default language.
func text(s string) any { return map[string]any{"text": s} }
