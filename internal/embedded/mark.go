package embedded

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
)

// sumOfState is the checksum of the row of the table state.
func sumOfState(commits, tables int64, garbage []byte) uint32 {
	data := binary.LittleEndian.AppendUint64(nil, uint64(commits))
	data = binary.LittleEndian.AppendUint64(data, uint64(tables))
	return crc32.Checksum(append(data, garbage...), castagnoli)
}

// markName is the file with the number of the last commit. It is written behind every commit and need not reach the
// disk: after a loss of power it may be behind the database. But a database that is behind it has lost what was
// acknowledged.
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
			"to go on with what is left, remove the file %s: %w", db.commits, marked, filepath.Join(db.dir, markName), errDamaged)
	}
	return nil
}

// readMark is the number in a file of the last commit; zero if there is none or it is torn.
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

// markText is what is in the file of the last commit.
func markText(commits int64) string {
	number := fmt.Sprintf("%020d", commits)
	return fmt.Sprintf("%s %08x\n", number, crc32.Checksum([]byte(number), castagnoli))
}

// sumOfTable is the checksum of a table's line in the catalogue.
func sumOfTable(id int64, name, columns string, documents, hash int64) uint32 {
	return crc32.Checksum(fmt.Appendf(nil, "%d\x00%s\x00%s\x00%d\x00%d", id, name, columns, documents, hash), castagnoli)
}
