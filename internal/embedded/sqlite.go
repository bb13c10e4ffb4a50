package embedded

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/ncruces/go-sqlite3"
)

// conn is a connection to the database file. Only one goroutine may use it at a time.
type conn struct {
	*sqlite3.Conn
	statements map[string]*sqlite3.Stmt
}

// fileName is the name of the database in the data folder.
const fileName = "sen.db"

// The application id and the user version of a database of this engine: "Sen1", and the version of its format.
const (
	applicationID = 0x53656e31
	form          = 1
)

// An acknowledged write is in the file sen.db-wal, on the disk: with synchronous=FULL SQLite waits for the disk at
// every commit. A checkpoint copies pages from there into sen.db when 1,000 of them have accumulated, and when the
// last connection is closed. A checkpoint first waits until the pages of the log are on the disk. The log is reused
// only when the pages of sen.db are on the disk. Measurements showed the lowest cost with pages of 8 kB.
const pragmas = `PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY;
PRAGMA wal_autocheckpoint=1000; PRAGMA busy_timeout=5000;`

// The tables of the database. Each table of documents is a pair: rows has what memory needs, docs has the documents.
// They are separate so that the start reads only the rows, one after the other.
const schema = `
CREATE TABLE state (id INTEGER PRIMARY KEY, commits INTEGER, tables INTEGER, garbage BLOB, sum INTEGER);
CREATE TABLE tables (id INTEGER PRIMARY KEY, name TEXT, columns TEXT, documents INTEGER, hash INTEGER, sum INTEGER);`

// stored is the place of a table of documents in the database, with its SQL statements. Its id is zero until the
// table is in the catalogue.
type stored struct {
	id                                                         int64
	doc, insertRow, insertDoc, updateRow, deleteRow, deleteDoc string
}

// storedAs returns the place of the table with an id.
func storedAs(id int64) stored {
	return stored{
		id:        id,
		doc:       fmt.Sprintf("SELECT sum, doc FROM docs_%d WHERE n = ?", id),
		insertRow: fmt.Sprintf("INSERT INTO rows_%d (n, sum, row) VALUES (?, ?, ?)", id),
		insertDoc: fmt.Sprintf("INSERT INTO docs_%d (n, sum, doc) VALUES (?, ?, ?)", id),
		updateRow: fmt.Sprintf("UPDATE rows_%d SET sum = ?2, row = ?3 WHERE n = ?1", id),
		deleteRow: fmt.Sprintf("DELETE FROM rows_%d WHERE n = ?", id),
		deleteDoc: deleteDoc(id),
	}
}

func deleteDoc(table int64) string { return fmt.Sprintf("DELETE FROM docs_%d WHERE n = ?", table) }

// systemVFS is SQLite's name of the system's file system.
const systemVFS = "os"

// connect opens a connection to a database file through a file system of SQLite, with a page cache of so many
// kilobytes.
func connect(path, vfs string, cache int) (*conn, error) {
	path, err := filepath.Abs(path) // a URI can't have a relative path
	if err != nil {
		return nil, err
	}
	c, err := sqlite3.OpenFlags("file:"+escapeURI(path)+"?vfs="+vfs, sqlite3.OPEN_READWRITE|sqlite3.OPEN_URI)
	if err != nil {
		return nil, err
	}
	made := &conn{c, map[string]*sqlite3.Stmt{}}
	if err := made.Exec(fmt.Sprintf("%s PRAGMA cache_size=-%d", pragmas, cache)); err != nil {
		return nil, errors.Join(err, made.close())
	}
	return made, nil
}

// close closes the connection.
func (c *conn) close() (err error) {
	for _, s := range c.statements {
		err = errors.Join(err, s.Close())
	}
	return errors.Join(err, c.Close())
}

// statement returns a prepared statement. Each statement is prepared once.
func (c *conn) statement(sql string) (*sqlite3.Stmt, error) {
	if s := c.statements[sql]; s != nil {
		return s, nil
	}
	s, _, err := c.PrepareFlags(sql, sqlite3.PREPARE_PERSISTENT)
	if err != nil {
		return nil, err
	}
	c.statements[sql] = s
	return s, nil
}

// run runs a statement with numbers, texts and bytes as parameters.
func (c *conn) run(sql string, args ...any) error {
	s, err := c.bound(sql, args...)
	if err != nil {
		return err
	}
	return s.Exec()
}

// bound returns a statement with its parameters, ready to run.
func (c *conn) bound(sql string, args ...any) (*sqlite3.Stmt, error) {
	s, err := c.statement(sql)
	for i, arg := range args {
		if err != nil {
			return nil, err
		}
		switch v := arg.(type) {
		case int64:
			err = s.BindInt64(i+1, v)
		case uint32:
			err = s.BindInt64(i+1, int64(v))
		case string:
			err = s.BindText(i+1, v)
		case []byte:
			err = s.BindBlob(i+1, v)
		}
	}
	return s, err
}

// each calls a function for each row that a statement returns.
func (c *conn) each(sql string, do func(*sqlite3.Stmt) error) error {
	s, err := c.bound(sql)
	if err != nil {
		return err
	}
	for err == nil && s.Step() {
		err = do(s)
	}
	return errors.Join(err, s.Err(), s.Reset())
}

// number returns the single number that a statement returns.
func (c *conn) number(sql string) (n int64, err error) {
	err = c.each(sql, func(s *sqlite3.Stmt) error {
		n = s.ColumnInt64(0)
		return nil
	})
	return n, err
}

// document calls a function with a document. The bytes are valid until the function returns. If the document is
// missing or damaged, it returns an error.
func (c *conn) document(t stored, n int64, do func(doc []byte) error) error {
	s, err := c.bound(t.doc, n)
	if err != nil {
		return err
	}
	if s.Step() {
		if doc := s.ColumnRawBlob(1); checksum(t.id, n, doc) == uint32(s.ColumnInt64(0)) {
			err = do(doc)
		} else {
			err = fmt.Errorf("document %d of table %d has another checksum: %w", n, t.id, errDamaged)
		}
	} else if err = s.Err(); err == nil {
		err = fmt.Errorf("document %d of table %d is missing: %w", n, t.id, errDamaged)
	}
	if resetErr := s.Reset(); err == nil {
		err = resetErr
	}
	return err
}

// readerCache is the size of a reader's page cache in kilobytes. Other pages come from the system's cache.
const (
	readerCache = 1 << 10
	writerCache = 4 << 10
)

// escapeURI escapes the special characters of a path in a URI.
func escapeURI(path string) string {
	var escaped []byte
	for _, b := range []byte(path) {
		if b == '%' || b == '?' || b == '#' {
			escaped = fmt.Appendf(escaped, "%%%02X", b)
		} else {
			escaped = append(escaped, b)
		}
	}
	return string(escaped)
}
