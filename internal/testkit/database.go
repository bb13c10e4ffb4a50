package testkit

import (
	"context"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// collection reaches a collection of an engine's database past the store, for tests that look at
// or damage what is kept.
func collection(t testing.TB, e Engine, name string) *mongo.Collection {
	t.Helper()
	client, err := mongo.Connect(options.Client().ApplyURI(e.URI))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	database, _, _ := strings.Cut(e.URI[strings.LastIndexByte(e.URI, '/')+1:], "?")
	return client.Database(database).Collection(name)
}

// document reads one from extended JSON.
func document(t testing.TB, text string) (d bson.D) {
	t.Helper()
	if err := bson.UnmarshalExtJSON([]byte(text), false, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// Count counts the documents of a collection.
func Count(t testing.TB, e Engine, name string) int {
	t.Helper()
	n, err := collection(t, e, name).CountDocuments(t.Context(), bson.D{})
	if err != nil {
		t.Fatal(err)
	}
	return int(n)
}

// Insert adds a document, given as extended JSON.
func Insert(t testing.TB, e Engine, name, text string) {
	t.Helper()
	if _, err := collection(t, e, name).InsertOne(t.Context(), document(t, text)); err != nil {
		t.Fatal(err)
	}
}

// Set sets fields of a document, given as extended JSON.
func Set(t testing.TB, e Engine, name, id, fields string) {
	t.Helper()
	done, err := collection(t, e, name).UpdateByID(t.Context(), id, bson.D{{Key: "$set", Value: document(t, fields)}})
	if err != nil || done.MatchedCount != 1 {
		t.Fatalf("set %s of %s in %s: %v", fields, id, name, err)
	}
}

// Unset removes a field of a document.
func Unset(t testing.TB, e Engine, name, id, field string) {
	t.Helper()
	done, err := collection(t, e, name).UpdateByID(t.Context(), id, bson.D{{Key: "$unset", Value: bson.D{{Key: field, Value: ""}}}})
	if err != nil || done.MatchedCount != 1 {
		t.Fatalf("unset %s of %s in %s: %v", field, id, name, err)
	}
}

// Drop takes the whole database away.
func Drop(t testing.TB, e Engine) {
	t.Helper()
	if err := collection(t, e, "none").Database().Drop(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Remove takes a document away.
func Remove(t testing.TB, e Engine, name, id string) {
	t.Helper()
	done, err := collection(t, e, name).DeleteOne(t.Context(), bson.D{{Key: "_id", Value: id}})
	if err != nil || done.DeletedCount != 1 {
		t.Fatalf("remove %s from %s: %v", id, name, err)
	}
}
