package embedded

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// elemMatch compiles a condition that matches if one element of an array meets some conditions. If a column lists the
// values that the conditions need, they are read from the row: the column of the path itself, or the column of the
// only field of the array's documents that is compared. Otherwise they are read from the document.
func (c *compiler) elemMatch(path string, v value) (*cond, error) {
	if v.kind != bson.TypeEmbeddedDocument {
		return nil, unsupported("$elemMatch without conditions")
	}
	result := &cond{op: opMember, path: path, depth: strings.Count(path, ".") + 1}
	ops, values := operators(v)
	if values && !strings.HasPrefix(ops[0].name, "$and") && ops[0].name != "$or" && ops[0].name != "$nor" {
		own := &compiler{column: func(string) int { return 0 }, mixed: c.mixed}
		and := &cond{op: opAnd}
		if err := own.field(and, "", v); err != nil {
			return nil, err
		}
		result.kids = and.flat().kids
		if column := c.column(path); column >= 0 && !own.reads(result.kids) && !c.mixed(column) {
			result.op, result.column = opListed, column
			return result, nil
		}
		result.values()
		c.read(result)
		return result, nil
	}
	if field, ok := onlyField(ops); ok {
		if column := c.column(path + "." + field.name); column >= 0 && !c.mixed(column) {
			own := &compiler{column: func(string) int { return 0 }, mixed: c.mixed}
			and := &cond{op: opAnd}
			if err := own.field(and, "", field.value); err != nil {
				return nil, err
			}
			if result.kids = and.flat().kids; !own.reads(result.kids) {
				result.op, result.column = opListed, column
				return result, nil
			}
			result.kids = nil
		}
	}
	own := &compiler{column: func(string) int { return noColumn }, mixed: c.mixed}
	root, err := own.all(v.data)
	if err != nil {
		return nil, err
	}
	result.sub = &filter{root: root, paths: own.paths}
	c.read(result)
	return result, nil
}

// reads reports whether some conditions on one value need more than the value.
func (c *compiler) reads(kids []*cond) bool {
	for _, kid := range kids {
		if kid.document || kid.op == opMember || kid.op == opListed || c.reads(kid.kids) {
			return true
		}
	}
	return false
}

// values makes the inner conditions test the value that they are given.
func (c *cond) values() {
	for _, kid := range c.kids {
		kid.document = false
		kid.values()
	}
}

// onlyField returns the field of conditions that compare exactly one field. It returns false for other conditions.
func onlyField(ops []element) (element, bool) {
	if len(ops) == 1 && !strings.ContainsAny(ops[0].name, "$.") && ops[0].name != "_id" {
		return ops[0], true
	}
	return element{}, false
}
