package storage

import (
	"context"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"sen/internal/content"
)

// Each gives every entry of the kind, whole, in the order of their ids.
func (c *Collection[T, F]) Each(ctx context.Context, each func(*content.Entry[T]) error) error {
	return c.find(ctx, bson.D{}, options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}), func(cursor *mongo.Cursor) error {
		var e content.Entry[T]
		if err := cursor.Decode(&e); err != nil {
			return err
		}
		c.complete(&e)
		return each(&e)
	})
}

// IDs lists the ids of all entries of the kind.
func (c *Collection[T, F]) IDs(ctx context.Context) (ids []content.ID, err error) {
	err = c.find(ctx, bson.D{}, options.Find().SetProjection(bson.D{{Key: "_id", Value: 1}}), func(cursor *mongo.Cursor) error {
		id, _ := cursor.Current.Lookup("_id").StringValueOK()
		ids = append(ids, content.ID(id))
		return nil
	})
	return ids, err
}

// Claims gives every claimed slug with its kind, its entry, when it was claimed, and whether readers are said to see it.
func (s *Store) Claims(ctx context.Context, each func(kind content.Kind, slug string, entry content.ID, at time.Time, public bool) error) error {
	cursor, err := s.db.Collection(routes).Find(ctx, bson.D{}, options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}))
	if err != nil {
		return fail(err)
	}
	return drain(ctx, cursor, func(cursor *mongo.Cursor) error {
		var held claim
		if err := cursor.Decode(&held); err != nil {
			return err
		}
		kind, slug, _ := strings.Cut(held.ID, ":")
		return each(content.Kind(kind), slug, held.Entry, held.At, held.Public)
	})
}

// Claim takes a slug for an entry, from whoever has it; the empty entry lets it go.
func (s *Store) Claim(ctx context.Context, kind content.Kind, slug string, entry content.ID, at time.Time) error {
	id := claimKey{kind, slug}.id()
	return s.guarded(func() error {
		_, err := s.db.Collection(routes).DeleteOne(ctx, bson.D{{Key: "_id", Value: id}})
		if err == nil && entry != "" {
			_, err = s.db.Collection(routes).InsertOne(ctx, claim{ID: id, Entry: entry, At: at})
		}
		return fail(err)
	})
}

// Open gives every revision that is not marked as one that came to be.
func (s *Store) Open(ctx context.Context, each func(*content.Revision) error) error {
	cursor, err := s.db.Collection(revisionsName).Find(ctx, bson.D{{Key: "committed", Value: false}}, options.Find().SetProjection(bson.D{{Key: "copy", Value: 0}}))
	if err != nil {
		return fail(err)
	}
	return drain(ctx, cursor, func(cursor *mongo.Cursor) error {
		var r content.Revision
		if err := cursor.Decode(&r); err != nil {
			return err
		}
		return each(&r)
	})
}

// Files gives every kept file, sizes of pictures too, with the medium that it is of and its size in bytes.
func (s *Store) Files(ctx context.Context, each func(id content.ID, name string, bytes int64) error) error {
	for _, bucket := range []string{bucketName, sizesBucket} {
		cursor, err := s.db.Collection(bucket+".files").Find(ctx, bson.D{}, options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}))
		if err != nil {
			return fail(err)
		}
		err = drain(ctx, cursor, func(cursor *mongo.Cursor) error {
			var file storedFile
			if err := cursor.Decode(&file); err != nil {
				return err
			}
			return each(mediumOf(file.ID), file.ID, file.Length)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
