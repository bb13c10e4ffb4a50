package graph

import (
	"context"
	"errors"

	"sen/graph/scalar"
	"sen/internal/content"
	"sen/internal/storage"
)

// A relation tells how one field of a type is answered. It has one of three shapes, which [relation.check] holds it to:
//
//	value    answer, maybe write                what the object has itself
//	entries  ids, answer; maybe fields, find    made from entries whose ids the object has
//	batch    load; maybe ids, fields            made for all objects at once
//
// The entries of all relations of a level are read together. write and find give the same as answer. A plan uses them
// where they are there, because they save a value for each object: BenchmarkPlan and BenchmarkFind compare.
type relation struct {
	// needs are the stored fields of the object that the answer is made from.
	needs []string

	// answer makes the answer for one object. Entries named by ids are in the call.
	answer func(c *call, obj any) (any, error)
	// write appends the answer as JSON.
	write func(b []byte, at *scalar.Place, obj any) []byte

	// ids appends the ids of the entries that the answer is made from.
	ids func(to []content.ID, obj any) []content.ID
	// fields are the stored fields that are read of those; nil for what is selected.
	fields []string
	// find appends the entries of the answer and gives their number. Only for answers that are nothing but entries.
	find func(c *call, to []any, obj any) ([]any, int)

	// load answers for all objects of the call, once the entries named by ids are read.
	load func(c *call) ([]any, error)
}

// check tells what is wrong with the shape of a relation.
func (r relation) check() error {
	switch {
	case (r.answer == nil) == (r.load == nil):
		return errors.New("it must have either answer or load")
	case r.write != nil && (r.answer == nil || r.ids != nil):
		return errors.New("write is for a value")
	case r.find != nil && (r.answer == nil || r.ids == nil):
		return errors.New("find is for entries")
	case r.fields != nil && r.ids == nil:
		return errors.New("fields are those of entries that ids names")
	}
	return nil
}

// value answers with what the object tells by itself.
func value[P any](from func(ctx context.Context, obj P) any, needs ...string) relation {
	return relation{needs: needs, answer: func(c *call, obj any) (any, error) { return from(c.ctx, obj.(P)), nil }}
}

// written answers as value does; write appends the same to an answer that is written by a plan.
func written[P any](from func(ctx context.Context, obj P) any, write func(b []byte, at *scalar.Place, obj P) []byte) relation {
	r := value(from)
	r.write = func(b []byte, at *scalar.Place, obj any) []byte { return write(b, at, obj.(P)) }
	return r
}

// one answers with an entry that the object names.
func one[P any](id func(obj P) content.ID, needs ...string) relation {
	return relation{
		needs: needs,
		ids:   func(to []content.ID, obj any) []content.ID { return named(to, id(obj.(P))) },
		answer: func(c *call, obj any) (any, error) {
			if e := c.entry(id(obj.(P))); e != nil {
				return e, nil
			}
			return nil, nil
		},
		find: func(c *call, to []any, obj any) ([]any, int) {
			if e := c.entry(id(obj.(P))); e != nil {
				return append(to, e), 1
			}
			return to, isNull
		},
	}
}

// named adds an id to some, unless it is empty.
func named(to []content.ID, id content.ID) []content.ID {
	if id == "" {
		return to
	}
	return append(to, id)
}

// some answers with the entries that the object names, in its order; those that
// the actor can't see are left out.
func some[T, P any](need string, ids func(obj P) []content.ID) relation {
	return entries[T](need, ids, func(*call, []content.ID) int { return 0 })
}

// chain answers with the entries that stand above the object in a tree, from the root down. A link to what the actor
// can't see does not count, so that what stands below such an entry begins a tree of its own: as the links of those
// below it tell (`parent`, `children`), and as filters see it.
func chain[T, P any](need string, ids func(obj P) []content.ID) relation {
	return entries[T](need, ids, func(c *call, ids []content.ID) int {
		from := len(ids)
		for from > 0 && c.entry(ids[from-1]) != nil {
			from--
		}
		return from
	})
}

// entries answers with the entries that the object names, from one of them on.
func entries[T, P any](need string, ids func(obj P) []content.ID, from func(*call, []content.ID) int) relation {
	find := func(c *call, obj any, add func(T)) {
		named := ids(obj.(P))
		for _, id := range named[from(c, named):] {
			if e, ok := any(c.entry(id)).(T); ok {
				add(e)
			}
		}
	}
	return relation{
		needs: []string{need},
		ids:   func(to []content.ID, obj any) []content.ID { return append(to, ids(obj.(P))...) },
		answer: func(c *call, obj any) (any, error) {
			found := []T{}
			find(c, obj, func(e T) { found = append(found, e) })
			return found, nil
		},
		find: func(c *call, to []any, obj any) ([]any, int) {
			before := len(to)
			find(c, obj, func(e T) { to = append(to, e) })
			return to, len(to) - before
		},
	}
}

// list answers with a page of a kind, within what the object bounds it to.
func list[P any](s pager, within func(obj P) storage.Within, needs ...string) relation {
	return listOf(s, func(obj any) storage.Within { return within(obj.(P)) }, needs...)
}

func listOf(s pager, within func(obj any) storage.Within, needs ...string) relation {
	return relation{needs: needs, load: func(c *call) ([]any, error) {
		parents := make([]storage.Within, len(c.objs))
		for i, obj := range c.objs {
			parents[i] = within(obj)
		}
		return s.pages(c, parents)
	}}
}

// linked bounds a list to the entries whose stored field names one of some ids.
func linked(field string, ids ...content.ID) storage.Within {
	return storage.Within{Any: []storage.Link{{Field: field, IDs: ids}}}
}

// chosen bounds a list to the entries that an editor chose, in the editor's order where none is asked for.
func chosen(ids []content.ID) storage.Within {
	w := linked("_id", ids...)
	w.Chosen = true
	return w
}
