package bsondoc

import (
	"fmt"
	"math"
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

// Text is a text, empty for null.
func (v Element) Text() (string, error) {
	if v.Kind != bson.TypeString {
		return "", v.must(bson.TypeString)
	}
	return v.Data[4 : len(v.Data)-1], nil
}

// Time is a moment.
func (v Element) Time() time.Time { return time.UnixMilli(int64(Bits(v.Data))).UTC() }

// Integer is a whole number, of any type of number; zero for null.
func (v Element) Integer() (int64, error) {
	if v.Kind == bson.TypeInt64 {
		return int64(Bits(v.Data)), nil
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
		return float64(int32(Length(v.Data))), nil
	case bson.TypeInt64:
		return float64(int64(Bits(v.Data))), nil
	case bson.TypeDouble:
		return math.Float64frombits(Bits(v.Data)), nil
	}
	return 0, v.must(bson.TypeDouble)
}

// Each gives the elements of a document or an array to a function, with their names; null has none.
func (v Element) Each(kind bson.Type, do func(name string, one Element) error) error {
	if v.Kind != kind {
		return v.must(kind)
	}
	rest, err := Elements(v.Data)
	if err != nil {
		return err
	}
	for rest != "" {
		var name string
		var one Element
		if name, one, rest, err = Next(rest); err != nil {
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
