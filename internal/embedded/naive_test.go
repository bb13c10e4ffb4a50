package embedded

import (
	"bytes"
	"cmp"
	"math"
	"regexp"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// The functions below define the meaning of filters and orders in the simplest way. They examine every document and
// use no index.

// none stands for a missing value. itself stands for an array, after its elements.
type (
	none   struct{}
	itself struct{ array A }
)

// lead returns the values at a path.
func lead(v any, steps []string) (found []any) {
	if len(steps) == 0 {
		if array, ok := v.(A); ok {
			return append(slices.Clone([]any(array)), itself{array})
		}
		return []any{v}
	}
	switch v := v.(type) {
	case D:
		for _, e := range v {
			if e.Key == steps[0] {
				return lead(e.Value, steps[1:])
			}
		}
	case A:
		for _, one := range v {
			if doc, ok := one.(D); ok {
				found = append(found, lead(doc, steps)...)
			}
		}
		return found
	}
	return []any{none{}}
}

// rank returns the position of a type in the order of types.
func rank(v any) int {
	switch v.(type) {
	case nil, none:
		return 1
	case int32, int64, float64:
		return 2
	case string:
		return 3
	case D:
		return 4
	case A, itself:
		return 5
	case bool:
		return 6
	case bson.DateTime:
		return 7
	}
	panic(v)
}

func float(v any) float64 {
	switch v := v.(type) {
	case int32:
		return float64(v)
	case int64:
		return float64(v)
	}
	return v.(float64)
}

// isNaN reports whether a value is NaN.
func isNaN(v any) bool {
	f, ok := v.(float64)
	return ok && math.IsNaN(f)
}

// rate compares two values.
func rate(a, b any) int {
	if c := cmp.Compare(rank(a), rank(b)); c != 0 {
		return c
	}
	switch rank(a) {
	case 2:
		return cmp.Compare(float(a), float(b))
	case 3:
		return strings.Compare(a.(string), b.(string))
	case 6:
		return cmp.Compare(len(toJSON(b)), len(toJSON(a))) // "false" is the longer text
	case 7:
		return cmp.Compare(a.(bson.DateTime), b.(bson.DateTime))
	}
	return 0 // documents and arrays have no order among themselves
}

func toJSON(v any) []byte {
	if i, ok := v.(itself); ok {
		v = i.array
	}
	data, err := bson.MarshalExtJSON(D{{Key: "v", Value: v}}, true, false)
	if err != nil {
		panic(err)
	}
	return data
}

// holds reports whether a document matches a filter.
func holds(doc D, filter D) bool {
	for _, e := range filter {
		if !holdsOne(doc, e) {
			return false
		}
	}
	return true
}

func holdsOne(doc D, e bson.E) bool {
	some := func(want bool) bool {
		for _, part := range e.Value.(A) {
			if holds(doc, part.(D)) == want {
				return true
			}
		}
		return false
	}
	switch e.Key {
	case "$and":
		return !some(false)
	case "$or":
		return some(true)
	case "$nor":
		return !some(true)
	}
	return fits(lead(doc, strings.Split(e.Key, ".")), e.Value)
}

// fits reports whether the values at a path meet a condition.
func fits(values []any, condition any) bool {
	ops, ok := condition.(D)
	if !ok || len(ops) == 0 || !strings.HasPrefix(ops[0].Key, "$") {
		ops = D{{Key: "$eq", Value: condition}}
	}
	for _, op := range ops {
		some := func(test func(any) bool) bool { return slices.ContainsFunc(values, test) }
		is := func(want any) func(any) bool { return func(v any) bool { return same(v, want) } }
		in := func() bool {
			return slices.ContainsFunc(op.Value.(A), func(want any) bool { return some(is(want)) })
		}
		var ok bool
		switch op.Key {
		case "$eq":
			ok = some(is(op.Value))
		case "$ne":
			ok = !some(is(op.Value))
		case "$in":
			ok = in()
		case "$nin":
			ok = !in()
		case "$exists":
			ok = some(func(v any) bool { return v != none{} }) == op.Value.(bool)
		case "$not":
			ok = !fits(values, op.Value)
		case "$elemMatch":
			ok = some(func(v any) bool { return member(v, op.Value.(D)) })
		default:
			ok = some(func(v any) bool {
				return rank(v) == rank(op.Value) && isNaN(v) == isNaN(op.Value) && within(op.Key, rate(v, op.Value))
			})
		}
		if !ok {
			return false
		}
	}
	return true
}

func same(v, want any) bool {
	if r, ok := want.(bson.Regex); ok {
		s, ok := v.(string)
		pattern := r.Pattern
		if r.Options == "i" {
			pattern = "(?i)" + pattern
		}
		return ok && regexp.MustCompile(pattern).MatchString(s)
	}
	if rank(v) == 4 || rank(v) == 5 {
		return rank(v) == rank(want) && bytes.Equal(toJSON(v), toJSON(want))
	}
	return rate(v, want) == 0
}

func within(op string, order int) bool {
	switch op {
	case "$gt":
		return order > 0
	case "$gte":
		return order >= 0
	case "$lt":
		return order < 0
	}
	return order <= 0
}

// member reports whether an array has an element that meets a condition.
func member(v any, condition D) bool {
	array, ok := v.(itself)
	return ok && slices.ContainsFunc(array.array, func(one any) bool {
		if strings.HasPrefix(condition[0].Key, "$") {
			return fits([]any{one}, condition)
		}
		doc, ok := one.(D)
		return ok && holds(doc, condition)
	})
}

// standing returns the value by which a document is sorted.
func standing(doc D, path string, desc bool) any {
	values := lead(doc, strings.Split(path, "."))
	array := false
	values = slices.DeleteFunc(values, func(v any) bool {
		_, is := v.(itself)
		array = array || is
		return is
	})
	switch {
	case len(values) == 0 && array:
		return empty{}
	case len(values) == 0:
		return nil
	case desc:
		return slices.MaxFunc(values, rate)
	}
	return slices.MinFunc(values, rate)
}

// empty is the sort value of an empty array.
type empty struct{}

// sortNaive sorts documents.
func sortNaive(docs []D, by D) {
	slices.SortStableFunc(docs, func(a, b D) int {
		for _, e := range by {
			desc := e.Value.(int) < 0
			x, y := standing(a, e.Key, desc), standing(b, e.Key, desc)
			_, first := x.(empty)
			_, second := y.(empty)
			c := 0
			switch {
			case first && second:
			case first:
				c = -1
			case second:
				c = 1
			default:
				c = rate(x, y)
			}
			if desc {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	})
}
