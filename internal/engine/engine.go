// Package engine is the vocabulary in which the store speaks to the engine that keeps its documents. There are two engines:
// package mongodb speaks to a MongoDB server by the official driver, package embedded keeps the documents in one SQLite
// file. A filter, an update or an order is a document of MongoDB's query language, of which only the operators that are
// named here are used; both engines give the same answers to them (TestVocabulary holds them to it).
package engine

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Engine keeps documents in tables.
type Engine interface {
	// Table is the table with a name. It comes to be when the first document is written.
	Table(name string) Table
	// Tables gives the tables that exist, all or those with some names, each with what tells it from any other one that had
	// its name before it; on a local engine, in which nobody else replaces tables, that is empty.
	Tables(ctx context.Context, names ...string) (map[string]string, error)
	// Ready tells whether the engine can serve: an error says why it can't.
	Ready(ctx context.Context) error
	// Now is the engine's time; a local engine has this machine's.
	Now(ctx context.Context) (time.Time, error)
	// Local tells that all writes of all programs pass through this engine, so that nobody else can change a document.
	Local() bool
	// Follow calls a function for every change that any program makes, until the context ends. A local engine returns at once.
	Follow(ctx context.Context, f Follower)
	// OnCommand has a function called after every command: its name, how long it took, and whether it failed.
	OnCommand(told func(command string, took time.Duration, failed bool))
	// Close ends the engine's work.
	Close(ctx context.Context) error
}

// Table is a set of documents, each with a string as its `_id` that no other one of the table has. Every call but
// [Table.Index] is one round trip. What stops the engine from answering is an UNAVAILABLE of package content.
type Table interface {
	Name() string
	// Index makes those of some indexes that do not exist yet.
	Index(ctx context.Context, indexes ...Index) error
	// Indexed tells whether all of some indexes exist.
	Indexed(ctx context.Context, indexes ...Index) (bool, error)
	// Find calls a function for each document that a query finds, in its order. The document is only valid until the function returns.
	Find(ctx context.Context, q Query, each func(bson.Raw) error) error
	// FindEach answers several queries at once, of this table or of others ([Query.Table]). It tells the function which of
	// the queries a document belongs to.
	FindEach(ctx context.Context, queries []Query, each func(query int, document bson.Raw) error) error
	// Count counts the documents for which each of some filters holds.
	Count(ctx context.Context, filters ...bson.D) ([]int, error)
	// Distinct lists the different strings at a path of all documents, in no order.
	Distinct(ctx context.Context, path string) ([]string, error)
	// Write makes some changes one after the other, each of them atomic, and stops at the first that fails. It gives
	// how many documents all of them found or added. [ErrDuplicate] tells that an `_id` or another unique value exists.
	Write(ctx context.Context, changes ...Change) (found int, err error)
	// WriteEach makes changes that don't depend on each other, in any order: one that fails with [ErrDuplicate] stops none
	// of the others. It tells which of them failed so, by their places, and how many documents all of them found or added.
	WriteEach(ctx context.Context, changes ...Change) (found int, duplicates []int, err error)
	// Modify updates the one document that a filter finds and gives it as it is then. It is false if there is none.
	Modify(ctx context.Context, filter, update bson.D) (after bson.Raw, ok bool, err error)
}

// ErrDuplicate tells that another document has the same `_id`, or the same value under a unique index.
var ErrDuplicate = errors.New("another document has the same key")

// Query asks for documents.
//
// A filter is a conjunction of conditions on paths, and of $and, $or and $nor over filters. A condition is a value, which
// is compared as by $eq; a [bson.Regex] with a quoted text, "^" before it or not, and the option "i" or none; or operators:
// $eq, $ne, $in, $nin, $gt, $gte, $lt, $lte, $exists, $not, $elemMatch, $regex. A path leads through arrays.
type Query struct {
	Filter bson.D
	// Sort names the paths to order by, with 1 for ascending and -1 for descending. Without it there is no order.
	Sort bson.D
	// Skip is how many documents are left out at the beginning, Limit how many are read at most; zero is no limit.
	Skip, Limit int
	// Fields names the paths to read, with 1, or those to leave out, with 0; nil reads whole documents. The `_id` is always read.
	Fields bson.D
	// Batch is how many documents are expected if there is no limit, so that they come at once.
	Batch int
	// Hint names the index to read by its keys; nil leaves the choice to the engine. Min is the place in that index at
	// which reading begins, Max the place before which it ends. Only engines that are not local are given them.
	Hint, Min, Max bson.D
	// Tell is a path that tells the documents of several queries apart, with the value that it has in those of this one:
	// an engine may use it in place of a mark of its own. The zero value leaves it to the engine.
	Tell bson.E
	// Table names the table that the query asks where it is one of several ([Table.FindEach]); empty is the table itself.
	Table string
}

// Index makes a kind of query fast.
type Index struct {
	// Keys are its paths, with 1 for ascending and -1 for descending.
	Keys bson.D
	// Unique forbids two documents with the same values; Sparse leaves out documents that have none.
	Unique, Sparse bool
}

// Change is a change of documents. Its function makes it: [Insert], [Update], [UpdateAll], [Replace], [Delete], [DeleteAll].
type Change struct {
	Action Action
	Filter bson.D
	// Document is what is inserted or takes the place of another: anything that [bsondoc.Marshal] encodes.
	Document any
	// Update has $set and $unset with paths.
	Update bson.D
}

// Action is what a change does.
type Action int

// The actions of changes.
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

// Update changes the first document for which a filter holds.
func Update(filter, update bson.D) Change {
	return Change{Action: ActionUpdate, Filter: filter, Update: update}
}

// UpdateAll changes every document for which a filter holds.
func UpdateAll(filter, update bson.D) Change {
	return Change{Action: ActionUpdateAll, Filter: filter, Update: update}
}

// Replace puts a document in the place of the one with an id, or adds it. Where conditions are given, it takes only the place
// of one for which they hold, and another one with the id is an [ErrDuplicate].
func Replace(id string, document any, conditions ...bson.E) Change {
	return Change{Action: ActionReplace, Filter: append(ByID(id), conditions...), Document: document}
}

// Delete removes the first document for which a filter holds.
func Delete(filter bson.D) Change { return Change{Action: ActionDelete, Filter: filter} }

// DeleteAll removes every document for which a filter holds.
func DeleteAll(filter bson.D) Change { return Change{Action: ActionDeleteAll, Filter: filter} }

// ByID is the filter for the document with an id.
func ByID[S ~string](id S) bson.D { return bson.D{{Key: "_id", Value: id}} }

// Set is an update that sets one field.
func Set(path string, value any) bson.D {
	return bson.D{{Key: "$set", Value: bson.D{{Key: path, Value: value}}}}
}

// Unset is an update that removes some fields.
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
	// Fields are the paths that were set or removed; nil if the whole document was added, replaced or removed.
	Fields []string
	// Lost tells that a table, or all of them, or indexes were removed, or that changes were missed: anything may be different.
	Lost bool
}

// Follower is told of the changes of all programs.
type Follower struct {
	// Changed is called for each event, in order.
	Changed func(context.Context, Event)
	// Caught is called when all changes before a moment have been told; with the zero time, when the stream is lost.
	Caught func(time.Time)
}
