package embedded

import (
	"fmt"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
)

// compiler compiles filters for a table.
type compiler struct {
	// column returns the column of a path, or noColumn.
	column func(path string) int
	// mixed reports whether, in some rows, a column lists values of more than one array.
	mixed func(column int) bool
	paths []string
}

// compile compiles a filter, so that it can be tested on many rows.
func (c *compiler) compile(f bson.D) (*filter, error) {
	if len(f) == 0 {
		return &filter{root: &cond{op: opAnd}}, nil
	}
	raw, err := bsondoc.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("encode a filter: %w", err)
	}
	root, err := c.all(string(raw))
	if err != nil {
		return nil, err
	}
	return &filter{root: root, paths: c.paths}, nil
}

// all compiles the conditions of a document into a conjunction.
func (c *compiler) all(doc string) (*cond, error) {
	and := &cond{op: opAnd}
	rest, err := open(doc)
	for err == nil && rest != "" {
		var one element
		if one, err = rest.next(); err != nil {
			break
		}
		if strings.HasPrefix(one.name, "$") {
			var kid *cond
			kid, err = c.logic(one)
			and.kids = append(and.kids, kid)
		} else {
			err = c.field(and, one.name, one.value)
		}
	}
	if err != nil {
		return nil, err
	}
	return and.flat(), nil
}

// flat merges nested conjunctions, and sorts the conditions by their cost, the cheapest first.
func (c *cond) flat() *cond {
	var kids []*cond
	for _, kid := range c.kids {
		if kid.op == opAnd {
			kids = append(kids, kid.kids...)
		} else {
			kids = append(kids, kid)
		}
	}
	slices.SortStableFunc(kids, func(a, b *cond) int { return a.cost() - b.cost() })
	c.kids = kids
	return c
}

// cost ranks conditions by the cost of testing them.
func (c *cond) cost() int {
	switch {
	case c.reads():
		return 4
	case c.op == opRegex, c.op == opNot && c.kids[0].op == opRegex:
		return 3
	case c.op == opOr, c.op == opAnd, c.op == opNot, c.op == opListed:
		return 2
	case c.op == opIn:
		return 1
	}
	return 0
}

// logic compiles $and, $or and $nor.
func (c *compiler) logic(e element) (*cond, error) {
	if e.kind != bson.TypeArray {
		return nil, fmt.Errorf("%s needs a list of filters", e.name)
	}
	result := &cond{op: opOr}
	rest, err := open(e.data)
	for err == nil && rest != "" {
		var one element
		if one, err = rest.next(); err != nil {
			break
		}
		if one.kind != bson.TypeEmbeddedDocument {
			return nil, fmt.Errorf("%s needs a list of filters", e.name)
		}
		var kid *cond
		kid, err = c.all(one.data)
		result.kids = append(result.kids, kid)
	}
	switch {
	case err != nil:
		return nil, err
	case len(result.kids) == 0:
		return nil, fmt.Errorf("%s needs at least one filter", e.name)
	case e.name == "$and":
		result.op = opAnd
		return result.flat(), nil
	case e.name == "$or":
		return result, nil
	case e.name == "$nor":
		return &cond{op: opNot, kids: []*cond{result}}, nil
	}
	return nil, unsupported("the operator " + e.name)
}

// field adds the conditions on a path.
func (c *compiler) field(to *cond, path string, v value) error {
	ops, isOperators := operators(v)
	if !isOperators {
		kid, err := c.leaf(path, "$eq", v, "")
		to.kids = append(to.kids, kid)
		return err
	}
	for _, op := range ops {
		if op.name == "$options" {
			continue
		}
		kid, err := c.leaf(path, op.name, op.value, optionsOf(ops))
		if err != nil {
			return err
		}
		to.kids = append(to.kids, kid)
	}
	return nil
}

// operators returns the operators of a condition on a path. It returns false if the condition is a value.
func operators(v value) (ops []element, isOperators bool) {
	if v.kind != bson.TypeEmbeddedDocument {
		return nil, false
	}
	rest, err := open(v.data)
	for err == nil && rest != "" {
		var one element
		if one, err = rest.next(); err == nil {
			ops = append(ops, one)
		}
	}
	return ops, err == nil && len(ops) > 0 && strings.HasPrefix(ops[0].name, "$")
}

// optionsOf returns the options of a $regex.
func optionsOf(ops []element) string {
	for _, op := range ops {
		if op.name == "$options" {
			return op.data
		}
	}
	return ""
}

// zero is the number 0.
var zero = value{bson.TypeInt32, "\x00\x00\x00\x00"}

// ranges are the operators that compare.
var ranges = map[string]operator{"$gt": opGt, "$gte": opGte, "$lt": opLt, "$lte": opLte}

// leaf compiles one condition on a path.
func (c *compiler) leaf(path, op string, v value, options string) (*cond, error) {
	result := &cond{path: path, column: c.column(path)}
	negated := false
	whole := v.compound()
	var err error
	switch op {
	case "$eq", "$ne":
		negated = op == "$ne"
		err = result.equals(v)
	case "$in", "$nin":
		negated = op == "$nin"
		whole, err = result.isIn(op, v)
	case "$gt", "$gte", "$lt", "$lte":
		result.op, result.value = ranges[op], v
		if b := v.bracket(); v.compound() || b == bracketMin || b == bracketMax || v.kind == bson.TypeRegex {
			return nil, unsupported(fmt.Sprintf("%s with a value of the type %s", op, v.kind))
		}
	case "$exists":
		result.op, whole = opExists, false
		negated = v.null() || v.kind == bson.TypeBoolean && v.data == "\x00" ||
			v.bracket() == bracketNumber && compare(v, zero) == 0
	case "$regex":
		err = result.matches(v, options)
	case "$not":
		return c.not(path, v)
	case "$elemMatch":
		return c.elemMatch(path, v)
	default:
		return nil, unsupported("the operator " + op)
	}
	if err != nil {
		return nil, err
	}
	if whole || result.column == noColumn {
		c.read(result)
	}
	if negated {
		return &cond{op: opNot, kids: []*cond{result}}, nil
	}
	return result, nil
}

// read makes a condition read its values from the document.
func (c *compiler) read(result *cond) {
	result.document = true
	if result.column = slices.Index(c.paths, result.path); result.column < 0 {
		result.column = len(c.paths)
		c.paths = append(c.paths, result.path)
	}
}

// not compiles a condition that matches if another one does not.
func (c *compiler) not(path string, v value) (*cond, error) {
	and := &cond{op: opAnd}
	if _, isOperators := operators(v); !isOperators && v.kind != bson.TypeRegex {
		return nil, unsupported("$not of a value")
	}
	if err := c.field(and, path, v); err != nil {
		return nil, err
	}
	return &cond{op: opNot, kids: []*cond{and.flat()}}, nil
}

// equals compiles a comparison with a value, or a regular expression.
func (c *cond) equals(v value) error {
	if v.kind == bson.TypeRegex {
		return c.matches(v, "")
	}
	c.op, c.value = opEq, v
	if b := v.bracket(); b == bracketText || b == bracketDate || b == bracketBool {
		c.cell = string(appendValue(nil, v, true))
	}
	return nil
}

// isIn compiles a comparison with some values. It reports whether any of them is a document or an array.
func (c *cond) isIn(op string, v value) (whole bool, err error) {
	if v.kind != bson.TypeArray {
		return false, fmt.Errorf("%s needs a list of values", op)
	}
	c.op, c.texts = opIn, map[string]struct{}{}
	rest, err := open(v.data)
	for err == nil && rest != "" {
		var one element
		if one, err = rest.next(); err != nil {
			break
		}
		switch {
		case one.kind == bson.TypeRegex:
			return false, unsupported(op + " with a regular expression")
		case one.bracket() == bracketText:
			c.texts[one.data] = struct{}{}
		case one.null():
			c.null = true
		default:
			whole = whole || one.compound()
			c.others = append(c.others, one.value)
		}
	}
	return whole, err
}
