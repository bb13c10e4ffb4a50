package cost

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"sen/graph/scalar"
	"sen/internal/content"
)

// The costs of reading a list, in addition to the elements of its page. The figures are processor time, measured with
// 20,000 articles by `go run ./bench -costliest`: see docs/adr/0012-cost.md.
const (
	// countCost is the cost of reading a list once more, for totalCount or to find out whether there is another page.
	countCost = 5
	// seekCost is the cost of a condition that an index can serve.
	seekCost = 10
	// scanCost is the cost of any other condition: the store may have to read all entries of the kind.
	scanCost = 20
	// whereCost is the cost of a `where` in a filter by a relation, in addition to its conditions. The store reads up
	// to a thousand entries and finds the entries that link to any of them.
	whereCost = 20
	// searchCost is the cost of a search, on its own or in a list.
	searchCost = 20
	// valuesInCost is the number of values of a list in a filter that cost 1. offsetInCost is the number of skipped
	// elements that cost 1.
	valuesInCost, offsetInCost = 10, 100
	// sortCost is the cost of an order in a list that something else limits too: the store may have to sort the
	// entries.
	sortCost = 5
)

// reread lists the fields for which the store may read a list again.
var reread = map[string]int{"totalCount": totals, "hasNextPage": nexts, "hasPreviousPage": previous}

// The fields of Query that search.
const searchField, suggestField = "search", "suggest"

// A listing is the cost of finding the elements of a list.
type listing struct {
	// page is the cost of finding the page. again is the cost of reading the list again for each of the fields in
	// reread.
	page  factor
	again map[int]factor
	// conditions is the number of conditions of the filter.
	conditions factor
}

// listing returns the cost of finding the elements of a field's list.
func (c *counter) listing(f *ast.Field, on *ast.Definition) listing {
	schema, within := c.schema, on != c.schema.Query // not the counter itself: documents keep these functions
	arg := f.Arguments.ForName
	filter, order, offset, text := arg("filter"), arg("orderBy"), arg("offset"), arg("search")
	searches := f.Name == searchField && !within
	find := func(variables map[string]any) int {
		cost := weigh(schema, filter, variables).cost
		if searches || isGiven(text, variables) {
			cost += searchCost
		}
		if (within || cost > 0) && isGiven(order, variables) {
			cost += sortCost
		}
		return cost
	}
	// The read of a page shows whether there is more in its own direction. So hasNextPage needs another read only with
	// before, and hasPreviousPage only with after or offset.
	again := func(from ...*ast.Argument) factor {
		return computedFactor(func(variables map[string]any) int {
			if len(from) > 0 && !slices.ContainsFunc(from, func(arg *ast.Argument) bool { return isGiven(arg, variables) }) {
				return 0
			}
			return countCost + find(variables)
		}, append(from, filter, order, text)...)
	}
	return listing{
		page: computedFactor(func(variables map[string]any) int {
			n, _ := intOf(offset, variables)
			return find(variables) + min(max(n, 0), content.MaxOffset)/offsetInCost
		}, filter, order, offset, text),
		again: map[int]factor{totals: again(), nexts: again(arg("before")), previous: again(arg("after"), offset)},
		conditions: computedFactor(func(variables map[string]any) int { return weigh(schema, filter, variables).conditions },
			filter),
	}
}

// isGiven reports whether an argument has a value.
func isGiven(arg *ast.Argument, variables map[string]any) bool {
	return arg != nil && !given{literal: arg.Value}.read(variables).null()
}

// isConnection reports whether a type is a page of a list: its lists are as long as the page.
func isConnection(def *ast.Definition) bool { return strings.HasSuffix(def.Name, "Connection") }

// pageSize returns how long a page the field asks for. A page that is too long is refused later, when the list is
// read.
func pageSize(f *ast.Field) factor {
	sizes := []*ast.Argument{f.Arguments.ForName("first"), f.Arguments.ForName("last")}
	return computedFactor(func(variables map[string]any) int {
		for _, arg := range sizes {
			if n, ok := intOf(arg, variables); ok {
				return min(max(n, 0), content.MaxPage)
			}
		}
		return content.DefaultPage
	}, sizes...)
}

// intOf returns the value of an argument, if it was given.
func intOf(arg *ast.Argument, variables map[string]any) (int, bool) {
	if arg == nil {
		return 0, false
	}
	value, _ := arg.Value.Value(variables) // a value that can't be read was refused before
	n, err := scalar.UnmarshalInt(value)
	return n, err == nil
}

// Elements returns the largest number of elements of a list without pages. If one of the field's required arguments
// is a list, the field has as many elements as that argument; otherwise it counts as plainList.
func Elements(f *ast.Field, variables map[string]any) int { return listSize(f).of(variables) }

// listSize returns the number of elements that a list without pages counts as.
func listSize(f *ast.Field) factor {
	for _, def := range f.Definition.Arguments {
		if def.Type.Elem == nil || !def.Type.NonNull {
			continue
		}
		arg := f.Arguments.ForName(def.Name)
		return computedFactor(func(variables map[string]any) int {
			value, _ := arg.Value.Value(variables)
			if list, ok := value.([]any); ok {
				return len(list)
			}
			return 1 // a single value counts as a list of one
		}, arg)
	}
	return factor{n: plainList}
}
