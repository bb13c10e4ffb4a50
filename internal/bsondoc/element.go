package bsondoc

import (
	"fmt"
	"math"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Element is a BSON value (bsonspec.org, version 1.1): its type, and its bytes without type and name.
type Element struct {
	Kind bson.Type
	Data string
}

// Document returns the Element of a whole document.
func Document(raw bson.Raw) Element { return Element{bson.TypeEmbeddedDocument, string(raw)} }

// At returns the value at a path of names, or null if there is none.
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

// Null reports whether the value is null or undefined.
func (v Element) Null() bool { return v.Kind == bson.TypeNull || v.Kind == bson.TypeUndefined }

// wrongType returns an error if the value has another type and is not null.
func (v Element) wrongType(kind bson.Type) error {
	if v.Kind == kind || v.Null() {
		return nil
	}
	return fmt.Errorf("there is a value of the type %s, and it must be of the type %s", v.Kind, kind)
}

// Text returns a string; "" for null.
func (v Element) Text() (string, error) {
	if v.Kind != bson.TypeString {
		return "", v.wrongType(bson.TypeString)
	}
	return v.Data[4 : len(v.Data)-1], nil
}

// Time returns the time of a value of the type date.
func (v Element) Time() time.Time { return time.UnixMilli(int64(Uint64(v.Data))).UTC() }

// Integer returns a whole number, stored as any numeric type; 0 for null.
func (v Element) Integer() (int64, error) {
	if v.Kind == bson.TypeInt64 {
		return int64(Uint64(v.Data)), nil
	}
	n, err := v.Number()
	if err == nil && n != math.Trunc(n) {
		err = fmt.Errorf("%v is no whole number", n)
	}
	return int64(n), err
}

// Number returns a number of any numeric type; 0 for null.
func (v Element) Number() (float64, error) {
	switch v.Kind {
	case bson.TypeInt32:
		return float64(int32(Length(v.Data))), nil
	case bson.TypeInt64:
		return float64(int64(Uint64(v.Data))), nil
	case bson.TypeDouble:
		return math.Float64frombits(Uint64(v.Data)), nil
	}
	return 0, v.wrongType(bson.TypeDouble)
}

// Each calls do with the name and the value of each element of a document or an array. Null has no elements.
func (v Element) Each(kind bson.Type, do func(name string, one Element) error) error {
	if v.Kind != kind {
		return v.wrongType(kind)
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

// count returns the number of elements of a document or an array.
func (v Element) count(kind bson.Type) (n int, err error) {
	err = v.Each(kind, func(string, Element) error {
		n++
		return nil
	})
	return n, err
}
