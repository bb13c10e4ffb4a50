package bsondoc

import (
	"errors"
	"math"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

var errMalformed = errors.New("the document is not well-formed BSON")

// Elements returns the bytes of the elements of a document or an array, to be read with [Next].
func Elements(doc string) (string, error) {
	if len(doc) < 5 || int(Length(doc)) != len(doc) || doc[len(doc)-1] != 0 {
		return "", errMalformed
	}
	return doc[4 : len(doc)-1], nil
}

// Next splits off the first element from a list of elements.
func Next(all string) (name string, v Element, rest string, err error) {
	end := strings.IndexByte(all, 0)
	if end < 1 {
		return "", Element{}, "", errMalformed
	}
	name, v.Kind, rest = all[1:end], bson.Type(all[0]), all[end+1:]
	size := sizeOf(v.Kind, rest)
	if size < 0 || size > len(rest) {
		return "", Element{}, "", errMalformed
	}
	v.Data = rest[:size]
	return name, v, rest[size:], nil
}

// Length returns the first four bytes as a number: the length that begins each value without a fixed size. If there
// are fewer bytes, it returns more than any document has.
func Length(data string) uint32 {
	if len(data) < 4 {
		return math.MaxInt32
	}
	return uint32(data[0]) | uint32(data[1])<<8 | uint32(data[2])<<16 | uint32(data[3])<<24
}

// Uint64 returns the first eight bytes as a number, for values of the types number and date.
func Uint64(data string) uint64 {
	_ = data[7]
	return uint64(data[0]) | uint64(data[1])<<8 | uint64(data[2])<<16 | uint64(data[3])<<24 |
		uint64(data[4])<<32 | uint64(data[5])<<40 | uint64(data[6])<<48 | uint64(data[7])<<56
}

// fixedSizes gives the sizes of values in bytes, by their types; -1 if the size is not fixed. It is an array, because
// scans look up each value.
var fixedSizes = func() (sizes [256]int8) {
	for i := range sizes {
		sizes[i] = -1
	}
	for kind, size := range map[bson.Type]int8{
		bson.TypeNull: 0, bson.TypeUndefined: 0, bson.TypeMinKey: 0, bson.TypeMaxKey: 0, bson.TypeBoolean: 1,
		bson.TypeInt32:  4,
		bson.TypeDouble: 8, bson.TypeDateTime: 8, bson.TypeTimestamp: 8, bson.TypeInt64: 8,
		bson.TypeObjectID: 12, bson.TypeDecimal128: 16,
	} {
		sizes[kind] = size
	}
	return sizes
}()

// FixedSize returns the size in bytes of the values of a type; -1 if the size is not fixed.
func FixedSize(kind bson.Type) int { return int(fixedSizes[kind]) }

// sizeOf returns the size in bytes of the value at the beginning of data. For malformed data the size is negative or
// larger than data.
func sizeOf(kind bson.Type, data string) int {
	if size := FixedSize(kind); size >= 0 {
		return size
	}
	switch kind {
	case bson.TypeString, bson.TypeJavaScript, bson.TypeSymbol:
		if Length(data) == 0 {
			return -1 // the length includes the zero byte at the end
		}
		return 4 + int(Length(data))
	case bson.TypeEmbeddedDocument, bson.TypeArray, bson.TypeCodeWithScope:
		return int(Length(data))
	case bson.TypeBinary:
		return 5 + int(Length(data))
	case bson.TypeDBPointer:
		return 16 + int(Length(data))
	case bson.TypeRegex:
		pattern := strings.IndexByte(data, 0)
		if pattern < 0 {
			return -1
		}
		options := strings.IndexByte(data[pattern+1:], 0)
		if options < 0 {
			return -1
		}
		return pattern + options + 2
	}
	return -1
}
