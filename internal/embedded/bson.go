package embedded

import (
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
)

var errNoID = errors.New("a document needs an _id")

// elements are the unread elements of a document or an array.
type elements string

// open returns the elements of a document or an array.
func open(doc string) (elements, error) {
	all, err := bsondoc.Elements(doc)
	return elements(all), err
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
	name, v, rest, err := bsondoc.Next(all)
	if err != nil {
		return one, err
	}
	one = element{name, value{v.Kind, v.Data}, all[:len(all)-len(rest)]}
	if isText(v.Kind) {
		one.data = v.Data[4 : len(v.Data)-1]
	}
	*e = elements(rest)
	return one, nil
}

// isText reports whether values of a type are stored as a text with its length.
func isText(kind bson.Type) bool {
	return kind == bson.TypeString || kind == bson.TypeSymbol || kind == bson.TypeJavaScript
}

// idOf returns the `_id` of a document, which must be a text.
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

// appendElement writes a field of a document. The data of a text value is the text without its length.
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

// begin begins a document. [finish] writes its length.
func begin(to []byte) (doc []byte, at int) { return append(to, 0, 0, 0, 0), len(to) }

// finish ends the document that begins at a position.
func finish(doc []byte, at int) []byte {
	doc = append(doc, 0)
	appendLength(doc[:at], len(doc)-at)
	return doc
}
