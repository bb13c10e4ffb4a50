package bsondoc

import (
	"errors"
	"math"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

var errMalformed = errors.New("the document is not well-formed BSON")

// Elements are the bytes of the elements of a document or an array, for [Next].
func Elements(doc string) (string, error) {
	if len(doc) < 5 || int(Length(doc)) != len(doc) || doc[len(doc)-1] != 0 {
		return "", errMalformed
	}
	return doc[4 : len(doc)-1], nil
}

// Next takes the first of some elements from them.
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

// Length is the number of four bytes with which a value of no fixed size begins; more than there can be where there are
// fewer bytes.
func Length(data string) uint32 {
	if len(data) < 4 {
		return math.MaxInt32
	}
	return uint32(data[0]) | uint32(data[1])<<8 | uint32(data[2])<<16 | uint32(data[3])<<24
}

// Bits are the eight bytes of a number or a moment.
func Bits(data string) uint64 {
	_ = data[7]
	return uint64(data[0]) | uint64(data[1])<<8 | uint64(data[2])<<16 | uint64(data[3])<<24 |
		uint64(data[4])<<32 | uint64(data[5])<<40 | uint64(data[6])<<48 | uint64(data[7])<<56
}

// fixedSizes are the sizes of values by their kinds; -1 where that is not fixed. A table, since scans ask it for each value.
var fixedSizes = func() (sizes [256]int8) {
	for i := range sizes {
		sizes[i] = -1
	}
	for kind, size := range map[bson.Type]int8{
		bson.TypeNull: 0, bson.TypeUndefined: 0, bson.TypeMinKey: 0, bson.TypeMaxKey: 0, bson.TypeBoolean: 1, bson.TypeInt32: 4,
		bson.TypeDouble: 8, bson.TypeDateTime: 8, bson.TypeTimestamp: 8, bson.TypeInt64: 8,
		bson.TypeObjectID: 12, bson.TypeDecimal128: 16,
	} {
		sizes[kind] = size
	}
	return sizes
}()

// FixedSize is how many bytes the values of a kind have; -1 if that is not fixed.
func FixedSize(kind bson.Type) int { return int(fixedSizes[kind]) }

// sizeOf is how many bytes the value has with which some bytes begin; it is negative, or more than there are, if they
// are malformed.
func sizeOf(kind bson.Type, data string) int {
	if size := FixedSize(kind); size >= 0 {
		return size
	}
	switch kind {
	case bson.TypeString, bson.TypeJavaScript, bson.TypeSymbol:
		if Length(data) == 0 {
			return -1 // the sign at its end is counted
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
