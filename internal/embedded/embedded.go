// Package embedded starts the engine that stores content when no MongoDB is configured.
package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"syscall"

	"github.com/FerretDB/FerretDB/ferretdb"
)

// Engine is a running engine.
type Engine struct {
	uri  string
	stop context.CancelFunc
	done chan error
	lock *os.File
	// socketDir is a folder of the socket's own, empty when it stands in the data folder.
	socketDir string
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
	lock, err := lockFolder(abs)
	if err != nil {
		return nil, err
	}
	socket, socketDir, err := socketIn(abs)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	f, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{Unix: socket},
		Logger:    slog.New(slog.DiscardHandler),
		Handler:   "sqlite",
		SQLiteURL: "file:" + data + "/",
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start the embedded engine: %w", err), lock.Close())
	}
	ctx, stop := context.WithCancel(context.Background())
	e := &Engine{uri: "mongodb://" + url.PathEscape(socket) + "/sen", stop: stop, done: make(chan error, 1), lock: lock, socketDir: socketDir}
	go func() { e.done <- f.Run(ctx) }()
	return e, nil
}

// URI is how a driver reaches the engine.
func (e *Engine) URI() string { return e.uri }

// Close stops the engine, and frees its folder for the next one.
func (e *Engine) Close() error {
	e.stop()
	err := <-e.done
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	if e.socketDir != "" {
		err = errors.Join(err, os.RemoveAll(e.socketDir))
	}
	return errors.Join(err, e.lock.Close())
}

// lockFolder keeps a second program off a folder; the lock goes with the process.
func lockFolder(dir string) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the data folder: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("the data folder %s is in use by another Sen; stop that one, or choose another folder with --data", dir), file.Close())
	}
	return file, nil
}

// maxSocketPath is the longest path of a Unix socket: sun_path has 108 bytes on
// Linux and 104 elsewhere, with a zero at its end.
const maxSocketPath = 103

// socketIn is where the engine listens: in the data folder, or in a folder of its
// own where that path would be too long.
func socketIn(dir string) (socket, own string, err error) {
	socket = filepath.Join(dir, "engine.sock")
	if len(socket) > maxSocketPath {
		if own, err = os.MkdirTemp("", "sen"); err != nil {
			return "", "", fmt.Errorf("make a folder for the engine's socket: %w", err)
		}
		return filepath.Join(own, "engine.sock"), own, nil
	}
	if err := os.Remove(socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", "", fmt.Errorf("remove the socket of a former run: %w", err)
	}
	return socket, "", nil
}
