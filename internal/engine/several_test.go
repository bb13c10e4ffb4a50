package engine_test

import (
	"errors"
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/engine"
	"sen/internal/testkit"
)

// TestSeveral checks that both engines give the same results for calls with several changes and several tables.
func TestSeveral(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		db := e.Open(t)
		entries, others := db.Table("entries"), db.Table("others")
		write := func(table engine.Table, changes ...engine.Change) {
			t.Helper()
			if _, err := table.Write(t.Context(), changes...); err != nil {
				t.Fatal(err)
			}
		}
		write(entries, engine.Insert(D{"_id": "1", "n": 1, "open": true}),
			engine.Insert(D{"_id": "2", "n": 2, "open": false}))
		write(others, engine.Insert(D{"_id": "2", "n": 20}), engine.Insert(D{"_id": "3", "n": 30}))
		found := map[int][]string{}
		err := entries.FindEach(t.Context(), []engine.Query{
			{
				Table: "others", Filter: bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: bson.A{"2", "3"}}}}},
				Fields: bson.D{{Key: "n", Value: 1}}, Batch: 2,
			},
			{Filter: engine.ByID("2"), Fields: bson.D{{Key: "n", Value: 1}}, Batch: 1},
			{Table: "missing", Filter: engine.ByID("2"), Fields: bson.D{{Key: "n", Value: 1}}, Batch: 1},
		}, func(i int, doc bson.Raw) error {
			found[i] = append(found[i], bsondoc.ID(doc))
			slices.Sort(found[i])
			return nil
		})
		if err != nil || !slices.Equal(found[0], []string{"2", "3"}) || !slices.Equal(found[1], []string{"2"}) ||
			len(found) != 2 {
			t.Errorf("queries of several tables find %v: %v", found, err)
		}
		open := bson.E{Key: "open", Value: true}
		n, duplicates, err := entries.WriteEach(t.Context(),
			engine.Replace("1", D{"_id": "1", "n": 10}, open),
			engine.Replace("2", D{"_id": "2", "n": 20}, open),
			engine.Replace("3", D{"_id": "3", "n": 30}, open),
			engine.Update(engine.ByID("2"), engine.Set("n", 5)),
			engine.Update(engine.ByID("none"), engine.Set("n", 5)),
		)
		if n != 3 || err != nil || !slices.Equal(duplicates, []int{1}) {
			t.Errorf("changes found %d, duplicates are %v: %v", n, duplicates, err)
		}
		n, duplicates,
			err = entries.WriteEach(t.Context(), engine.Insert(D{"_id": "4"}), engine.Insert(D{"_id": "1"}),
			engine.Insert(D{"_id": "5"}))
		if n != 2 || err != nil || !slices.Equal(duplicates, []int{1}) {
			t.Errorf("inserts added %d, duplicates are %v: %v", n, duplicates, err)
		}
		if n, duplicates, err = entries.WriteEach(t.Context(), engine.Insert(D{"_id": "1"})); n != 0 || err != nil ||
			!slices.Equal(duplicates, []int{0}) {
			t.Errorf("a single insert added %d, duplicates are %v: %v", n, duplicates, err)
		}
		if _, err := entries.Write(t.Context(), engine.Replace("2", D{"_id": "2"}, open)); !errors.Is(err,
			engine.ErrDuplicate) {
			t.Errorf("a document for which the condition does not hold was replaced: %v", err)
		}
		if got := ids(t, entries, nil, bson.D{{Key: "n", Value: 1}, {Key: "_id", Value: 1}}); got != "45213" {
			t.Errorf("afterwards there are %q", got)
		}
	})
}
