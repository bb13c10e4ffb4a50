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

// openBuckets makes the buckets of files.
func (s *Store) openBuckets() {
	bucket := func(name string) *files.Bucket {
		step := func(name string) { fault(name) }
		return &files.Bucket{Engine: s.engine, Name: name, Now: s.Now, Timeout: s.timeout, Step: step}
	}
	s.media, s.sizes = bucket(bucketName), bucket(sizesBucket)
}

// fileIndexes are the indexes of files.
func (s *Store) fileIndexes() (all []tableIndexes) {
	for _, bucket := range []*files.Bucket{s.media, s.sizes} {
		table, index := bucket.Index()
		all = append(all, tableIndexes{table, []engine.Index{index}})
	}
	return all
}

// PutFile keeps the bytes of a medium, or of a variant of it when that is not "". They are
// read a part at a time. When it fails, nothing of them is left. Where a variant is there
// already, or another server is about to write it, that one stays.
func (s *Store) PutFile(ctx context.Context, id content.ID, variant, name, mimeType string, from io.Reader) error {
	err := s.media.Put(ctx, files.ID(id, variant), name, bson.D{{Key: "mimeType", Value: mimeType}}, from)
	if variant != "" && errors.Is(err, engine.ErrDuplicate) {
		return nil
	}
	return err
}

// OpenFile opens the bytes of a medium that is there at a stage, or of a variant of it
// when that is not "". What is not there is a NOT_FOUND.
func (s *Store) OpenFile(ctx context.Context, id content.ID, variant string, stage content.Stage) (*files.File, error) {
	m, err := s.Medium(ctx, id, stage)
	if err != nil {
		return nil, err
	}
	return s.OpenFileOf(ctx, m, variant)
}

// Medium is what is known of the files of a medium that is there at a stage. What is not there is a NOT_FOUND.
func (s *Store) Medium(ctx context.Context, id content.ID, stage content.Stage) (*content.Media, error) {
	found, err := s.Media.Known(ctx, []content.ID{id}, stage, []string{"mimeType", "sha256", "width", "height", "variants"})
	if err == nil && found[0] == nil {
		err = files.ErrNone
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// OpenFileOf opens the bytes of a medium that was found, or of a variant of it when that is not "".
func (s *Store) OpenFileOf(ctx context.Context, m *content.Media, variant string) (*files.File, error) {
	f, _, err := s.media.Open(ctx, m, variant)
	return f, err
}

// Files gives every kept file, sizes of pictures too, with the medium that it is of and its size in bytes.
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

// MediumOf finds a medium that has a file with some SHA-256 and is not in the trash; ""
// when there is none.
func (s *Store) MediumOf(ctx context.Context, sha256 string) (id content.ID, err error) {
	filter := bson.D{{Key: query.Draft + "sha256", Value: sha256}, {Key: "state", Value: bson.D{{Key: "$ne", Value: content.StateTrashed}}}}
	err = s.Media.table.Find(ctx, engine.Query{Filter: filter, Fields: idOnly, Limit: 1}, func(doc bson.Raw) error {
		id = content.ID(bsondoc.ID(doc))
		return nil
	})
	return id, err
}
