//go:build !unix

package picture

import (
	"io"
	"os"
)

// mapFile reads the whole file into memory, because only Unix systems share one call for mapping files.
func mapFile(file *os.File, size int64, remove func() error) (*Spooled, error) {
	data := make([]byte, size)
	if _, err := io.ReadFull(io.NewSectionReader(file, 0, size), data); err != nil {
		return nil, err
	}
	return &Spooled{data, remove}, nil
}
