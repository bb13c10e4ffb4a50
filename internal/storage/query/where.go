package query

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
)

// Where collects the conditions of a filter.
type Where struct {
	View
	// Chain are the languages in which a text is searched: the requested one first, then its fallbacks.
	Chain []content.Locale
	// Conds are the conditions, all of which must hold.
	Conds bson.A
	// Err is the first error, or nil.
	Err error
}

// Add adds a condition on a stored field of the copy that is read.
func (w *Where) Add(field string, cond any) {
	w.Conds = append(w.Conds, bson.D{{Key: w.At + field, Value: cond}})
}

// Refuse makes the filter fail with BAD_USER_INPUT. Only the first error is kept.
func (w *Where) Refuse(format string, args ...any) {
	if w.Err == nil {
		w.Err = content.Errorf(content.CodeBadUserInput, format, args...)
	}
}

// Nothing matches no entry.
var Nothing = bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: bson.A{}}}}}

// Match compares a field with values.
func Match[V any](w *Where, path string, m *content.Match[V]) {
	if m == nil {
		return
	}
	for _, c := range matches(w, m) {
		w.Conds = append(w.Conds, bson.D{{Key: path, Value: bson.D{c}}})
	}
}

// matches returns the conditions of the operators that every type of value has.
func matches[V any](w *Where, m *content.Match[V]) (conds []bson.E) {
	if m.Eq != nil {
		conds = append(conds, bson.E{Key: "$eq", Value: *m.Eq})
	}
	if m.Ne != nil {
		conds = append(conds, bson.E{Key: "$ne", Value: *m.Ne})
	}
	if m.In != nil {
		w.Limit(len(m.In))
		conds = append(conds, bson.E{Key: "$in", Value: m.In})
	}
	if m.NotIn != nil {
		w.Limit(len(m.NotIn))
		conds = append(conds, bson.E{Key: "$nin", Value: m.NotIn})
	}
	return conds
}

// Limit refuses a list of more than [content.MaxFilterValues] values.
func (w *Where) Limit(n int) {
	if n > content.MaxFilterValues {
		w.Refuse("A list in a filter has %d values; at most %d are allowed.", n, content.MaxFilterValues)
	}
}

// Compare compares a field that has an order.
func Compare[V any](w *Where, field string, r *content.Range[V]) {
	if r == nil {
		return
	}
	Match(w, w.At+field, &r.Match)
	for _, op := range []struct {
		name  string
		value *V
	}{{"$gt", r.Gt}, {"$gte", r.Gte}, {"$lt", r.Lt}, {"$lte", r.Lte}} {
		if op.value != nil {
			w.Add(field, bson.D{{Key: op.name, Value: *op.value}})
		}
	}
	w.exists(field, r.Exists)
}

// exists adds a condition on whether a field is present. Empty values are not stored.
func (w *Where) exists(field string, want *bool) {
	switch {
	case want == nil:
	case *want:
		w.Add(field, bson.D{{Key: "$ne", Value: nil}})
	default:
		w.Add(field, bson.D{{Key: "$eq", Value: nil}})
	}
}

// status compares the state in which the actor sees an entry. For readers that is always published. A filter for the
// trash also makes the trash visible.
func (w *Where) status(m *content.StatusFilter) {
	if m == nil {
		return
	}
	if w.Editing {
		w.View = w.WithTrash()
		Match(w, "state", m)
		return
	}
	is := content.StatePublished
	if m.Eq != nil && *m.Eq != is || m.Ne != nil && *m.Ne == is ||
		m.In != nil && !slices.Contains(m.In, is) || slices.Contains(m.NotIn, is) {
		w.Conds = append(w.Conds, Nothing)
	}
}
