package query

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
)

// Within bounds a list to what one parent has: the entries that one of its links leads to, or that link to it.
type Within struct {
	// Any are the links; a list of the whole kind has none.
	Any []Link
	// Not is left out; a parent is not in its own list.
	Not content.ID
	// Chosen means that the one link names entries in the order in which an editor chose them. The list has this order
	// where no other one is asked for.
	Chosen bool
	// Order is the order where no other one is asked for, the kind's own if it is empty. It is the same for all parents
	// that are read together.
	Order content.Order
}

// Link is a stored field with the ids that it may hold. The field "_id" is the entry itself.
type Link struct {
	Field string
	IDs   []content.ID
}

// path is where the field is in a document.
func (l Link) path(v View) string {
	if l.Field == "_id" {
		return l.Field
	}
	return v.At + l.Field
}

// conditions hold for what is within.
func (w Within) conditions(v View) bson.A {
	links := make(bson.A, len(w.Any))
	for i, l := range w.Any {
		links[i] = bson.D{{Key: l.path(v), Value: OneOf(l.IDs)}}
	}
	var conds bson.A
	switch len(links) {
	case 0:
	case 1:
		conds = links
	default:
		conds = bson.A{bson.D{{Key: "$or", Value: links}}}
	}
	if w.Not != "" {
		conds = append(conds, bson.D{{Key: "_id", Value: bson.D{{Key: "$ne", Value: w.Not}}}})
	}
	return conds
}

// OneOf holds for a field that has one of some ids.
func OneOf(ids []content.ID) bson.D {
	if len(ids) == 1 {
		return bson.D{{Key: "$eq", Value: ids[0]}}
	}
	return bson.D{{Key: "$in", Value: append([]content.ID{}, ids...)}} // never nil: $in wants an array
}

// ChosenIDs are the entries of a chosen list in the order of the choice, each once.
func (w Within) ChosenIDs() []content.ID {
	ids := make([]content.ID, 0, len(w.Any[0].IDs))
	for _, id := range w.Any[0].IDs {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}
