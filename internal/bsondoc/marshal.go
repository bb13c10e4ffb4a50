// Package bsondoc encodes and decodes BSON documents by the json tags of Go values.
package bsondoc

import (
	"bytes"
	"encoding/binary"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Marshal encodes a value as a document, by its json tags.
func Marshal(v any) (bson.Raw, error) {
	var buf bytes.Buffer
	enc := bson.NewEncoder(bson.NewDocumentWriter(&buf))
	enc.UseJSONStructTags()
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// Encode encodes a value as [Marshal] does, into a document that fields can be added to.
func Encode(v any) (doc bson.D, err error) {
	raw, err := Marshal(v)
	if err != nil {
		return nil, err
	}
	return doc, bson.Unmarshal(raw, &doc)
}

// AppendField returns a copy of a document with one more field at its end.
func AppendField(doc bson.Raw, key string, value any) (bson.Raw, error) {
	more, err := Marshal(bson.D{{Key: key, Value: value}})
	if err != nil {
		return nil, err
	}
	const length = 4 // bytes of the length at the beginning of a document; a zero byte ends it
	all := make(bson.Raw, 0, len(doc)+len(more)-length-1)
	all = append(append(all, doc[:len(doc)-1]...), more[length:]...)
	binary.LittleEndian.PutUint32(all, uint32(len(all)))
	return all, nil
}

// Unmarshal decodes a document into a value by its json tags. The value keeps no reference to the document.
func Unmarshal(raw bson.Raw, to any) error {
	dec := bson.NewDecoder(bson.NewDocumentReader(bytes.NewReader(raw)))
	dec.UseJSONStructTags()
	return dec.Decode(to)
}

// ID returns the `_id` of a document. The string keeps no reference to the document.
func ID(raw bson.Raw) string {
	id, _ := raw.Lookup("_id").StringValueOK()
	return id
}

// StringsAt returns the strings at a path of a document. It descends into the elements of arrays on the path.
func StringsAt(doc bson.Raw, path []string) []string {
	v, err := doc.LookupErr(path[0])
	if err != nil {
		return nil
	}
	values := []bson.RawValue{v}
	if array, ok := v.ArrayOK(); ok {
		values, _ = array.Values()
	}
	var found []string
	for _, v := range values {
		if s, ok := v.StringValueOK(); ok && len(path) == 1 {
			found = append(found, s)
		} else if inner, ok := v.DocumentOK(); ok && len(path) > 1 {
			found = append(found, StringsAt(inner, path[1:])...)
		}
	}
	return found
}
