package storage

import (
	"context"
	"errors"
	"io"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/files"
	"sen/internal/storage/query"
)

// openBuckets sets the buckets of files.
func (s *Store) openBuckets() {
	bucket := func(name string) *files.Bucket {
		step := func(name string) { fault(name) }
		return &files.Bucket{Engine: s.engine, Name: name, Now: s.Now, Timeout: s.timeout, Step: step}
	}
	s.media, s.sizes = bucket(bucketName), bucket(sizesBucket)
}

// fileIndexes returns the indexes of the tables of files.
func (s *Store) fileIndexes() (all []tableIndexes) {
	for _, bucket := range []*files.Bucket{s.media, s.sizes} {
		table, index := bucket.Index()
		all = append(all, tableIndexes{table, []engine.Index{index}})
	}
	return all
}

// PutFile stores the bytes of a medium, or of a variant of it if variant is not empty. It reads them part by part. If
// it fails, no part of them remains. If the variant exists already, or another server is about to write it, that one
// stays.
func (s *Store) PutFile(ctx context.Context, id content.ID, variant, name, mimeType string, from io.Reader) error {
	err := s.media.Put(ctx, files.ID(id, variant), name, bson.D{{Key: "mimeType", Value: mimeType}}, from)
	if variant != "" && errors.Is(err, engine.ErrDuplicate) {
		return nil
	}
	return err
}

// OpenFile opens the bytes of a medium that is visible at a stage, or of a variant of it if variant is not empty. If
// there is no such file, the error is NOT_FOUND.
func (s *Store) OpenFile(ctx context.Context, id content.ID, variant string, stage content.Stage) (*files.File, error) {
	m, err := s.Medium(ctx, id, stage)
	if err != nil {
		return nil, err
	}
	return s.OpenFileOf(ctx, m, variant)
}

// Medium returns the fields that describe the files of a medium that is visible at a stage. If there is no such
// medium, the error is NOT_FOUND.
func (s *Store) Medium(ctx context.Context, id content.ID, stage content.Stage) (*content.Media, error) {
	found, err := s.Media.Cached(ctx, []content.ID{id}, stage,
		[]string{"mimeType", "sha256", "width", "height", "variants"})
	if err == nil && found[0] == nil {
		err = files.ErrNone
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// OpenFileOf opens the bytes of a medium that was read before, or of a variant of it if variant is not empty.
func (s *Store) OpenFileOf(ctx context.Context, m *content.Media, variant string) (*files.File, error) {
	f, _, err := s.media.Open(ctx, m, variant)
	return f, err
}

// Files calls a function with every stored file, including the sizes of pictures: the medium to which it belongs, its
// name, and its size in bytes.
func (s *Store) Files(ctx context.Context, each func(id content.ID, name string, bytes int64) error) error {
	for _, bucket := range []*files.Bucket{s.media, s.sizes} {
		err := bucket.Each(ctx, engine.Query{Sort: byID}, func(file files.Stored) error {
			return each(files.MediumOf(file.ID), file.ID, file.Length)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// MediumOf returns the id of a medium that has a file with a SHA-256 and is not in the trash, or "" if there is none.
func (s *Store) MediumOf(ctx context.Context, sha256 string) (id content.ID, err error) {
	filter := bson.D{
		{Key: query.Draft + "sha256", Value: sha256},
		{Key: "state", Value: bson.D{{Key: "$ne", Value: content.StateTrashed}}},
	}
	err = s.Media.table.Find(ctx, engine.Query{Filter: filter, Fields: idOnly, Limit: 1}, func(doc bson.Raw) error {
		id = content.ID(bsondoc.ID(doc))
		return nil
	})
	return id, err
}
