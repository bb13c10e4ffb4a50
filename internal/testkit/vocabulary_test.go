package testkit_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"sen/internal/embedded"
	"sen/internal/testkit"
)

// D and A keep the table below short.
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

// entries are of every shape that a filter has to tell apart.
func entries() []any {
	return []any{
		D{"_id": "1", "n": 1, "s": "2020", "d": day("2020-01-01"), "tags": A{"x", "y"}, "list": A{D{"k": "a"}, D{"k": "b"}}, "live": D{"title": D{"vi": "Đà Nẵng", "en": "Danang"}, "at": day("2020-05-01")}},
		D{"_id": "2", "n": 2, "s": "2021", "d": day("2021-01-01"), "tags": A{"y"}, "list": A{D{"k": "a"}}, "live": D{"title": D{"vi": "Huế"}, "at": day("2021-05-01")}},
		D{"_id": "3", "n": 3.5, "s": "abc", "d": "2021", "tags": A{}, "list": A{}, "live": nil},
		D{"_id": "4", "n": int64(4), "s": 2020, "d": nil, "tags": A{"x", "z"}, "live": D{"title": D{"vi": "Zulu", "en": "zulu"}, "at": day("2019-05-01")}},
		D{"_id": "5", "s": "z", "tags": A{"x"}, "live": D{"title": D{"vi": "áo"}}},
	}
}

// filters are what the store may say to both engines, with the ids they find.
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
	{"$all", D{"tags": D{"$all": A{"x", "y"}}}, "1"},
	{"field of documents in an array", D{"list.k": "b"}, "1"},
	{"$in on a field of documents in an array", D{"list.k": D{"$in": A{"a", "q"}}}, "12"},
	{"$regex at the start", D{"s": D{"$regex": "^20"}}, "12"},
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
	{"the rest of a page", D{"n": D{"$lte": 2}, "$or": A{D{"n": D{"$lt": 2}}, D{"_id": D{"$lt": "2"}}}}, "1"},
}

// sorts are orders that both engines give alike.
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

// TestVocabulary holds both engines to the same answers for what the store may say.
func TestVocabulary(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		c := connect(t, e.URI)
		if _, err := c.InsertMany(t.Context(), entries()); err != nil {
			t.Fatal(err)
		}
		for _, f := range filters {
			if got := ids(t, c, f.filter, bson.D{{Key: "_id", Value: 1}}); got != f.want {
				t.Errorf("%s finds %q, not %q", f.name, got, f.want)
			}
			if n, err := c.CountDocuments(t.Context(), f.filter); err != nil || int(n) != len(f.want) {
				t.Errorf("%s counts %d, not %d: %v", f.name, n, len(f.want), err)
			}
		}
		for _, s := range sorts {
			if got := ids(t, c, D{}, s.sort); got != s.want {
				t.Errorf("%s gives %q, not %q", s.name, got, s.want)
			}
		}
		t.Run("writes", func(t *testing.T) { writes(t, c) })
		t.Run("unique", func(t *testing.T) { unique(t, c.Database().Collection("unique")) })
	})
}

func ids(t *testing.T, c *mongo.Collection, filter D, sort bson.D) (all string) {
	t.Helper()
	cursor, err := c.Find(t.Context(), filter, options.Find().SetSort(sort).SetProjection(D{"live.title.vi": 1}))
	if err != nil {
		t.Errorf("%v: %v", filter, err)
		return ""
	}
	var found []struct {
		ID string `bson:"_id"`
		S  any    `bson:"s"`
	}
	if err := cursor.All(t.Context(), &found); err != nil {
		t.Errorf("%v: %v", filter, err)
	}
	for _, f := range found {
		if f.S != nil {
			t.Errorf("%v: a field comes that was not asked for", filter)
		}
		all += f.ID
	}
	return all
}

// writes tries what changes entries: compare-and-set, upsert, bulk.
func writes(t *testing.T, c *mongo.Collection) {
	after := options.FindOneAndUpdate().SetReturnDocument(options.After)
	set := D{"$set": D{"live.title.fr": "Tourane"}, "$inc": D{"n": 1}, "$unset": D{"tags": ""}}
	var got bson.M
	if err := c.FindOneAndUpdate(t.Context(), D{"_id": "1", "n": 1}, set, after).Decode(&got); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(got["n"]) != "2" || got["tags"] != nil {
		t.Errorf("after the update it is %v", got)
	}
	if err := c.FindOneAndUpdate(t.Context(), D{"_id": "1", "n": 1}, set, after).Err(); !errors.Is(err, mongo.ErrNoDocuments) {
		t.Errorf("a lost race says %v", err)
	}
	if err := c.FindOneAndUpdate(t.Context(), D{"_id": "6"}, D{"$setOnInsert": D{"n": 1}}, after.SetUpsert(true)).Err(); err != nil {
		t.Errorf("upsert: %v", err)
	}
	result, err := c.BulkWrite(t.Context(), []mongo.WriteModel{
		mongo.NewInsertOneModel().SetDocument(D{"_id": "7"}),
		mongo.NewUpdateOneModel().SetFilter(D{"_id": "2"}).SetUpdate(D{"$set": D{"n": 9}}),
		mongo.NewReplaceOneModel().SetFilter(D{"_id": "8"}).SetReplacement(D{"n": 8}).SetUpsert(true),
		mongo.NewDeleteOneModel().SetFilter(D{"_id": "3"}),
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := []int64{result.InsertedCount, result.ModifiedCount, result.UpsertedCount, result.DeletedCount}; fmt.Sprint(n) != "[1 1 1 1]" {
		t.Errorf("the bulk inserted, changed, upserted and deleted %v", n)
	}
	if _, err := c.InsertOne(t.Context(), D{"_id": "1"}); !mongo.IsDuplicateKeyError(err) {
		t.Errorf("an id that is taken: %v", err)
	}
}

// unique sees that a unique index over two fields holds for inserts.
func unique(t *testing.T, c *mongo.Collection) {
	_, err := c.Indexes().CreateMany(t.Context(), []mongo.IndexModel{
		{Keys: bson.D{{Key: "k.a", Value: 1}, {Key: "k.b", Value: -1}}, Options: options.Index().SetUnique(true)},
		{Keys: bson.D{{Key: "live.at", Value: -1}, {Key: "_id", Value: -1}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	cursor, err := c.Indexes().List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var all []bson.M
	if err := cursor.All(t.Context(), &all); err != nil || len(all) != 3 {
		text, _ := json.Marshal(all)
		t.Errorf("the indexes are %s: %v", text, err)
	}
	if _, err := c.InsertOne(t.Context(), D{"k": D{"a": 1, "b": 2}}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.InsertOne(t.Context(), D{"k": D{"a": 1, "b": 2}}); !mongo.IsDuplicateKeyError(err) {
		t.Errorf("the same again: %v", err)
	}
	if _, err := c.InsertOne(t.Context(), D{"k": D{"a": 1, "b": 3}}); err != nil {
		t.Error(err)
	}
}

// TestEmbeddedKeeps sees that the embedded engine has its data after a restart.
func TestEmbeddedKeeps(t *testing.T) {
	dir := t.TempDir()
	for n := range int64(2) {
		e, err := embedded.Start(dir, slog.New(slog.NewTextHandler(t.Output(), nil)))
		if err != nil {
			t.Fatal(err)
		}
		c := connect(t, e.URI())
		count(t, c, n)
		insert(t, c, fmt.Sprint(n))
		if err := c.Database().Client().Disconnect(t.Context()); err != nil {
			t.Error(err)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
}
