package graph

import (
	"context"
	"errors"

	"sen/graph/scalar"
	"sen/internal/content"
	"sen/internal/storage"
)

// A relation says how one field of a type is answered. It has one of three forms, which [relation.check] enforces:
//
//	value    answer, maybe write                from the object itself
//	entries  ids, answer; maybe fields, find    from entries whose ids the object has
//	batch    load; maybe ids, fields            for all objects at once
//
// The entries for all relations of a level are read together. write and find give the same result as answer. A plan
// prefers them, because they create no value for each object: BenchmarkPlan and BenchmarkFind compare.
type relation struct {
	// needs are the stored fields of the object that the answer needs.
	needs []string

	// answer returns the answer for one object. It gets the entries named by ids from the call.
	answer func(c *call, obj any) (any, error)
	// write appends the answer as JSON.
	write func(b []byte, at *scalar.Place, obj any) []byte

	// ids appends the ids of the entries that the answer needs.
	ids func(to []content.ID, obj any) []content.ID
	// fields are the stored fields to read of these entries; nil means the selected ones.
	fields []string
	// find appends the entries of the answer and returns their number. It is only for answers that consist of
	// entries.
	find func(c *call, to []any, obj any) ([]any, int)

	// load returns the answers for all objects of the call, after the entries named by ids are read.
	load func(c *call) ([]any, error)
}

// check returns an error if the relation has none of the three forms.
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

// value answers with what from returns for the object.
func value[P any](from func(ctx context.Context, obj P) any, needs ...string) relation {
	return relation{needs: needs, answer: func(c *call, obj any) (any, error) { return from(c.ctx, obj.(P)), nil }}
}

// written answers in the same way as value; write appends the same value to an answer that a plan writes.
func written[P any](
	from func(ctx context.Context, obj P) any, write func(b []byte, at *scalar.Place, obj P) []byte,
) relation {
	r := value(from)
	r.write = func(b []byte, at *scalar.Place, obj any) []byte { return write(b, at, obj.(P)) }
	return r
}

// one answers with the entry whose id the object has.
func one[P any](id func(obj P) content.ID, needs ...string) relation {
	return relation{
		needs: needs,
		ids:   func(to []content.ID, obj any) []content.ID { return appendID(to, id(obj.(P))) },
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

// appendID appends an id, unless it is empty.
func appendID(to []content.ID, id content.ID) []content.ID {
	if id == "" {
		return to
	}
	return append(to, id)
}

// many answers with the entries whose ids the object has, in its order. It leaves out entries that the actor can't
// see.
func many[T, P any](need string, ids func(obj P) []content.ID) relation {
	return entries[T](need, ids, func(*call, []content.ID) int { return 0 })
}

// chain answers with the entries above the object in a tree, from the root down. A link to an entry that the actor
// can't see does not count: the entries below it begin a tree of their own. `parent`, `children` and filters see the
// tree in the same way.
func chain[T, P any](need string, ids func(obj P) []content.ID) relation {
	return entries[T](need, ids, func(c *call, ids []content.ID) int {
		from := len(ids)
		for from > 0 && c.entry(ids[from-1]) != nil {
			from--
		}
		return from
	})
}

// entries answers with the entries whose ids the object has. from returns the index of the first id to answer with.
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

// list answers with a page of a kind, limited by the object.
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

// linked limits a list to the entries whose stored field contains one of these ids.
func linked(field string, ids ...content.ID) storage.Within {
	return storage.Within{Any: []storage.Link{{Field: field, IDs: ids}}}
}

// chosen limits a list to the entries that an editor chose. They have the editor's order if the client asks for none.
func chosen(ids []content.ID) storage.Within {
	w := linked("_id", ids...)
	w.Chosen = true
	return w
}
