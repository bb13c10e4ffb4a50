package query

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
)

// Within limits a list to the entries that belong to one parent: the targets of one of its links, or the entries that
// link to it.
type Within struct {
	// Any are the links, of which at least one must match. It is empty for a list of the whole kind.
	Any []Link
	// Not is an entry that is left out: a parent is not in its own list.
	Not content.ID
	// Chosen means that the single link names entries in an order that an editor chose. The list has this order if no
	// other one is requested.
	Chosen bool
	// Order is the order if no other one is requested. If it is empty, that is the kind's default. It must be the same
	// for all parents that are read together.
	Order content.Order
}

// Link is a stored field with the ids that it may hold. The field "_id" means the entry itself.
type Link struct {
	Field string
	IDs   []content.ID
}

// path returns the path of the field in a document.
func (l Link) path(v View) string {
	if l.Field == "_id" {
		return l.Field
	}
	return v.At + l.Field
}

// conditions return the conditions for the entries that belong to the parent.
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

// OneOf matches a field that has one of some ids.
func OneOf(ids []content.ID) bson.D {
	if len(ids) == 1 {
		return bson.D{{Key: "$eq", Value: ids[0]}}
	}
	return bson.D{{Key: "$in", Value: append([]content.ID{}, ids...)}} // never nil, since $in needs an array
}

// ChosenIDs returns the ids of a chosen list in the chosen order, without duplicates.
func (w Within) ChosenIDs() []content.ID {
	ids := make([]content.ID, 0, len(w.Any[0].IDs))
	for _, id := range w.Any[0].IDs {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}
