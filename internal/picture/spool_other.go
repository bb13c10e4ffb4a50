//go:build !unix

package picture

import (
	"io"
	"os"
)

// mapped reads a file into memory: only systems like Unix map files alike.
func mapped(file *os.File, size int64, remove func() error) (*Spooled, error) {
	data := make([]byte, size)
	if _, err := io.ReadFull(io.NewSectionReader(file, 0, size), data); err != nil {
		return nil, err
	}
	return &Spooled{data, remove}, nil
}
