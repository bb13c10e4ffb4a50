// Package query turns lists, filters and orders into queries of an engine. Its functions are pure: they read nothing.
// Keys of documents and operators are written here alone, and every value that a client sends stands under an operator.
package query

import (
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
)

// View is one of the copies of entries as it is read: the published one, or the working copy.
type View struct {
	// At is where the copy stands in a document, with a dot behind it; empty where the
	// document is the copy.
	At string
	// Base are the stored fields that are read in any case.
	Base []string
	// Shown holds for the documents that have something to show.
	Shown bson.D
	// Editing means that the fields beside the working copy are read too, which only the newsroom sees.
	Editing bool
}

// The fields that are read with every entry, and those of the envelope behind a draft.
var (
	baseFields    = []string{"slug", "version", "createdAt", "updatedAt", "publishedAt"}
	editingFields = []string{"state", "publishAt", "unpublishAt", "createdBy", "updatedBy", "trashedAt", Live + "version"}
)

// Live is where the copy that readers see stands in a document, Draft where the working copy does.
const (
	Live  = "live."
	Draft = "draft."
)

// Keys is where the store's own forms of a copy's texts stand in it.
const Keys = "keys."

// Published is what readers may see. It bounds a value that every live copy has, so
// that an index can serve it; what never was published has none.
var Published = View{At: Live, Base: baseFields, Shown: bson.D{
	{Key: Live + "publishedAt", Value: bson.D{{Key: "$gt", Value: Unpublished}}},
}}

// Unpublished is a moment before anything was published.
var Unpublished = time.Unix(0, 0).UTC()

// Working is what the newsroom sees: the working copy of everything but the trash.
var Working = View{At: Draft, Base: baseFields, Editing: true, Shown: bson.D{
	{Key: "state", Value: bson.D{{Key: "$ne", Value: content.StateTrashed}}},
}}

// Committed is the revisions that came to be.
var Committed = View{Shown: bson.D{{Key: "committed", Value: true}}}

// WithTrash is the view with the trash in it.
func (v View) WithTrash() View {
	v.Shown = bson.D{}
	return v
}

// Projection names what is read of a document.
func (v View) Projection(fields []string) bson.D {
	p := make(bson.D, 0, len(v.Base)+len(fields)+len(editingFields))
	for _, f := range v.Base {
		p = append(p, bson.E{Key: v.At + f, Value: 1})
	}
	for _, f := range fields {
		p = append(p, bson.E{Key: v.At + f, Value: 1})
	}
	if v.Editing {
		for _, f := range editingFields {
			p = append(p, bson.E{Key: f, Value: 1})
		}
	}
	return p
}
