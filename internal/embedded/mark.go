package embedded

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
)

// sumOfState returns the checksum of the row of the table state.
func sumOfState(commits, tables int64, garbage []byte) uint32 {
	data := binary.LittleEndian.AppendUint64(nil, uint64(commits))
	data = binary.LittleEndian.AppendUint64(data, uint64(tables))
	return crc32.Checksum(append(data, garbage...), castagnoli)
}

// markName is the file with the number of the last commit. It is written after every commit, without waiting for the
// disk. So after a power failure its number may be lower than that of the database. But a database with a lower
// number than the file has lost acknowledged writes.
const markName = "commits"

// openMark opens the file with the number of the last commit and reads it.
func (db *DB) openMark() (marked int64, err error) {
	path := filepath.Join(db.dir, markName)
	if db.mark, err = os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return 0, err
	}
	return readMark(path)
}

// compareMark compares the number of the last commit with that of the database.
func (db *DB) compareMark(marked int64) error {
	if marked > db.commits {
		return fmt.Errorf("it ends with commit %d, and commit %d was acknowledged: its end is lost. Restore a backup; "+
			"to go on with what is left, remove the file %s: %w", db.commits, marked, filepath.Join(db.dir, markName),
			errDamaged)
	}
	return nil
}

// readMark reads the number in a file of the last commit. It returns zero if there is no such file or it is damaged.
func readMark(path string) (marked int64, err error) {
	data, err := os.ReadFile(path)
	var sum uint32
	if _, scanErr := fmt.Sscanf(string(data), "%d %x", &marked, &sum); scanErr != nil || markText(marked) != string(data) {
		marked = 0
	}
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	return marked, err
}

// markText returns the content of the file of the last commit.
func markText(commits int64) string {
	number := fmt.Sprintf("%020d", commits)
	return fmt.Sprintf("%s %08x\n", number, crc32.Checksum([]byte(number), castagnoli))
}

// sumOfTable returns the checksum of a table's row in the catalogue.
func sumOfTable(id int64, name, columns string, documents, hash int64) uint32 {
	return crc32.Checksum(fmt.Appendf(nil, "%d\x00%s\x00%s\x00%d\x00%d", id, name, columns, documents, hash), castagnoli)
}
