//go:build unix

package picture

import (
	"errors"
	"os"
	"syscall"
)

// mapped lets a file be looked at as if it were in memory.
func mapped(file *os.File, size int64, remove func() error) (*Spooled, error) {
	if size == 0 { // nothing can be mapped
		return &Spooled{nil, remove}, nil
	}
	data, err := syscall.Mmap(int(file.Fd()), 0, int(size), syscall.PROT_READ, syscall.MAP_PRIVATE)
	if err != nil {
		return nil, err
	}
	return &Spooled{data, func() error { return errors.Join(syscall.Munmap(data), remove()) }}, nil
}
