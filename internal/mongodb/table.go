package mongodb

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"sen/internal/engine"
)

// table is a collection that implements [engine.Table].
type table struct{ *mongo.Collection }

// Find implements engine.Table.
func (t *table) Find(ctx context.Context, q engine.Query, each func(bson.Raw) error) error {
	o := options.Find().SetSkip(int64(q.Skip)).SetLimit(int64(q.Limit))
	if q.Sort != nil {
		o.SetSort(q.Sort)
	}
	if batch := max(q.Limit, q.Batch); batch > 0 {
		o.SetBatchSize(int32(batch + 1))
	}
	if q.Fields != nil {
		o.SetProjection(q.Fields)
	}
	if q.Hint != nil {
		o.SetHint(q.Hint)
	}
	if q.Min != nil {
		o.SetMin(q.Min)
	}
	if q.Max != nil {
		o.SetMax(q.Max)
	}
	cursor, err := t.Collection.Find(ctx, all(q.Filter), o)
	if err != nil {
		return fail(err)
	}
	return drain(ctx, cursor, each)
}

// all returns a filter in the form that the driver accepts: an empty filter matches every document.
func all(filter bson.D) bson.D {
	if filter == nil {
		return bson.D{}
	}
	return filter
}

// drain calls a function with every document of a cursor and closes the cursor.
func drain(ctx context.Context, cursor *mongo.Cursor, each func(bson.Raw) error) error {
	defer func() { _ = cursor.Close(ctx) }()
	for cursor.Next(ctx) {
		if err := each(cursor.Current); err != nil {
			return err
		}
	}
	return fail(cursor.Err())
}

// Count implements engine.Table. Several counts are one pipeline.
func (t *table) Count(ctx context.Context, filters ...bson.D) ([]int, error) {
	counts := make([]int, len(filters))
	if len(filters) == 1 {
		n, err := t.CountDocuments(ctx, all(filters[0]))
		counts[0] = int(n)
		return counts, fail(err)
	}
	err := t.runUnion(ctx, len(filters),
		union{size: len(filters), table: func(int) string { return t.Name() }, pipeline: func(i int) mongo.Pipeline {
			return mongo.Pipeline{
				{{Key: "$match", Value: all(filters[i])}},
				{{Key: "$count", Value: "n"}},
				{{Key: "$addFields", Value: bson.D{markOf(i)}}},
			}
		}}, func(i int, doc bson.Raw) error {
			n, _ := doc.Lookup("n").AsInt64OK()
			counts[i] = int(n)
			return nil
		})
	return counts, err
}

// Distinct implements engine.Table.
func (t *table) Distinct(ctx context.Context, path string) ([]string, error) {
	var values []bson.RawValue
	if err := t.Collection.Distinct(ctx, path, bson.D{}).Decode(&values); err != nil {
		return nil, fail(err)
	}
	found := make([]string, 0, len(values))
	for _, value := range values {
		if s, ok := value.StringValueOK(); ok {
			found = append(found, s)
		}
	}
	return found, nil
}

// Modify implements engine.Table.
func (t *table) Modify(ctx context.Context, filter, update bson.D) (bson.Raw, bool, error) {
	after := options.FindOneAndUpdate().SetReturnDocument(options.After)
	raw, err := t.FindOneAndUpdate(ctx, filter, update, after).Raw()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil, false, nil
	}
	return raw, err == nil, duplicate(err)
}

// Write implements engine.Table with one bulk write: successive changes of the same type are one command.
func (t *table) Write(ctx context.Context, changes ...engine.Change) (int, error) {
	result, err := t.BulkWrite(ctx, models(changes))
	if err != nil {
		return 0, duplicate(err)
	}
	return foundBy(result), nil
}

// foundBy returns the number of documents that the changes of a bulk write found or added.
func foundBy(r *mongo.BulkWriteResult) int {
	return int(r.InsertedCount + r.MatchedCount + r.DeletedCount + r.UpsertedCount)
}

// WriteEach implements engine.Table. Inserts, updates and removals are one command each.
func (t *table) WriteEach(ctx context.Context, changes ...engine.Change) (found int, duplicates []int, err error) {
	result, err := t.BulkWrite(ctx, models(changes), options.BulkWrite().SetOrdered(false))
	var failed mongo.BulkWriteException
	if errors.As(err, &failed) && failed.WriteConcernError == nil {
		for _, one := range failed.WriteErrors {
			if !mongo.IsDuplicateKeyError(one) {
				return 0, nil, fail(err)
			}
			duplicates = append(duplicates, one.Index)
		}
		err = nil
	}
	if err != nil {
		return 0, nil, fail(err)
	}
	return foundBy(result), duplicates, nil
}

// models converts changes for a bulk write.
func models(changes []engine.Change) []mongo.WriteModel {
	all := make([]mongo.WriteModel, len(changes))
	for i, c := range changes {
		all[i] = model(c)
	}
	return all
}

// model converts one change for a bulk write.
func model(c engine.Change) mongo.WriteModel {
	switch c.Action {
	case engine.ActionInsert:
		return mongo.NewInsertOneModel().SetDocument(c.Document)
	case engine.ActionUpdate:
		return mongo.NewUpdateOneModel().SetFilter(all(c.Filter)).SetUpdate(c.Update)
	case engine.ActionUpdateAll:
		return mongo.NewUpdateManyModel().SetFilter(all(c.Filter)).SetUpdate(c.Update)
	case engine.ActionReplace:
		return mongo.NewReplaceOneModel().SetFilter(all(c.Filter)).SetReplacement(c.Document).SetUpsert(true)
	case engine.ActionDelete:
		return mongo.NewDeleteOneModel().SetFilter(all(c.Filter))
	case engine.ActionDeleteAll:
		return mongo.NewDeleteManyModel().SetFilter(all(c.Filter))
	}
	panic(fmt.Sprintf("no action %d", c.Action))
}
