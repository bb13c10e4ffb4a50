package embedded

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ncruces/go-sqlite3"
	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/engine"
)

// filled returns the files of a data folder after a kill of the program, and after a regular end, with the expected
// documents.
func filled(t *testing.T) (killed, ended map[string][]byte, docs map[string]bson.Raw) {
	t.Helper()
	dir := t.TempDir()
	db := started(t, dir)
	docs = map[string]bson.Raw{}
	for _, name := range []string{"things", "others", "small"} {
		table := db.Table(name)
		index(t, table, "n", "text")
		for i := range map[string]int{"things": 150, "others": 40, "small": 1}[name] {
			doc := D{
				{Key: "_id", Value: fmt.Sprint(name, i)},
				{Key: "n", Value: i},
				{Key: "text", Value: fmt.Sprint("text ", i)},
				{Key: "long", Value: strings.Repeat("x", i*i)},
			}
			write(t, table, engine.Insert(doc))
			if i%20 == 19 {
				doc[1].Value = -i
				write(t, table, engine.Replace(doc[0].Value.(string), doc))
			}
			docs[doc[0].Value.(string)] = mustMarshal(t, doc)
		}
		if name == "things" { // the first documents are in the database, the rest in its log
			if _, _, err := db.conn.WALCheckpoint("main", sqlite3.CHECKPOINT_TRUNCATE); err != nil {
				t.Fatal(err)
			}
		}
	}
	killed = contents(t, dir, fileName, fileName+"-wal", markName)
	closed(t, db)
	return killed, contents(t, dir, fileName, markName), docs
}

// contents returns the content of some files of a folder.
func contents(t *testing.T, dir string, names ...string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = data
	}
	return files
}

// readWhole opens files as a data folder and reads everything. It returns the error of any call.
func readWhole(t *testing.T, files map[string][]byte, docs map[string]bson.Raw) (err error) {
	t.Helper()
	dir, err := os.MkdirTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	db, err := Open(dir, Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close(t.Context())) }()
	found := 0
	for _, name := range []string{"things", "others", "small"} {
		err := db.Table(name).Find(t.Context(), engine.Query{Sort: D{{Key: "n", Value: 1}}}, func(doc bson.Raw) error {
			if id, _ := doc.Lookup("_id").StringValueOK(); !bytes.Equal(docs[id], doc) {
				t.Errorf("a document is %v, not %v", doc, docs[id])
			}
			found++
			return nil
		})
		if err != nil {
			return err
		}
	}
	for _, name := range []string{"things", "others", "small"} { // the content of the rows
		last := -1000
		q := engine.Query{Sort: D{{Key: "n", Value: 1}}, Fields: D{{Key: "n", Value: 1}, {Key: "text", Value: 1}}}
		err := db.Table(name).Find(t.Context(), q, func(doc bson.Raw) error {
			whole := docs[doc.Lookup("_id").StringValue()]
			n, ok := doc.Lookup("n").AsInt64OK()
			if !ok || int(n) < last || !doc.Lookup("text").Equal(whole.Lookup("text")) ||
				!doc.Lookup("n").Equal(whole.Lookup("n")) {
				t.Errorf("a row has %v of %v", doc, whole)
			}
			last = int(n)
			return nil
		})
		if err != nil {
			return err
		}
	}
	if found != len(docs) {
		t.Errorf("%d of %d documents are missing without an error", found, len(docs))
	}
	return nil
}

// changed returns a copy of files with another content of one of them.
func changed(files map[string][]byte, name string, data []byte) map[string][]byte {
	other := map[string][]byte{name: data}
	for file, data := range files {
		if file != name {
			other[file] = data
		}
	}
	return other
}

// telling returns the positions of those bytes of a database that hold the catalogue, the state and rows: the ends of
// the first pages, where their records begin, and the bytes around the names of tables and columns and the texts of
// rows.
func telling(data []byte) (places []int) {
	for page := 1; page < 8; page++ {
		for at := range 60 {
			places = append(places, page*8192-1-at, page*8192+at%12)
		}
	}
	for _, text := range []string{"things", "others", `["n","text"]`, "text 1"} {
		for at := 0; ; {
			next := bytes.Index(data[at:], []byte(text))
			if next < 0 {
				break
			}
			at += next + 1
			for k := -10; k < 20 && at+k < len(data); k++ {
				places = append(places, at+k)
			}
		}
	}
	return places
}

// TestTruncated checks that a start refuses a truncated database, although it reads no documents.
func TestTruncated(t *testing.T) {
	dir := t.TempDir()
	db := started(t, dir)
	index(t, db.Table("things"), "n")
	for i := range 40 {
		write(t, db.Table("things"), engine.Insert(M{"_id": fmt.Sprint(i), "text": strings.Repeat("x", 9000)}))
	}
	closed(t, db)
	info, err := os.Stat(db.path())
	if err == nil {
		err = os.Truncate(db.path(), info.Size()-8192)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), "restore a backup") {
		t.Errorf("a truncated database: %v", err)
	}
}

// TestDamage checks that a folder with a truncated file, or with a changed byte, is either refused or read
// completely.
func TestDamage(t *testing.T) {
	killed, ended, docs := filled(t)
	for _, part := range []struct {
		files      map[string][]byte
		name       string
		flips, cut int
	}{
		{killed, fileName, 60, 25},
		{killed, fileName + "-wal", 90, 25},
		{killed, markName, 20, 5},
		{ended, fileName, 300, 25},
	} {
		t.Run(fmt.Sprint(len(part.files), " files ", part.name), func(t *testing.T) {
			t.Parallel()
			files := part.files
			if err := readWhole(t, files, docs); err != nil {
				t.Fatal(err)
			}
			places := telling(files[fileName])
			d, data, refused := rand.New(rand.NewPCG(1, 2)), files[part.name], 0
			for i := range part.flips {
				flipped := bytes.Clone(data)
				at := d.IntN(len(data))
				switch {
				case i < part.flips/4:
					at = i * 3 % len(data) // in the header
				case i < part.flips*3/4 && part.name == fileName: // in the rows, the catalogue and the state
					at = places[d.IntN(len(places))]
				}
				flipped[at] ^= byte(1 << d.IntN(8))
				if err := readWhole(t, changed(files, part.name, flipped), docs); err != nil {
					refused++
				} else if t.Failed() {
					t.Fatalf("byte %d of %d was flipped", at, len(data))
				}
			}
			for range part.cut {
				at := d.IntN(len(data))
				if err := readWhole(t, changed(files, part.name, data[:at]), docs); err != nil {
					refused++
				} else if t.Failed() {
					t.Fatalf("truncated at byte %d of %d", at, len(data))
				}
			}
			t.Logf("%d of %d were refused", refused, part.flips+part.cut)
		})
	}
}

// TestLostLog checks that a database without its log is refused until the operator removes the file of the last
// commit.
func TestLostLog(t *testing.T) {
	files, _, docs := filled(t)
	delete(files, fileName+"-wal")
	err := readWhole(t, files, docs)
	if err == nil || !errors.Is(err, errDamaged) || !strings.Contains(err.Error(), "remove the file") ||
		!strings.Contains(err.Error(), fileName) {
		t.Errorf("a lost log: %v", err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, fileName), files[fileName], 0o600); err != nil {
		t.Fatal(err)
	}
	db := started(t, dir)
	if n, err := db.Table("things").Count(t.Context(), nil); err != nil || n[0] != 150 {
		t.Errorf("what is left has %v documents: %v", n, err)
	}
	if _, err := os.Stat(filepath.Join(dir, markName)); errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// TestLostDatabase checks that a log without its database is refused and not changed.
func TestLostDatabase(t *testing.T) {
	files, _, _ := filled(t)
	for name, data := range map[string][]byte{"none": nil, "empty": {}} {
		dir := t.TempDir()
		left := changed(files, fileName, data)
		if data == nil {
			delete(left, fileName)
		}
		for name, data := range left {
			if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := Open(dir, Options{}); !errors.Is(err, errDamaged) {
			t.Errorf("%s: %v", name, err)
		}
		if log := contents(t, dir, fileName+"-wal"); !bytes.Equal(log[fileName+"-wal"], files[fileName+"-wal"]) {
			t.Errorf("%s: the log was changed", name)
		}
	}
}

// TestLostRow checks that a database is refused if a row of it was removed or changed, even if SQLite finds no error
// in it.
func TestLostRow(t *testing.T) {
	_, ended, docs := filled(t)
	for _, sql := range []string{
		"DELETE FROM rows_1 WHERE n = 5", "DELETE FROM docs_1 WHERE n = 5", "DELETE FROM tables WHERE name = 'small'",
		"DELETE FROM state",
		"UPDATE state SET garbage = x'0105'", "UPDATE rows_1 SET row = (SELECT row FROM rows_1 WHERE n = 6) WHERE n = 5",
		"UPDATE docs_1 SET sum = b.sum, doc = b.doc FROM docs_1 b WHERE b.n = 6 AND docs_1.n = 5",
		"UPDATE rows_1 SET n = 1000 WHERE n = 5",
	} {
		dir := t.TempDir()
		for name, data := range ended {
			if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		c, err := connect(filepath.Join(dir, fileName), systemVFS, readerCache)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(c.Exec(sql), c.close()); err != nil {
			t.Fatal(err)
		}
		if err := readWhole(t, contents(t, dir, fileName, markName), docs); !errors.Is(err, errDamaged) {
			t.Errorf("%s: %v", sql, err)
		}
	}
}
