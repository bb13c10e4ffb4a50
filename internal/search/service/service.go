// Package service searches in the content of a store. It fills an index from the store, keeps it current, and answers
// searches from it.
package service

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"sen/internal/content"
	"sen/internal/entries"
	"sen/internal/search"
	"sen/internal/storage"
)

// Options configure a service.
type Options struct {
	Store *storage.Store
	// Engine has the index. It may be empty or outdated. Without an engine, searches compare labels in the store.
	Engine search.Engine
	Log    *slog.Logger
	// Searched is called after each search, with its outcome (found, nothing, failed, degraded) and how long it took.
	Searched func(outcome string, took time.Duration)
}

// Service searches in a store. It implements [storage.Matcher].
type Service struct {
	store  *storage.Store
	kinds  entries.Kinds
	engine search.Engine
	log    *slog.Logger
	// searched is called after each search.
	searched func(outcome string, took time.Duration)

	// abbreviations are those of the entries of each stage.
	abbreviations map[search.Stage]*search.Abbreviations

	mu sync.Mutex
	// queue has the entries whose documents may be outdated. wake has room for one signal that there are some.
	queue map[content.ID]struct{}
	wake  chan struct{}
	// since is when the first entry was put into the empty queue.
	since time.Time
	// rescan means that any entry may have changed. busy means that entries which are not in the queue any more are
	// being indexed.
	rescan, busy bool

	building, degraded atomic.Bool

	// Only Run uses these. current means that the index was complete once. waiting means that another server has the
	// lease and fills the index.
	current, waiting bool
}

// State says whether answers of a search may be incomplete.
type State struct {
	// Building means that the index does not have all entries yet.
	Building bool `json:"building,omitempty"`
	// Degraded means that the index can't be reached, and the store compares labels instead.
	Degraded bool `json:"degraded,omitempty"`
}

// New returns a service for a store, and makes it the store's matcher. [Service.Run] keeps its index current.
func New(o Options) *Service {
	s := &Service{
		store: o.Store, kinds: entries.Of(o.Store), engine: o.Engine, log: o.Log,
		abbreviations: map[search.Stage]*search.Abbreviations{
			search.Published: {}, search.Drafts: {},
		},
		queue: map[content.ID]struct{}{}, wake: make(chan struct{}, 1), rescan: true, searched: o.Searched,
	}
	if s.searched == nil {
		s.searched = func(string, time.Duration) {}
	}
	s.degraded.Store(o.Engine == nil)
	o.Store.SetMatcher(s)
	return s
}

// State returns whether answers may be incomplete now.
func (s *Service) State() State {
	return State{Building: s.building.Load(), Degraded: s.degraded.Load()}
}

// Documents returns the number of documents of all stages; 0 if the index can't be reached.
func (s *Service) Documents() (all int) {
	ctx, cancel := context.WithTimeout(context.Background(), countTime)
	defer cancel()
	for _, stage := range stages {
		if s.reachable() != nil {
			break
		}
		n, _ := s.engine.Documents(ctx, stage)
		all += n
	}
	return all
}

// countTime bounds the time for counting documents.
const countTime = time.Second

// Lag returns how long the oldest change waits to be indexed; 0 if none waits.
func (s *Service) Lag() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) == 0 && !s.busy {
		return 0
	}
	return time.Since(s.since)
}

// Waiting returns the number of entries that wait to be indexed.
func (s *Service) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue)
}

// locales returns the languages of the site.
func (s *Service) locales() []content.Locale { return s.store.Site().Languages.Locales }

// begin starts a search: a span below the one of the context. The returned function ends the span and reports the
// search, with the number of its hits.
func (s *Service) begin(ctx context.Context, name string) (context.Context, func(hits int, err error)) {
	began := time.Now()
	ctx, span := trace.SpanFromContext(ctx).TracerProvider().Tracer("sen").Start(ctx, name)
	return ctx, func(hits int, err error) {
		outcome := "found"
		switch {
		case err != nil:
			outcome = "failed"
			span.SetStatus(codes.Error, string(content.CodeOf(err)))
		case s.degraded.Load():
			outcome = "degraded"
		case hits == 0:
			outcome = "nothing"
		}
		span.SetAttributes(attribute.Int("sen.search.hits", hits), attribute.String("sen.search.outcome", outcome))
		span.End()
		s.searched(outcome, time.Since(began))
	}
}
