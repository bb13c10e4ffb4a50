package mongodb

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/event"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// tripsKey is the context key of a [Trips].
type tripsKey struct{}

// Trips counts the round trips to the store that were made for one context.
type Trips struct {
	n, took atomic.Int64
	// outer counts what this one counts, and more.
	outer *Trips
}

// Count is how many round trips there were so far.
func (t *Trips) Count() int { return int(t.n.Load()) }

// Took is how long those that were answered took, one added to the other even where they ran at once.
func (t *Trips) Took() time.Duration { return time.Duration(t.took.Load()) }

// CountTrips gives a context whose round trips to the store are counted, also by those who count already.
func CountTrips(ctx context.Context) (context.Context, *Trips) {
	t := &Trips{outer: tripsOf(ctx)}
	return context.WithValue(ctx, tripsKey{}, t), t
}

// tripsOf is what counts in a context, nil if nothing does.
func tripsOf(ctx context.Context) *Trips {
	t, _ := ctx.Value(tripsKey{}).(*Trips)
	return t
}

// monitor watches the commands that are sent: it counts and times them, adds each to the trace of the
// request that it is for, and logs slow ones by their name and time. What they ask is in none of these.
type monitor struct {
	slow time.Duration
	log  *slog.Logger
	// told is told of every command that was answered.
	told atomic.Pointer[func(command string, took time.Duration, failed bool)]
	// spans are those of running commands, by the driver's number of the request.
	spans sync.Map
}

// OnCommand has a function told of every command that the store answers: its name, how long it took,
// and whether it failed.
func (s *Store) OnCommand(told func(command string, took time.Duration, failed bool)) {
	s.monitor.told.Store(&told)
}

// begin counts a command, and starts its span where the request is traced.
func (m *monitor) begin(ctx context.Context, e *event.CommandStartedEvent) {
	for t := tripsOf(ctx); t != nil; t = t.outer {
		t.n.Add(1)
	}
	parent := trace.SpanFromContext(ctx)
	if !parent.IsRecording() {
		return
	}
	name := e.CommandName
	attributes := []attribute.KeyValue{semconv.DBSystemNameMongoDB, semconv.DBNamespace(e.DatabaseName), semconv.DBOperationName(e.CommandName)}
	if collection := collectionOf(e); collection != "" {
		name += " " + collection
		attributes = append(attributes, semconv.DBCollectionName(collection))
	}
	_, span := parent.TracerProvider().Tracer("sen").Start(ctx, name, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attributes...))
	m.spans.Store(e.RequestID, span)
}

// collectionOf is the collection that a command works on; empty if it works on none.
func collectionOf(e *event.CommandStartedEvent) string {
	key := e.CommandName
	if key == "getMore" {
		key = "collection"
	}
	collection, _ := e.Command.Lookup(key).StringValueOK()
	return collection
}

// end takes in how long a command took, and how it failed; nil if it did not.
func (m *monitor) end(ctx context.Context, e *event.CommandFinishedEvent, failure error) {
	for t := tripsOf(ctx); t != nil; t = t.outer {
		t.took.Add(int64(e.Duration))
	}
	if told := m.told.Load(); told != nil {
		(*told)(e.CommandName, e.Duration, failure != nil)
	}
	if m.slow > 0 && e.Duration >= m.slow && m.log != nil {
		m.log.WarnContext(ctx, "slow store command", "command", e.CommandName, "database", e.DatabaseName, "took", e.Duration, "failed", failure != nil)
	}
	running, traced := m.spans.LoadAndDelete(e.RequestID)
	if !traced {
		return
	}
	span := running.(trace.Span)
	if failure != nil { // its text may hold values
		span.SetAttributes(semconv.ErrorType(failure))
		span.SetStatus(codes.Error, "")
	}
	span.End()
}

func (m *monitor) commands() *event.CommandMonitor {
	return &event.CommandMonitor{
		Started: m.begin,
		Succeeded: func(ctx context.Context, e *event.CommandSucceededEvent) {
			m.end(ctx, &e.CommandFinishedEvent, nil)
		},
		Failed: func(ctx context.Context, e *event.CommandFailedEvent) {
			m.end(ctx, &e.CommandFinishedEvent, e.Failure)
			if m.log != nil {
				m.log.DebugContext(ctx, "store command failed", "command", e.CommandName, "took", e.Duration, "err", e.Failure)
			}
		},
	}
}
