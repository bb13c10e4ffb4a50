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
	"slices"

	"github.com/blevesearch/bleve/v2/util"
	bolt "go.etcd.io/bbolt"
)

// verify checks the segments that an index lists. They are mapped into memory, so a damaged one would give wrong
// answers, or end the program; and if one is missing, bleve opens an older state without an error. Segments that a
// killed program did not finish are not listed; bleve removes them.
func verify(dir string) error {
	names, err := listed(dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := verifySegment(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// listed returns the names of the segments of the newest state of an index: scorch, persister.go.
func listed(dir string) (names []string, err error) {
	path := filepath.Join(dir, "root.bolt")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if others, _ := filepath.Glob(filepath.Join(dir, "*.zap")); len(others) > 0 {
			return nil, fmt.Errorf("%s is missing", path)
		}
		return nil, nil
	}
	db, err := bolt.Open(path, 0o600, &bolt.Options{ReadOnly: true})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return names, db.View(func(tx *bolt.Tx) error {
		states := tx.Bucket(util.BoltSnapshotsBucket)
		if states == nil {
			return nil
		}
		newest, _ := states.Cursor().Last()
		if newest == nil {
			return nil
		}
		state := states.Bucket(newest)
		return state.ForEachBucket(func(key []byte) error {
			if name := state.Bucket(key).Get(util.BoltPathKey); name != nil {
				names = append(names, string(slices.Clone(name)))
			}
			return nil
		})
	})
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
		return fmt.Errorf("%s is cut off", name)
	}
	if sum.Sum32() != binary.BigEndian.Uint32(want[:]) {
		return fmt.Errorf("%s has a wrong checksum", name)
	}
	return nil
}
