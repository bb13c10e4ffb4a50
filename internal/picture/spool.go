package picture

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// Spooled is the content of a file that is not in the program's memory: a temporary file that is mapped into the
// address space, so that the system loads only the parts that are read. Bytes is read-only. Close removes the file.
type Spooled struct {
	Bytes []byte
	close func() error
}

// Close removes the file. Bytes must not be used after it.
func (s *Spooled) Close() error { return s.close() }

// Spool copies a stream to its end into a temporary file.
func Spool(from io.Reader) (*Spooled, error) {
	file, err := os.CreateTemp("", "sen-picture-")
	if err != nil {
		return nil, fmt.Errorf("spool a picture: %w", err)
	}
	remove := func() error { return errors.Join(file.Close(), os.Remove(file.Name())) }
	size, err := io.Copy(file, from)
	if err == nil {
		var s *Spooled
		if s, err = mapFile(file, size, remove); err == nil {
			return s, nil
		}
	}
	return nil, fmt.Errorf("spool a picture: %w", errors.Join(err, remove()))
}

// Parts are the kept parts of a file, in order. They are slices of the file, not copies.
type Parts [][]byte

// maxParts bounds the number of parts. No usual picture has so many.
const maxParts = 1 << 16

// add appends a part. A part that follows the last one directly in memory is joined to it.
func (p *Parts) add(part []byte) {
	if len(part) == 0 {
		return
	}
	if n := len(*p); n > 0 {
		last := (*p)[n-1]
		if cap(last) > len(last) && &last[:len(last)+1][len(last)] == &part[0] {
			(*p)[n-1] = last[:len(last)+len(part)]
			return
		}
	}
	*p = append(*p, part)
}

// checkCount returns a refusal if there are too many parts.
func (p Parts) checkCount() error {
	if len(p) > maxParts {
		return refuse(ReasonBroken, "it has more than %d parts", maxParts)
	}
	return nil
}

// Size returns the length of all parts in bytes.
func (p Parts) Size() (n int64) {
	for _, part := range p {
		n += int64(len(part))
	}
	return n
}

// Reader returns a reader of all parts, one after the other.
func (p Parts) Reader() io.Reader {
	readers := make([]io.Reader, len(p))
	for i, part := range p {
		readers[i] = bytes.NewReader(part)
	}
	return io.MultiReader(readers...)
}

// Bytes returns a copy of all parts.
func (p Parts) Bytes() []byte { return slices.Concat(p...) }
