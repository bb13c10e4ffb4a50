package embedded

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// write makes one commit of changes of different tables. The function do collects the changes and writes them into
// SQLite's tables. Without changes there is no commit, unless all is nil. The changes are applied to memory only
// after a successful commit. The caller is the writer.
//
// A commit deletes from the file the documents that the commit before it replaced or removed. Until then they stay,
// so that a reader that began before memory had that commit finds all documents that memory named then.
func (db *DB) write(all []*changes, do func() error) error {
	err := db.conn.run("BEGIN IMMEDIATE")
	if err == nil && do != nil {
		err = do()
	}
	always := all == nil
	all = slices.DeleteFunc(all, (*changes).empty)
	var garbage []place
	for _, c := range all {
		garbage = append(garbage, c.garbage...)
	}
	if err == nil && (always || len(all) > 0) {
		if err = db.sweep(); err == nil {
			err = db.record(all, garbage)
		}
		if err == nil {
			err = db.conn.run("COMMIT")
		}
	} else if err == nil {
		return db.conn.run("ROLLBACK") // there is nothing to write
	}
	if err != nil {
		if !db.conn.GetAutocommit() {
			err = errors.Join(err, db.conn.run("ROLLBACK"))
		}
		if isStorage(err) {
			db.fault.Store(&err)
		}
		return err
	}
	if !always {
		db.fault.Store(nil)
	}
	db.commits++
	db.garbage = garbage
	if _, err := db.mark.WriteAt([]byte(markText(db.commits)), 0); err != nil {
		db.log.Warn("the number of the last commit could not be written", "err", err)
	}
	for _, c := range all {
		c.apply()
	}
	if db.commits%checkEvery == 0 {
		db.outgrown.check(db)
	}
	if len(garbage) > manyDocuments {
		return db.write(nil, nil)
	}
	return nil
}

// tryWriting writes about as many bytes as a document has, and deletes them again.
func (db *DB) tryWriting() error {
	for _, sql := range []string{
		"INSERT OR REPLACE INTO state (id, garbage) VALUES (2, zeroblob(65536))", "DELETE FROM state WHERE id = 2",
	} {
		if err := db.write(nil, func() error { return db.conn.run(sql) }); err != nil {
			return err
		}
	}
	db.fault.Store(nil)
	return nil
}

// manyDocuments is the greatest number of replaced documents that stay until the next commit. If there are more, an
// extra commit deletes them at once.
const manyDocuments = 256

// sweep deletes the documents that the last commit replaced or removed.
func (db *DB) sweep() error {
	for _, p := range db.garbage {
		if err := db.conn.run(deleteDoc(p.table), p.n); err != nil {
			return err
		}
	}
	return nil
}

// record writes the catalogue and the state for a commit.
func (db *DB) record(all []*changes, garbage []place) error {
	tables := int64(0)
	db.mu.Lock()
	for _, t := range db.tables {
		tables = max(tables, t.id) // tables are never removed
	}
	db.mu.Unlock()
	for _, c := range all {
		if err := c.record(&tables); err != nil {
			return err
		}
	}
	var data []byte
	for _, p := range garbage {
		data = binary.AppendUvarint(binary.AppendUvarint(data, uint64(p.table)), uint64(p.n))
	}
	commits := db.commits + 1
	return db.conn.run("UPDATE state SET commits = ?, tables = ?, garbage = ?, sum = ? WHERE id = 1",
		commits, tables, data, sumOfState(commits, tables, data))
}

// record writes a table's row of the catalogue. It adds the row for a new table.
func (c *changes) record(tables *int64) error {
	documents, hash := int64(len(c.t.rows)), c.t.hash
	for id, r := range c.rows {
		if old := c.t.rows[id]; old != nil {
			documents--
			hash ^= old.hash()
		}
		if r != nil {
			documents++
			hash ^= r.hash()
		}
	}
	paths := c.paths
	if paths == nil {
		paths = c.t.paths
	}
	columns, err := json.Marshal(append([]string{}, paths...))
	if err != nil {
		return err
	}
	*tables = max(*tables, c.id)
	sum := sumOfTable(c.id, c.t.name, string(columns), documents, int64(hash))
	return c.t.db.conn.run("INSERT OR REPLACE INTO tables (id, name, columns, documents, hash, sum) "+
		"VALUES (?, ?, ?, ?, ?, ?)", c.id, c.t.name, string(columns), documents, int64(hash), sum)
}

// apply applies committed changes to memory.
func (c *changes) apply() {
	t := c.t
	var out, in []*row
	for id, r := range c.rows {
		if old := t.rows[id]; old != nil {
			out = append(out, old)
			t.hash ^= old.hash()
		}
		if r != nil {
			in = append(in, r)
			t.hash ^= r.hash()
		}
	}
	t.next = c.next
	t.lock.Lock()
	defer t.lock.Unlock()
	if t.id == 0 {
		t.db.mu.Lock()
		t.stored = c.stored
		t.db.mu.Unlock()
	}
	if c.paths != nil {
		t.setColumns(c.paths)
		for _, r := range in {
			t.rows[r.id] = r
			t.count(r, 1)
		}
		return
	}
	t.change(out, in)
}

// create makes the pair of SQLite tables for a new table.
func (c *changes) create() error {
	if c.id > 0 {
		return nil
	}
	conn := c.t.db.conn
	// these tables are never removed
	tables, err := conn.number("SELECT count(*) FROM sqlite_schema WHERE name GLOB 'rows_*'")
	if err != nil {
		return err
	}
	c.stored = storedAs(tables + 1)
	return conn.Exec(fmt.Sprintf("CREATE TABLE rows_%[1]d (n INTEGER PRIMARY KEY, sum INTEGER, row BLOB);"+
		"CREATE TABLE docs_%[1]d (n INTEGER PRIMARY KEY, sum INTEGER, doc BLOB)", c.id))
}
