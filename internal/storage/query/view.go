// Package query turns lists, filters and orders into queries of an engine. Its functions are pure: they read nothing.
// Only this package writes names of stored fields and operators, and every value of a client is the operand of an
// operator.
package query

import (
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
)

// View is one of the two copies of entries, as queries read it: the published copy or the working copy. Like a
// database view, it says where the fields are, which documents match, and which fields are always read.
type View struct {
	// At is the path of the copy in a document, with a dot at the end. It is empty if the document is the copy.
	At string
	// Base are the stored fields that are always read.
	Base []string
	// Shown is the condition for the documents that are visible in the view.
	Shown bson.D
	// Editing means that the fields of the envelope, which only the newsroom sees, are read too.
	Editing bool
}

// The fields that are read with every entry, and the fields of the envelope that are read with a draft.
var (
	baseFields    = []string{"slug", "version", "createdAt", "updatedAt", "publishedAt"}
	editingFields = []string{"state", "publishAt", "unpublishAt", "createdBy", "updatedBy", "trashedAt", Live + "version"}
)

// Live is the path of the copy that readers see. Draft is the path of the working copy.
const (
	Live  = "live."
	Draft = "draft."
)

// Keys is the path, within a copy, of the keys that the store computes from its texts.
const Keys = "keys."

// Published is what readers may see. Its condition compares a field that every live copy has, so that an index can
// serve it. An entry that was never published lacks the field.
var Published = View{At: Live, Base: baseFields, Shown: bson.D{
	{Key: Live + "publishedAt", Value: bson.D{{Key: "$gt", Value: Unpublished}}},
}}

// Unpublished is a time before every publication.
var Unpublished = time.Unix(0, 0).UTC()

// Working is what the newsroom sees: the working copies of all entries outside the trash.
var Working = View{At: Draft, Base: baseFields, Editing: true, Shown: bson.D{
	{Key: "state", Value: bson.D{{Key: "$ne", Value: content.StateTrashed}}},
}}

// Committed is the view of the committed revisions.
var Committed = View{Shown: bson.D{{Key: "committed", Value: true}}}

// WithTrash returns the view including the trash.
func (v View) WithTrash() View {
	v.Shown = bson.D{}
	return v
}

// Projection returns the fields to read of a document.
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
