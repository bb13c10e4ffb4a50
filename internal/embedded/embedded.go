// Package embedded is the engine that keeps documents in one file when no MongoDB is configured. SQLite writes and
// reads the file. What filters, orders and counts need is in memory (see [row]), so that a document is read only when an
// answer has it. One program uses a data folder at a time, so memory is the truth about it.
package embedded

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

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

// Open opens a data folder, which it makes if need be.
func Open(dir string, o Options) (_ *DB, err error) {
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = discard
	}
	if err := refuseFormer(dir); err != nil {
		return nil, err
	}
	// Whoever reads the files knows everything. The folder's mode does not help where the files are copied.
	syscall.Umask(0o077)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	db := &DB{
		dir: dir, vfs: cmp.Or(o.vfs, systemVFS), log: o.Log, tables: map[string]*table{}, writer: make(chan struct{}, 1),
	}
	db.Log, db.Slow, db.System = o.Log, o.Slow, semconv.DBSystemNameSQLite
	if db.lock, err = lockFolder(dir); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, db.free())
		}
	}()
	if err := ownFiles(dir); err != nil {
		return nil, err
	}
	if err := db.load(); err != nil {
		return nil, err
	}
	db.outgrown.look(db)
	return db, nil
}

// path is where the database file is.
func (db *DB) path() string { return filepath.Join(db.dir, fileName) }

// refuseFormer refuses the data folder of an earlier engine.
func refuseFormer(dir string) error {
	former, _ := filepath.Glob(filepath.Join(escapeGlob(dir), "db", "*.sqlite"))
	if _, err := os.Lstat(filepath.Join(dir, "engine.sock")); err != nil && len(former) == 0 {
		return nil
	}
	return fmt.Errorf("the data folder %s was written by an earlier engine, which this version does not read; "+
		"nothing in it was changed. Choose another folder with --data. To keep the content, export it with the former "+
		"version and import it here", dir)
}

// escapeGlob takes the special meaning from the signs of a path.
func escapeGlob(path string) string {
	var escaped []rune
	for _, r := range path {
		if slices.Contains([]rune(`*?[\`), r) {
			escaped = append(escaped, '\\')
		}
		escaped = append(escaped, r)
	}
	return string(escaped)
}

// lockFolder keeps a second program off a folder; the lock goes with the process.
func lockFolder(dir string) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the data folder: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		inUse := fmt.Errorf("the data folder %s is in use by another Sen; "+
			"stop that one, or choose another folder with --data", dir)
		return nil, errors.Join(inUse, file.Close())
	}
	return file, nil
}

// ownFiles makes the engine's files readable for its user alone, as those to come are by the umask.
func ownFiles(dir string) (err error) {
	for _, name := range []string{"lock", markName, fileName, fileName + "-wal", fileName + "-shm"} {
		if one := os.Chmod(filepath.Join(dir, name), 0o600); !errors.Is(one, os.ErrNotExist) {
			err = errors.Join(err, one)
		}
	}
	if err != nil {
		return fmt.Errorf("keep others off the engine's files: %w", err)
	}
	return nil
}

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

// Ready implements [engine.Engine]. After a write that failed it tries one of its own, so that the engine is ready
// again as soon as writing works.
func (db *DB) Ready(ctx context.Context) error {
	if db.fault.Load() == nil {
		return db.open()
	}
	if err := db.wait(ctx); err != nil {
		return fail(err)
	}
	defer db.done()
	return fail(db.tryWriting())
}

// Close implements [engine.Engine]. It waits for a write that has begun and for those who read, frees the folder, and
// leaves the database in one file.
func (db *DB) Close(ctx context.Context) error {
	if err := db.wait(ctx); err != nil {
		if errors.Is(err, errClosed) {
			return nil
		}
		return fail(err)
	}
	defer db.done()
	err := db.closeReaders()
	quiet := make(chan struct{})
	go func() {
		db.reading.Wait()
		close(quiet)
	}()
	select {
	case <-quiet:
	case <-ctx.Done():
		err = errors.Join(err, ctx.Err())
	}
	return errors.Join(err, db.free())
}

// free gives back what the engine holds.
func (db *DB) free() (err error) {
	if db.conn != nil {
		err = db.conn.close()
		db.conn = nil
	}
	if db.mark != nil {
		err = errors.Join(err, db.mark.Close())
	}
	return errors.Join(err, db.lock.Close())
}
