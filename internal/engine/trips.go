package engine

import (
	"context"
	"log/slog"
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

// tripsOf is what counts in a context, nil if nothing does.
func tripsOf(ctx context.Context) *Trips {
	t, _ := ctx.Value(tripsKey{}).(*Trips)
	return t
}

// Monitor counts and times the commands of an engine, and logs slow ones by their name and time. What they ask is in
// neither.
type Monitor struct {
	// Slow is the time from which a command is logged; zero logs none.
	Slow time.Duration
	Log  *slog.Logger
	// told is told of every command that was answered.
	told atomic.Pointer[func(command string, took time.Duration, failed bool)]
}

// OnCommand has a function called after every command: its name, how long it took, and whether it failed.
func (m *Monitor) OnCommand(told func(command string, took time.Duration, failed bool)) {
	m.told.Store(&told)
}

// Begin counts a command.
func (m *Monitor) Begin(ctx context.Context) {
	for t := tripsOf(ctx); t != nil; t = t.outer {
		t.n.Add(1)
	}
}

// End takes in how long a command took, and whether it failed.
func (m *Monitor) End(ctx context.Context, command string, took time.Duration, failed bool) {
	for t := tripsOf(ctx); t != nil; t = t.outer {
		t.took.Add(int64(took))
	}
	if told := m.told.Load(); told != nil {
		(*told)(command, took, failed)
	}
	if m.Slow > 0 && took >= m.Slow && m.Log != nil {
		m.Log.WarnContext(ctx, "slow store command", "command", command, "took", took, "failed", failed)
	}
}
