package mongodb

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/event"

	"sen/internal/engine"
)

// commands returns the driver's monitor, which reports commands to the engine's monitor.
func (d *Database) commands() *event.CommandMonitor {
	return &event.CommandMonitor{
		Started: func(ctx context.Context, e *event.CommandStartedEvent) {
			d.running.Store(e.RequestID, d.Begin(ctx, e.CommandName, collectionOf(e)))
		},
		Succeeded: func(_ context.Context, e *event.CommandSucceededEvent) {
			d.end(&e.CommandFinishedEvent, nil)
		},
		Failed: func(ctx context.Context, e *event.CommandFailedEvent) {
			d.end(&e.CommandFinishedEvent, e.Failure)
			d.Log.DebugContext(ctx, "store command failed", "command", e.CommandName, "took", e.Duration, "err", e.Failure)
		},
	}
}

// end records the end of a command.
func (d *Database) end(e *event.CommandFinishedEvent, failure error) {
	if command, ok := d.running.LoadAndDelete(e.RequestID); ok {
		command.(engine.Command).End(e.Duration, failure)
	}
}

// collectionOf returns the collection on which a command works, or "".
func collectionOf(e *event.CommandStartedEvent) string {
	key := e.CommandName
	if key == "getMore" {
		key = "collection"
	}
	collection, _ := e.Command.Lookup(key).StringValueOK()
	return collection
}
