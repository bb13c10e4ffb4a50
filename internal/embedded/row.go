package embedded

import (
	"encoding/binary"
	"errors"
	"hash/crc32"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// row is the part of a document that is in memory: its id, its number in the file, and the cells of its table's
// columns. A row is never changed: a new version of the document has a new row with a new number.
type row struct {
	n  int64
	id string
	// cells has the number of columns, the position of each cell, and the cells with their lengths. Equal cells are
	// stored once: the live copy and the draft of an entry have equal values if it was not changed since its
	// publication.
	cells string
	sum   uint32
}

// idColumn is the column number of the `_id`. noColumn is that of a path that rows do not contain.
const (
	idColumn = -2
	noColumn = -1
)

// maxShort is the greatest size of the cells of a row, in bytes, for which a position takes two bytes. Otherwise it
// takes four.
const maxShort = 1<<16 - 1

// castagnoli is the polynomial for which processors have an instruction.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum returns the checksum of the data of a table at a number. It includes the table and the number, so that
// data that a damaged file returns from another place does not pass.
func checksum(table, n int64, data []byte) uint32 {
	var place [16]byte
	binary.LittleEndian.PutUint64(place[:], uint64(table))
	binary.LittleEndian.PutUint64(place[8:], uint64(n))
	return crc32.Update(crc32.Checksum(place[:], castagnoli), castagnoli, data)
}

// encodeRow encodes a row.
func encodeRow(id string, cells [][]byte) []byte {
	places := make([]int, len(cells))
	values := []byte{0} // position 0 means a cell without a value
	for i, cell := range cells {
		if len(cell) == 0 {
			continue
		}
		for j := range i {
			if places[j] > 0 && string(cells[j]) == string(cell) {
				places[i] = places[j]
				break
			}
		}
		if places[i] == 0 {
			places[i] = len(values)
			values = append(binary.AppendUvarint(values, uint64(len(cell))), cell...)
		}
	}
	data := make([]byte, 0, len(id)+len(values)+4*len(cells)+8)
	data = append(binary.AppendUvarint(data, uint64(len(id))), id...)
	data = binary.LittleEndian.AppendUint16(data, uint16(len(cells)))
	size := byte(2)
	if len(values) > maxShort {
		size = 4
	}
	data = append(data, size)
	for _, place := range places {
		if size == 2 {
			data = binary.LittleEndian.AppendUint16(data, uint16(place))
		} else {
			data = binary.LittleEndian.AppendUint32(data, uint32(place))
		}
	}
	return append(data, values...)
}

var errRow = errors.New("a row is malformed")

// decodeRow decodes a row that encodeRow encoded.
func decodeRow(n int64, sum uint32, data string) (*row, error) {
	if data == "" {
		return nil, errRow
	}
	size, rest := takeLength(data)
	if size+3 > len(rest) {
		return nil, errRow
	}
	return &row{n: n, id: rest[:size], cells: rest[size:], sum: sum}, nil
}

// cell returns the cell of a column.
func (r *row) cell(column int) string {
	count := int(r.cells[0]) | int(r.cells[1])<<8
	if column >= count {
		return ""
	}
	size := int(r.cells[2])
	places, values := r.cells[3:], r.cells[3+size*count:]
	at := column * size
	place := int(places[at]) | int(places[at+1])<<8
	if size == 4 {
		place |= int(places[at+2])<<16 | int(places[at+3])<<24
	}
	if place == 0 {
		return ""
	}
	length, rest := takeLength(values[place:])
	return rest[:length]
}

// sortValue returns the value by which a row is sorted. For a list it is the least or the greatest value.
func (r *row) sortValue(column int, greatest bool) value {
	if column == idColumn {
		return value{bson.TypeString, r.id}
	}
	return sortValue(r.cell(column), greatest)
}

// sortValue returns the value by which a document with a cell is sorted.
func sortValue(cell string, greatest bool) value {
	if !isList(cell) {
		return oneValue(cell)
	}
	var found value
	some := false
	for rest := cell[2:]; rest != ""; {
		var v value
		if v, rest = nextValue(rest); v.kind == wholeArray {
			if !some && rest == "" && len(cell) > 2 && bson.Type(cell[2]) == wholeArray {
				return emptyArray
			}
			continue
		}
		if c := compare(v, found); !some || greatest && c > 0 || !greatest && c < 0 {
			found, some = v, true
		}
	}
	return found
}

// hash returns what a row adds to the checksum of its table.
func (r *row) hash() uint64 {
	x := uint64(r.sum)<<32 ^ uint64(r.n)*0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}
