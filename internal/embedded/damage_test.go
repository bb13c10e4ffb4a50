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

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/engine"
)

// damaged is a folder as a killed program leaves it, with what is in it.
func damaged(t *testing.T) (files map[string][]byte, docs map[string]bson.Raw) {
	t.Helper()
	dir := t.TempDir()
	db := started(t, dir)
	docs = map[string]bson.Raw{}
	for _, name := range []string{"things", "others", "small"} {
		table := db.Table(name)
		index(t, table, "n", "text")
		for i := range map[string]int{"things": 150, "others": 40, "small": 1}[name] {
			doc := D{{Key: "_id", Value: fmt.Sprint(name, i)}, {Key: "n", Value: i}, {Key: "text", Value: fmt.Sprint("text ", i)}, {Key: "long", Value: strings.Repeat("x", i*i)}}
			write(t, table, engine.Insert(doc))
			if i%20 == 19 {
				doc[1].Value = -i
				write(t, table, engine.Replace(doc[0].Value.(string), doc))
			}
			docs[doc[0].Value.(string)] = mustMarshal(t, doc)
		}
		if name == "things" { // the beginning is in the database, the rest in its log
			if err := db.checkSize(); err != nil {
				t.Fatal(err)
			}
		}
	}
	files = map[string][]byte{}
	for _, name := range []string{fileName, fileName + "-wal", markName} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = data
	}
	return files, docs
}

// readWhole opens files as a data folder and reads everything. It gives an error if any call does.
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
	if found != len(docs) {
		t.Errorf("there are %d documents of %d, and nobody says so", found, len(docs))
	}
	return nil
}

// changed is a copy of files with another content of one.
func changed(files map[string][]byte, name string, data []byte) map[string][]byte {
	other := map[string][]byte{name: data}
	for file, data := range files {
		if file != name {
			other[file] = data
		}
	}
	return other
}

// TestDamage sees that a folder with a file that is cut, or has another byte, is refused or read whole.
func TestDamage(t *testing.T) {
	files, docs := damaged(t)
	if err := readWhole(t, files, docs); err != nil {
		t.Fatal(err)
	}
	for _, part := range []struct {
		name       string
		flips, cut int
	}{{fileName, 120, 25}, {fileName + "-wal", 120, 25}, {markName, 20, 5}} {
		t.Run(part.name, func(t *testing.T) {
			t.Parallel()
			d, data, refused := rand.New(rand.NewPCG(1, 2)), files[part.name], 0
			for i := range part.flips {
				flipped := bytes.Clone(data)
				at := d.IntN(len(data))
				if i < part.flips/3 {
					at = i * 3 % len(data) // in the header
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
					t.Fatalf("cut at byte %d of %d", at, len(data))
				}
			}
			t.Logf("%d of %d were refused", refused, part.flips+part.cut)
		})
	}
}

// TestLostEnd sees that a database without its log is refused until someone says that this is meant.
func TestLostEnd(t *testing.T) {
	files, docs := damaged(t)
	delete(files, fileName+"-wal")
	err := readWhole(t, files, docs)
	if err == nil || !errors.Is(err, errDamaged) || !strings.Contains(err.Error(), "remove the file") || !strings.Contains(err.Error(), fileName) {
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
