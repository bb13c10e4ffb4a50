package embedded

import (
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// operator is the type of a condition.
type operator int

const (
	opAnd operator = iota
	opOr
	opNot
	opEq
	opIn
	opGt
	opGte
	opLt
	opLte
	opExists
	opRegex
	// opMember matches if one element of an array meets all conditions ($elemMatch). opMember finds the elements in
	// the array itself, opListed in a column.
	opMember
	opListed
)

// cond is a compiled condition.
type cond struct {
	op   operator
	kids []*cond
	path string
	// column is the column with the values to test. If document is set, it is an index into the cells of the document.
	column   int
	document bool
	// value is the operand. cell is the operand as a cell, if equal values always have equal bytes.
	value value
	cell  string
	// texts and others are the operands of $in. null means that null is among them.
	texts  map[string]struct{}
	others []value
	null   bool
	match  func(string) bool
	// sub is the filter for elements that are documents. kids are the conditions for other elements.
	sub *filter
	// depth is the number of steps to the array whose elements a column lists.
	depth int
}

// filter is a compiled filter. paths are the paths without a column, which are read from the documents.
type filter struct {
	root  *cond
	paths []string
	cells *cellReader
}

// cellsOf provides a filter with the values of a document.
type cellsOf struct {
	row      *row
	document [][]byte
}

// documents reports whether the filter has to read documents.
func (f *filter) documents() bool { return len(f.paths) > 0 }

// holdsFor reports whether a row with its document matches the filter.
func (f *filter) holdsFor(r *row, doc string) (bool, error) {
	at := cellsOf{row: r}
	if f.documents() {
		if f.cells == nil {
			f.cells = newCellReader(f.paths, true)
		}
		var err error
		if at.document, err = f.cells.read(doc); err != nil {
			return false, err
		}
	}
	return f.root.holds(&at), nil
}

// reads reports whether a condition has to read documents.
func (c *cond) reads() bool {
	if c.document {
		return true
	}
	if c.op == opListed {
		return false
	}
	for _, kid := range c.kids {
		if kid.reads() {
			return true
		}
	}
	return false
}

// holds reports whether the condition is met.
func (c *cond) holds(at *cellsOf) bool {
	switch c.op {
	case opAnd:
		for _, kid := range c.kids {
			if !kid.holds(at) {
				return false
			}
		}
		return true
	case opOr:
		for _, kid := range c.kids {
			if kid.holds(at) {
				return true
			}
		}
		return false
	case opNot:
		return !c.kids[0].holds(at)
	}
	if c.document {
		return c.test(string(at.document[c.column]))
	}
	if c.column == idColumn {
		return c.one(value{bson.TypeString, at.row.id})
	}
	return c.test(at.row.cell(c.column))
}

// test reports whether one of the values of a cell meets the condition.
func (c *cond) test(cell string) bool {
	switch c.op {
	case opEq:
		if c.cell != "" && c.cell == cell {
			return true
		}
	case opMember:
		return c.member(cell)
	case opListed:
		return c.listed(cell)
	}
	if !isList(cell) {
		return c.one(oneValue(cell))
	}
	for rest := cell[2:]; rest != ""; {
		var v value
		if v, rest = nextValue(rest); c.one(v) {
			return true
		}
	}
	return false
}

// one reports whether a value meets the condition.
func (c *cond) one(v value) bool {
	switch c.op {
	case opEq:
		return equal(c.value, v)
	case opIn:
		return c.in(v)
	case opExists:
		return v.kind != 0
	case opRegex:
		return v.kind == bson.TypeString && c.match(v.data)
	case opNot:
		return !c.kids[0].one(v)
	case opAnd, opOr:
		for _, kid := range c.kids {
			if kid.one(v) != (c.op == opAnd) {
				return c.op == opOr
			}
		}
		return c.op == opAnd
	case opMember:
		return false // an array in an array: only a column could contain it
	}
	return c.ranged(v)
}

// equal reports whether two values are equal. A missing value equals null.
func equal(a, b value) bool {
	if a.compound() || b.compound() {
		return a.bracket() == b.bracket() && a.data == b.data
	}
	return a.bracket() == b.bracket() && compare(a, b) == 0
}

func (c *cond) in(v value) bool {
	if v.bracket() == bracketText {
		_, ok := c.texts[v.data]
		return ok
	}
	if c.null && v.null() {
		return true
	}
	for _, other := range c.others {
		if equal(other, v) {
			return true
		}
	}
	return false
}

// ranged reports whether a value is in a range of the values of its bracket.
func (c *cond) ranged(v value) bool {
	if v.bracket() != c.value.bracket() || v.compound() {
		return false
	}
	with := c.op == opGte || c.op == opLte
	if c.value.isNaN() || v.isNaN() {
		return with && c.value.isNaN() && v.isNaN()
	}
	switch order := compare(v, c.value); {
	case order == 0:
		return with
	case c.op == opGt || c.op == opGte:
		return order > 0
	default:
		return order < 0
	}
}

// member reports whether an array in a cell with whole arrays has an element that meets the condition. The cell has
// more than one array if the path leads through another array.
func (c *cond) member(cell string) bool {
	if !isList(cell) {
		return false
	}
	for rest := cell[2:]; rest != ""; {
		var v value
		if v, rest = nextValue(rest); v.kind != wholeArray {
			continue
		}
		for all, err := open(v.data); err == nil && all != ""; {
			var one element
			if one, err = all.next(); err == nil && c.accepts(one.value) {
				return true
			}
		}
	}
	return false
}

// accepts reports whether an element of an array meets the condition.
func (c *cond) accepts(v value) bool {
	if c.sub == nil {
		return c.all(v)
	}
	if v.kind != bson.TypeEmbeddedDocument {
		return false
	}
	ok, err := c.sub.holdsFor(nil, v.data)
	return ok && err == nil
}

// listed reports whether one of the values that a column lists meets the condition.
func (c *cond) listed(cell string) bool {
	if !isList(cell) || cell[1] != byte(c.depth) {
		return false
	}
	for rest := cell[2:]; rest != ""; {
		var v value
		if v, rest = nextValue(rest); v.kind != wholeArray && c.all(v) {
			return true
		}
	}
	return false
}

// all reports whether a value meets all inner conditions.
func (c *cond) all(v value) bool {
	for _, kid := range c.kids {
		if !kid.one(v) {
			return false
		}
	}
	return true
}

// unsupported returns the error for a query that is not part of the vocabulary (see package engine).
func unsupported(what string) error {
	return fmt.Errorf("the embedded engine does not know %s", what)
}
