package embedded

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// syncFolder waits until the names in a folder have reached the disk.
func syncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// syncFoldersOf waits until the name of a folder and those of all folders above it have reached the disk. It leaves out
// folders that only others may read, which were there before, and those of systems that cannot tell.
func syncFoldersOf(dir string) error {
	for above := filepath.Dir(dir); above != dir; dir, above = above, filepath.Dir(above) {
		if err := syncFolder(above); err != nil && !isOne(err, fs.ErrPermission, syscall.EINVAL, syscall.ENOTSUP) {
			return err
		}
	}
	return nil
}
