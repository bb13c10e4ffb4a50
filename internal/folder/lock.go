// Package folder locks folders that only one program may use.
package folder

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// ErrInUse means that another program has locked a folder.
var ErrInUse = errors.New("the folder is in use by another program")

// Lock locks a folder against other programs, by its file "lock". The lock ends when the returned file is closed, or with
// the process. The error is [ErrInUse], or that of the file.
func Lock(dir string) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(ErrInUse, file.Close())
	}
	return file, nil
}
