package embedded

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/engine"
)

// The size of a file of 10 MB, in chunks as in GridFS.
const (
	chunk  = 255 << 10
	chunks = 10 << 20 / chunk
)

// chunksOf returns the chunks of a file.
func chunksOf(file string) (changes []engine.Change) {
	for n := range chunks {
		data := make([]byte, chunk)
		for i := range data {
			data[i] = byte(i * n)
		}
		changes = append(changes,
			engine.Insert(D{
				{Key: "_id", Value: fmt.Sprintf("%s-%d", file, n)},
				{Key: "files_id", Value: file},
				{Key: "n", Value: n},
				{Key: "data", Value: data},
			}))
	}
	return changes
}

// TestChunks checks that the chunks of files are stored, found by file and number, and removed.
func TestChunks(t *testing.T) {
	table := started(t, t.TempDir()).Table("media.chunks")
	index(t, table, "files_id", "n")
	write(t, table, chunksOf("a")...)
	write(t, table, chunksOf("b")[:2]...)
	for n := range chunks {
		found := all(t, table,
			engine.Query{
				Filter: D{{Key: "files_id", Value: "a"}, {Key: "n", Value: int64(n)}},
				Fields: D{{Key: "data", Value: 1}},
			})
		if _, data := found[0].Lookup("data").Binary(); len(found) != 1 || len(data) != chunk || data[1] != byte(n) {
			t.Errorf("chunk %d has %d bytes", n, len(data))
		}
	}
	if n := write(t, table, engine.DeleteAll(one("files_id", "$regex", "^a(@.*)?$"))); n != chunks {
		t.Errorf("%d chunks were removed", n)
	}
	if n, err := table.Count(t.Context(), nil); err != nil || n[0] != 2 {
		t.Errorf("%v chunks are left: %v", n, err)
	}
}

func BenchmarkMediaWrite(b *testing.B) {
	table := started(b, b.TempDir()).Table("media.chunks")
	index(b, table, "files_id", "n")
	changes, i := chunksOf("a"), 0
	b.SetBytes(chunks * chunk)
	for b.Loop() {
		i++
		for n := range changes {
			changes[n].Document.(D)[0].Value = fmt.Sprint(i, "-", n)
			write(b, table, changes[n])
		}
	}
}

func BenchmarkMediaRead(b *testing.B) {
	table := started(b, b.TempDir()).Table("media.chunks")
	index(b, table, "files_id", "n")
	write(b, table, chunksOf("a")...)
	b.SetBytes(chunks * chunk)
	for b.Loop() {
		for n := range chunks {
			err := table.Find(context.Background(), engine.Query{Filter: D{{Key: "files_id", Value: "a"}, {Key: "n", Value: n}}},
				func(bson.Raw) error { return nil })
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkPlainFileWrite(b *testing.B) {
	data, path := make([]byte, chunks*chunk), filepath.Join(b.TempDir(), "file")
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		file, err := os.Create(path)
		if err == nil {
			_, err = file.Write(data)
		}
		if err == nil {
			err = file.Sync()
		}
		if err == nil {
			err = file.Close()
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPlainFileRead(b *testing.B) {
	data, path := make([]byte, chunks*chunk), filepath.Join(b.TempDir(), "file")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		file, err := os.Open(path)
		for n := 0; err == nil && n < chunks; n++ {
			_, err = file.ReadAt(data[:chunk], int64(n*chunk))
		}
		if err != nil {
			b.Fatal(err)
		}
		_ = file.Close()
	}
}
