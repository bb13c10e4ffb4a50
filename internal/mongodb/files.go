package mongodb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"sen/internal/content"
)

// The bytes of media are kept as GridFS has them (the driver specification
// "gridfs"), in the collections media.files and media.chunks. A file's `_id` is the
// medium's id, with "@" and the width behind it for a variant.

// File is the bytes of a medium, to be read from any place.
type File struct {
	MimeType string
	// Tag names the bytes: other bytes have another one.
	Tag string

	ctx    context.Context // of the request that reads it
	chunks *mongo.Collection
	id     string
	size   int64
	chunk  int64
	at     int64
	held   int64 // the number of the chunk in data, -1 for none
	data   []byte
}

// bucketName is the prefix of GridFS's collections.
const bucketName = "media"

func fileID(id content.ID, width int) string {
	if width == 0 {
		return string(id)
	}
	return fmt.Sprintf("%s@%d", id, width)
}

// PutFile keeps the bytes of a medium, or of its variant of a width when that is not 0.
func (s *Store) PutFile(ctx context.Context, id content.ID, width int, name string, from io.Reader) error {
	bucket := s.db.GridFSBucket(options.GridFSBucket().SetName(bucketName))
	if err := bucket.UploadFromStreamWithID(ctx, fileID(id, width), name, from); err != nil {
		return fmt.Errorf("keep the file %s: %w", name, fail(err))
	}
	return nil
}

// OpenFile opens the bytes of a published medium, or of its variant of a width in
// pixels when that is not 0. What is not there is a NOT_FOUND.
func (s *Store) OpenFile(ctx context.Context, id content.ID, width int) (*File, error) {
	missing := content.Errorf(content.CodeNotFound, "There is no such file.")
	found, err := s.Media.ByIDs(ctx, []content.ID{id}, content.StagePublished, []string{"mimeType", "sha256", "variants"})
	if err != nil {
		return nil, err
	}
	m := found[id]
	if m == nil {
		return nil, missing
	}
	f := &File{MimeType: m.MimeType, Tag: m.SHA256, ctx: ctx, chunks: s.db.Collection(bucketName + ".chunks"), id: fileID(id, width), held: -1}
	if width != 0 {
		f.MimeType = ""
		for _, v := range m.Variants {
			if v.Width == width {
				f.MimeType = v.MimeType
				f.Tag = fmt.Sprintf("%s-%d", m.SHA256, width)
			}
		}
		if f.MimeType == "" {
			return nil, missing
		}
	}
	var doc struct {
		Length    int64 `json:"length"`
		ChunkSize int64 `json:"chunkSize"`
	}
	err = s.db.Collection(bucketName+".files").FindOne(ctx, bson.D{{Key: "_id", Value: f.id}}).Decode(&doc)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil, missing
	}
	f.size, f.chunk = doc.Length, doc.ChunkSize
	return f, fail(err)
}

// Read implements io.Reader.
func (f *File) Read(p []byte) (int, error) {
	if f.at >= f.size {
		return 0, io.EOF
	}
	if n := f.at / f.chunk; n != f.held {
		var doc struct {
			Data bson.Binary `json:"data"`
		}
		err := f.chunks.FindOne(f.ctx, bson.D{{Key: "files_id", Value: f.id}, {Key: "n", Value: n}}).Decode(&doc)
		if err != nil {
			return 0, fmt.Errorf("read chunk %d of %s: %w", n, f.id, fail(err))
		}
		f.held, f.data = n, doc.Data.Data
	}
	from := f.at - f.held*f.chunk
	if from >= int64(len(f.data)) {
		return 0, io.ErrUnexpectedEOF
	}
	n := copy(p, f.data[from:])
	f.at += int64(n)
	return n, nil
}

// Seek implements io.Seeker.
func (f *File) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += f.at
	case io.SeekEnd:
		offset += f.size
	}
	if offset < 0 {
		return 0, errors.New("seek before the beginning")
	}
	f.at = offset
	return offset, nil
}

// DeleteFiles removes the bytes of a medium with its variants.
func (s *Store) DeleteFiles(ctx context.Context, id content.ID) error {
	bucket := s.db.GridFSBucket(options.GridFSBucket().SetName(bucketName))
	cursor, err := s.db.Collection(bucketName+".files").Find(ctx, bson.D{{Key: "_id", Value: bson.Regex{Pattern: "^" + regexp.QuoteMeta(string(id)) + "(@.*)?$"}}})
	if err != nil {
		return fail(err)
	}
	return drain(ctx, cursor, func(cursor *mongo.Cursor) error {
		name, _ := cursor.Current.Lookup("_id").StringValueOK()
		if err := bucket.Delete(ctx, name); err != nil && !errors.Is(err, mongo.ErrFileNotFound) {
			return fmt.Errorf("remove the file %s: %w", name, fail(err))
		}
		return nil
	})
}
