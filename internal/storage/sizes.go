package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/engine"
)

// Sizes of pictures are kept as GridFS has them in a bucket of their own, in sizes.files and sizes.chunks: they can be
// made again, so that they are no part of an archive, and go when they are used least.
const sizesBucket = "sizes"

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
func (s *Store) OpenSize(ctx context.Context, m *content.Media, key string, now time.Time) (*File, error) {
	f, stored, err := s.openFile(ctx, sizesBucket, m, key)
	if err == nil && now.Sub(stored.Metadata.Used) > usedWithin {
		used := engine.Update(engine.ByID(f.id), engine.Set("metadata.used", now))
		if err := s.write(ctx, sizesBucket+".files", used); err != nil {
			s.log.WarnContext(ctx, "a size of a picture may go although it is used", "size", f.id, "err", err)
		}
	}
	return f, err
}

// PutSize keeps a size of a picture. Where it is there already, that one stays.
func (s *Store) PutSize(ctx context.Context, id content.ID, key, mimeType string, data []byte, now time.Time) error {
	about := bson.D{{Key: "mimeType", Value: mimeType}, {Key: "used", Value: now}}
	err := s.putFile(ctx, sizesBucket, fileID(id, key), key, about, bytes.NewReader(data))
	if errors.Is(err, engine.ErrDuplicate) {
		return nil
	}
	return err
}

// Sizes gives every size that is kept.
func (s *Store) Sizes(ctx context.Context, each func(KeptSize)) error {
	fields := bson.D{{Key: "length", Value: 1}, {Key: "metadata.used", Value: 1}}
	return s.engine.Table(sizesBucket+".files").Find(ctx, engine.Query{Fields: fields}, func(doc bson.Raw) error {
		var stored storedFile
		if err := bsondoc.Unmarshal(doc, &stored); err != nil {
			return err
		}
		each(KeptSize{ID: stored.ID, Medium: mediumOf(stored.ID), Bytes: stored.Length, Used: stored.Metadata.Used})
		return nil
	})
}

// DropSizes lets go of sizes, by their ids. Who is reading one may be cut off.
func (s *Store) DropSizes(ctx context.Context, ids []string) error {
	return s.dropFiles(ctx, sizesBucket, ids)
}

// DropFormerSizes removes the sizes of pictures that earlier versions kept among the media, by whatever size was asked for.
func (s *Store) DropFormerSizes(ctx context.Context) error {
	former := bson.D{{Key: "_id", Value: bson.D{{Key: "$regex", Value: "@w[0-9]+h[0-9]+"}}}}
	var ids []string
	err := s.engine.Table(bucketName+".files").Find(ctx, engine.Query{Filter: former, Fields: idOnly}, func(doc bson.Raw) error {
		id := bsondoc.ID(doc)
		ids = append(ids, id)
		return nil
	})
	if err != nil {
		return fmt.Errorf("list former sizes of pictures: %w", err)
	}
	return s.dropFiles(ctx, bucketName, ids)
}

// dropFiles removes files of a bucket, by their ids.
func (s *Store) dropFiles(ctx context.Context, bucket string, ids []string) error {
	for some := range slices.Chunk(ids, 1000) {
		if err := s.deleteFiles(ctx, bucket, bson.D{{Key: "$in", Value: some}}); err != nil {
			return err
		}
	}
	return nil
}
