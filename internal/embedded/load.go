package embedded

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// load opens the database, or makes it, and loads the rows of all tables into memory.
func (db *DB) load() (err error) {
	file, err := os.OpenFile(db.path(), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	size, err := file.Seek(0, 2)
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	marked, err := db.openMark()
	if err != nil {
		return err
	}
	if size == 0 { // SQLite would remove the log of an empty database
		if err := db.compareMark(marked); err != nil {
			return unreadable(db.path(), err)
		}
	}
	if err := db.read(marked); err != nil {
		return unreadable(db.path(), err)
	}
	return nil
}

// read reads the database. If the database is empty, it makes it.
func (db *DB) read(marked int64) (err error) {
	if db.conn, err = connect(db.path(), db.vfs, writerCache); err != nil {
		return err
	}
	if err := db.create(marked); err != nil {
		return err
	}
	if err := db.readState(); err != nil {
		return err
	}
	if err := db.compareMark(marked); err != nil {
		return err
	}
	if err := db.readTables(); err != nil {
		return err
	}
	if len(db.garbage) > 0 {
		return db.write(nil, nil)
	}
	return nil
}

// create makes the tables of the database if they do not exist. A start that was interrupted leaves an empty file, or
// a file with only the header that SQLite writes first.
func (db *DB) create(marked int64) error {
	made, err := db.conn.number("SELECT count(*) FROM sqlite_schema")
	if err != nil || made > 0 {
		return err
	}
	if made, err = db.conn.number("PRAGMA application_id"); err != nil || made > 0 {
		return err
	}
	if err := db.compareMark(marked); err != nil {
		return err
	}
	if err := syncFoldersOf(db.dir); err != nil {
		return err
	}
	state := fmt.Sprintf("INSERT INTO state VALUES (1, 0, 0, x'', %d);", sumOfState(0, 0, nil))
	return db.conn.Exec(fmt.Sprintf("BEGIN IMMEDIATE; PRAGMA application_id=%d; PRAGMA user_version=%d; %s %s COMMIT",
		applicationID, form, schema, state))
}

// readState reads the row of the table state.
func (db *DB) readState() error {
	id, err := db.conn.number("PRAGMA application_id")
	if err != nil {
		return err
	}
	version, err := db.conn.number("PRAGMA user_version")
	if err != nil {
		return err
	}
	if id != applicationID || version != form {
		return fmt.Errorf("it is not a database of this version of the engine (application id %x, format %d)", id, version)
	}
	found := false
	err = db.conn.each("SELECT commits, garbage, tables, sum FROM state WHERE id = 1", func(s *sqlite3.Stmt) error {
		found, db.commits = true, s.ColumnInt64(0)
		garbage := s.ColumnBlob(1, nil)
		if sumOfState(db.commits, s.ColumnInt64(2), garbage) != uint32(s.ColumnInt64(3)) {
			return fmt.Errorf("the state has another checksum: %w", errDamaged)
		}
		for len(garbage) > 0 {
			table, n := binary.Uvarint(garbage)
			number, m := binary.Uvarint(garbage[n:])
			db.garbage, garbage = append(db.garbage, place{int64(table), int64(number)}), garbage[n+m:]
		}
		return nil
	})
	if err == nil && !found {
		err = fmt.Errorf("the state is missing: %w", errDamaged)
	}
	return err
}

// readTables loads all tables into memory.
func (db *DB) readTables() error {
	start := time.Now()
	type line struct{ documents, hash int64 }
	lines := map[*table]line{}
	err := db.conn.each("SELECT id, name, columns, documents, hash, sum FROM tables", func(s *sqlite3.Stmt) error {
		id, name, columns := s.ColumnInt64(0), s.ColumnText(1), s.ColumnText(2)
		l := line{s.ColumnInt64(3), s.ColumnInt64(4)}
		if sumOfTable(id, name, columns, l.documents, l.hash) != uint32(s.ColumnInt64(5)) {
			return fmt.Errorf("the catalogue has another checksum: %w", errDamaged)
		}
		t := db.newTable(name)
		t.stored = storedAs(id)
		lines[t] = l
		db.tables[name] = t
		var paths []string
		if err := json.Unmarshal([]byte(columns), &paths); err != nil {
			return err
		}
		t.setColumns(paths)
		return nil
	})
	if err != nil {
		return err
	}
	tables, err := db.conn.number("SELECT tables FROM state")
	if err == nil && int(tables) != len(lines) {
		err = fmt.Errorf("the catalogue has %d tables of %d: %w", len(lines), tables, errDamaged)
	}
	rows := 0
	for t, l := range lines {
		if err == nil {
			err = t.load(db.conn, l.documents)
		}
		if err == nil && (int64(len(t.rows)) != l.documents || t.hash != uint64(l.hash)) {
			err = fmt.Errorf("the table %s has %d documents of %d: %w", t.name, len(t.rows), l.documents, errDamaged)
		}
		rows += len(t.rows)
	}
	db.log.Debug("the data folder is open", "tables", len(lines), "documents", rows, "took", time.Since(start))
	return err
}

// load loads the rows of a table into memory.
func (t *table) load(c *conn, documents int64) error {
	t.rows = make(map[string]*row, documents)
	err := c.each(fmt.Sprintf("SELECT n, sum, row FROM rows_%d", t.id), func(s *sqlite3.Stmt) error {
		n, sum, data := s.ColumnInt64(0), uint32(s.ColumnInt64(1)), s.ColumnRawBlob(2)
		if checksum(t.id, n, data) != sum {
			return fmt.Errorf("row %d of %s has another checksum: %w", n, t.name, errDamaged)
		}
		r, err := decodeRow(n, sum, string(data))
		if err != nil {
			return err
		}
		t.rows[r.id] = r
		t.count(r, 1)
		t.hash ^= r.hash()
		return nil
	})
	if err != nil {
		return err
	}
	t.next, err = c.number(fmt.Sprintf("SELECT max(n) FROM docs_%d", t.id))
	t.next++
	return err
}
