package testkit

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/engine"
)

// TestSampleStore sees that a copy of the sample has the documents that an import leaves, in a store of its own.
func TestSampleStore(t *testing.T) {
	for name, open := range map[string]func(testing.TB) Engine{"embedded": Embedded, "mongodb": MongoDB} {
		t.Run(name, func(t *testing.T) {
			imported := open(t)
			Sample(t, Store(t, imported))
			want := idsIn(t, imported)
			if len(want["articles"]) < 10 || len(want["settings"]) == 0 {
				t.Fatalf("an import leaves %v", want)
			}
			first, second := open(t), open(t)
			SampleStore(t, first) // an import, unless another test had one before
			SampleStore(t, second)
			if diff := cmp.Diff(want, idsIn(t, second)); diff != "" {
				t.Error(diff)
			}
			for table, inserts := range insertsOf(t, first.Open(t)) {
				if diff := cmp.Diff(documentsOf(inserts), documentsOf(insertsOf(t, second.Open(t))[table])); diff != "" {
					t.Errorf("%s: %s", table, diff)
				}
			}
			if identityOf(t, first) == identityOf(t, second) {
				t.Error("two stores have one identity")
			}
		})
	}
}

// idsIn are the ids of all documents by table.
func idsIn(t *testing.T, e Engine) map[string][]string {
	t.Helper()
	ids := map[string][]string{}
	for table, inserts := range insertsOf(t, e.Open(t)) {
		ids[table] = slices.Sorted(maps.Keys(documentsOf(inserts)))
	}
	return ids
}

// documentsOf are the documents that some changes insert, by id.
func documentsOf(inserts []engine.Change) map[string]string {
	documents := map[string]string{}
	for _, insert := range inserts {
		raw := insert.Document.(bson.Raw)
		documents[raw.Lookup("_id").StringValue()] = string(raw)
	}
	return documents
}

// identityOf is what tells a store from all others.
func identityOf(t *testing.T, e Engine) (identity string) {
	t.Helper()
	err := e.Open(t).Table("settings").Find(t.Context(), engine.Query{Filter: engine.ByID("store")},
		func(raw bson.Raw) error {
			identity = raw.String()
			return nil
		})
	if err != nil || identity == "" {
		t.Fatal(identity, err)
	}
	return identity
}
