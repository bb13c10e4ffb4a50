// Package engine defines the interface between the store and the engine that keeps its documents. There are two
// engines: package mongodb uses a MongoDB server through the official driver; package embedded keeps the documents in
// one SQLite file. Filters, updates and orders are documents of MongoDB's query language. Only the operators that are
// named here are used. Both engines must return the same results for them, which TestVocabulary checks.
package engine

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Engine keeps documents in tables.
type Engine interface {
	// Table returns the table with a name. The table is created when the first document is written.
	Table(name string) Table
	// Tables returns the existing tables, all or those with some names. The value identifies a table: a table that
	// replaced another one of the same name has a different value. On a local engine, where nobody else replaces
	// tables, the value is empty.
	Tables(ctx context.Context, names ...string) (map[string]string, error)
	// Ready returns an error if the engine can't serve.
	Ready(ctx context.Context) error
	// Now returns the engine's time. A local engine returns this machine's time.
	Now(ctx context.Context) (time.Time, error)
	// Local reports whether all writes of all programs pass through this engine, so that nobody else can change a
	// document.
	Local() bool
	// Follow calls the functions of f for every change that any program makes, until the context ends. A local engine
	// returns at once.
	Follow(ctx context.Context, f Follower)
	// OnCommand registers a function that is called after every command with the command's name, its duration, and
	// whether it failed.
	OnCommand(told func(command string, took time.Duration, failed bool))
	// Close closes the engine.
	Close(ctx context.Context) error
}

// Table is a set of documents. Each has a string as its `_id` that is unique in the table. Every call except
// [Table.Index] is one round trip. If the engine can't answer, the error is an UNAVAILABLE of package content.
type Table interface {
	Name() string
	// Index makes those of some indexes that do not exist yet.
	Index(ctx context.Context, indexes ...Index) error
	// Indexed reports whether all of some indexes exist.
	Indexed(ctx context.Context, indexes ...Index) (bool, error)
	// Find calls a function with each document that a query finds, in the query's order. The document is only valid
	// until the function returns.
	Find(ctx context.Context, q Query, each func(bson.Raw) error) error
	// FindEach runs several queries at once, of this table or of others ([Query.Table]). It calls a function with each
	// document and the index of its query.
	FindEach(ctx context.Context, queries []Query, each func(query int, document bson.Raw) error) error
	// Count counts, for each of some filters, the documents that match it.
	Count(ctx context.Context, filters ...bson.D) ([]int, error)
	// Distinct returns the different strings at a path of all documents, in no particular order.
	Distinct(ctx context.Context, path string) ([]string, error)
	// Write makes some changes one after the other, each of them atomic, and stops at the first that fails. It returns
	// the number of documents that all of them found or added. [ErrDuplicate] means that an `_id` or another unique
	// value exists already.
	Write(ctx context.Context, changes ...Change) (found int, err error)
	// WriteEach makes independent changes in any order. A change that fails with [ErrDuplicate] does not stop the
	// others. It returns the indexes of the changes that failed so, and the number of documents that all changes found
	// or added.
	WriteEach(ctx context.Context, changes ...Change) (found int, duplicates []int, err error)
	// Modify updates the document that a filter finds and returns it as it is afterwards. It returns false if there is
	// none.
	Modify(ctx context.Context, filter, update bson.D) (after bson.Raw, ok bool, err error)
}

// ErrDuplicate means that another document has the same `_id`, or the same value under a unique index.
var ErrDuplicate = errors.New("another document has the same key")

// Query is a query for documents.
//
// A filter is a conjunction of conditions on paths, and of $and, $or and $nor over filters. A condition is a value,
// which is compared as by $eq; a [bson.Regex] with a quoted text, "^" before it or not, and the option "i" or none;
// or operators: $eq, $ne, $in, $nin, $gt, $gte, $lt, $lte, $exists, $not, $elemMatch, $regex. A path leads through
// arrays.
type Query struct {
	Filter bson.D
	// Sort names the paths to order by, with 1 for ascending and -1 for descending. Without it there is no order.
	Sort bson.D
	// Skip is the number of documents to leave out at the beginning. Limit is the greatest number of documents; zero
	// means no limit.
	Skip, Limit int
	// Fields names the paths to read, with 1, or the paths to leave out, with 0. nil reads whole documents. The `_id`
	// is always read.
	Fields bson.D
	// Batch is the expected number of documents if there is no limit, so that they come in one batch.
	Batch int
	// Hint names, by its keys, the index to read; nil lets the engine choose. Min is the position in that index at
	// which the scan begins, and Max the position before which it ends. The store sets them only for engines that are
	// not local.
	Hint, Min, Max bson.D
	// Discriminator is a path and the value that all documents of this query have there, and no documents of the other
	// queries. An engine may use it to find the query of a document, instead of adding a field of its own. It is
	// optional.
	Discriminator bson.E
	// Table names the table of the query in a call with several queries ([Table.FindEach]). Empty means the table of
	// the call.
	Table string
}

// Index describes an index.
type Index struct {
	// Keys are its paths, with 1 for ascending and -1 for descending.
	Keys bson.D
	// Unique forbids two documents with the same values. Sparse leaves out documents without a value.
	Unique, Sparse bool
}

// Change is a change of documents. It is made by [Insert], [Update], [UpdateAll], [Replace], [Delete] or [DeleteAll].
type Change struct {
	Action Action
	Filter bson.D
	// Document is the document to insert, or the replacement: anything that [bsondoc.Marshal] encodes.
	Document any
	// Update is the update, with $set and $unset of paths.
	Update bson.D
}

// Action is the type of a change.
type Action int

// The types of changes.
const (
	ActionInsert Action = iota
	ActionUpdate
	ActionUpdateAll
	ActionReplace
	ActionDelete
	ActionDeleteAll
)

// Insert adds a document.
func Insert(document any) Change { return Change{Action: ActionInsert, Document: document} }

// Update changes the first document that matches a filter.
func Update(filter, update bson.D) Change {
	return Change{Action: ActionUpdate, Filter: filter, Update: update}
}

// UpdateAll changes every document that matches a filter.
func UpdateAll(filter, update bson.D) Change {
	return Change{Action: ActionUpdateAll, Filter: filter, Update: update}
}

// Replace replaces the document with an id, or adds it. If conditions are given, an existing document is replaced
// only if it meets them; otherwise the error is [ErrDuplicate].
func Replace(id string, document any, conditions ...bson.E) Change {
	return Change{Action: ActionReplace, Filter: append(ByID(id), conditions...), Document: document}
}

// Delete removes the first document that matches a filter.
func Delete(filter bson.D) Change { return Change{Action: ActionDelete, Filter: filter} }

// DeleteAll removes every document that matches a filter.
func DeleteAll(filter bson.D) Change { return Change{Action: ActionDeleteAll, Filter: filter} }

// ByID returns the filter for the document with an id.
func ByID[S ~string](id S) bson.D { return bson.D{{Key: "_id", Value: id}} }

// Set returns an update that sets one field.
func Set(path string, value any) bson.D {
	return bson.D{{Key: "$set", Value: bson.D{{Key: path, Value: value}}}}
}

// Unset returns an update that removes some fields.
func Unset(paths ...string) bson.D {
	fields := make(bson.D, len(paths))
	for i, path := range paths {
		fields[i] = bson.E{Key: path, Value: ""}
	}
	return bson.D{{Key: "$unset", Value: fields}}
}

// Event is a change that some program made.
type Event struct {
	Table, ID string
	// Fields are the paths that were set or removed. It is nil if the whole document was added, replaced or removed.
	Fields []string
	// Lost means that tables or indexes were removed, or that changes were missed: anything may be different.
	Lost bool
}

// Follower receives the changes of all programs.
type Follower struct {
	// Changed is called for each event, in order.
	Changed func(context.Context, Event)
	// CaughtUp is called when all changes before a time have been reported. The zero time means that the stream is
	// lost.
	CaughtUp func(time.Time)
}
