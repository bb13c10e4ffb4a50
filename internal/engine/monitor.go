package engine

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// Monitor watches the commands of an engine: it counts and times them, adds each to the trace of the request that it is
// for, and logs slow ones by their name and time. What they ask is in none of these.
type Monitor struct {
	// System is the engine's name in traces (semantic conventions of OpenTelemetry, db.system.name).
	System attribute.KeyValue
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

// Command is a command that runs.
type Command struct {
	monitor *Monitor
	ctx     context.Context
	name    string
	span    trace.Span
}

// Begin counts a command on a table, which may be empty, and starts its span where the request is traced.
func (m *Monitor) Begin(ctx context.Context, name, table string) Command {
	for t := tripsOf(ctx); t != nil; t = t.outer {
		t.n.Add(1)
	}
	c := Command{monitor: m, ctx: ctx, name: name}
	parent := trace.SpanFromContext(ctx)
	if !parent.IsRecording() {
		return c
	}
	attributes := []attribute.KeyValue{m.System, semconv.DBOperationName(name)}
	if table != "" {
		name += " " + table
		attributes = append(attributes, semconv.DBCollectionName(table))
	}
	kind := trace.WithSpanKind(trace.SpanKindClient)
	_, c.span = parent.TracerProvider().Tracer("sen").Start(ctx, name, kind, trace.WithAttributes(attributes...))
	return c
}

// End takes in how long the command took, and how it failed; nil if it did not.
func (c Command) End(took time.Duration, failure error) {
	for t := tripsOf(c.ctx); t != nil; t = t.outer {
		t.took.Add(int64(took))
	}
	m := c.monitor
	if told := m.told.Load(); told != nil {
		(*told)(c.name, took, failure != nil)
	}
	if m.Slow > 0 && took >= m.Slow && m.Log != nil {
		m.Log.WarnContext(c.ctx, "slow store command", "command", c.name, "took", took, "failed", failure != nil)
	}
	if c.span == nil {
		return
	}
	if failure != nil { // its text may hold values
		c.span.SetAttributes(semconv.ErrorType(failure))
		c.span.SetStatus(codes.Error, "")
	}
	c.span.End()
}
