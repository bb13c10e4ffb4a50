package embedded

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/engine"
)

// shapes are documents of every shape that a filter must distinguish, as in TestVocabulary of package engine.
func shapes() []engine.Change {
	return []engine.Change{
		engine.Insert(M{
			"_id": "1", "n": 1, "s": "2020", "d": day("2020-01-01"), "tags": A{"x", "y"},
			"list": A{M{"k": "a"}, M{"k": "b"}},
			"live": M{"title": M{"vi": "Đà Nẵng", "en": "Danang"}, "at": day("2020-05-01")},
		}),
		engine.Insert(M{
			"_id": "2", "n": 2, "s": "2021", "d": day("2021-01-01"), "tags": A{"y"}, "list": A{M{"k": "a"}},
			"live": M{"title": M{"vi": "Huế"}, "at": day("2021-05-01")},
		}),
		engine.Insert(M{"_id": "3", "n": 3.5, "s": "abc", "d": "2021", "tags": A{}, "list": A{}, "live": nil}),
		engine.Insert(M{
			"_id": "4", "n": int64(4), "s": 2020, "d": nil, "tags": A{"x", "z"},
			"live": M{"title": M{"vi": "Zulu", "en": "zulu"}, "at": day("2019-05-01")},
		}),
		engine.Insert(M{"_id": "5", "s": "z", "tags": A{"x"}, "live": M{"title": M{"vi": "áo"}}}),
	}
}

// one returns a condition with one operator.
func one(path, operator string, v any) D {
	return D{{Key: path, Value: D{{Key: operator, Value: v}}}}
}

// TestUnsupported checks that everything outside the vocabulary is an error, and never ignored.
func TestUnsupported(t *testing.T) {
	table := started(t, t.TempDir()).Table("things")
	write(t, table, shapes()...)
	for _, filter := range []D{
		one("n", "$mod", A{2, 1}), one("n", "$type", 2),
		{{Key: "$where", Value: "1"}},
		one("tags", "$all", A{"x"}), one("tags", "$in", "x"),
		one("tags", "$in", []content.ID(nil)), one("s", "$in", A{bson.Regex{Pattern: "x"}}),
		{{Key: "s", Value: bson.Regex{Pattern: "x", Options: "m"}}},
		one("s", "$not", "x"),
		{{Key: "$or", Value: A{}}},
		{{Key: "$and", Value: D{}}},
		one("s", "$regex", "("), one("n", "$gt", bson.MinKey{}),
		one("list", "$gt", A{1}),
		{{Key: "list", Value: D{{Key: "$elemMatch", Value: "x"}}}},
	} {
		if err := table.Find(t.Context(), engine.Query{Filter: filter}, func(bson.Raw) error { return nil }); err == nil {
			t.Errorf("%v is answered", filter)
		}
		if _, err := table.Count(t.Context(), filter); err == nil {
			t.Errorf("%v is counted", filter)
		}
		if _, err := table.Write(t.Context(), engine.DeleteAll(filter)); err == nil {
			t.Errorf("%v is removed", filter)
		}
	}
	for _, q := range []engine.Query{
		{Sort: D{{Key: "n", Value: 2}}},
		{Fields: D{{Key: "n", Value: "$n"}}},
		{Fields: D{{Key: "n", Value: 1}, {Key: "s", Value: 0}}},
	} {
		if err := table.Find(t.Context(), q, func(bson.Raw) error { return nil }); err == nil {
			t.Errorf("%v is answered", q)
		}
	}
}

// taken returns what a projection reads of a value, or leaves of it.
func taken(v any, fields []string, without, top bool) (any, bool) {
	switch v := v.(type) {
	case D:
		made := D{}
		for _, e := range v {
			var below []string
			named := top && !without && e.Key == "_id"
			for _, field := range fields {
				if name, rest, dotted := strings.Cut(field, "."); name == e.Key && dotted {
					below = append(below, rest)
				} else if field == e.Key {
					named = true
				}
			}
			switch {
			case below != nil && !named:
				if inner, ok := taken(e.Value, below, without, false); ok {
					made = append(made, bson.E{Key: e.Key, Value: inner})
				}
			case named != without:
				made = append(made, e)
			}
		}
		return made, true
	case A:
		made := A{}
		for _, one := range v {
			if inner, ok := taken(one, fields, without, false); ok {
				made = append(made, inner)
			}
		}
		return made, true
	}
	return v, without
}

// TestProjections compares the results of projections with the expected ones.
func TestProjections(t *testing.T) {
	d := generator{rand.New(rand.NewPCG(5, 5))}
	table := started(t, t.TempDir()).Table("things")
	for i := range 60 {
		doc := d.document(string(rune('0' + i)))
		write(t, table, engine.Insert(doc))
		for range 10 {
			fields, names := D{}, []string{}
			without := d.IntN(2) == 0
			for range 1 + d.IntN(3) {
				name := among(d, "n", "s", "tags", "list", "list.k", "list.in.m", "live", "live.at", "live.title.vi", "gone",
					"deep.a")
				names = append(names, name)
				fields = append(fields, bson.E{Key: name, Value: among(d, 1, 1)})
				if without {
					fields[len(fields)-1].Value = 0
				}
			}
			want, _ := taken(doc, names, without, true)
			got := all(t, table, engine.Query{Filter: engine.ByID(doc[0].Value.(string)), Fields: fields})
			// The names of array elements are not renumbered if an element is left out. No reader uses these names.
			if len(got) != 1 || !bytes.Equal(mustMarshal(t, decode(t, got[0])), mustMarshal(t, want)) {
				t.Fatalf("%v of\n%v is\n%v, not\n%v", fields, doc, got, want)
			}
		}
	}
}

// TestCovered checks that rows give the same values as documents.
func TestCovered(t *testing.T) {
	db := started(t, t.TempDir())
	table := db.Table("things")
	index(t, table, "n", "live.at", "live.title.vi", "tags", "s")
	write(t, table, shapes()...)
	fields := D{{Key: "n", Value: 1}, {Key: "live.at", Value: 1}, {Key: "live.title.vi", Value: 1}, {Key: "s", Value: 1}}
	for _, doc := range all(t, table, engine.Query{Fields: fields}) {
		whole := all(t, table, engine.Query{Filter: engine.ByID(bsondoc.ID(doc))})[0]
		for _, path := range [][]string{{"n"}, {"s"}, {"live", "at"}, {"live", "title", "vi"}} {
			if got, want := doc.Lookup(path...), whole.Lookup(path...); !got.Equal(want) {
				t.Errorf("%v of %v is %v, not %v", path, whole, got, want)
			}
		}
		if doc.Lookup("tags").Type != 0 {
			t.Errorf("%v has more fields than requested", doc)
		}
	}
	free := len(db.readers)
	all(t, table, engine.Query{Fields: fields})
	if len(db.readers) != free {
		t.Error("documents were read")
	}
	if got := all(t, table, engine.Query{Filter: engine.ByID("1"), Fields: D{{Key: "tags", Value: 1}}}); len(got) != 1 ||
		got[0].Lookup("tags", "1").StringValue() != "y" {
		t.Errorf("an array is %v", got)
	}
}

// TestDistinct lists the strings at a path.
func TestDistinct(t *testing.T) {
	table := started(t, t.TempDir()).Table("things")
	write(t, table, shapes()...)
	for range 2 {
		for path, want := range map[string]int{"tags": 3, "list.k": 2, "s": 4, "_id": 5, "live.title.en": 2, "gone": 0} {
			if got, err := table.Distinct(t.Context(), path); err != nil || len(got) != want {
				t.Errorf("%s has %q: %v", path, got, err)
			}
		}
		index(t, table, "tags", "list.k", "s", "live.title.en", "gone")
	}
}

// TestWriteEach checks that a failed change does not stop the others, and that one call can query several tables.
func TestWriteEach(t *testing.T) {
	db := started(t, t.TempDir())
	things, others := db.Table("things"), db.Table("others")
	write(t, others, engine.Insert(M{"_id": "o", "n": 1}))
	write(t, things, engine.Insert(M{"_id": "a", "open": true}), engine.Insert(M{"_id": "b", "open": false}))
	open := bson.E{Key: "open", Value: true}
	n, duplicates,
		err := things.WriteEach(t.Context(), engine.Replace("b", M{"_id": "b", "n": 2}, open),
		engine.Replace("a", M{"_id": "a", "n": 2}, open),
		engine.Insert(M{"_id": "a"}), engine.Replace("c", M{"_id": "c"}, open))
	if n != 2 || err != nil || len(duplicates) != 2 || duplicates[0] != 0 || duplicates[1] != 2 {
		t.Errorf("%d documents, %v: %v", n, duplicates, err)
	}
	found := ""
	err = things.FindEach(t.Context(),
		[]engine.Query{{Filter: D{{Key: "n", Value: 2}}}, {Table: "others"}, {Table: "none"}},
		func(i int, doc bson.Raw) error {
			found += string(rune('0'+i)) + bsondoc.ID(doc)
			return nil
		})
	if found != "0a1o" || err != nil {
		t.Errorf("found %q: %v", found, err)
	}
}
