package engine

import (
	"context"
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
}

// tripsOf is what counts in a context, nil if nothing does.
func tripsOf(ctx context.Context) *Trips {
	t, _ := ctx.Value(tripsKey{}).(*Trips)
	return t
}
