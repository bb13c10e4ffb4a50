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

// KeptSize describes a stored size of a picture.
type KeptSize struct {
	// ID is the id of its file.
	ID string
	// Medium is the medium of the picture.
	Medium content.ID
	Bytes  int64
	// Used is when it was last shown, with a precision of [usedWithin].
	Used time.Time
}

// usedWithin is the precision of the time when a size was last used. It limits how often showing a size causes a
// write.
const usedWithin = time.Hour

// OpenSize opens a size of a picture by its key. If there is none, the error is NOT_FOUND.
func (s *Store) OpenSize(ctx context.Context, m *content.Media, key string, now time.Time) (*files.File, error) {
	f, stored, err := s.sizes.Open(ctx, m, key)
	if err == nil && now.Sub(stored.Metadata.Used) > usedWithin {
		if err := s.sizes.Use(ctx, stored.ID, now); err != nil {
			s.log.WarnContext(ctx,
				"the time of use of a picture's size could not be stored; the size may be removed although it is used", "size",
				stored.ID, "err", err)
		}
	}
	return f, err
}

// PutSize stores a size of a picture. If it exists already, that one stays.
func (s *Store) PutSize(ctx context.Context, id content.ID, key, mimeType string, data []byte, now time.Time) error {
	about := bson.D{{Key: "mimeType", Value: mimeType}, {Key: "used", Value: now}}
	err := s.sizes.Put(ctx, files.ID(id, key), key, about, bytes.NewReader(data))
	if errors.Is(err, engine.ErrDuplicate) {
		return nil
	}
	return err
}

// Sizes calls a function with every stored size.
func (s *Store) Sizes(ctx context.Context, each func(KeptSize)) error {
	fields := bson.D{{Key: "length", Value: 1}, {Key: "metadata.used", Value: 1}}
	return s.sizes.Each(ctx, engine.Query{Fields: fields}, func(file files.Stored) error {
		each(KeptSize{ID: file.ID, Medium: files.MediumOf(file.ID), Bytes: file.Length, Used: file.Metadata.Used})
		return nil
	})
}

// DropSizes removes sizes by their ids. It may interrupt a request that is reading one of them.
func (s *Store) DropSizes(ctx context.Context, ids []string) error {
	return s.sizes.Drop(ctx, ids)
}

// DropFormerSizes removes the sizes that earlier versions of the program stored among the media, under the dimensions
// that a client requested.
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
