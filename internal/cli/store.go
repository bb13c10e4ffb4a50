package cli

import (
	"context"
	"log/slog"
	"time"

	"sen/internal/config"
	"sen/internal/embedded"
	"sen/internal/engine"
	"sen/internal/mongodb"
	"sen/internal/storage"
)

// storeFlags are the flags that choose the store of a command.
type storeFlags struct {
	config.Store
}

// openEmpty opens a store that will be filled. It does not prepare it. The caller must call closeStore.
func (f *storeFlags) openEmpty(ctx context.Context, o output) (store *storage.Store, closeStore func(), err error) {
	log := slog.New(slog.NewTextHandler(o.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	return openStore(ctx, &f.Store, 0, storage.Options{Log: log})
}

// open opens the store and prepares it. Internal failures are logged to standard error. The caller must call
// closeStore.
func (f *storeFlags) open(ctx context.Context, o output) (store *storage.Store, closeStore func(), err error) {
	store, closeStore, err = f.openEmpty(ctx, o)
	if err != nil {
		return nil, nil, err
	}
	if err := store.Prepare(ctx); err != nil {
		closeStore()
		return nil, nil, err
	}
	return store, closeStore, nil
}

// openStore opens a store on the configured engine. It does not need a running MongoDB: [storage.Store.Prepare] is
// the first call that fails without one. Commands that take longer than slow are logged. The caller must call the
// returned function to close the store.
func openStore(
	ctx context.Context, c *config.Store, slow time.Duration, o storage.Options,
) (*storage.Store, func(), error) {
	kept, err := openEngine(c, slow, o.Log)
	if err != nil {
		return nil, nil, err
	}
	o.Engine = kept
	store := storage.New(o)
	return store, func() {
		store.Close()
		if err := kept.Close(context.WithoutCancel(ctx)); err != nil {
			o.Log.WarnContext(ctx, "closing the store failed", "err", err)
		}
	}, nil
}

// openEngine opens the configured engine.
func openEngine(c *config.Store, slow time.Duration, log *slog.Logger) (engine.Engine, error) {
	if c.Embedded() {
		return embedded.Open(c.Data, embedded.Options{Slow: slow, Log: log})
	}
	return mongodb.Open(mongodb.Options{URI: c.MongoDBURI, Slow: slow, Log: log})
}
