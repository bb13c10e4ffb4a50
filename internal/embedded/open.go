package embedded

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"sen/internal/folder"

	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
)

// Open opens a data folder. It makes the folder if it does not exist.
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
	// The files contain everything, also what is not public. The mode of the folder does not protect copies of the
	// files, so the files themselves are private.
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
	db.outgrown.check(db)
	return db, nil
}

// refuseFormer returns an error for the data folder of an earlier engine.
func refuseFormer(dir string) error {
	former, _ := filepath.Glob(filepath.Join(escapeGlob(dir), "db", "*.sqlite"))
	if _, err := os.Lstat(filepath.Join(dir, "engine.sock")); err != nil && len(former) == 0 {
		return nil
	}
	return fmt.Errorf("the data folder %s was written by an earlier engine, which this version does not read; "+
		"nothing in it was changed. Choose another folder with --data. To keep the content, export it with the former "+
		"version and import it here", dir)
}

// escapeGlob escapes the special characters of a path.
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

// lockFolder locks a folder against a second program. The lock ends with the process.
func lockFolder(dir string) (*os.File, error) {
	file, err := folder.Lock(dir)
	if errors.Is(err, folder.ErrInUse) {
		return nil, fmt.Errorf("the data folder %s is in use by another Sen; "+
			"stop that one, or choose another folder with --data", dir)
	}
	if err != nil {
		return nil, fmt.Errorf("lock the data folder: %w", err)
	}
	return file, nil
}

// ownFiles makes the engine's files readable only for its user. The umask does that for new files.
func ownFiles(dir string) (err error) {
	for _, name := range []string{"lock", markName, fileName, fileName + "-wal", fileName + "-shm"} {
		if one := os.Chmod(filepath.Join(dir, name), 0o600); !errors.Is(one, os.ErrNotExist) {
			err = errors.Join(err, one)
		}
	}
	if err != nil {
		return fmt.Errorf("make the engine's files private: %w", err)
	}
	return nil
}

// Ready implements [engine.Engine]. After a failed write it tries to write, so that the engine is ready as soon as
// writing works again.
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

// Close implements [engine.Engine]. It waits for a running write and for readers, unlocks the folder, and leaves the
// database in one file.
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

// free releases the files and connections of the engine.
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
