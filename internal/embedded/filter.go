package embedded

import (
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// operator is what a condition does.
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
	// opMember holds if one element of an array meets all conditions ($elemMatch): opMember finds the elements in the
	// array itself, opListed in a column.
	opMember
	opListed
)

// cond is a condition, made ready to be tried on many rows.
type cond struct {
	op   operator
	kids []*cond
	path string
	// column has the values to be tested; of the document itself if document is set.
	column   int
	document bool
	// value is what is compared with. Cell is the same as a cell, if equal cells are those with equal bytes.
	value value
	cell  string
	// texts and others are the values of $in; null tells that null is among them.
	texts  map[string]struct{}
	others []value
	null   bool
	match  func(string) bool
	// sub is what the documents of an array must meet. The kids are what other elements must meet.
	sub *filter
	// depth is how many steps lead to the array whose elements a column lists.
	depth int
}

// filter is a whole filter. Paths that are no columns are read from the documents.
type filter struct {
	root  *cond
	paths []string
	cells *cellReader
}

// cellsOf is where a filter finds the values of a document.
type cellsOf struct {
	row      *row
	document [][]byte
}

// documents tells whether the filter has to read documents.
func (f *filter) documents() bool { return len(f.paths) > 0 }

// holdsFor tells whether the filter holds for a row and its document.
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

// reads tells whether a condition has to read documents.
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

// holds tells whether the condition holds.
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

// test tells whether the condition holds for a cell: for one of its values.
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

// one tells whether the condition holds for one value.
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
		return false // an array in an array, which only a column could know
	}
	return c.ranged(v)
}

// equal tells whether two values are the same. A missing one is null.
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

// ranged tells whether a value is in a range of the values of its bracket.
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

// member tells whether the array of a whole cell has an element that meets the condition. There is more than one array
// where the path leads through another one.
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

// accepts tells whether an element of an array meets the condition.
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

// listed tells whether one of the values that a column lists meets the condition.
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

// all tells whether a value meets all kids.
func (c *cond) all(v value) bool {
	for _, kid := range c.kids {
		if !kid.one(v) {
			return false
		}
	}
	return true
}

// unsupported refuses what is no part of the vocabulary.
func unsupported(what string) error {
	return fmt.Errorf("the embedded engine does not know %s", what)
}
