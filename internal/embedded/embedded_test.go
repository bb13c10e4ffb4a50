package embedded

import (
	"context"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/engine"
)

// D, M and A are short names for the types of BSON.
type (
	D = bson.D
	M = bson.M
	A = bson.A
)

// started opens a folder until the test ends.
func started(t testing.TB, dir string) *DB {
	t.Helper()
	db, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, db) })
	return db
}

func closed(t testing.TB, db *DB) {
	t.Helper()
	if err := db.Close(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
}

func write(t testing.TB, table engine.Table, changes ...engine.Change) int {
	t.Helper()
	n, err := table.Write(t.Context(), changes...)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func index(t testing.TB, table engine.Table, paths ...string) {
	t.Helper()
	var indexes []engine.Index
	for _, path := range paths {
		indexes = append(indexes, engine.Index{Keys: D{{Key: path, Value: 1}}})
	}
	if err := table.Index(t.Context(), indexes...); err != nil {
		t.Fatal(err)
	}
}

// all returns whole documents.
func all(t testing.TB, table engine.Table, q engine.Query) (found []bson.Raw) {
	t.Helper()
	err := table.Find(t.Context(), q, func(doc bson.Raw) error {
		found = append(found, append(bson.Raw(nil), doc...))
		return nil
	})
	if err != nil {
		t.Fatalf("%v: %v", q, err)
	}
	return found
}

// idsOf returns the ids of the documents that a query finds, joined into one text.
func idsOf(t testing.TB, table engine.Table, q engine.Query) (ids string) {
	t.Helper()
	for _, doc := range all(t, table, q) {
		ids += bsondoc.ID(doc)
	}
	return ids
}

func day(date string) time.Time {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		panic(err)
	}
	return t
}

// TestRestart checks that documents are unchanged after a restart.
func TestRestart(t *testing.T) {
	dir := t.TempDir() + "/50% of? it#1"
	for n := range 3 {
		db := started(t, dir)
		table := db.Table("entries")
		counts, err := table.Count(t.Context(), nil)
		if err != nil || counts[0] != n {
			t.Fatalf("there are %v documents, not %d: %v", counts, n, err)
		}
		write(t, table, engine.Insert(M{"_id": string(rune('a' + n)), "n": n, "at": day("2020-01-01")}))
		if n == 1 {
			index(t, table, "n")
		}
		write(t, table, engine.UpdateAll(nil, engine.Set("n", n)))
		for _, doc := range all(t, table, engine.Query{Filter: D{{Key: "n", Value: n}}}) {
			if got := doc.Lookup("at").Time(); !got.Equal(day("2020-01-01")) {
				t.Errorf("%s has the date %s", doc, got)
			}
		}
		closed(t, db)
	}
}
