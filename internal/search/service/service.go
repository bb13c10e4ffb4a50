// Package service searches in the content of a store. It fills an index from the store, keeps it current, and answers
// searches from it.
package service

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

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
}

// Service searches in a store. It implements [storage.Matcher].
type Service struct {
	store   *storage.Store
	kinds   entries.Kinds
	engine  search.Engine
	log     *slog.Logger
	metrics Metrics

	// abbreviations are those of the entries of each stage.
	abbreviations map[search.Stage]*search.Abbreviations

	mu sync.Mutex
	// queue has the entries whose documents may be outdated. wake has room for one signal that there are some.
	queue map[content.ID]struct{}
	wake  chan struct{}
	// rescan means that any entry may have changed. busy means that entries which are not in the queue any more are
	// being indexed.
	rescan, busy bool

	building, degraded atomic.Bool
}

// State says whether answers of a search may be incomplete.
type State struct {
	// Building means that the index does not have all entries yet.
	Building bool `json:"building,omitempty"`
	// Degraded means that the index can't be reached, and the store compares labels instead.
	Degraded bool `json:"degraded,omitempty"`
}

// Metrics are the measurements of a service since its start.
type Metrics struct {
	// Indexed is the number of documents that were written. Queries, Failed and Nanoseconds are the number of searches,
	// of those that the index could not answer, and the time that they took.
	Indexed, Queries, Failed, Nanoseconds atomic.Int64
}

// New returns a service for a store, and makes it the store's matcher. [Service.Run] keeps its index current.
func New(o Options) *Service {
	s := &Service{
		store: o.Store, kinds: entries.Of(o.Store), engine: o.Engine, log: o.Log,
		abbreviations: map[search.Stage]*search.Abbreviations{
			search.Published: search.NewAbbreviations(), search.Drafts: search.NewAbbreviations(),
		},
		queue: map[content.ID]struct{}{}, wake: make(chan struct{}, 1), rescan: true,
	}
	s.degraded.Store(o.Engine == nil)
	o.Store.SetMatcher(s)
	return s
}

// State returns whether answers may be incomplete now.
func (s *Service) State() State {
	return State{Building: s.building.Load(), Degraded: s.degraded.Load()}
}

// Metrics returns the measurements.
func (s *Service) Metrics() *Metrics { return &s.metrics }

// Documents returns the number of documents of a stage.
func (s *Service) Documents(ctx context.Context, stage search.Stage) (int, error) {
	return s.engine.Documents(ctx, stage)
}

// Waiting returns the number of entries that wait to be indexed.
func (s *Service) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue)
}

// locales returns the languages of the site.
func (s *Service) locales() []content.Locale { return s.store.Site().Languages.Locales }

// measured counts a search that began at a time.
func (s *Service) measured(began time.Time, err error) {
	s.metrics.Queries.Add(1)
	s.metrics.Nanoseconds.Add(int64(time.Since(began)))
	if err != nil {
		s.metrics.Failed.Add(1)
	}
}
