package engine

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// tripsKey is the context key of a [Trips].
type tripsKey struct{}

// Trips counts the round trips to the engine that were made for one context.
type Trips struct {
	n, took atomic.Int64
	// outer is the counter of the surrounding context. It counts the same round trips.
	outer *Trips

	mu sync.Mutex
	// empty are the tables in which a query found nothing.
	empty []string
}

// Count returns the number of round trips so far.
func (t *Trips) Count() int { return int(t.n.Load()) }

// Took returns the sum of the durations of the answered round trips, including concurrent ones.
func (t *Trips) Took() time.Duration { return time.Duration(t.took.Load()) }

// CountTrips returns a context whose round trips to the engine are counted. A counter of the given context counts
// them too.
func CountTrips(ctx context.Context) (context.Context, *Trips) {
	t := &Trips{outer: tripsOf(ctx)}
	return context.WithValue(ctx, tripsKey{}, t), t
}

// Share adds the round trips that were made for another context and also served this one.
func Share(ctx context.Context, other *Trips) {
	for t := tripsOf(ctx); t != nil; t = t.outer {
		t.n.Add(other.n.Load())
		t.took.Add(other.took.Load())
	}
	NoteEmpty(ctx, other.Empty()...)
}

// NoteEmpty records, in the counter of a context, that queries found nothing in some tables.
func NoteEmpty(ctx context.Context, tables ...string) {
	for t := tripsOf(ctx); t != nil && len(tables) > 0; t = t.outer {
		t.mu.Lock()
		for _, table := range tables {
			if !slices.Contains(t.empty, table) {
				t.empty = append(t.empty, table)
			}
		}
		t.mu.Unlock()
	}
}

// Empty returns the tables in which a query found nothing, without duplicates.
func (t *Trips) Empty() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.empty)
}

// tripsOf returns the counter of a context, or nil.
func tripsOf(ctx context.Context) *Trips {
	t, _ := ctx.Value(tripsKey{}).(*Trips)
	return t
}
