package embedded

// version is a new version of a document.
type version struct {
	old *row
	id  string
	doc []byte
}

// row is the row with an id as these changes leave it.
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

// changes are what one call changes in a table, before memory has it.
type changes struct {
	t *table
	// stored is where the table is; it may be new.
	stored
	// rows are the new rows by their ids; nil for documents that are removed.
	rows map[string]*row
	// garbage are the documents that are replaced or removed. They go with the next commit.
	garbage []place
	next    int64
	// paths are the table's columns from now on, if all rows are made anew; nil leaves them.
	paths []string
}

// outcome is what became of the changes of a call.
type outcome struct {
	found      int
	duplicates []int
	// stopped is the error of a change; those before it are made, and those behind it are not.
	stopped error
}

// changes begins to collect changes.
func (t *table) changes() *changes {
	return &changes{t: t, stored: t.stored, rows: map[string]*row{}, next: t.next}
}

// empty tells that there is nothing to be committed.
func (c *changes) empty() bool { return len(c.rows) == 0 && c.paths == nil && c.id == c.t.id }
