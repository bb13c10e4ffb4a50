// Package embedded is the engine that keeps documents in one file when no MongoDB is configured. SQLite writes and
// reads the file. What filters, orders and counts need is in memory (see [row]), so that a document is read only when an
// answer has it. One program uses a data folder at a time, so memory is the truth about it.
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

// Options say how an engine works.
type Options struct {
	// Log is told of slow calls, of long work and of faults; nil discards all.
	Log *slog.Logger
	// Slow is the time from which a call is logged; zero logs none.
	Slow time.Duration
	// vfs is SQLite's name of the file system that has the database; empty means the system's. Tests name another.
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

	// writer is held by who writes. It guards what follows up to mu.
	writer  chan struct{}
	conn    *conn
	commits int64
	garbage []place
	// fault is what the last write failed by; nil once one succeeds.
	fault atomic.Pointer[error]

	outgrown outgrown

	// mu guards what follows.
	mu      sync.Mutex
	readers readers
	// calls are those that wait to be written.
	calls  []*call
	tables map[string]*table
	closed atomic.Bool
	// reading counts the connections in use.
	reading sync.WaitGroup
}

var _ engine.Engine = (*DB)(nil)

// discard is the log of those who want none.
var discard = slog.New(slog.DiscardHandler)

// path is where the database file is.
func (db *DB) path() string { return filepath.Join(db.dir, fileName) }

// Local implements [engine.Engine]: all writes pass through this engine.
func (db *DB) Local() bool { return true }

// Now implements [engine.Engine]: the engine has the program's clock.
func (db *DB) Now(context.Context) (time.Time, error) { return time.Now(), nil }

// Follow implements [engine.Engine]: nobody else can change a document.
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

// wait waits until nobody else writes.
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

// open is an error if the engine is closed.
func (db *DB) open() error {
	if db.closed.Load() {
		return errClosed
	}
	return nil
}

// done lets others write.
func (db *DB) done() { <-db.writer }

// call is a call that changes a table and waits for its commit.
type call struct {
	t    *table
	do   func(*changes) error
	err  error
	done chan struct{}
}

// place is where a document stands in the file: a table and a number.
type place struct{ table, n int64 }

// outgrown tells the log, once a day at most, that a site outgrows the engine.
type outgrown struct{ told atomic.Int64 }

// readers are connections to read with that nobody uses at the moment. There is no bound on how many are in use: who
// reads documents may read others for each of them.
type readers []*conn
