package mongodb

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/event"
)

// tripsKey is the context key of a [Trips].
type tripsKey struct{}

// Trips counts the round trips to the store that were made for one context.
type Trips struct{ n atomic.Int64 }

// Count is how many round trips there were so far.
func (t *Trips) Count() int { return int(t.n.Load()) }

// CountTrips gives a context whose round trips to the store are counted.
func CountTrips(ctx context.Context) (context.Context, *Trips) {
	t := &Trips{}
	return context.WithValue(ctx, tripsKey{}, t), t
}

// monitor watches the commands that are sent: it counts and times them, and logs slow ones
// by their name and time, without what they ask.
type monitor struct {
	slow time.Duration
	log  *slog.Logger
	// told is told of every command that was answered.
	told atomic.Pointer[func(command string, took time.Duration, failed bool)]
}

// OnCommand has a function told of every command that the store answers: its name, how long it took,
// and whether it failed.
func (s *Store) OnCommand(told func(command string, took time.Duration, failed bool)) {
	s.monitor.told.Store(&told)
}

func (m *monitor) tell(command string, took time.Duration, failed bool) {
	if told := m.told.Load(); told != nil {
		(*told)(command, took, failed)
	}
}

func (m *monitor) commands() *event.CommandMonitor {
	return &event.CommandMonitor{
		Started: func(ctx context.Context, _ *event.CommandStartedEvent) {
			if t, ok := ctx.Value(tripsKey{}).(*Trips); ok {
				t.n.Add(1)
			}
		},
		Succeeded: func(ctx context.Context, e *event.CommandSucceededEvent) {
			m.tell(e.CommandName, e.Duration, false)
			if m.slow > 0 && e.Duration >= m.slow && m.log != nil {
				m.log.WarnContext(ctx, "slow store command", "command", e.CommandName, "database", e.DatabaseName, "took", e.Duration)
			}
		},
		Failed: func(ctx context.Context, e *event.CommandFailedEvent) {
			m.tell(e.CommandName, e.Duration, true)
			if m.log != nil {
				m.log.DebugContext(ctx, "store command failed", "command", e.CommandName, "took", e.Duration, "err", e.Failure)
			}
		},
	}
}
