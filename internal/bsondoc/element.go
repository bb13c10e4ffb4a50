package bsondoc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Element is a value as BSON has it (bsonspec.org, version 1.1): its type, and the bytes behind its name.
type Element struct {
	Kind bson.Type
	Data string
}

// Document is a whole document.
func Document(raw bson.Raw) Element { return Element{bson.TypeEmbeddedDocument, string(raw)} }

// At is the value that a path of names leads to; null if there is none.
func (v Element) At(path ...string) Element {
	for _, step := range path {
		found := Element{Kind: bson.TypeNull}
		if v.Each(bson.TypeEmbeddedDocument, func(name string, one Element) error {
			if name == step {
				found = one
			}
			return nil
		}) != nil {
			return Element{Kind: bson.TypeNull}
		}
		v = found
	}
	return v
}

// Null tells whether there is no value.
func (v Element) Null() bool { return v.Kind == bson.TypeNull || v.Kind == bson.TypeUndefined }

// must tells that the value is of another type, unless there is none.
func (v Element) must(kind bson.Type) error {
	if v.Kind == kind || v.Null() {
		return nil
	}
	return fmt.Errorf("there is a value of the type %s, and it must be of the type %s", v.Kind, kind)
}

// bits are the eight bytes of a number or a time.
func (v Element) bits() uint64 { return binary.LittleEndian.Uint64([]byte(v.Data)) }

// Text is a text, empty for null.
func (v Element) Text() (string, error) {
	if v.Kind != bson.TypeString {
		return "", v.must(bson.TypeString)
	}
	return v.Data[4 : len(v.Data)-1], nil
}

// Time is a moment.
func (v Element) Time() time.Time { return time.UnixMilli(int64(v.bits())).UTC() }

// Integer is a whole number, of any type of number; zero for null.
func (v Element) Integer() (int64, error) {
	if v.Kind == bson.TypeInt64 {
		return int64(v.bits()), nil
	}
	n, err := v.Number()
	if err == nil && n != math.Trunc(n) {
		err = fmt.Errorf("%v is no whole number", n)
	}
	return int64(n), err
}

// Number is a number of any type, zero for null.
func (v Element) Number() (float64, error) {
	switch v.Kind {
	case bson.TypeInt32:
		return float64(int32(length(v.Data))), nil
	case bson.TypeInt64:
		return float64(int64(v.bits())), nil
	case bson.TypeDouble:
		return math.Float64frombits(v.bits()), nil
	}
	return 0, v.must(bson.TypeDouble)
}

// Each gives the elements of a document or an array to a function, with their names; null has none.
func (v Element) Each(kind bson.Type, do func(name string, one Element) error) error {
	if v.Kind != kind {
		return v.must(kind)
	}
	if len(v.Data) < 5 || int(length(v.Data)) != len(v.Data) || v.Data[len(v.Data)-1] != 0 {
		return errMalformed
	}
	for rest := v.Data[4 : len(v.Data)-1]; rest != ""; {
		var name string
		var one Element
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
func (v Element) count(kind bson.Type) (n int, err error) {
	err = v.Each(kind, func(string, Element) error {
		n++
		return nil
	})
	return n, err
}

var errMalformed = errors.New("the document is not well-formed BSON")

// next takes the first of some elements from them.
func next(all string) (name string, v Element, rest string, err error) {
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
