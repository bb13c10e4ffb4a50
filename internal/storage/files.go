package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/engine"
)

// The bytes of media are kept as GridFS has them (the driver specification
// "gridfs"), in the collections media.files and media.chunks. A file's `_id` is the
// medium's id, with "@" and its name behind it for a variant. A chunk's is made from the file's and its number.

// File is the bytes of a medium, to be read from any place.
type File struct {
	MimeType string
	// Tag names the bytes: other bytes have another one.
	Tag string

	ctx    context.Context // of the request that reads it
	chunks engine.Table
	id     string
	size   int64
	chunk  int64
	at     int64
	held   int64 // the number of the chunk in data, -1 for none
	data   []byte
}

// bucketName is the prefix of GridFS's collections.
const bucketName = "media"

func fileID(id content.ID, variant string) string {
	if variant == "" {
		return string(id)
	}
	return string(id) + "@" + variant
}

// storedFile is a file as GridFS has it, without its bytes.
type storedFile struct {
	ID        string `json:"_id"`
	Length    int64  `json:"length"`
	ChunkSize int64  `json:"chunkSize"`
	Metadata  struct {
		MimeType string `json:"mimeType"`
		// Used is of a size alone: see [KeptSize].
		Used time.Time `json:"used"`
	} `json:"metadata"`
}

// mediumOf is whose file has some id.
func mediumOf(fileID string) content.ID {
	id, _, _ := strings.Cut(fileID, "@")
	return content.ID(id)
}

// fileTimeout bounds the writing of one file.
const fileTimeout = 2 * time.Minute

// PutFile keeps the bytes of a medium, or of a variant of it when that is not "". They are
// read a part at a time. When it fails, nothing of them is left. Where a variant is there
// already, or another server is about to write it, that one stays.
func (s *Store) PutFile(ctx context.Context, id content.ID, variant, name, mimeType string, from io.Reader) error {
	err := s.putFile(ctx, bucketName, fileID(id, variant), name, bson.D{{Key: "mimeType", Value: mimeType}}, from)
	if variant != "" && errors.Is(err, engine.ErrDuplicate) {
		return nil
	}
	return err
}

// putFile writes a file into a bucket. When it fails, nothing of it is left.
func (s *Store) putFile(ctx context.Context, bucket, id, name string, about bson.D, from io.Reader) error {
	ctx, cancel := context.WithTimeout(ctx, fileTimeout)
	defer cancel()
	size, err := s.putChunks(ctx, bucket, id, from)
	if err == nil {
		err = s.write(ctx, bucket+".files", engine.Insert(bson.D{
			{Key: "_id", Value: id},
			{Key: "length", Value: size},
			{Key: "chunkSize", Value: chunkSize},
			{Key: "uploadDate", Value: s.Now().UTC()},
			{Key: "filename", Value: name},
			{Key: "metadata", Value: about},
		}))
	}
	if err == nil {
		fault("file written")
		return nil
	}
	if !errors.Is(err, engine.ErrDuplicate) && !errors.Is(context.Cause(ctx), errHoldLost) { // or else the chunks are not ours
		cleanup, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.timeout)
		defer cancel()
		err = errors.Join(err, s.deleteFiles(cleanup, bucket, bson.D{{Key: "$eq", Value: id}}))
	}
	return fmt.Errorf("keep the file %s: %w", name, err)
}

// chunkSize is how many bytes of a file are in a chunk, as GridFS has it by default.
const chunkSize = 255 << 10

// chunk is a part of a file.
type chunk struct {
	ID   string      `json:"_id"`
	File string      `json:"files_id"`
	N    int64       `json:"n"`
	Data bson.Binary `json:"data"`
}

// chunkID is the `_id` of a chunk. Its number has a fixed width, so that chunks of a file follow one another in an export.
func chunkID(file string, n int64) string { return fmt.Sprintf("%s/%06d", file, n) }

// putChunks writes the bytes of a file, a part at a time, and tells how many there are.
func (s *Store) putChunks(ctx context.Context, bucket, id string, from io.Reader) (size int64, err error) {
	part := make([]byte, chunkSize)
	for n := int64(0); ; n++ {
		read, err := io.ReadFull(from, part)
		last := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !last {
			return size, err
		}
		if read > 0 {
			data := bson.Binary{Data: part[:read]}
			if err := s.write(ctx, bucket+".chunks", engine.Insert(chunk{chunkID(id, n), id, n, data})); err != nil {
				return size, err
			}
			size += int64(read)
			fault("chunk written")
		}
		if last {
			return size, nil
		}
	}
}

// fileIndexes are the indexes of files.
func fileIndexes() (all []tableIndexes) {
	parts := engine.Index{Keys: bson.D{{Key: "files_id", Value: 1}, {Key: "n", Value: 1}}, Unique: true}
	for _, bucket := range []string{bucketName, sizesBucket} {
		all = append(all, tableIndexes{bucket + ".chunks", []engine.Index{parts}})
	}
	return all
}

// OpenFile opens the bytes of a medium that is there at a stage, or of a variant of it
// when that is not "". What is not there is a NOT_FOUND.
func (s *Store) OpenFile(ctx context.Context, id content.ID, variant string, stage content.Stage) (*File, error) {
	m, err := s.Medium(ctx, id, stage)
	if err != nil {
		return nil, err
	}
	return s.OpenFileOf(ctx, m, variant)
}

// errNoFile is the NOT_FOUND of files.
var errNoFile = content.Errorf(content.CodeNotFound, "There is no such file.")

// Medium is what is known of the files of a medium that is there at a stage. What is not there is a NOT_FOUND.
func (s *Store) Medium(ctx context.Context, id content.ID, stage content.Stage) (*content.Media, error) {
	found, err := s.Media.Known(ctx, []content.ID{id}, stage, []string{"mimeType", "sha256", "width", "height", "variants"})
	if err == nil && found[0] == nil {
		err = errNoFile
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// OpenFileOf opens the bytes of a medium that was found, or of a variant of it when that is not "".
func (s *Store) OpenFileOf(ctx context.Context, m *content.Media, variant string) (*File, error) {
	f, _, err := s.openFile(ctx, bucketName, m, variant)
	return f, err
}

// openFile opens a file of a medium in a bucket: the whole one, when the name is "".
func (s *Store) openFile(ctx context.Context, bucket string, m *content.Media, name string) (*File, *storedFile, error) {
	f := &File{
		MimeType: m.MimeType, Tag: m.SHA256,
		ctx: ctx, chunks: s.engine.Table(bucket + ".chunks"), id: fileID(m.ID, name), held: -1,
	}
	stored, err := findOne[storedFile](ctx, s.engine.Table(bucket+".files"), engine.ByID(f.id))
	if stored == nil && err == nil {
		err = errNoFile
	}
	if err != nil {
		return nil, nil, err
	}
	if name != "" {
		f.MimeType, f.Tag = stored.Metadata.MimeType, m.SHA256+"-"+name
	}
	f.size, f.chunk = stored.Length, stored.ChunkSize
	return f, stored, nil
}

// Size is the length of the file in bytes.
func (f *File) Size() int64 { return f.size }

// Read implements io.Reader.
func (f *File) Read(p []byte) (int, error) {
	if f.at >= f.size {
		return 0, io.EOF
	}
	if n := f.at / f.chunk; n != f.held {
		part, err := findOne[chunk](f.ctx, f.chunks, bson.D{{Key: "files_id", Value: f.id}, {Key: "n", Value: n}})
		if part == nil && err == nil {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return 0, fmt.Errorf("read chunk %d of %s: %w", n, f.id, err)
		}
		f.held, f.data = n, part.Data.Data
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

// deleteFiles removes the files of a bucket whose ids meet one of some conditions, and bytes of such that were
// never finished.
func (s *Store) deleteFiles(ctx context.Context, bucket string, conditions ...bson.D) error {
	for _, at := range []struct{ collection, key string }{{".files", "_id"}, {".chunks", "files_id"}} {
		changes := make([]engine.Change, len(conditions))
		for i, condition := range conditions {
			changes[i] = engine.DeleteAll(bson.D{{Key: at.key, Value: condition}})
		}
		if err := s.write(ctx, bucket+at.collection, changes...); err != nil {
			return fmt.Errorf("remove files: %w", err)
		}
	}
	return nil
}

// MediumOf finds a medium that has a file with some SHA-256 and is not in the trash; ""
// when there is none.
func (s *Store) MediumOf(ctx context.Context, sha256 string) (id content.ID, err error) {
	filter := bson.D{{Key: draft + "sha256", Value: sha256}, {Key: "state", Value: bson.D{{Key: "$ne", Value: content.StateTrashed}}}}
	err = s.Media.table.Find(ctx, engine.Query{Filter: filter, Fields: idOnly, Limit: 1}, func(doc bson.Raw) error {
		id = content.ID(bsondoc.ID(doc))
		return nil
	})
	return id, err
}
