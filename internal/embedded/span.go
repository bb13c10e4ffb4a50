package embedded

import (
	"cmp"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// cut is a position between the values of an order: before or after a value, or before or after all values of a
// bracket.
type cut struct {
	bracket int
	// side is -1 before and 1 after the whole bracket. If it is 0, value and behind give the position.
	side   int
	value  value
	behind bool
}

// compareCuts compares two cuts.
func compareCuts(a, b cut) int {
	if c := cmp.Or(cmp.Compare(a.bracket, b.bracket), cmp.Compare(a.side, b.side)); c != 0 || a.side != 0 {
		return c
	}
	if c := compare(a.value, b.value); c != 0 || a.behind == b.behind {
		return c
	}
	if a.behind {
		return 1
	}
	return -1
}

// before reports whether a value comes before the cut.
func (c *cut) before(v value) bool {
	if b := v.bracket(); b != c.bracket {
		return b < c.bracket
	}
	if c.side != 0 {
		return c.side > 0
	}
	if order := compare(v, c.value); order != 0 {
		return order < 0
	}
	return c.behind
}

// span is the part of an order between two cuts.
type span struct{ from, to cut }

// whole is the span of all values.
var whole = span{cut{bracket: bracketMin, side: -1}, cut{bracket: bracketMax, side: 1}}

// spanOf returns the span that contains all rows that meet a condition, in the order of a column without lists. exact
// means that all rows in the span meet the condition.
func (c *cond) spanOf(column int) (s span, exact bool) {
	switch c.op {
	case opAnd:
		s, exact = whole, true
		for _, kid := range c.kids {
			part, all := kid.spanOf(column)
			if compareCuts(part.from, s.from) > 0 {
				s.from = part.from
			}
			if compareCuts(part.to, s.to) < 0 {
				s.to = part.to
			}
			exact = exact && all
		}
		return s, exact
	case opOr:
		for i, kid := range c.kids {
			part, _ := kid.spanOf(column)
			if i == 0 || compareCuts(part.from, s.from) < 0 {
				s.from = part.from
			}
			if i == 0 || compareCuts(part.to, s.to) > 0 {
				s.to = part.to
			}
		}
		return s, false
	}
	if c.document || c.column != column {
		return whole, false
	}
	return c.spanOfValue()
}

// spanOfValue returns the span of a condition on one value.
func (c *cond) spanOfValue() (s span, exact bool) {
	v, b := c.value, c.value.bracket()
	switch c.op {
	case opEq:
		return around(v), true
	case opIn:
		return c.spanOfList()
	case opGt, opGte, opLt, opLte:
		if b == bracketNull {
			return around(v), c.op == opGte || c.op == opLte
		}
		s = span{cut{bracket: b, side: -1}, cut{bracket: b, side: 1}}
		if b == bracketNumber { // NaN is neither greater nor less than any number
			if v.isNaN() {
				return around(v), c.op == opGte || c.op == opLte
			}
			s.from = cut{bracket: b, value: nan, behind: true}
		}
		if c.op == opGt || c.op == opGte {
			s.from = cut{bracket: b, value: v, behind: c.op == opGt}
		} else {
			s.to = cut{bracket: b, value: v, behind: c.op == opLte}
		}
		return s, true
	}
	return whole, false
}

// nan is NaN. It sorts before all other numbers.
var nan = value{bson.TypeDouble, "\x00\x00\x00\x00\x00\x00\xf8\x7f"}

// around returns the span of one value.
func around(v value) span {
	return span{cut{bracket: v.bracket(), value: v}, cut{bracket: v.bracket(), value: v, behind: true}}
}

// spanOfList returns the span from the least value of $in to the greatest.
func (c *cond) spanOfList() (s span, exact bool) {
	all := c.others
	for text := range c.texts {
		all = append(all, value{bson.TypeString, text})
	}
	if c.null {
		all = append(all, value{})
	}
	if len(all) == 0 {
		s = whole
		s.to = s.from
		return s, true
	}
	for i, v := range all {
		one := around(v)
		if i == 0 || compareCuts(one.from, s.from) < 0 {
			s.from = one.from
		}
		if i == 0 || compareCuts(one.to, s.to) > 0 {
			s.to = one.to
		}
	}
	return s, len(all) == 1
}
