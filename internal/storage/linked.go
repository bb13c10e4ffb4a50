package storage

import (
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/batch"
	"sen/internal/storage/query"
)

// The fields that are read of linked entries: those from which labels are made, with the texts of a medium that
// replace missing texts where the medium is used; and those from which other entries derive values.
var (
	labelFields = []string{"title", "name", "fileName", "alt", "caption"}
	givenFields = []string{parentField, "ancestors", "series", "year", "level"}
)

// Linked reads some entries of any kinds, including those in the trash, in one round trip. The map has no key for an
// entry that does not exist. Parallel changes ([batch.Together]) share the copies: the caller must not change them.
func (s *Store) Linked(ctx context.Context, ids []content.ID) (map[content.ID]Linked, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return batch.Join(ctx, "linked", ids, s.linked)
}

func (s *Store) linked(ctx context.Context, several [][]content.ID) ([]map[content.ID]Linked, error) {
	byKind := map[content.Kind][]content.ID{}
	asked := map[content.ID][]int{}
	for i, ids := range several {
		for _, id := range ids {
			kind, ok := id.Kind()
			if asked[id] == nil && ok {
				byKind[kind] = append(byKind[kind], id)
			}
			if asked[id] = append(asked[id], i); !ok {
				delete(asked, id)
			}
		}
	}
	var from []collection
	var queries []engine.Query
	for _, c := range s.collections {
		if ids := byKind[c.Kind()]; len(ids) > 0 {
			from, queries = append(from, c), append(queries, c.linkQuery(ids))
		}
	}
	found := make([]map[content.ID]Linked, len(several))
	for i := range found {
		found[i] = map[content.ID]Linked{}
	}
	if len(queries) == 0 {
		return found, nil
	}
	err := s.engine.Table(queries[0].Table).FindEach(ctx, queries, func(q int, doc bson.Raw) error {
		id, linked, err := from[q].decodeLinked(doc)
		for _, i := range asked[id] {
			found[i][id] = linked
		}
		return err
	})
	return found, err
}

// linkQuery returns the query for some entries of the kind with the fields that [Store.Linked] needs.
func (c *Collection[T, F]) linkQuery(ids []content.ID) engine.Query {
	fields := query.Working.Projection(nil)
	for _, name := range labelFields {
		if slices.Contains(c.fields, name) {
			fields = append(fields, bson.E{Key: query.Draft + name, Value: 1})
		}
	}
	for _, name := range givenFields {
		if slices.Contains(c.fields, name) {
			fields = append(fields, bson.E{Key: query.Draft + name, Value: 1}, bson.E{Key: query.Live + name, Value: 1})
		}
	}
	filter := bson.D{{Key: "_id", Value: query.OneOf(ids)}}
	if len(ids) == 1 {
		filter = engine.ByID(ids[0])
	}
	return engine.Query{Table: c.name, Filter: filter, Fields: fields, Batch: len(ids)}
}

// decodeLinked decodes a document that a [Collection.linkQuery] found.
func (c *Collection[T, F]) decodeLinked(doc bson.Raw) (content.ID, Linked, error) {
	var e envelope[T]
	if err := c.decoder.Decode(bsondoc.Document(doc), &e); err != nil {
		return "", Linked{}, err
	}
	var l Linked
	e.LiveVersion = versionOf(e.Live)
	if !content.IsNil(e.Draft) {
		l.Draft = content.As(c.fill(e.ID, e.Draft, &e.Editing))
	}
	if !content.IsNil(e.Live) {
		l.Live = content.As(c.fill(e.ID, e.Live, nil))
	}
	return e.ID, l, nil
}
