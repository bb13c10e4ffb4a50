package bleveindex

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/blevesearch/bleve/v2/util"
	bolt "go.etcd.io/bbolt"
)

const (
	// rootName is bleve's file with the list of segments and the removed documents of each.
	rootName = "root.bolt"
	// sealName is the file with the CRC-32 of rootName. It is there while no program uses the folder, unless the last
	// one was killed.
	sealName = "root.crc"
)

// verify returns an error if the files of a stage are damaged: bleve maps them into memory and trusts them, so it would
// give wrong answers, wait for ever, or end the program. A killed program may leave segments that are not whole, but
// not in the list of segments, so others are not looked at.
func verify(dir string) error {
	name := filepath.Join(dir, rootName)
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		if files, _ := os.ReadDir(dir); len(files) > 0 {
			return fmt.Errorf("%s is missing", name)
		}
		return nil // a new index
	}
	if err != nil {
		return err
	}
	db, err := bolt.Open(name, 0o600, &bolt.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	if err := unseal(dir); err != nil {
		return err
	}
	return db.View(func(tx *bolt.Tx) error {
		if tx.Size() > info.Size() {
			return fmt.Errorf("%s was cut", name)
		}
		for _, segment := range segments(tx) {
			if err := verifySegment(filepath.Join(dir, segment)); err != nil {
				return err
			}
		}
		return nil
	})
}

// segments returns the names of the files of the newest state.
func segments(tx *bolt.Tx) (names []string) {
	snapshots := tx.Bucket(util.BoltSnapshotsBucket)
	if snapshots == nil {
		return nil
	}
	last, _ := snapshots.Cursor().Last()
	newest := snapshots.Bucket(last)
	if newest == nil {
		return nil
	}
	_ = newest.ForEachBucket(func(key []byte) error { // the function returns no error
		if name := newest.Bucket(key).Get(util.BoltPathKey); name != nil {
			names = append(names, string(name))
		}
		return nil
	})
	return names
}

// verifySegment compares the checksum of a segment with its content. The last four bytes of a segment are the CRC-32
// (IEEE) of all before them: zapx, write.go.
func verifySegment(name string) error {
	file, err := os.Open(name) //nolint:gosec // a file of the operator's folder
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	sum := crc32.NewIEEE()
	if _, err := io.CopyN(sum, file, max(info.Size()-crc32.Size, 0)); err != nil {
		return err
	}
	var want [crc32.Size]byte
	if _, err := io.ReadFull(file, want[:]); err != nil {
		return fmt.Errorf("%s was cut", name)
	}
	if sum.Sum32() != binary.BigEndian.Uint32(want[:]) {
		return fmt.Errorf("%s has a wrong checksum", name)
	}
	return nil
}

// seal writes the checksum of the list of segments, when the index was closed.
func seal(dir string) error {
	sum, err := rootSum(dir)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, sealName), sum, 0o600)
}

// unseal compares the checksum of the list of segments with its content, and removes it. Without one, the last program
// was killed.
func unseal(dir string) error {
	name := filepath.Join(dir, sealName)
	sealed, err := os.ReadFile(name) //nolint:gosec // a file of the operator's folder
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	sum, err := rootSum(dir)
	if err != nil {
		return err
	}
	if string(sum) != string(sealed) {
		return fmt.Errorf("%s has a wrong checksum", filepath.Join(dir, rootName))
	}
	return os.Remove(name)
}

// rootSum returns the checksum of the list of segments.
func rootSum(dir string) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(dir, rootName)) //nolint:gosec // a file of the operator's folder
	return binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(data)), err
}
