package mongodb

import (
	"cmp"
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"sen/internal/engine"
)

// union is several pipelines that run as one command. Each has its own collection, index and limit.
type union struct {
	pipeline func(i int) mongo.Pipeline
	// table returns the collection of a pipeline.
	table func(i int) string
	// size is the greatest number of documents of all pipelines together.
	size int
	// hint is the index of all pipelines; nil lets the planner choose.
	hint bson.D
	// of returns the pipeline of a document. It is nil if [markOf] adds a field for that.
	of func(bson.Raw) int
}

// queryKey is the field of a document that says which pipeline found it.
const queryKey = "query"

// markOf returns the field that marks the documents of a pipeline.
func markOf(i int) bson.E {
	return bson.E{Key: queryKey, Value: bson.D{{Key: "$literal", Value: i}}}
}

// runUnion runs n pipelines with $unionWith, and calls a function with each document and the index of its pipeline.
func (t *table) runUnion(ctx context.Context, n int, u union, each func(int, bson.Raw) error) error {
	all := u.pipeline(0)
	for i := 1; i < n; i++ {
		all = append(all,
			bson.D{{
				Key:   "$unionWith",
				Value: bson.D{{Key: "coll", Value: u.table(i)}, {Key: "pipeline", Value: u.pipeline(i)}},
			}})
	}
	o := options.Aggregate().SetBatchSize(int32(u.size + 1))
	if u.hint != nil {
		o.SetHint(u.hint)
	}
	of := u.of
	if of == nil {
		of = func(doc bson.Raw) int {
			i, _ := doc.Lookup(queryKey).AsInt64OK()
			return int(i)
		}
	}
	cursor, err := t.Aggregate(ctx, all, o)
	if err != nil {
		return fail(err)
	}
	return drain(ctx, cursor, func(doc bson.Raw) error { return each(of(doc), doc) })
}

// FindEach implements engine.Table.
func (t *table) FindEach(
	ctx context.Context, queries []engine.Query, each func(query int, document bson.Raw) error,
) error {
	own := t.Name()
	if first := queries[0].Table; first != "" && first != t.Name() {
		t = &table{t.Database().Collection(first)}
	}
	if len(queries) == 1 {
		return t.Find(ctx, queries[0], func(doc bson.Raw) error { return each(0, doc) })
	}
	u := union{
		hint: queries[0].Hint, of: queryOf(queries),
		table: func(i int) string { return cmp.Or(queries[i].Table, own) },
	}
	for _, q := range queries {
		u.size += max(q.Limit, q.Batch)
	}
	u.pipeline = func(i int) mongo.Pipeline {
		q := queries[i]
		pipeline := mongo.Pipeline{{{Key: "$match", Value: all(q.Filter)}}}
		if q.Sort != nil {
			pipeline = append(pipeline, bson.D{{Key: "$sort", Value: q.Sort}})
		}
		if q.Skip > 0 {
			pipeline = append(pipeline, bson.D{{Key: "$skip", Value: q.Skip}})
		}
		if q.Limit > 0 {
			pipeline = append(pipeline, bson.D{{Key: "$limit", Value: q.Limit}})
		}
		mark := markOf(i)
		if u.of != nil {
			mark = bson.E{Key: q.Discriminator.Key, Value: 1}
		}
		read := "$project"
		if len(q.Fields) == 0 { // reads the whole document
			read = "$addFields"
		}
		return append(pipeline, bson.D{{Key: read, Value: append(q.Fields[:len(q.Fields):len(q.Fields)], mark)}})
	}
	return t.runUnion(ctx, len(queries), u, each)
}

// queryOf returns a function that finds the query of a document by the value at [engine.Query.Discriminator]. That
// value is in the index of the hint, so that ids and sort keys are read from the index alone. It returns nil if two
// queries have the same value, or one has none.
func queryOf(queries []engine.Query) func(bson.Raw) int {
	places := map[string]int{}
	for i, q := range queries {
		value, _ := q.Discriminator.Value.(string)
		if value == "" {
			return nil
		}
		places[value] = i
	}
	if len(places) < len(queries) {
		return nil
	}
	path := split(queries[0].Discriminator.Key)
	return func(doc bson.Raw) int {
		value, _ := doc.Lookup(path...).StringValueOK()
		return places[value]
	}
}
