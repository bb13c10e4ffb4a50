package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/ncruces/go-sqlite3"
)

// Backup copies the open database into a file, which must not exist yet. Writes continue meanwhile; the copy shows
// the database at the time when the copying begins. progress, which may be nil, is called with the number of pages
// that are copied.
//
// The copy is the whole store: it can be opened if it is put into an empty folder under the name sen.db.
func (db *DB) Backup(ctx context.Context, file string, progress func(done, total int)) error {
	c, err := db.reader(ctx)
	if err != nil {
		return fail(err)
	}
	defer db.release(c)
	return backUp(ctx, c, 0, file, progress)
}

// Backup does what [DB.Backup] does for a data folder that another program may have open. It takes no lock, so the
// other program continues.
func Backup(ctx context.Context, dir, file string, progress func(done, total int)) error {
	path := filepath.Join(dir, fileName)
	if err := refuseFormer(dir); err != nil {
		return err
	}
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("there is no data folder to copy: %w", err)
	}
	syscall.Umask(0o077)
	// read before the database, so that the database can only be newer
	marked, err := readMark(filepath.Join(dir, markName))
	if err != nil {
		return err
	}
	c, err := connect(path, systemVFS, readerCache)
	if err != nil {
		return unreadable(path, err)
	}
	// If no other program has the folder open, the checkpoint at closing would change its files.
	_, err = c.Config(sqlite3.DBCONFIG_NO_CKPT_ON_CLOSE, true)
	if err == nil {
		err = backUp(ctx, c, marked, file, progress)
	}
	return errors.Join(err, c.close())
}

// step is the number of pages that are copied between two checks of the context.
const step = 512

// backUp copies the database of a connection into a file. It fails if the database has no commit.
func backUp(ctx context.Context, c *conn, marked int64, file string, progress func(done, total int)) (err error) {
	if _, err := os.Lstat(file); !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("the backup %s exists already; choose another name", file)
	}
	file, err = filepath.Abs(file)
	if err != nil {
		return err
	}
	part := file + ".part"
	made, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("make the backup: %w", err)
	}
	defer func() {
		if err = errors.Join(err, made.Close()); err != nil {
			_ = os.Remove(part)
		}
	}()
	if err := c.run("BEGIN"); err != nil {
		return failIn(ctx, err)
	}
	commits, err := c.number("SELECT commits FROM state") // this statement begins the transaction whose state is copied
	if err == nil && commits < marked {
		err = fmt.Errorf("the database ends with commit %d, and commit %d was acknowledged: %w", commits, marked, errDamaged)
	}
	if err == nil {
		err = copyPages(ctx, c, part, progress)
	}
	if err = errors.Join(err, c.run("ROLLBACK")); err != nil {
		return fmt.Errorf("make the backup: %w", failIn(ctx, err))
	}
	if err := verify(ctx, part); err != nil {
		return fmt.Errorf("the backup is damaged: %w", err)
	}
	if err := made.Sync(); err != nil {
		return fmt.Errorf("make the backup: %w", fail(err))
	}
	if err := os.Rename(part, file); err != nil {
		return fmt.Errorf("make the backup: %w", err)
	}
	return syncFolder(filepath.Dir(file))
}

// copyPages copies all pages of a database.
func copyPages(ctx context.Context, c *conn, to string, progress func(done, total int)) (err error) {
	b, err := c.BackupInit("main", to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	for done := false; !done; {
		if err := ctx.Err(); err != nil {
			return err
		}
		if done, err = b.Step(step); err != nil {
			return err
		}
		if progress != nil {
			progress(b.PageCount()-b.Remaining(), b.PageCount())
		}
	}
	return nil
}

// verify reads all rows and all documents of a database and compares their checksums. It does not change the file.
func verify(ctx context.Context, path string) (err error) {
	db := &DB{tables: map[string]*table{}, log: discard}
	c, err := sqlite3.OpenFlags("file:"+escapeURI(path)+"?immutable=1", sqlite3.OPEN_READONLY|sqlite3.OPEN_URI)
	if err != nil {
		return err
	}
	db.conn = &conn{c, map[string]*sqlite3.Stmt{}}
	defer func() { err = errors.Join(err, db.conn.close()) }()
	if err := db.readState(); err != nil {
		return err
	}
	if err := db.readTables(); err != nil {
		return err
	}
	for _, t := range db.tables {
		for _, r := range t.rows {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := db.conn.document(t.stored, r.n, func([]byte) error { return nil }); err != nil {
				return err
			}
		}
	}
	return nil
}
