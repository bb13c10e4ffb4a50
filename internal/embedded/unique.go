package embedded

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sen/internal/engine"
)

// addUnique adds a unique index. It fails if two documents have the same values.
func (t *table) addUnique(u unique) error {
	if slices.ContainsFunc(t.unique, func(other unique) bool {
		return other.sparse == u.sparse && slices.Equal(other.columns, u.columns)
	}) {
		return nil
	}
	if slices.Contains(u.columns, idColumn) {
		return nil // ids are always unique
	}
	c := t.changes()
	for _, r := range t.rows {
		if err := c.conflict(u, r); err != nil {
			return err
		}
	}
	t.lock.Lock()
	t.unique = append(t.unique, u)
	t.lock.Unlock()
	return nil
}

// checkUnique returns an error if a new row has the values of another document under a unique index.
func (c *changes) checkUnique(rows []*row) error {
	for _, u := range c.t.unique {
		for i, r := range rows {
			if err := c.conflict(u, r); err != nil {
				return err
			}
			for _, other := range rows[:i] {
				if u.same(r, other) {
					return u.duplicate(c.t, r)
				}
			}
		}
	}
	return nil
}

// conflict returns an error if another document has the values of a row.
func (c *changes) conflict(u unique, r *row) (err error) {
	p := c.t.postingsOf(u.columns[0])
	var buf [128]byte
	keysOf(r.cell(u.columns[0]), buf[:], func(key []byte) {
		for _, other := range p[string(key)] {
			if other.id != r.id && c.row(other.id) == other && u.same(r, other) {
				err = u.duplicate(c.t, r)
			}
		}
	})
	for _, other := range c.rows {
		if other != nil && other.id != r.id && u.same(r, other) {
			err = u.duplicate(c.t, r)
		}
	}
	return err
}

func (u unique) duplicate(t *table, r *row) error {
	return fmt.Errorf("%s of %s under a unique index: %w", r.id, t.name, engine.ErrDuplicate)
}

// same reports whether two rows share a value in each column of the index. A missing value counts as null.
func (u unique) same(a, b *row) bool {
	present := false
	for _, column := range u.columns {
		x, y := a.cell(column), b.cell(column)
		present = present || x != "" || y != ""
		if !share(x, y) {
			return false
		}
	}
	return present || !u.sparse
}

// share reports whether two cells have a value in common.
func share(x, y string) (common bool) {
	valuesOf(x, func(a value) {
		valuesOf(y, func(b value) {
			common = common || equal(a, b) && !a.compound()
		})
	})
	return common
}

// rebuild makes all rows of a table again with other columns.
func (t *table) rebuild(ctx context.Context, paths []string) error {
	start, told := time.Now(), time.Now()
	c := t.changes()
	c.paths = paths
	cells := newCellReader(paths, false)
	err := t.db.write([]*changes{c}, func() error {
		if err := c.create(); err != nil {
			return err
		}
		for i, r := range t.order(orderKey{column: idColumn}).rows {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := c.rebuildRow(r, cells); err != nil {
				return err
			}
			if time.Since(told) > 2*time.Second {
				told = time.Now()
				t.db.log.Info("making the rows of a table again from its documents", "table", t.name,
					"done", i+1, "of", len(t.rows))
			}
		}
		return nil
	})
	if took := time.Since(start); err == nil && len(t.rows) > 0 {
		t.db.log.Info("the columns of a table have changed", "table", t.name, "columns", len(paths), "documents", len(t.rows),
			"took", took)
	}
	return err
}

// rebuildRow makes the row of a document again.
func (c *changes) rebuildRow(old *row, cells *cellReader) error {
	return c.document(old, func(doc []byte) error {
		all, err := cells.read(text(doc))
		if err != nil {
			return err
		}
		data := encodeRow(old.id, all)
		r, err := decodeRow(old.n, checksum(c.id, old.n, data), string(data))
		if err != nil {
			return err
		}
		c.rows[r.id] = r
		return c.t.db.conn.run(c.updateRow, r.n, r.sum, data)
	})
}
