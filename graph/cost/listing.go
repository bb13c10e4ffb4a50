package cost

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"sen/graph/scalar"
	"sen/internal/content"
)

// What reading a list costs beside the elements of its page. The figures are processor time, measured with 20,000
// articles by `go run ./bench -costliest`: see docs/adr/0012-cost.md.
const (
	// countCost is the cost of going through a list once more, for totalCount or to see whether there is another page.
	countCost = 5
	// seekCost is the cost of a condition that an index can serve.
	seekCost = 10
	// scanCost is the cost of any other condition: all entries of the kind may be read to find those for which it holds.
	scanCost = 20
	// whereCost is the cost of a `where` in a filter by a relation, beside its conditions: up to a thousand entries are read,
	// and what links to any of them is found.
	whereCost = 20
	// valuesInCost is how many values of a list in a filter cost 1, offsetInCost how many elements that are passed over.
	valuesInCost, offsetInCost = 10, 100
	// sortCost is the cost of an order in a list that something else bounds too, where the entries may have to be sorted.
	sortCost = 5
)

// reread are the fields for which a list may be read again.
var reread = map[string]int{"totalCount": totals, "hasNextPage": nexts, "hasPreviousPage": previous}

// A listing is what it costs to find the elements of a list.
type listing struct {
	// page is the cost for its page, and again, by what it is read again for, each time.
	page  factor
	again map[int]factor
	// conditions is how many its filter has.
	conditions factor
}

// listing tells what finding the elements of a field's list costs.
func (c *counter) listing(f *ast.Field, on *ast.Definition) listing {
	schema, within := c.schema, on != c.schema.Query // not the counter: documents keep what is told
	arg := f.Arguments.ForName
	filter, order, offset := arg("filter"), arg("orderBy"), arg("offset")
	find := func(variables map[string]any) int {
		cost := weigh(schema, filter, variables).cost
		if (within || cost > 0) && isGiven(order, variables) {
			cost += sortCost
		}
		return cost
	}
	// A page behind or before a place tells by itself whether there is more on its own side only.
	again := func(from ...*ast.Argument) factor {
		return worked(func(variables map[string]any) int {
			if len(from) > 0 && !slices.ContainsFunc(from, func(arg *ast.Argument) bool { return isGiven(arg, variables) }) {
				return 0
			}
			return countCost + find(variables)
		}, append(from, filter, order)...)
	}
	return listing{
		page: worked(func(variables map[string]any) int {
			n, _ := intOf(offset, variables)
			return find(variables) + min(max(n, 0), content.MaxOffset)/offsetInCost
		}, filter, order, offset),
		again:      map[int]factor{totals: again(), nexts: again(arg("before")), previous: again(arg("after"), offset)},
		conditions: worked(func(variables map[string]any) int { return weigh(schema, filter, variables).conditions }, filter),
	}
}

// isGiven tells whether an argument has a value.
func isGiven(arg *ast.Argument, variables map[string]any) bool {
	return arg != nil && !given{literal: arg.Value}.read(variables).null()
}

// isConnection tells whether a type is a page of a list: its lists are as long as the page.
func isConnection(def *ast.Definition) bool { return strings.HasSuffix(def.Name, "Connection") }

// pageSize is how long a page the field asks for. One that is too long is refused when it is read.
func pageSize(f *ast.Field) factor {
	sizes := []*ast.Argument{f.Arguments.ForName("first"), f.Arguments.ForName("last")}
	return worked(func(variables map[string]any) int {
		for _, arg := range sizes {
			if n, ok := intOf(arg, variables); ok {
				return min(max(n, 0), content.MaxPage)
			}
		}
		return content.DefaultPage
	}, sizes...)
}

// intOf is the value of an argument, if it was given.
func intOf(arg *ast.Argument, variables map[string]any) (int, bool) {
	if arg == nil {
		return 0, false
	}
	value, _ := arg.Value.Value(variables) // what can't be read was refused before
	n, err := scalar.UnmarshalInt(value)
	return n, err == nil
}

// Elements is how many elements a list without pages has at most: as many as one of its arguments has, if one that must be
// given is a list, and some five without that.
func Elements(f *ast.Field, variables map[string]any) int { return listSize(f).of(variables) }

// listSize is how long a list without pages counts as.
func listSize(f *ast.Field) factor {
	for _, def := range f.Definition.Arguments {
		if def.Type.Elem == nil || !def.Type.NonNull {
			continue
		}
		arg := f.Arguments.ForName(def.Name)
		return worked(func(variables map[string]any) int {
			value, _ := arg.Value.Value(variables)
			if list, ok := value.([]any); ok {
				return len(list)
			}
			return 1 // a single value stands for a list of one
		}, arg)
	}
	return factor{n: plainList}
}
