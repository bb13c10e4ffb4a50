package mongodb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// element is a value as BSON has it (bsonspec.org, version 1.1): its type, and the bytes behind its name.
type element struct {
	kind bson.Type
	data string
}

// document is a whole document.
func document(raw bson.Raw) element { return element{bson.TypeEmbeddedDocument, string(raw)} }

// at is the value that a path of names leads to; null if there is none.
func (v element) at(path ...string) element {
	for _, step := range path {
		found := element{kind: bson.TypeNull}
		if v.each(bson.TypeEmbeddedDocument, func(name string, one element) error {
			if name == step {
				found = one
			}
			return nil
		}) != nil {
			return element{kind: bson.TypeNull}
		}
		v = found
	}
	return v
}

// null tells whether there is no value.
func (v element) null() bool { return v.kind == bson.TypeNull || v.kind == bson.TypeUndefined }

// must tells that the value is of another type, unless there is none.
func (v element) must(kind bson.Type) error {
	if v.kind == kind || v.null() {
		return nil
	}
	return fmt.Errorf("there is a value of the type %s, and it must be of the type %s", v.kind, kind)
}

// bits are the eight bytes of a number or a time.
func (v element) bits() uint64 { return binary.LittleEndian.Uint64([]byte(v.data)) }

// text is a text, empty for null.
func (v element) text() (string, error) {
	if v.kind != bson.TypeString {
		return "", v.must(bson.TypeString)
	}
	return v.data[4 : len(v.data)-1], nil
}

// time is a moment.
func (v element) time() time.Time { return time.UnixMilli(int64(v.bits())).UTC() }

// integer is a whole number, of any type of number; zero for null.
func (v element) integer() (int64, error) {
	if v.kind == bson.TypeInt64 {
		return int64(v.bits()), nil
	}
	n, err := v.number()
	if err == nil && n != math.Trunc(n) {
		err = fmt.Errorf("%v is no whole number", n)
	}
	return int64(n), err
}

// number is a number of any type, zero for null.
func (v element) number() (float64, error) {
	switch v.kind {
	case bson.TypeInt32:
		return float64(int32(length(v.data))), nil
	case bson.TypeInt64:
		return float64(int64(v.bits())), nil
	case bson.TypeDouble:
		return math.Float64frombits(v.bits()), nil
	}
	return 0, v.must(bson.TypeDouble)
}

// each gives the elements of a document or an array to a function, with their names; null has none.
func (v element) each(kind bson.Type, do func(name string, one element) error) error {
	if v.kind != kind {
		return v.must(kind)
	}
	if len(v.data) < 5 || int(length(v.data)) != len(v.data) || v.data[len(v.data)-1] != 0 {
		return errMalformed
	}
	for rest := v.data[4 : len(v.data)-1]; rest != ""; {
		var name string
		var one element
		var err error
		if name, one, rest, err = next(rest); err != nil {
			return err
		}
		if err := do(name, one); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// count is how many elements a document or an array has.
func (v element) count(kind bson.Type) (n int, err error) {
	err = v.each(kind, func(string, element) error {
		n++
		return nil
	})
	return n, err
}

var errMalformed = errors.New("the document is not well-formed BSON")

// next takes the first of some elements from them.
func next(all string) (name string, v element, rest string, err error) {
	end := strings.IndexByte(all, 0)
	if end < 1 {
		return "", element{}, "", errMalformed
	}
	name, v.kind, rest = all[1:end], bson.Type(all[0]), all[end+1:]
	size := sizeOf(v.kind, rest)
	if size < 0 || size > len(rest) {
		return "", element{}, "", errMalformed
	}
	v.data = rest[:size]
	return name, v, rest[size:], nil
}

// length is the number of four bytes with which a value of no fixed size begins.
func length(data string) uint32 {
	if len(data) < 4 {
		return math.MaxUint32
	}
	return uint32(data[0]) | uint32(data[1])<<8 | uint32(data[2])<<16 | uint32(data[3])<<24
}

// sizeOf is how many bytes the value has with which some bytes begin; it is negative, or more than there are, if they
// are malformed.
func sizeOf(kind bson.Type, data string) int {
	switch kind {
	case bson.TypeNull, bson.TypeUndefined, bson.TypeMinKey, bson.TypeMaxKey:
		return 0
	case bson.TypeBoolean:
		return 1
	case bson.TypeInt32:
		return 4
	case bson.TypeDouble, bson.TypeDateTime, bson.TypeTimestamp, bson.TypeInt64:
		return 8
	case bson.TypeObjectID:
		return 12
	case bson.TypeDecimal128:
		return 16
	case bson.TypeString, bson.TypeJavaScript, bson.TypeSymbol:
		if length(data) == 0 {
			return -1 // the sign at its end is counted
		}
		return 4 + int(length(data))
	case bson.TypeEmbeddedDocument, bson.TypeArray, bson.TypeCodeWithScope:
		return int(length(data))
	case bson.TypeBinary:
		return 5 + int(length(data))
	case bson.TypeDBPointer:
		return 16 + int(length(data))
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
