package embedded

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// syncFolder waits until the names in a folder are on the disk.
func syncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// syncFoldersOf waits until the names of a folder and of all folders above it are on the disk. It skips folders that
// this user can't read, which existed before, and systems that do not support this.
func syncFoldersOf(dir string) error {
	for above := filepath.Dir(dir); above != dir; dir, above = above, filepath.Dir(above) {
		if err := syncFolder(above); err != nil && !isAny(err, fs.ErrPermission, syscall.EINVAL, syscall.ENOTSUP) {
			return err
		}
	}
	return nil
}
