package embedded

import (
	"errors"
	"math"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

var (
	errMalformed = errors.New("a document is not well-formed BSON")
	errNoID      = errors.New("a document needs an _id")
)

// elements are the elements of a document or an array that are still to be read.
type elements string

// open gives the elements of a document or an array.
func open(doc string) (elements, error) {
	if len(doc) < 5 || int(length(doc)) != len(doc) || doc[len(doc)-1] != 0 {
		return "", errMalformed
	}
	return elements(doc[4 : len(doc)-1]), nil
}

// element is one field of a document: its name, its value, and all its bytes.
type element struct {
	name string
	value
	raw string
}

// next reads the first element.
func (e *elements) next() (one element, err error) {
	all := string(*e)
	end := strings.IndexByte(all, 0)
	if end < 1 {
		return one, errMalformed
	}
	one.name, one.kind = all[1:end], bson.Type(all[0])
	size := sizeOf(one.kind, all[end+1:])
	if size < 0 || size > len(all)-end-1 {
		return one, errMalformed
	}
	end += 1 + size
	one.raw, *e = all[:end], elements(all[end:])
	one.data = one.raw[end-size:]
	if isText(one.kind) {
		one.data = one.data[4 : len(one.data)-1]
	}
	return one, nil
}

// isText tells the kinds that are kept as a text with its length.
func isText(kind bson.Type) bool {
	return kind == bson.TypeString || kind == bson.TypeSymbol || kind == bson.TypeJavaScript
}

// length is the number of four bytes with which a value of no fixed size begins.
func length(data string) uint32 {
	if len(data) < 4 {
		return math.MaxInt32
	}
	return uint32(data[0]) | uint32(data[1])<<8 | uint32(data[2])<<16 | uint32(data[3])<<24
}

// sizeOf is how many bytes the value has with which some bytes begin. It is negative, or more than there are, if they
// are malformed.
func sizeOf(kind bson.Type, data string) int {
	if size := fixedSize(kind); size >= 0 && kind != 0 {
		return size
	}
	size := int(length(data))
	switch kind {
	case bson.TypeString, bson.TypeJavaScript, bson.TypeSymbol:
		if size == 0 {
			return -1 // the sign at its end is counted
		}
		return 4 + size
	case bson.TypeEmbeddedDocument, bson.TypeArray, bson.TypeCodeWithScope:
		return size
	case bson.TypeBinary:
		return 5 + size
	case bson.TypeDBPointer:
		return 16 + size
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

// idOf is the `_id` of a document, which must be a text.
func idOf(doc string) (string, error) {
	rest, err := open(doc)
	for err == nil && rest != "" {
		var one element
		if one, err = rest.next(); err == nil && one.name == "_id" {
			if one.kind != bson.TypeString {
				return "", errors.New("the _id of a document must be a text")
			}
			return one.data, nil
		}
	}
	if err == nil {
		err = errNoID
	}
	return "", err
}

// appendElement writes a field of a document. The data of a text is the text alone.
func appendElement(to []byte, name string, v value) []byte {
	to = append(append(append(to, byte(v.kind)), name...), 0)
	if isText(v.kind) {
		return append(append(appendLength(to, len(v.data)+1), v.data...), 0)
	}
	return append(to, v.data...)
}

// appendLength writes a number of four bytes.
func appendLength(to []byte, n int) []byte {
	return append(to, byte(n), byte(n>>8), byte(n>>16), byte(n>>24))
}

// begin begins a document; its length is written by [finish].
func begin(to []byte) (doc []byte, at int) { return append(to, 0, 0, 0, 0), len(to) }

// finish ends the document that began at a place.
func finish(doc []byte, at int) []byte {
	doc = append(doc, 0)
	appendLength(doc[:at], len(doc)-at)
	return doc
}
