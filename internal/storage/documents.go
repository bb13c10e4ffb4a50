package storage

import (
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/engine"
	"sen/internal/storage/batch"
)

// byID is the order of documents by their ids.
var byID = bson.D{{Key: "_id", Value: 1}}

// idOnly reads only the `_id` of a document.
var idOnly = bson.D{{Key: "_id", Value: 1}}

// findOne reads one document, or only some fields of it. It returns false if there is none.
func findOne[T any](
	ctx context.Context, table engine.Table, filter bson.D, fields ...bson.E,
) (doc *T, ok bool, err error) {
	err = table.Find(ctx, engine.Query{Filter: filter, Fields: fields, Limit: 1}, func(raw bson.Raw) error {
		doc, ok = new(T), true
		return bsondoc.Unmarshal(raw, doc)
	})
	return doc, ok && err == nil, err
}

// exists reports whether a table has a document that matches a filter.
func exists(ctx context.Context, table engine.Table, filter bson.D) (found bool, err error) {
	err = table.Find(ctx, engine.Query{Filter: filter, Fields: idOnly, Limit: 1}, func(bson.Raw) error {
		found = true
		return nil
	})
	return found, err
}

// maxPeople is the greatest number of accounts, and of tokens, that are listed.
const maxPeople = 1000

// findAll reads documents in an order, at most maxPeople.
func findAll[T any](ctx context.Context, table engine.Table, filter bson.D, order string) ([]*T, error) {
	docs := []*T{}
	sort := bson.D{{Key: order, Value: 1}, {Key: "_id", Value: 1}}
	err := table.Find(ctx, engine.Query{Filter: filter, Sort: sort, Limit: maxPeople}, func(raw bson.Raw) error {
		docs = append(docs, new(T))
		return bsondoc.Unmarshal(raw, docs[len(docs)-1])
	})
	return docs, err
}

// count counts the documents of a table that match a filter.
func count(ctx context.Context, table engine.Table, filter bson.D) (int, error) {
	counts, err := table.Count(ctx, filter)
	if err != nil {
		return 0, err
	}
	return counts[0], nil
}

// write changes documents of a table. It is no error if a filter matches no document.
func (s *Store) write(ctx context.Context, table string, changes ...engine.Change) error {
	_, err := s.engine.Table(table).Write(ctx, changes...)
	return err
}

// update updates one document and reports whether the filter matched one.
func (s *Store) update(ctx context.Context, table string, filter, update bson.D) (bool, error) {
	n, err := s.engine.Table(table).Write(ctx, engine.Update(filter, update))
	return n > 0, err
}

// writeEach makes independent changes of a table, combined with those of parallel changes ([batch.Together]). It
// returns the positions of the changes that failed because another document has the same key.
func (s *Store) writeEach(ctx context.Context, table string, changes []engine.Change) (duplicates []int, err error) {
	if len(changes) == 0 {
		return nil, nil
	}
	return batch.Join(ctx, "write "+table, changes, func(ctx context.Context, several [][]engine.Change) ([][]int, error) {
		all := slices.Concat(several...)
		_, failed, err := s.engine.Table(table).WriteEach(ctx, all...)
		if err != nil {
			return nil, err
		}
		duplicates := make([][]int, len(several))
		for i, first := 0, 0; i < len(several); i++ {
			for _, at := range failed {
				if at >= first && at < first+len(several[i]) {
					duplicates[i] = append(duplicates[i], at-first)
				}
			}
			first += len(several[i])
		}
		return duplicates, nil
	})
}
