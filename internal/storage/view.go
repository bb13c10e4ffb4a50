package storage

import (
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
)

// view is a copy of the entries, as it is read.
type view struct {
	// at is where the copy stands in a document, with a dot behind it; empty where the
	// document is the copy.
	at string
	// base are the stored fields that are read in any case.
	base []string
	// shown holds for the documents that have something to show.
	shown bson.D
	// editing tells that what the newsroom keeps beside the copy is read too.
	editing bool
}

// The fields that are read with every entry, and those of the envelope behind a draft.
var (
	baseFields    = []string{"slug", "version", "createdAt", "updatedAt", "publishedAt"}
	editingFields = []string{"state", "publishAt", "unpublishAt", "createdBy", "updatedBy", "trashedAt", live + "version"}
)

// live is where the copy that readers see stands in a document, draft the working copy.
const (
	live  = "live."
	draft = "draft."
)

// keys is where the store's own forms of a copy's texts stand in it.
const keys = "keys."

// published is what readers may see. It bounds a value that every live copy has, so
// that an index can serve it; what never was published has none.
var published = view{at: live, base: baseFields, shown: bson.D{
	{Key: live + "publishedAt", Value: bson.D{{Key: "$gt", Value: unpublished}}},
}}

// unpublished is a moment that is before the time at which anything was published.
var unpublished = time.Unix(0, 0).UTC()

// working is what the newsroom sees: the working copy of everything but the trash.
var working = view{at: draft, base: baseFields, editing: true, shown: bson.D{
	{Key: "state", Value: bson.D{{Key: "$ne", Value: content.StateTrashed}}},
}}

// committed is the revisions that came to be.
var committed = view{shown: bson.D{{Key: "committed", Value: true}}}

// view is how the collection is read at a stage.
func (c *Collection[T, F]) view(stage content.Stage) view {
	switch {
	case c.whole:
		return committed
	case stage == content.StageDraft:
		return working
	}
	return published
}

// viewByID is how entries are reached by their ids: for the newsroom those in the trash too.
func (c *Collection[T, F]) viewByID(stage content.Stage) view {
	v := c.view(stage)
	if v.editing {
		v = v.withTrash()
	}
	return v
}

// withTrash is the view with the trash in it.
func (v view) withTrash() view {
	v.shown = bson.D{}
	return v
}

// projection names what is read of a document.
func (v view) projection(fields []string) bson.D {
	p := make(bson.D, 0, len(v.base)+len(fields)+len(editingFields))
	for _, f := range v.base {
		p = append(p, bson.E{Key: v.at + f, Value: 1})
	}
	for _, f := range fields {
		p = append(p, bson.E{Key: v.at + f, Value: 1})
	}
	if v.editing {
		for _, f := range editingFields {
			p = append(p, bson.E{Key: f, Value: 1})
		}
	}
	return p
}
