package engine_test

import (
	"errors"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/testkit"
)

// D and A are short names for the types of BSON.
type (
	D = bson.M
	A = bson.A
)

func day(date string) time.Time {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		panic(err)
	}
	return t
}

// entries are documents of every shape that a filter must distinguish.
func entries() []any {
	return []any{
		D{
			"_id": "1", "n": 1, "s": "2020", "d": day("2020-01-01"), "tags": A{"x", "y"}, "list": A{D{"k": "a"}, D{"k": "b"}},
			"live": D{"title": D{"vi": "Đà Nẵng", "en": "Danang"}, "at": day("2020-05-01")},
		},
		D{
			"_id": "2", "n": 2, "s": "2021", "d": day("2021-01-01"), "tags": A{"y"}, "list": A{D{"k": "a"}},
			"live": D{"title": D{"vi": "Huế"}, "at": day("2021-05-01")},
		},
		D{"_id": "3", "n": 3.5, "s": "abc", "d": "2021", "tags": A{}, "list": A{}, "live": nil},
		D{
			"_id": "4", "n": int64(4), "s": 2020, "d": nil, "tags": A{"x", "z"},
			"live": D{"title": D{"vi": "Zulu", "en": "zulu"}, "at": day("2019-05-01")},
		},
		D{"_id": "5", "s": "z", "tags": A{"x"}, "live": D{"title": D{"vi": "áo"}}},
	}
}

// filters are filters that the store may use on both engines, with the ids that they find.
var filters = []struct {
	name   string
	filter D
	want   string
}{
	{"dotted path", D{"live.title.vi": "Huế"}, "2"},
	{"element of an array", D{"tags": "x"}, "145"},
	{"$in on an array", D{"tags": D{"$in": A{"x", "z"}}}, "145"},
	{"$in of nothing", D{"tags": D{"$in": A{}}}, ""},
	{"$nin", D{"tags": D{"$nin": A{"y"}}}, "345"},
	{"field of documents in an array", D{"list.k": "b"}, "1"},
	{"$in on a field of documents in an array", D{"list.k": D{"$in": A{"a", "q"}}}, "12"},
	{"$ne on a field of documents in an array", D{"list.k": D{"$ne": "b"}}, "2345"},
	{"$elemMatch", D{"list": D{"$elemMatch": D{"k": D{"$gt": "", "$nin": A{"a"}}}}}, "1"},
	{"$elemMatch of values", D{"tags": D{"$elemMatch": D{"$gt": "x", "$ne": "z"}}}, "12"},
	{"$regex at the start", D{"s": D{"$regex": "^20"}}, "12"},
	{"$regex with an option", D{"live.title.en": bson.Regex{Pattern: "^DA", Options: "i"}}, "1"},
	{"$regex of an id", D{"_id": D{"$regex": "^1(@.*)?$"}}, "1"},
	{"$gte takes strings only", D{"s": D{"$gte": "2021"}}, "235"},
	{"$lt takes strings only", D{"s": D{"$lt": "2021"}}, "1"},
	{"$gte takes dates only", D{"d": D{"$gte": day("2020-06-01")}}, "2"},
	{"$lte takes dates only", D{"d": D{"$lte": day("2020-06-01")}}, "1"},
	{"$gte on numbers of any type", D{"n": D{"$gte": 2}}, "234"},
	{"null or missing", D{"n": nil}, "5"},
	{"$ne null", D{"live": D{"$ne": nil}}, "1245"},
	{"$ne null on a dotted path", D{"live.at": D{"$ne": nil}}, "124"},
	{"$exists", D{"live.title.en": D{"$exists": true}}, "14"},
	{"not $exists", D{"live.title.en": D{"$exists": false}}, "235"},
	{"$or", D{"$or": A{D{"n": 1}, D{"s": "z"}}}, "15"},
	{"$nor", D{"$nor": A{D{"n": 1}, D{"s": "z"}}}, "234"},
	{"$not", D{"n": D{"$not": D{"$gte": 2}}}, "15"},
	{"$and", D{"$and": A{D{"n": D{"$gte": 2}}, D{"n": D{"$lt": 4}}}}, "23"},
	{"values of named types", D{"_id": D{"$in": []content.ID{"1", "5"}}, "s": D{"$ne": (*string)(nil)}}, "15"},
	{"the rest of a page", D{"n": D{"$lte": 2}, "$or": A{D{"n": D{"$lt": 2}}, D{"_id": D{"$lt": "2"}}}}, "1"},
}

// sorts are orders with the same result on both engines.
var sorts = []struct {
	name string
	sort bson.D
	want string
}{
	{"by a dotted text", bson.D{{Key: "live.title.vi", Value: 1}, {Key: "_id", Value: 1}}, "32451"},
	{"by a dotted date, down", bson.D{{Key: "live.at", Value: -1}, {Key: "_id", Value: -1}}, "21453"},
	{"by values of several types", bson.D{{Key: "s", Value: 1}}, "41235"},
	{"by numbers, down", bson.D{{Key: "n", Value: -1}}, "43215"},
}

// TestVocabulary checks that both engines give the same results for everything that the store may use.
func TestVocabulary(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		table := e.Open(t).Table("entries")
		// without indexes documents are read, with indexes the columns
		for _, indexes := range [][]engine.Index{nil, indexes} {
			if _, err := table.Write(t.Context(), engine.DeleteAll(bson.D{})); err != nil {
				t.Fatal(err)
			}
			if err := table.Index(t.Context(), indexes...); err != nil {
				t.Fatal(err)
			}
			if _, err := table.Write(t.Context(), inserts(entries())...); err != nil {
				t.Fatal(err)
			}
			finds(t, table)
		}
		t.Run("writes", func(t *testing.T) { writes(t, table) })
		t.Run("unique", func(t *testing.T) { unique(t, e.Open(t).Table("unique")) })
		t.Run("several", func(t *testing.T) { several(t, table) })
		t.Run("tables", func(t *testing.T) { tables(t, e.Open(t)) })
	})
}

// indexes name every path of the filters, except one of a list of whole documents.
var indexes = []engine.Index{
	{Keys: bson.D{{Key: "n", Value: 1}, {Key: "_id", Value: 1}}},
	{Keys: bson.D{{Key: "s", Value: 1}}},
	{Keys: bson.D{{Key: "d", Value: -1}, {Key: "_id", Value: -1}}},
	{Keys: bson.D{{Key: "tags", Value: 1}}},
	{Keys: bson.D{{Key: "list.k", Value: 1}}},
	{Keys: bson.D{{Key: "live", Value: 1}}},
	{Keys: bson.D{{Key: "live.at", Value: 1}}},
	{Keys: bson.D{{Key: "live.title.vi", Value: 1}}},
	{Keys: bson.D{{Key: "live.title.en", Value: 1}}},
}

// ordered returns a filter in the form in which the store writes it.
func ordered(filter D) (made bson.D) {
	for key, value := range filter {
		if inner, ok := value.(D); ok {
			value = ordered(inner)
		}
		made = append(made, bson.E{Key: key, Value: value})
	}
	return made
}

func inserts(documents []any) (changes []engine.Change) {
	for _, d := range documents {
		changes = append(changes, engine.Insert(d))
	}
	return changes
}

// finds checks what each filter finds and counts, and each order.
func finds(t *testing.T, table engine.Table) {
	t.Helper()
	for _, f := range filters {
		filter := ordered(f.filter)
		if got := ids(t, table, filter, bson.D{{Key: "_id", Value: 1}}); got != f.want {
			t.Errorf("%s finds %q, not %q", f.name, got, f.want)
		}
		if n, err := table.Count(t.Context(), filter); err != nil || n[0] != len(f.want) {
			t.Errorf("%s counts %d, not %d: %v", f.name, n, len(f.want), err)
		}
	}
	for _, s := range sorts {
		if got := ids(t, table, nil, s.sort); got != s.want {
			t.Errorf("%s gives %q, not %q", s.name, got, s.want)
		}
	}
}

func ids(t *testing.T, table engine.Table, filter, sort bson.D) (all string) {
	t.Helper()
	q := engine.Query{Filter: filter, Sort: sort, Fields: bson.D{{Key: "live.title.vi", Value: 1}}}
	err := table.Find(t.Context(), q, func(doc bson.Raw) error {
		if _, err := doc.LookupErr("s"); err == nil {
			t.Errorf("%v: there is a field that was not requested", filter)
		}
		all += bsondoc.ID(doc)
		return nil
	})
	if err != nil {
		t.Errorf("%v: %v", filter, err)
	}
	return all
}

// writes checks the changes of documents.
func writes(t *testing.T, table engine.Table) {
	ctx := t.Context()
	set := bson.D{
		{
			Key:   "$set",
			Value: bson.D{{Key: "live.title.fr", Value: "Tourane"}, {Key: "n", Value: 2}, {Key: "new.path", Value: "x"}},
		},
		{Key: "$unset", Value: bson.D{{Key: "tags", Value: ""}}},
	}
	first := bson.D{{Key: "_id", Value: "1"}, {Key: "n", Value: 1}}
	got, ok, err := table.Modify(ctx, first, set)
	if err != nil || !ok {
		t.Fatal(err)
	}
	if n, _ := got.Lookup("n").AsInt64OK(); n != 2 || got.Lookup("tags").Type != 0 ||
		got.Lookup("new", "path").StringValue() != "x" ||
		got.Lookup("live", "title", "fr").StringValue() != "Tourane" ||
		got.Lookup("live", "title", "vi").StringValue() != "Đà Nẵng" {
		t.Errorf("after the update it is %v", got)
	}
	if got, ok, err := table.Modify(ctx, first, set); ok || got != nil || err != nil {
		t.Errorf("a lost race returns %v: %v", got, err)
	}
	n, err := table.Write(ctx,
		engine.Insert(D{"_id": "7"}),
		engine.Update(engine.ByID("2"), engine.Set("n", 9)),
		engine.Replace("8", D{"_id": "8", "n": 8}),
		engine.Replace("8", D{"_id": "8", "n": 9}),
		engine.Delete(engine.ByID("3")),
		engine.Delete(engine.ByID("none")),
	)
	if n != 5 || err != nil {
		t.Errorf("the changes found %d documents, not 5: %v", n, err)
	}
	_, err = table.Write(ctx, engine.Insert(D{"_id": "9"}), engine.Insert(D{"_id": "1"}), engine.Insert(D{"_id": "10"}))
	if !errors.Is(err, engine.ErrDuplicate) {
		t.Errorf("an id that is taken: %v", err)
	}
	if got := ids(t, table, nil, bson.D{{Key: "_id", Value: 1}}); got != "1245789" {
		t.Errorf("afterwards there are %q", got)
	}
	if n, err := table.Write(ctx, engine.UpdateAll(bson.D{{Key: "n", Value: 9}}, engine.Unset("n"))); n != 2 ||
		err != nil {
		t.Errorf("an update of all found %d documents, not 2: %v", n, err)
	}
	if n, err := table.Write(ctx,
		engine.DeleteAll(bson.D{{Key: "_id", Value: bson.D{{Key: "$gte", Value: "7"}}}})); n != 3 || err != nil {
		t.Errorf("a removal of all found %d documents, not 3: %v", n, err)
	}
}

// unique checks a unique index over two fields for inserts and updates.
func unique(t *testing.T, table engine.Table) {
	ctx := t.Context()
	keys := bson.D{{Key: "k.a", Value: 1}, {Key: "k.b", Value: -1}}
	for range 2 { // an existing index is not made again
		if err := table.Index(ctx, engine.Index{Keys: keys, Unique: true}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := table.Write(ctx, engine.Insert(D{"_id": "1", "k": D{"a": 1, "b": 2}})); err != nil {
		t.Fatal(err)
	}
	if _, err := table.Write(ctx, engine.Insert(D{"_id": "2", "k": D{"a": 1, "b": 2}})); !errors.Is(err,
		engine.ErrDuplicate) {
		t.Errorf("the same again: %v", err)
	}
	if _, err := table.Write(ctx, engine.Insert(D{"_id": "2", "k": D{"a": 1, "b": 3}})); err != nil {
		t.Error(err)
	}
	if _, err := table.Write(ctx, engine.Update(engine.ByID("2"), engine.Set("k.b", 2))); !errors.Is(err,
		engine.ErrDuplicate) {
		t.Errorf("an update to the same: %v", err)
	}
}

// several checks that several queries in one call get their own results.
func several(t *testing.T, table engine.Table) {
	var queries []engine.Query
	for _, tag := range []string{"x", "y", "none"} {
		queries = append(queries, engine.Query{
			Filter: bson.D{{Key: "tags", Value: tag}}, Sort: bson.D{{Key: "_id", Value: -1}}, Limit: 2, Skip: 1,
			Fields: bson.D{{Key: "n", Value: 1}},
		})
	}
	if _, err := table.Write(t.Context(), engine.DeleteAll(nil)); err != nil {
		t.Fatal(err)
	}
	if _, err := table.Write(t.Context(), inserts(entries())...); err != nil {
		t.Fatal(err)
	}
	found := make([]string, len(queries))
	err := table.FindEach(t.Context(), queries, func(i int, doc bson.Raw) error {
		found[i] += bsondoc.ID(doc)
		return nil
	})
	if err != nil || found[0] != "41" || found[1] != "1" || found[2] != "" {
		t.Errorf("several queries find %q: %v", found, err)
	}
	some, err := table.Distinct(t.Context(), "list.k")
	if err != nil || len(some) != 2 {
		t.Errorf("the different strings are %q: %v", some, err)
	}
}

// tables checks that queries of several tables in one call get their own results, also if a table does not exist.
func tables(t *testing.T, e engine.Engine) {
	some := e.Table("some")
	if _, err := some.Write(t.Context(), inserts(entries())...); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Table("others").Write(t.Context(), engine.Insert(D{"_id": "1", "n": 7})); err != nil {
		t.Fatal(err)
	}
	read := bson.D{{Key: "live.title", Value: 1}}
	queries := []engine.Query{
		{Table: "none", Filter: engine.ByID("1"), Fields: read, Batch: 1},
		{
			Table: "some", Filter: bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: A{"1", "3", "9"}}}}}, Fields: read,
			Batch: 3,
		},
		{Table: "others", Filter: engine.ByID("1"), Batch: 1},
		{Table: "some", Filter: engine.ByID("1"), Fields: bson.D{{Key: "n", Value: 1}}, Batch: 1},
	}
	found := make([]string, len(queries))
	err := some.FindEach(t.Context(), queries, func(i int, doc bson.Raw) error {
		found[i] += bsondoc.ID(doc)
		if _, err := doc.LookupErr("n"); (err == nil) != (i >= 2) {
			t.Errorf("query %d gives %v", i, doc)
		}
		return nil
	})
	if err != nil || found[0] != "" || found[1] != "13" && found[1] != "31" || found[2] != "1" || found[3] != "1" {
		t.Errorf("queries of several tables find %q: %v", found, err)
	}
}
