package files

import (
	"context"
	"errors"
	"fmt"
	"io"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/engine"
)

// File gives access to the bytes of a stored file, from any position.
type File struct {
	MimeType string
	// Tag identifies the bytes: different bytes have a different tag.
	Tag string

	ctx    context.Context // of the request that reads it
	chunks engine.Table
	id     string
	size   int64
	chunk  int64
	at     int64
	held   int64 // the number of the chunk in data, -1 if there is none
	data   []byte
}

// Size is the length of the file in bytes.
func (f *File) Size() int64 { return f.size }

// Read implements io.Reader.
func (f *File) Read(p []byte) (int, error) {
	if f.at >= f.size {
		return 0, io.EOF
	}
	if n := f.at / f.chunk; n != f.held {
		var part *chunk
		one := engine.Query{Filter: bson.D{{Key: "files_id", Value: f.id}, {Key: "n", Value: n}}, Limit: 1}
		err := f.chunks.Find(f.ctx, one, func(doc bson.Raw) error {
			part = new(chunk)
			return bsondoc.Unmarshal(doc, part)
		})
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
