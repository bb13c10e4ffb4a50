package graph

import (
	"context"

	"sen/internal/content"
	"sen/internal/mongodb"
)

// A relation tells how one field of a type is answered. It either names the entries
// that the answer is made from (ids), which are then read together with those of all
// relations of the same level; or it reads for all objects at once (load); or it
// needs nothing but the object.
type relation struct {
	// needs are the stored fields of the object that the answer is made from.
	needs []string
	// ids names the entries that the answer is made from.
	ids func(obj any) []content.ID
	// fields are the stored fields that are read of those; nil for what is selected.
	fields []string
	// answer makes the answer for one object. Entries named by ids are in the call.
	answer func(c *call, obj any) (any, error)
	// load answers for all objects of the call at once.
	load func(c *call) ([]any, error)
}

// value answers with what the object tells by itself.
func value[P any](from func(ctx context.Context, obj P) any, needs ...string) relation {
	return relation{needs: needs, answer: func(c *call, obj any) (any, error) { return from(c.ctx, obj.(P)), nil }}
}

// one answers with an entry that the object names.
func one[P any](id func(obj P) content.ID, needs ...string) relation {
	return relation{
		needs: needs,
		ids:   func(obj any) []content.ID { return named(id(obj.(P))) },
		answer: func(c *call, obj any) (any, error) {
			if e := c.entry(id(obj.(P))); e != nil {
				return e, nil
			}
			return nil, nil
		},
	}
}

// named is a list of one id, or of none for the empty one.
func named(id content.ID) []content.ID {
	if id == "" {
		return nil
	}
	return []content.ID{id}
}

// some answers with the entries that the object names, in its order; those that
// are not published are left out.
func some[T any, P any](need string, ids func(obj P) []content.ID) relation {
	return relation{
		needs: []string{need},
		ids:   func(obj any) []content.ID { return ids(obj.(P)) },
		answer: func(c *call, obj any) (any, error) {
			found := []*T{}
			for _, id := range ids(obj.(P)) {
				if e, ok := any(c.entry(id)).(*T); ok {
					found = append(found, e)
				}
			}
			return found, nil
		},
	}
}

// list answers with a page of a kind, within what the object bounds it to.
func list[P any](s pager, within func(obj P) mongodb.Within, needs ...string) relation {
	return listOf(s, func(obj any) mongodb.Within { return within(obj.(P)) }, needs...)
}

func listOf(s pager, within func(obj any) mongodb.Within, needs ...string) relation {
	return relation{needs: needs, load: func(c *call) ([]any, error) {
		parents := make([]mongodb.Within, len(c.objs))
		for i, obj := range c.objs {
			parents[i] = within(obj)
		}
		return s.pages(c, parents)
	}}
}

// linked bounds a list to the entries whose stored field names one of some ids.
func linked(field string, ids ...content.ID) mongodb.Within {
	return mongodb.Within{Any: []mongodb.Link{{Field: field, IDs: ids}}}
}

// these bounds a list to some entries.
func these(ids []content.ID) mongodb.Within { return linked("_id", ids...) }
