// Package embedded is the engine that stores documents in one file if no MongoDB is configured. SQLite writes and
// reads the file. Everything that filters, orders and counts need is in memory (see [row]), so a document is read
// only if it is part of an answer. Only one program uses a data folder at a time, so memory always agrees with the
// file.
package embedded

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"sen/internal/engine"
)

// Options configure an engine.
type Options struct {
	// Log gets slow calls, long work and failures. nil discards them.
	Log *slog.Logger
	// Slow is the duration from which a call is logged. Zero logs none.
	Slow time.Duration
	// vfs is SQLite's name of the file system with the database. Empty means the system's. Tests set another one.
	vfs string
}

// DB is an open data folder. It implements [engine.Engine].
type DB struct {
	engine.Monitor
	dir  string
	vfs  string
	log  *slog.Logger
	lock *os.File
	// mark is the file with the number of the last commit.
	mark *os.File

	// writer is a semaphore for the only writer. It guards the fields up to mu.
	writer  chan struct{}
	conn    *conn
	commits int64
	garbage []place
	// fault is the error of the last write. It is nil after a write that succeeded.
	fault atomic.Pointer[error]

	outgrown outgrown

	// mu guards the fields after it.
	mu      sync.Mutex
	readers readers
	// calls are the calls that wait for a commit.
	calls  []*call
	tables map[string]*table
	closed atomic.Bool
	// reading counts the connections in use.
	reading sync.WaitGroup
}

var _ engine.Engine = (*DB)(nil)

// discard is the default logger.
var discard = slog.New(slog.DiscardHandler)

// path returns the path of the database file.
func (db *DB) path() string { return filepath.Join(db.dir, fileName) }

// Local implements [engine.Engine]. All writes pass through this engine.
func (db *DB) Local() bool { return true }

// Now implements [engine.Engine]. It returns the time of this machine.
func (db *DB) Now(context.Context) (time.Time, error) { return time.Now(), nil }

// Follow implements [engine.Engine]. It returns at once, since no other program can change a document.
func (db *DB) Follow(context.Context, engine.Follower) {}

// Tables implements [engine.Engine].
func (db *DB) Tables(_ context.Context, names ...string) (map[string]string, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	found := map[string]string{}
	for name, t := range db.tables {
		if t.id > 0 && (len(names) == 0 || slices.Contains(names, name)) {
			found[name] = ""
		}
	}
	return found, nil
}

// wait waits until nobody else writes, and becomes the writer.
func (db *DB) wait(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case db.writer <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	if db.conn == nil {
		db.done()
		return errClosed
	}
	return nil
}

// open returns an error if the engine is closed.
func (db *DB) open() error {
	if db.closed.Load() {
		return errClosed
	}
	return nil
}

// done lets other callers write.
func (db *DB) done() { <-db.writer }

// call is a change of a table that waits for its commit.
type call struct {
	t    *table
	do   func(*changes) error
	err  error
	done chan struct{}
}

// place identifies a document in the file by its table and its number.
type place struct{ table, n int64 }

// outgrown logs, at most once a day, that a site is too large for the engine.
type outgrown struct{ told atomic.Int64 }

// readers are the idle connections for reading. The number of connections in use has no bound, since a caller that
// reads documents may read others for each of them.
type readers []*conn
