package testkit

import (
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
			identities := map[string]bool{}
			for range 2 { // the first one may be an import
				e := open(t)
				SampleStore(t, e)
				if diff := cmp.Diff(want, idsIn(t, e)); diff != "" {
					t.Error(diff)
				}
				identities[identityOf(t, e)] = true
			}
			if len(identities) != 2 {
				t.Errorf("two stores are %v", identities)
			}
		})
	}
}

// idsIn are the ids of all documents by table.
func idsIn(t *testing.T, e Engine) map[string][]string {
	t.Helper()
	ids := map[string][]string{}
	for table, inserts := range insertsOf(t, e.Open(t)) {
		for _, insert := range inserts {
			ids[table] = append(ids[table], insert.Document.(bson.Raw).Lookup("_id").StringValue())
		}
		slices.Sort(ids[table])
	}
	return ids
}

// identityOf is what tells a store from all others.
func identityOf(t *testing.T, e Engine) (identity string) {
	t.Helper()
	err := e.Open(t).Table("settings").Find(t.Context(), engine.Query{Filter: engine.ByID("store")}, func(raw bson.Raw) error {
		identity = raw.String()
		return nil
	})
	if err != nil || identity == "" {
		t.Fatal(identity, err)
	}
	return identity
}
