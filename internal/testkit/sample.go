package testkit

import (
	"context"
	"os"
	"slices"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/engine"
	"sen/internal/sample"
	"sen/internal/storage"
	"sen/internal/upkeep"
)

// samples are the documents that an import of the sample left in an engine, by the engine's name and by table.
var samples = struct {
	sync.Mutex
	of map[string]map[string][]engine.Change
}{of: map[string]map[string][]engine.Change{}}

// SampleStore opens a store with the sample content in it. The first one of a package imports the sample, and the
// others copy its documents, because an import takes ten times as long as a copy.
func SampleStore(t testing.TB, e Engine) *storage.Store {
	t.Helper()
	samples.Lock()
	defer samples.Unlock()
	db := e.Open(t)
	if documents := samples.of[e.Name]; documents != nil {
		if e.local == nil {
			Store(t, e) // MongoDB makes indexes ten times as fast while there are no documents
		}
		for table, inserts := range documents {
			if _, _, err := db.Table(table).WriteEach(context.Background(), inserts...); err != nil {
				t.Fatal(err)
			}
		}
		return Store(t, e)
	}
	store := Store(t, e)
	Sample(t, store)
	samples.of[e.Name] = insertsOf(t, db)
	return store
}

// insertsOf are the changes that insert the documents of a database into another one.
func insertsOf(t testing.TB, db engine.Engine) map[string][]engine.Change {
	t.Helper()
	inserts := map[string][]engine.Change{}
	tables, err := db.Tables(context.Background())
	for name := range tables {
		if err == nil {
			err = db.Table(name).Find(context.Background(), engine.Query{}, func(raw bson.Raw) error {
				// each database has an identity of its own
				if id, _ := raw.Lookup("_id").StringValueOK(); name != "settings" || id != "store" {
					inserts[name] = append(inserts[name], engine.Insert(slices.Clone(raw)))
				}
				return nil
			})
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return inserts
}

// AnySample is [SampleStore] for a test that any engine will do for: the real MongoDB where there is one. It gives what
// it keeps in memory.
func AnySample(t testing.TB) *storage.Store {
	t.Helper()
	if os.Getenv(mongoDBVariable) == "" {
		return SampleStore(t, Embedded(t))
	}
	store := SampleStore(t, MongoDB(t))
	Follow(t, store)
	return store
}

// Sample puts the sample content into a store.
func Sample(t testing.TB, store *storage.Store) {
	t.Helper()
	bundle, err := sample.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	if err := upkeep.Import(context.Background(), store, bundle); err != nil {
		t.Fatal(err)
	}
}
