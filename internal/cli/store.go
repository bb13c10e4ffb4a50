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

// storeFlags say which store a command works on.
type storeFlags struct {
	config.Store
}

// openEmpty opens the store that is to be filled, without making it ready. Close must be called at the end.
func (f *storeFlags) openEmpty(ctx context.Context, o output) (store *storage.Store, closeStore func(), err error) {
	log := slog.New(slog.NewTextHandler(o.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	return openStore(ctx, &f.Store, 0, storage.Options{Log: log})
}

// open opens the store and makes it ready. What goes wrong inside is logged to where
// errors go. Close must be called at the end.
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

// openStore opens a store on the engine that is configured. A MongoDB need not be there yet: [storage.Store.Prepare]
// tells. From slow on, commands are logged. Close must be called at the end.
func openStore(ctx context.Context, c *config.Store, slow time.Duration, o storage.Options) (*storage.Store, func(), error) {
	kept, err := openEngine(c, slow, o.Log)
	if err != nil {
		return nil, nil, err
	}
	o.Engine = kept
	store := storage.New(o)
	return store, func() {
		store.Close()
		if err := kept.Close(context.WithoutCancel(ctx)); err != nil {
			o.Log.WarnContext(ctx, "the store was not closed well", "err", err)
		}
	}, nil
}

// openEngine opens the engine that is configured.
func openEngine(c *config.Store, slow time.Duration, log *slog.Logger) (engine.Engine, error) {
	if c.Embedded() {
		return embedded.Open(c.Data, embedded.Options{Slow: slow, Log: log})
	}
	return mongodb.Open(mongodb.Options{URI: c.MongoDBURI, Slow: slow, Log: log})
}
