package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/files"
)

// KeptSize is a size of a picture that is kept.
type KeptSize struct {
	// ID names it in the store.
	ID string
	// Medium is whose size it is.
	Medium content.ID
	Bytes  int64
	// Used is when it was last shown, to [usedWithin].
	Used time.Time
}

// usedWithin is how exactly it is known when a size was last used: so that showing it writes now and then only.
const usedWithin = time.Hour

// OpenSize opens a size of a picture, by its key. What is not there is a NOT_FOUND.
func (s *Store) OpenSize(ctx context.Context, m *content.Media, key string, now time.Time) (*files.File, error) {
	f, stored, err := s.sizes.Open(ctx, m, key)
	if err == nil && now.Sub(stored.Metadata.Used) > usedWithin {
		if err := s.sizes.Use(ctx, stored.ID, now); err != nil {
			s.log.WarnContext(ctx, "a size of a picture may go although it is used", "size", stored.ID, "err", err)
		}
	}
	return f, err
}

// PutSize keeps a size of a picture. Where it is there already, that one stays.
func (s *Store) PutSize(ctx context.Context, id content.ID, key, mimeType string, data []byte, now time.Time) error {
	about := bson.D{{Key: "mimeType", Value: mimeType}, {Key: "used", Value: now}}
	err := s.sizes.Put(ctx, files.ID(id, key), key, about, bytes.NewReader(data))
	if errors.Is(err, engine.ErrDuplicate) {
		return nil
	}
	return err
}

// Sizes gives every size that is kept.
func (s *Store) Sizes(ctx context.Context, each func(KeptSize)) error {
	fields := bson.D{{Key: "length", Value: 1}, {Key: "metadata.used", Value: 1}}
	return s.sizes.Each(ctx, engine.Query{Fields: fields}, func(file files.Stored) error {
		each(KeptSize{ID: file.ID, Medium: files.MediumOf(file.ID), Bytes: file.Length, Used: file.Metadata.Used})
		return nil
	})
}

// DropSizes lets go of sizes, by their ids. Who is reading one may be cut off.
func (s *Store) DropSizes(ctx context.Context, ids []string) error {
	return s.sizes.Drop(ctx, ids)
}

// DropFormerSizes removes the sizes of pictures that earlier versions kept among the media, by whatever size was asked
// for.
func (s *Store) DropFormerSizes(ctx context.Context) error {
	former := bson.D{{Key: "_id", Value: bson.D{{Key: "$regex", Value: "@w[0-9]+h[0-9]+"}}}}
	var ids []string
	err := s.media.Each(ctx, engine.Query{Filter: former, Fields: idOnly}, func(file files.Stored) error {
		ids = append(ids, file.ID)
		return nil
	})
	if err != nil {
		return fmt.Errorf("list former sizes of pictures: %w", err)
	}
	return s.media.Drop(ctx, ids)
}
