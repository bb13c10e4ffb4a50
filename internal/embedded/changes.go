package embedded

// version is a new version of a document.
type version struct {
	old *row
	id  string
	doc []byte
}

// row returns the row with an id after these changes.
func (c *changes) row(id string) *row {
	if r, ok := c.rows[id]; ok {
		return r
	}
	return c.t.rows[id]
}

// document reads a document of a row.
func (c *changes) document(r *row, do func([]byte) error) error {
	return c.t.db.conn.document(c.stored, r.n, do)
}

// changes are the changes that one commit makes in a table, before they are applied to memory.
type changes struct {
	t *table
	// stored is the table in the database. It may be new.
	stored
	// rows are the new rows by id. A nil row means that the document is removed.
	rows map[string]*row
	// garbage are the documents that are replaced or removed. The next commit deletes them.
	garbage []place
	next    int64
	// paths are the new columns of the table if all rows are made again. nil means that the columns stay.
	paths []string
}

// outcome is the result of the changes of a call.
type outcome struct {
	found      int
	duplicates []int
	// stopped is the error of a change. The changes before it are made, those after it are not.
	stopped error
}

// changes returns an empty set of changes of the table.
func (t *table) changes() *changes {
	return &changes{t: t, stored: t.stored, rows: map[string]*row{}, next: t.next}
}

// empty reports whether there is nothing to commit.
func (c *changes) empty() bool { return len(c.rows) == 0 && c.paths == nil && c.id == c.t.id }
