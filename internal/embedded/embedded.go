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
	"strings"
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

// Start starts the engine on a folder, which it makes if need be. The engine's
// errors go to the log, and nothing else that it says.
func Start(dir string, log *slog.Logger) (_ *Engine, err error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	// The engine takes its folder as a URL without escaping, so these would cut it short.
	if strings.ContainsAny(abs, "#?%") {
		return nil, fmt.Errorf("the data folder %s has one of # ? %% in its path, which the embedded engine cannot read; choose another with --data", abs)
	}
	data := filepath.Join(abs, "db")
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	lock, err := lockFolder(abs)
	if err != nil {
		return nil, err
	}
	e := &Engine{done: make(chan error, 1), lock: lock}
	defer func() {
		if err != nil {
			err = errors.Join(err, e.release())
		}
	}()
	if err := ownFiles(data); err != nil {
		return nil, err
	}
	socket, socketDir, err := socketIn(abs)
	if err != nil {
		return nil, err
	}
	e.socketDir = socketDir
	f, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{Unix: socket},
		Logger:    slog.New(errorsOnly{log.Handler()}),
		Handler:   "sqlite",
		SQLiteURL: "file:" + data + "/",
	})
	if err != nil {
		return nil, fmt.Errorf("start the embedded engine: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	e.stop = stop
	// The driver reads a plus as a space, so it is escaped too.
	e.uri = "mongodb://" + strings.ReplaceAll(url.PathEscape(socket), "+", "%2B") + "/sen"
	go func() { e.done <- f.Run(ctx) }()
	// Whoever reaches the socket may read and write everything.
	if err := os.Chmod(socket, 0o600); err != nil {
		stop()
		return nil, errors.Join(fmt.Errorf("keep others off the engine's socket: %w", err), <-e.done)
	}
	return e, nil
}

// URI is how a driver reaches the engine.
func (e *Engine) URI() string { return e.uri }

// Close stops the engine, waits until it has, and frees its folder for the next one.
// Let clients go before: the engine gives those still there three seconds.
func (e *Engine) Close() error {
	e.stop()
	err := <-e.done
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	return errors.Join(err, e.release())
}

// release gives back what the engine holds beside its data.
func (e *Engine) release() (err error) {
	if e.socketDir != "" {
		err = os.RemoveAll(e.socketDir)
	}
	return errors.Join(err, e.lock.Close())
}

// errorsOnly lets the engine's errors through, and no lower level.
type errorsOnly struct{ slog.Handler }

// Enabled implements slog.Handler.
func (h errorsOnly) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelError && h.Handler.Enabled(ctx, level)
}

// WithAttrs implements slog.Handler.
func (h errorsOnly) WithAttrs(attrs []slog.Attr) slog.Handler {
	return errorsOnly{h.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (h errorsOnly) WithGroup(name string) slog.Handler {
	return errorsOnly{h.Handler.WithGroup(name)}
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

// ownFiles makes the program's files readable for its user alone: those that are there, and those to come, which
// the engine would let everyone read. The folder's mode doesn't help where the files are copied.
func ownFiles(dir string) error {
	syscall.Umask(0o077)
	files, err := os.ReadDir(dir)
	for _, file := range files {
		err = errors.Join(err, os.Chmod(filepath.Join(dir, file.Name()), 0o600))
	}
	if err != nil {
		return fmt.Errorf("keep others off the engine's files: %w", err)
	}
	return nil
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
