package storage

import (
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/query"
)

// usersAtOnce is the number of queries for users of entries in one command: a pipeline of MongoDB has at most 1,000
// stages.
const usersAtOnce = 500

// UsedBy lists, for each of some entries, at most `most` entries that link to it from either copy. Entries in the trash
// don't count. The list is in the order of kinds, and within a kind in the order of ids. UsedBy makes one round trip
// for any number of entries. It makes further round trips, one for each usersAtOnce queries, if some entries have so
// many users that those of others may be missing.
func (s *Store) UsedBy(ctx context.Context, ids []content.ID, most int) (map[content.ID][]content.ID, error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	users := make(map[content.ID][]content.ID, len(ids))
	if len(ids) == 0 {
		return users, nil
	}
	kinds := content.Kinds()
	all := make([]usersQuery, len(kinds))
	for i, kind := range kinds {
		all[i] = usersQuery{table: s.collectionName(kind), of: ids, most: most, users: map[content.ID][]content.ID{}}
	}
	if err := s.find(ctx, all); err != nil {
		return nil, err
	}
	var again []usersQuery
	for _, q := range all {
		for _, id := range ids {
			if q.full() && len(ids) > 1 && len(q.users[id]) < most {
				delete(q.users, id)
				again = append(again, usersQuery{table: q.table, of: []content.ID{id}, most: most, users: q.users})
			}
		}
	}
	for chunk := range slices.Chunk(again, usersAtOnce) {
		if err := s.find(ctx, chunk); err != nil {
			return nil, err
		}
	}
	for _, q := range all {
		for _, id := range ids {
			by := q.users[id]
			users[id] = append(users[id], by[:min(len(by), most-len(users[id]))]...)
		}
	}
	return users, nil
}

// usersQuery is a query of a table for the users of some entries.
type usersQuery struct {
	table string
	of    []content.ID
	// most is the greatest number of users that are returned for each entry. read is the number of documents that were
	// read.
	most, read int
	users      map[content.ID][]content.ID
}

// limit is the greatest number of documents to read. It allows for one more per entry, since an entry may link to
// itself.
func (q *usersQuery) limit() int { return len(q.of) * (q.most + 1) }

// full reports whether there may be more users than were read.
func (q *usersQuery) full() bool { return q.read == q.limit() }

// take adds the users from a document that links to some of the entries.
func (q *usersQuery) take(doc bson.Raw) {
	q.read++
	user := bsondoc.ID(doc)
	for _, to := range bsondoc.StringsAt(doc, []string{"links"}) {
		id := content.ID(to)
		if by := q.users[id]; slices.Contains(q.of, id) && len(by) < q.most && to != user {
			q.users[id] = append(by, content.ID(user))
		}
	}
}

// find makes some queries in one round trip.
func (s *Store) find(ctx context.Context, all []usersQuery) error {
	queries := make([]engine.Query, len(all))
	for i, q := range all {
		queries[i] = engine.Query{
			Table: q.table, Filter: append(bson.D{{Key: "links", Value: query.OneOf(q.of)}}, query.Working.Shown...),
			Fields: bson.D{{Key: "links", Value: 1}}, Sort: byID, Limit: q.limit(),
		}
	}
	return s.engine.Table(all[0].table).FindEach(ctx, queries, func(i int, doc bson.Raw) error {
		all[i].take(doc)
		return nil
	})
}
