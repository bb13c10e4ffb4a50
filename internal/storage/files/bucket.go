// Package files stores files in parts on any engine, in the form of GridFS (the driver specification "gridfs").
package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/lease"
)

// Bucket is a set of files of media. The `_id` of a file is the medium's id; for a variant "@" and the variant's name
// follow. The `_id` of a part is made from the file's `_id` and the number of the part.
type Bucket struct {
	// Engine stores the files, in the tables Name+".files" and Name+".chunks".
	Engine engine.Engine
	Name   string
	// Now returns the store's time.
	Now func() time.Time
	// Timeout bounds the removal of the remains of a file that could not be written.
	Timeout time.Duration
	// Step is called after each step of a write with the name of the step. Tests stop the program there.
	Step func(name string)
}

// ErrNone is the NOT_FOUND error of files.
var ErrNone = content.Errorf(content.CodeNotFound, "There is no such file.")

// ID returns the `_id` of a file of a medium: the original, or a variant if variant is not empty.
func ID(id content.ID, variant string) string {
	if variant == "" {
		return string(id)
	}
	return string(id) + "@" + variant
}

// MediumOf returns the id of the medium to which the file with an `_id` belongs.
func MediumOf(fileID string) content.ID {
	id, _, _ := strings.Cut(fileID, "@")
	return content.ID(id)
}

// Stored is the document of a file, without its bytes.
type Stored struct {
	ID string `json:"_id"`
	// Length is the size of the file in bytes. ChunkSize is the size in bytes of each part except the last.
	Length    int64 `json:"length"`
	ChunkSize int64 `json:"chunkSize"`
	Metadata  struct {
		MimeType string `json:"mimeType"`
		// Used is the time when a size of a picture was last shown. It is zero for other files.
		Used time.Time `json:"used"`
	} `json:"metadata"`
}

// chunkSize is the size of a part in bytes. It is the default of GridFS.
const chunkSize = 255 << 10

// chunk is a part of a file.
type chunk struct {
	ID   string      `json:"_id"`
	File string      `json:"files_id"`
	N    int64       `json:"n"`
	Data bson.Binary `json:"data"`
}

// chunkID returns the `_id` of a part. The number has a fixed width, so that the parts of a file are in order in an
// export.
func chunkID(file string, n int64) string { return fmt.Sprintf("%s/%06d", file, n) }

// files and chunks are the tables of the bucket.
func (b *Bucket) files() engine.Table  { return b.Engine.Table(b.Name + ".files") }
func (b *Bucket) chunks() engine.Table { return b.Engine.Table(b.Name + ".chunks") }

// Index returns the index by which parts are read, and the name of their table.
func (b *Bucket) Index() (table string, index engine.Index) {
	return b.Name + ".chunks", engine.Index{Keys: bson.D{{Key: "files_id", Value: 1}, {Key: "n", Value: 1}}, Unique: true}
}

// putTimeout bounds the writing of one file.
const putTimeout = 2 * time.Minute

// Put writes a file part by part. about is its metadata. If it fails, no part of the file remains, except after two
// errors: [engine.ErrDuplicate] if a file with the id exists, and [lease.ErrLost] if another attempt writes the file.
func (b *Bucket) Put(ctx context.Context, id, name string, about bson.D, from io.Reader) error {
	ctx, cancel := context.WithTimeout(ctx, putTimeout)
	defer cancel()
	size, err := b.putChunks(ctx, id, from)
	if err == nil {
		_, err = b.files().Write(ctx, engine.Insert(bson.D{
			{Key: "_id", Value: id},
			{Key: "length", Value: size},
			{Key: "chunkSize", Value: chunkSize},
			{Key: "uploadDate", Value: b.Now().UTC()},
			{Key: "filename", Value: name},
			{Key: "metadata", Value: about},
		}))
	}
	if err == nil {
		b.Step("file written")
		return nil
	}
	if !errors.Is(err, engine.ErrDuplicate) && !errors.Is(context.Cause(ctx), lease.ErrLost) {
		cleanup, cancel := context.WithTimeout(context.WithoutCancel(ctx), b.Timeout)
		defer cancel()
		err = errors.Join(err, b.Delete(cleanup, bson.D{{Key: "$eq", Value: id}}))
	}
	return fmt.Errorf("keep the file %s: %w", name, err)
}

// putChunks writes the parts of a file and returns its size in bytes.
func (b *Bucket) putChunks(ctx context.Context, id string, from io.Reader) (size int64, err error) {
	part := make([]byte, chunkSize)
	for n := int64(0); ; n++ {
		read, err := io.ReadFull(from, part)
		last := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !last {
			return size, err
		}
		if read > 0 {
			data := bson.Binary{Data: part[:read]}
			if _, err := b.chunks().Write(ctx, engine.Insert(chunk{chunkID(id, n), id, n, data})); err != nil {
				return size, err
			}
			size += int64(read)
			b.Step("chunk written")
		}
		if last {
			return size, nil
		}
	}
}

// Open opens a file of a medium: the original, or a variant if variant is not empty. If there is none, the error is
// [ErrNone].
func (b *Bucket) Open(ctx context.Context, m *content.Media, variant string) (*File, *Stored, error) {
	f := &File{MimeType: m.MimeType, Tag: m.SHA256, ctx: ctx, chunks: b.chunks(), id: ID(m.ID, variant), held: -1}
	var stored *Stored
	err := b.files().Find(ctx, engine.Query{Filter: engine.ByID(f.id), Limit: 1}, func(doc bson.Raw) error {
		stored = new(Stored)
		return bsondoc.Unmarshal(doc, stored)
	})
	if err == nil && stored == nil {
		err = ErrNone
	}
	if err != nil {
		return nil, nil, err
	}
	if variant != "" {
		f.MimeType, f.Tag = stored.Metadata.MimeType, m.SHA256+"-"+variant
	}
	f.size, f.chunk = stored.Length, stored.ChunkSize
	return f, stored, nil
}

// Use stores the time at which a file was used last.
func (b *Bucket) Use(ctx context.Context, id string, at time.Time) error {
	_, err := b.files().Write(ctx, engine.Update(engine.ByID(id), engine.Set("metadata.used", at)))
	return err
}

// Each calls a function with every file that a query finds, without the bytes.
func (b *Bucket) Each(ctx context.Context, q engine.Query, each func(Stored) error) error {
	return b.files().Find(ctx, q, func(doc bson.Raw) error {
		var file Stored
		if err := bsondoc.Unmarshal(doc, &file); err != nil {
			return err
		}
		return each(file)
	})
}

// Delete removes the files whose ids meet one of some conditions. It also removes parts of such files that were never
// finished.
func (b *Bucket) Delete(ctx context.Context, conditions ...bson.D) error {
	for _, at := range []struct {
		table engine.Table
		key   string
	}{{b.files(), "_id"}, {b.chunks(), "files_id"}} {
		changes := make([]engine.Change, len(conditions))
		for i, condition := range conditions {
			changes[i] = engine.DeleteAll(bson.D{{Key: at.key, Value: condition}})
		}
		if _, err := at.table.Write(ctx, changes...); err != nil {
			return fmt.Errorf("remove files: %w", err)
		}
	}
	return nil
}

// Drop removes the files with some ids.
func (b *Bucket) Drop(ctx context.Context, ids []string) error {
	for chunk := range slices.Chunk(ids, 1000) {
		if err := b.Delete(ctx, bson.D{{Key: "$in", Value: chunk}}); err != nil {
			return err
		}
	}
	return nil
}
