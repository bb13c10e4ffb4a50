package mongodb

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/event"

	"sen/internal/engine"
)

// commands tells the monitor of the driver's commands.
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

// end takes in how a command ended.
func (d *Database) end(e *event.CommandFinishedEvent, failure error) {
	if command, ok := d.running.LoadAndDelete(e.RequestID); ok {
		command.(engine.Command).End(e.Duration, failure)
	}
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
