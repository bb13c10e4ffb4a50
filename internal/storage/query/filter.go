package query

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
)

// Collect adds the conditions of a kind's filter and of the filters that it combines. own adds the conditions of the
// members that only this kind has.
func Collect[F content.Filter[F]](w *Where, own func(F), f F) { collect(w, own, f, 1) }

func collect[F content.Filter[F]](w *Where, own func(F), f F, depth int) {
	if content.IsNil(f) || w.Err != nil {
		return
	}
	if depth > content.MaxFilterDepth {
		w.Refuse("The filter nests more than %d levels deep.", content.MaxFilterDepth)
		return
	}
	common := f.CommonParts()
	Match(w, "_id", common.ID)
	w.Plain("slug", common.Slug, "")
	Compare(w, "createdAt", common.CreatedAt)
	Compare(w, "updatedAt", common.UpdatedAt)
	Compare(w, "publishedAt", common.PublishedAt)
	w.status(common.Status)
	own(f)

	logic := f.Parts()
	if n := max(len(logic.And), len(logic.Or)); n > content.MaxFilterParts {
		w.Refuse("A filter combines %d others; at most %d are allowed.", n, content.MaxFilterParts)
		return
	}
	for _, part := range logic.And {
		collect(w, own, part, depth+1)
	}
	if logic.Or != nil {
		any := bson.A{}
		for _, part := range logic.Or {
			any = append(any, conjunction(w.part(func() { collect(w, own, part, depth+1) })))
		}
		if len(any) == 0 {
			w.Conds = append(w.Conds, Nothing)
		} else {
			w.Conds = append(w.Conds, bson.D{{Key: "$or", Value: any}})
		}
	}
	if !content.IsNil(logic.Not) {
		w.Conds = append(w.Conds, bson.D{{Key: "$nor", Value: bson.A{
			conjunction(w.part(func() { collect(w, own, logic.Not, depth+1) })),
		}}})
	}
}

// part returns the conditions that a function adds, apart from those that were there before.
func (w *Where) part(add func()) bson.A {
	before := w.Conds
	w.Conds = nil
	add()
	mine := w.Conds
	w.Conds = before
	return mine
}

// conjunction returns a condition that matches if all conditions match. It keeps a single field's condition flat, so
// that an index can be used.
func conjunction(conds bson.A) bson.D {
	switch len(conds) {
	case 0:
		return bson.D{}
	case 1:
		return conds[0].(bson.D)
	}
	return bson.D{{Key: "$and", Value: conds}}
}
