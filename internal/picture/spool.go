package picture

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// Spooled is a file to be looked at anywhere, which is not in the program's memory: it stands in a temporary file,
// and the system reads what is looked at. It can't be written to. Close removes it.
type Spooled struct {
	Bytes []byte
	close func() error
}

// Close removes the file. Its bytes must not be looked at any more.
func (s *Spooled) Close() error { return s.close() }

// Spool takes in a file to its end.
func Spool(from io.Reader) (*Spooled, error) {
	file, err := os.CreateTemp("", "sen-picture-")
	if err != nil {
		return nil, fmt.Errorf("spool a picture: %w", err)
	}
	remove := func() error { return errors.Join(file.Close(), os.Remove(file.Name())) }
	size, err := io.Copy(file, from)
	if err == nil {
		var s *Spooled
		if s, err = mapped(file, size, remove); err == nil {
			return s, nil
		}
	}
	return nil, fmt.Errorf("spool a picture: %w", errors.Join(err, remove()))
}

// Parts are what is kept of a file, in order, without a copy of it.
type Parts [][]byte

// maxParts bounds them: no picture that anyone made has so many.
const maxParts = 1 << 16

// add keeps a part. One that follows the last in the same file joins it.
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

// bounded refuses what has too many parts.
func (p Parts) bounded() error {
	if len(p) > maxParts {
		return refuse(ReasonBroken, "it has more than %d parts", maxParts)
	}
	return nil
}

// Size is the length of all parts in bytes.
func (p Parts) Size() (n int64) {
	for _, part := range p {
		n += int64(len(part))
	}
	return n
}

// Reader reads the parts one after the other.
func (p Parts) Reader() io.Reader {
	readers := make([]io.Reader, len(p))
	for i, part := range p {
		readers[i] = bytes.NewReader(part)
	}
	return io.MultiReader(readers...)
}

// Bytes is a copy of all parts.
func (p Parts) Bytes() []byte { return slices.Concat(p...) }
