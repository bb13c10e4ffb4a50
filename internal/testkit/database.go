package testkit

import (
	"context"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"sen/internal/engine"
)

// The functions below read or damage the stored data without going through the store.

// Database connects the driver directly to the database of a real MongoDB.
func Database(t testing.TB, e Engine) *mongo.Database {
	t.Helper()
	client, err := mongo.Connect(options.Client().ApplyURI(e.URI))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	name, _, _ := strings.Cut(e.URI[strings.LastIndexByte(e.URI, '/')+1:], "?")
	return client.Database(name)
}

// Drop drops the whole database of a real MongoDB.
func Drop(t testing.TB, e Engine) {
	t.Helper()
	if err := Database(t, e).Drop(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// document parses extended JSON.
func document(t testing.TB, text string) (d bson.D) {
	t.Helper()
	if err := bson.UnmarshalExtJSON([]byte(text), false, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// write runs a change, which must match exactly one document.
func write(t testing.TB, e Engine, table string, c engine.Change) {
	t.Helper()
	if n, err := e.direct().Table(table).Write(t.Context(), c); err != nil || n != 1 {
		t.Fatalf("a change of %s matched %d documents, want 1: %v", table, n, err)
	}
}

// Count returns the number of documents of a table.
func Count(t testing.TB, e Engine, table string) int {
	t.Helper()
	n, err := e.direct().Table(table).Count(t.Context(), bson.D{})
	if err != nil {
		t.Fatal(err)
	}
	return n[0]
}

// Insert inserts a document, given as extended JSON.
func Insert(t testing.TB, e Engine, table, text string) {
	t.Helper()
	write(t, e, table, engine.Insert(document(t, text)))
}

// Set sets fields of a document, given as extended JSON.
func Set(t testing.TB, e Engine, table, id, fields string) {
	t.Helper()
	write(t, e, table, engine.Update(engine.ByID(id), bson.D{{Key: "$set", Value: document(t, fields)}}))
}

// Unset removes a field of a document.
func Unset(t testing.TB, e Engine, table, id, field string) {
	t.Helper()
	write(t, e, table, engine.Update(engine.ByID(id), engine.Unset(field)))
}

// Remove deletes a document.
func Remove(t testing.TB, e Engine, table, id string) {
	t.Helper()
	write(t, e, table, engine.Delete(engine.ByID(id)))
}
