package embedded

import (
	"context"
	"slices"
)

// commit calls a function that changes the table, and returns when the change is committed. Calls that wait for
// another commit are committed together, so that they wait for the disk only once. They run one after the other, and
// each sees the changes of those before it. The function may be called twice; only the changes of the last call
// count.
func (t *table) commit(ctx context.Context, do func(*changes) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	db, c := t.db, &call{t, do, errBroken, make(chan struct{})}
	db.mu.Lock()
	db.calls = append(db.calls, c)
	db.mu.Unlock()
	select {
	case <-c.done:
	case db.writer <- struct{}{}:
		db.commitCalls()
	case <-ctx.Done():
		db.mu.Lock()
		i := slices.Index(db.calls, c)
		if i >= 0 {
			db.calls = slices.Delete(db.calls, i, i+1)
		}
		db.mu.Unlock()
		if i >= 0 {
			return ctx.Err()
		}
		<-c.done // the commit of the call is being made
	}
	return c.err
}

// commitCalls commits all waiting calls. The caller must be the writer, and stops being it.
func (db *DB) commitCalls() {
	defer db.done()
	db.mu.Lock()
	calls := db.calls
	db.calls = nil
	db.mu.Unlock()
	defer func() {
		for _, c := range calls {
			close(c.done)
		}
	}()
	if err := db.commitOf(calls); err != nil && len(calls) > 1 {
		for i := range calls { // the error may be that of one call
			_ = db.commitOf(calls[i : i+1])
		}
	}
}

// commitOf makes one commit of some calls. An error of the commit is the result of all of them.
func (db *DB) commitOf(calls []*call) (err error) {
	var all []*changes
	of := map[*table]*changes{}
	for _, c := range calls {
		if of[c.t] == nil {
			of[c.t] = c.t.changes()
			all = append(all, of[c.t])
		}
	}
	own := make([]error, len(calls))
	if err = errClosed; db.conn != nil && len(calls) > 0 {
		err = db.write(all, func() error {
			for i, c := range calls {
				if own[i] = c.do(of[c.t]); isStorage(own[i]) {
					return own[i]
				}
			}
			return nil
		})
	}
	for i, c := range calls {
		if c.err = err; err == nil {
			c.err = own[i]
		}
	}
	return err
}
