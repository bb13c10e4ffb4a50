package embedded

import (
	"context"
	"errors"
	"slices"
)

// kept is the number of idle connections that stay open.
const kept = 4

// reader returns a connection for reading.
func (db *DB) reader(ctx context.Context) (*conn, error) {
	db.mu.Lock()
	if err := db.open(); err != nil {
		db.mu.Unlock()
		return nil, err
	}
	db.reading.Add(1)
	var c *conn
	if n := len(db.readers); n > 0 {
		c = db.readers[n-1]
		db.readers = db.readers[:n-1]
	}
	db.mu.Unlock()
	if c == nil {
		var err error
		if c, err = connect(db.path(), db.vfs, readerCache); err != nil {
			db.reading.Done()
			return nil, err
		}
	}
	c.SetInterrupt(ctx)
	return c, nil
}

// release returns a connection after its use.
func (db *DB) release(c *conn) {
	defer db.reading.Done()
	c.SetInterrupt(context.Background())
	err := error(nil)
	if !c.GetAutocommit() {
		err = c.run("ROLLBACK")
	}
	db.mu.Lock()
	if err == nil && !db.closed.Load() && len(db.readers) < kept {
		db.readers = append(db.readers, c)
		c = nil
	}
	db.mu.Unlock()
	if c != nil {
		if err := errors.Join(err, c.close()); err != nil {
			db.log.Warn("a connection to the database did not close", "err", err)
		}
	}
}

// closeReaders closes the idle connections, and marks the engine as closed.
func (db *DB) closeReaders() (err error) {
	db.mu.Lock()
	free := slices.Clone(db.readers)
	db.readers = nil
	db.closed.Store(true)
	db.mu.Unlock()
	for _, c := range free {
		err = errors.Join(err, c.close())
	}
	return err
}
