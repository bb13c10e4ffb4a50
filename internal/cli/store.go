package cli

import (
	"context"
	"log/slog"

	"sen/internal/config"
	"sen/internal/embedded"
	"sen/internal/mongodb"
)

// storeFlags say which store a command works on.
type storeFlags struct {
	config.Store
}

// open opens the store and makes it ready. What goes wrong inside is logged to where
// errors go. Close must be called at the end.
func (f *storeFlags) open(ctx context.Context, o output) (store *mongodb.Store, closeStore func(), err error) {
	log := slog.New(slog.NewTextHandler(o.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	store, closeStore, err = openStore(ctx, &f.Store, mongodb.Options{Log: log})
	if err != nil {
		return nil, nil, err
	}
	if err := store.Prepare(ctx); err != nil {
		closeStore()
		return nil, nil, err
	}
	return store, closeStore, nil
}

// openStore opens a store, and starts the embedded engine if that keeps it. A configured
// MongoDB need not be there yet: [mongodb.Store.Prepare] tells. Close must be called at the end.
func openStore(ctx context.Context, c *config.Store, o mongodb.Options) (store *mongodb.Store, closeStore func(), err error) {
	stop := func() {}
	o.URI = c.MongoDBURI
	if c.Embedded() {
		engine, err := embedded.Start(c.Data, o.Log)
		if err != nil {
			return nil, nil, err
		}
		o.URI, stop = engine.URI(), func() { _ = engine.Close() }
	}
	store, err = mongodb.New(o)
	if err != nil {
		stop()
		return nil, nil, err
	}
	return store, func() {
		_ = store.Close(context.WithoutCancel(ctx))
		stop()
	}, nil
}
