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
	// outer counts what this one counts, and more.
	outer *Trips

	mu sync.Mutex
	// empty are the tables in which a query found nothing.
	empty []string
}

// Count is how many round trips there were so far.
func (t *Trips) Count() int { return int(t.n.Load()) }

// Took is how long those that were answered took, one added to the other even where they ran at once.
func (t *Trips) Took() time.Duration { return time.Duration(t.took.Load()) }

// CountTrips gives a context whose round trips to the engine are counted, also by those who count already.
func CountTrips(ctx context.Context) (context.Context, *Trips) {
	t := &Trips{outer: tripsOf(ctx)}
	return context.WithValue(ctx, tripsKey{}, t), t
}

// Share counts the round trips that were made for another context and served this one too.
func Share(ctx context.Context, made *Trips) {
	for t := tripsOf(ctx); t != nil; t = t.outer {
		t.n.Add(made.n.Load())
		t.took.Add(made.took.Load())
	}
	NoteEmpty(ctx, made.Empty()...)
}

// NoteEmpty notes, where the round trips of a context are counted, that queries found nothing in some tables.
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

// Empty returns the tables in which a query found nothing, each once.
func (t *Trips) Empty() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.empty)
}

// tripsOf is what counts in a context, nil if nothing does.
func tripsOf(ctx context.Context) *Trips {
	t, _ := ctx.Value(tripsKey{}).(*Trips)
	return t
}
