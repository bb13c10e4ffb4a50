// Package embedded starts the engine that stores content when no MongoDB is configured.
package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"

	"github.com/FerretDB/FerretDB/ferretdb"
)

// Engine is a running engine.
type Engine struct {
	uri  string
	stop context.CancelFunc
	done chan error
}

// Start starts the engine on a folder, which it makes if need be.
func Start(dir string) (*Engine, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	data := filepath.Join(abs, "db")
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	socket := filepath.Join(abs, "engine.sock")
	_ = os.Remove(socket)
	f, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{Unix: socket},
		Logger:    slog.New(slog.NewTextHandler(io.Discard, nil)),
		Handler:   "sqlite",
		SQLiteURL: "file:" + data + "/",
	})
	if err != nil {
		return nil, fmt.Errorf("start the embedded engine: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	e := &Engine{uri: "mongodb://" + url.PathEscape(socket) + "/sen", stop: stop, done: make(chan error, 1)}
	go func() { e.done <- f.Run(ctx) }()
	return e, nil
}

// URI is how a driver reaches the engine.
func (e *Engine) URI() string { return e.uri }

// Close stops the engine.
func (e *Engine) Close() error {
	e.stop()
	if err := <-e.done; err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}
