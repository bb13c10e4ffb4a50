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

// Monitor observes the commands of an engine: it counts and times them, adds each to the trace of its request, and
// logs slow ones with their name and duration. None of these contains the content of a command.
type Monitor struct {
	// System is the engine's name in traces (semantic conventions of OpenTelemetry, db.system.name).
	System attribute.KeyValue
	// Slow is the duration from which a command is logged. Zero logs none.
	Slow time.Duration
	Log  *slog.Logger
	// told is called after every command that was answered.
	told atomic.Pointer[func(command string, took time.Duration, failed bool)]
}

// OnCommand registers a function that is called after every command with the command's name, its duration, and
// whether it failed.
func (m *Monitor) OnCommand(told func(command string, took time.Duration, failed bool)) {
	m.told.Store(&told)
}

// Command is a running command.
type Command struct {
	monitor *Monitor
	ctx     context.Context
	name    string
	span    trace.Span
}

// Begin counts a command on a table, which may be empty, and starts its span if the request is traced.
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

// End records the duration of the command and its error; nil means that it succeeded.
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
	if failure != nil { // its text may contain values
		c.span.SetAttributes(semconv.ErrorType(failure))
		c.span.SetStatus(codes.Error, "")
	}
	c.span.End()
}
