package bsondoc

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
)

// A Decoder decodes a BSON value into a Go value by its json tags, as the driver's decoder does. Null becomes the
// zero value; fields that the Go type does not have are skipped. The driver's decoder calls a reader for each name
// and value, and allocates for each. This one works on the document as one string, and decoded texts are substrings
// of it. docs/adr/0015 has the measurements.
type Decoder func(v Element, to reflect.Value) error

// Decode decodes a document into the value that the pointer to points at.
func (d Decoder) Decode(doc Element, to any) error { return d(doc, reflect.ValueOf(to).Elem()) }

// decoders holds the Decoders of structs while they are made, because a type can contain itself.
type decoders map[reflect.Type]*structure

// DecoderOf returns the Decoder of a type. It panics for an unsupported type; each start and each test would show
// that.
func DecoderOf(t reflect.Type) Decoder { return decoders{}.of(t) }

func (made decoders) of(t reflect.Type) Decoder {
	switch t {
	case reflect.TypeFor[time.Time]():
		return decodeTime
	case reflect.TypeFor[content.Text]():
		return decodeText
	case reflect.TypeFor[content.ID]():
		return decodeID
	}
	switch t.Kind() {
	case reflect.String:
		return decodeString
	case reflect.Int, reflect.Int64:
		return decodeInt
	case reflect.Float64:
		return decodeFloat
	case reflect.Bool:
		return decodeBool
	case reflect.Pointer:
		return orNull(made.pointer(t.Elem()))
	case reflect.Slice:
		return orNull(made.slice(t.Elem()))
	case reflect.Map:
		return orNull(made.mapping(t))
	case reflect.Struct:
		return orNull(made.structure(t))
	}
	panic(fmt.Sprintf("no Decoder for %s", t))
}

// orNull returns a Decoder that also accepts null, as the zero value.
func orNull(d Decoder) Decoder {
	return func(v Element, to reflect.Value) error {
		if v.Null() {
			to.SetZero()
			return nil
		}
		return d(v, to)
	}
}

func (made decoders) pointer(t reflect.Type) Decoder {
	inner := made.of(t)
	return func(v Element, to reflect.Value) error {
		to.Set(reflect.New(t))
		return inner(v, to.Elem())
	}
}

func (made decoders) slice(t reflect.Type) Decoder {
	inner := made.of(t)
	return func(v Element, to reflect.Value) error {
		n, err := v.count(bson.TypeArray)
		if err != nil {
			return err
		}
		to.Grow(n)
		to.SetLen(n)
		i := 0
		return v.Each(bson.TypeArray, func(_ string, one Element) error {
			i++
			return inner(one, to.Index(i-1))
		})
	}
}

func (made decoders) mapping(t reflect.Type) Decoder {
	inner := made.of(t.Elem())
	return func(v Element, to reflect.Value) error {
		to.Set(reflect.MakeMap(t))
		key, value := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
		return v.Each(bson.TypeEmbeddedDocument, func(name string, one Element) error {
			value.SetZero()
			err := inner(one, value)
			key.SetString(name)
			to.SetMapIndex(key, value)
			return err
		})
	}
}

// structure holds the fields of a struct by their names in BSON.
type structure struct{ fields map[string]structField }

type structField struct {
	index  []int
	decode Decoder
}

func (made decoders) structure(t reflect.Type) Decoder {
	s := made[t]
	if s == nil {
		s = &structure{map[string]structField{}}
		made[t] = s
		made.fields(t, nil, s.fields)
	}
	return s.decode
}

// fields collects the fields of a struct, and those of its inline structs.
func (made decoders) fields(t reflect.Type, at []int, into map[string]structField) {
	for i := range t.NumField() {
		field := t.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		index := append(slices.Clone(at), i)
		switch {
		case strings.Contains(options, "inline"):
			made.fields(field.Type, index, into)
		case name != "-":
			if name == "" {
				name = strings.ToLower(field.Name)
			}
			into[name] = structField{index, made.of(field.Type)}
		}
	}
}

func (s *structure) decode(v Element, to reflect.Value) error {
	return v.Each(bson.TypeEmbeddedDocument, func(name string, one Element) error {
		if field, ok := s.fields[name]; ok {
			return field.decode(one, to.FieldByIndex(field.index))
		}
		return nil
	})
}

// decodeText decodes the same as the Decoder of a map. It is faster, since it needs no reflection for each element.
func decodeText(v Element, to reflect.Value) error {
	text := to.Addr().Interface().(*content.Text)
	if v.Null() {
		*text = nil
		return nil
	}
	*text = content.Text{}
	return v.Each(bson.TypeEmbeddedDocument, func(name string, one Element) error {
		s, err := one.Text()
		(*text)[content.Locale(name)] = s
		return err
	})
}

func decodeString(v Element, to reflect.Value) error {
	s, err := v.Text()
	to.SetString(s)
	return err
}

// decodeID decodes as decodeString does, but copies the string. An id that is cached must not keep the whole document
// in memory.
func decodeID(v Element, to reflect.Value) error {
	s, err := v.Text()
	to.SetString(strings.Clone(s))
	return err
}

func decodeInt(v Element, to reflect.Value) error {
	n, err := v.Integer()
	to.SetInt(n)
	return err
}

func decodeFloat(v Element, to reflect.Value) error {
	n, err := v.Number()
	to.SetFloat(n)
	return err
}

func decodeBool(v Element, to reflect.Value) error {
	to.SetBool(v.Kind == bson.TypeBoolean && v.Data[0] != 0)
	return v.wrongType(bson.TypeBoolean)
}

func decodeTime(v Element, to reflect.Value) error {
	at := to.Addr().Interface().(*time.Time)
	*at = time.Time{}
	if v.Kind == bson.TypeDateTime {
		*at = v.Time()
	}
	return v.wrongType(bson.TypeDateTime)
}
