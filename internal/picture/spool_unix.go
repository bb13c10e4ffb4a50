//go:build unix

package picture

import (
	"errors"
	"os"
	"syscall"
)

// mapFile maps the file into memory.
func mapFile(file *os.File, size int64, remove func() error) (*Spooled, error) {
	if size == 0 { // an empty file can't be mapped
		return &Spooled{nil, remove}, nil
	}
	data, err := syscall.Mmap(int(file.Fd()), 0, int(size), syscall.PROT_READ, syscall.MAP_PRIVATE)
	if err != nil {
		return nil, err
	}
	return &Spooled{data, func() error { return errors.Join(syscall.Munmap(data), remove()) }}, nil
}
