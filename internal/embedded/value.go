package embedded

import (
	"cmp"
	"encoding/binary"
	"math"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
)

// value is one value of a document. data is the BSON form, except for a text, where it is the text alone. kind 0
// means that there is no value.
type value struct {
	kind bson.Type
	data string
}

// A cell is the encoded form of the values at a path of a document:
//
//	""                       there is no value
//	kind data                one value
//	listMark depth values    the values that were found through an array
//
// depth is the number of steps of the path to the array; manyArrays if there is more than one array on the path. In a
// list, kind 0 stands for a document of the array without a value. If the path ends at the array, wholeArray stands
// for the array itself, after its elements. Rows leave out the data of documents and arrays.
const (
	listMark   = 0xFE
	wholeArray = bson.Type(0xFD)
	manyArrays = 0xFF
)

// fixedSize returns the size in bytes of the data of a type, or -1 if the size varies.
func fixedSize(kind bson.Type) int {
	if kind == 0 {
		return 0
	}
	return bsondoc.FixedSize(kind)
}

// appendValue appends a value to a cell. It includes the data of documents and arrays only if whole is true.
func appendValue(to []byte, v value, whole bool) []byte {
	to = append(to, byte(v.kind))
	if fixedSize(v.kind) >= 0 {
		return append(to, v.data...)
	}
	if !whole && v.compound() {
		return append(to, 0)
	}
	return append(binary.AppendUvarint(to, uint64(len(v.data))), v.data...)
}

// compound reports whether a value is a document or an array.
func (v value) compound() bool {
	return v.kind == bson.TypeEmbeddedDocument || v.kind == bson.TypeArray || v.kind == wholeArray
}

// nextValue returns the first value of a cell, and the rest.
func nextValue(cell string) (v value, rest string) {
	v.kind, rest = bson.Type(cell[0]), cell[1:]
	size := fixedSize(v.kind)
	if size < 0 {
		size, rest = takeLength(rest)
	}
	v.data = rest[:size]
	return v, rest[size:]
}

// takeLength reads a length that [binary.AppendUvarint] wrote.
func takeLength(s string) (n int, rest string) {
	for shift := 0; ; shift += 7 {
		b := s[0]
		s = s[1:]
		n |= int(b&0x7f) << shift
		if b < 0x80 {
			return n, s
		}
	}
}

// isList reports whether the values of a cell were found through an array.
func isList(cell string) bool { return cell != "" && cell[0] == listMark }

// oneValue returns the value of a cell that is not a list.
func oneValue(cell string) value {
	if cell == "" {
		return value{}
	}
	v, _ := nextValue(cell)
	return v
}

// null reports whether a value is null or missing.
func (v value) null() bool { return v.kind == 0 || v.kind == bson.TypeNull }

// The brackets of values, in the order in which MongoDB sorts them. A range matches only values of its own bracket.
const (
	bracketMin = iota
	bracketEmpty
	bracketNull
	bracketNumber
	bracketDecimal
	bracketText
	bracketDocument
	bracketArray
	bracketBinary
	bracketObjectID
	bracketBool
	bracketDate
	bracketTimestamp
	bracketOther
	bracketMax
)

// emptyArray is the sort value of an empty array. It sorts before null.
var emptyArray = value{kind: bson.TypeUndefined}

// bracket returns the group of types with which a value is compared.
func (v value) bracket() int {
	switch v.kind {
	case 0, bson.TypeNull:
		return bracketNull
	case bson.TypeString, bson.TypeSymbol:
		return bracketText
	case bson.TypeInt32, bson.TypeInt64, bson.TypeDouble:
		return bracketNumber
	case bson.TypeDateTime:
		return bracketDate
	case bson.TypeBoolean:
		return bracketBool
	case bson.TypeEmbeddedDocument:
		return bracketDocument
	case bson.TypeArray, wholeArray:
		return bracketArray
	case bson.TypeUndefined:
		return bracketEmpty
	case bson.TypeDecimal128:
		return bracketDecimal
	case bson.TypeBinary:
		return bracketBinary
	case bson.TypeObjectID:
		return bracketObjectID
	case bson.TypeTimestamp:
		return bracketTimestamp
	case bson.TypeMinKey:
		return bracketMin
	case bson.TypeMaxKey:
		return bracketMax
	}
	return bracketOther
}

// number returns the value of a number: n if whole is true, otherwise f.
func (v value) number() (n int64, f float64, whole bool) {
	switch v.kind {
	case bson.TypeInt32:
		n = int64(int32(bsondoc.Length(v.data)))
		return n, float64(n), true
	case bson.TypeInt64:
		n = int64(bsondoc.Uint64(v.data))
		return n, float64(n), true
	}
	f = math.Float64frombits(bsondoc.Uint64(v.data))
	if f >= -1<<63 && f < 1<<63 && f == math.Trunc(f) {
		return int64(f), f, true
	}
	return 0, f, false
}

// isNaN reports whether a value is NaN.
func (v value) isNaN() bool {
	return v.kind == bson.TypeDouble && math.IsNaN(math.Float64frombits(bsondoc.Uint64(v.data)))
}

// compare compares two values in MongoDB's sort order: numbers of any type by their value, texts by their bytes.
func compare(a, b value) int {
	x, y := a.bracket(), b.bracket()
	if x != y {
		return cmp.Compare(x, y)
	}
	switch x {
	case bracketNull, bracketDocument, bracketArray: // rows do not have the content of documents and arrays
		return 0
	case bracketNumber:
		n, f, whole := a.number()
		m, g, too := b.number()
		if whole && too {
			return cmp.Compare(n, m)
		}
		return cmp.Compare(f, g)
	case bracketDate:
		return cmp.Compare(int64(bsondoc.Uint64(a.data)), int64(bsondoc.Uint64(b.data)))
	case bracketTimestamp:
		return cmp.Compare(bsondoc.Uint64(a.data), bsondoc.Uint64(b.data))
	}
	return strings.Compare(a.data, b.data)
}

// begin returns a number that never decreases in the order of values. It is made from the beginning of a text after
// its first common bytes, which all texts share.
func (v value) begin(common int) uint64 {
	b := v.bracket()
	n := uint64(b) << 56
	switch b {
	case bracketText:
		rest := v.data[common:]
		for i := range min(7, len(rest)) {
			n |= uint64(rest[i]) << (48 - 8*i)
		}
	case bracketDate:
		n |= (bsondoc.Uint64(v.data) ^ 1<<63) >> 8
	}
	return n
}

// appendKey appends a key of a value. Equal values have equal keys.
func appendKey(to []byte, v value) []byte {
	to = append(to, byte(v.bracket()))
	switch v.bracket() {
	case bracketNull:
		return to
	case bracketNumber:
		n, f, whole := v.number()
		if whole {
			return binary.BigEndian.AppendUint64(to, uint64(n))
		}
		if math.IsNaN(f) {
			f = math.NaN()
		}
		return append(binary.BigEndian.AppendUint64(to, math.Float64bits(f)), '.')
	}
	return append(to, v.data...)
}
