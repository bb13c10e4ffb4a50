package cost

import (
	"iter"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"sen/internal/content"
)

// A weight is the work that a filter causes.
type weight struct {
	// cost is the cost of searching a list with the filter once.
	cost int
	// conditions is the number of comparisons, plus the number of filters that are combined. Counting stops beyond
	// the limit.
	conditions int
}

// weigher computes the weight of a filter with the variables of a request.
type weigher struct {
	weight
	schema    *ast.Schema
	variables map[string]any
}

// weigh returns the weight of a filter; it is zero if there is no filter.
func weigh(schema *ast.Schema, filter *ast.Argument, variables map[string]any) weight {
	if filter == nil {
		return weight{}
	}
	w := weigher{schema: schema, variables: variables}
	if v := (given{literal: filter.Value}).read(variables); !v.null() {
		w.filter(schema.Types[filter.Value.ExpectedType.Name()], v, false)
	}
	return w.weight
}

// filter adds the weight of the filter of a kind. In a negated filter no condition is served by an index.
func (w *weigher) filter(def *ast.Definition, v given, negated bool) {
	for name, member := range v.members() {
		if member = member.read(w.variables); member.null() {
			continue
		}
		switch name {
		case "and", "or":
			for part := range member.elements() {
				if w.conditions++; w.conditions > content.MaxFilterConditions {
					return
				}
				w.filter(def, part.read(w.variables), negated)
			}
		case "not":
			if w.conditions++; w.conditions <= content.MaxFilterConditions {
				w.filter(def, member, true)
			}
		default:
			compared := w.schema.Types[def.Fields.ForName(name).Type.Name()]
			if isRelationFilter(compared) {
				w.relation(compared, member, negated)
			} else {
				w.comparisons(member, !negated && (name == "slug" || compared.Name == "IDFilter"))
			}
		}
	}
}

// isRelationFilter reports whether a type is the filter of a relation.
func isRelationFilter(def *ast.Definition) bool { return strings.HasSuffix(def.Name, "RelationFilter") }

// relation adds the weight of a filter by a relation. With `all`, each value weighs as much as a condition, because
// the store tries to begin with any of them. A `where` costs whereCost, and its conditions cost the same as in a list
// of that kind.
func (w *weigher) relation(def *ast.Definition, v given, negated bool) {
	seeks, values, all, none, filtered := 0, 0, false, false, false
	for name, member := range v.members() {
		if member = member.read(w.variables); member.null() {
			continue
		}
		if name == "all" {
			all = member.yes()
			continue
		}
		if name == "none" {
			if none = member.yes(); !none {
				continue
			}
		}
		w.conditions++
		switch name {
		case "ids", "slugs":
			seeks++
			values += member.size()
			w.cost += member.size() / valuesInCost
		case "where":
			filtered = true
			w.cost += whereCost
			if w.conditions <= content.MaxFilterConditions {
				w.filter(w.schema.Types[def.Fields.ForName(name).Type.Name()], member, false)
			}
		case "exists":
			w.cost += scanCost
		}
	}
	switch {
	case none && seeks == 0 && !filtered:
		w.cost += scanCost
	case none || negated:
		w.cost += seeks * scanCost
	default:
		w.cost += seeks * seekCost
	}
	if all {
		w.cost += values * seekCost
	}
}

// comparisons adds the weight of the comparisons with one field; seek says whether an index has the field.
func (w *weigher) comparisons(v given, seek bool) {
	for name, member := range v.members() {
		if member = member.read(w.variables); member.null() {
			continue
		}
		w.conditions++
		switch name {
		case "eq", "in":
			if seek {
				w.cost += seekCost
				break
			}
			fallthrough
		default:
			w.cost += scanCost
		}
		w.cost += member.size() / valuesInCost
	}
}

// A given value is in the document, or comes from a variable.
type given struct {
	literal *ast.Value
	value   any
}

// read returns the value of the variable if the document has a variable here; otherwise it returns g.
func (g given) read(variables map[string]any) given {
	if g.literal != nil && g.literal.Kind == ast.Variable {
		return given{value: variables[g.literal.Raw]}
	}
	return g
}

// null reports whether there is no value, or null.
func (g given) null() bool {
	if g.literal != nil {
		return g.literal.Kind == ast.NullValue
	}
	return g.value == nil
}

// yes reports whether the value is true.
func (g given) yes() bool {
	if g.literal != nil {
		return g.literal.Raw == "true"
	}
	yes, _ := g.value.(bool)
	return yes
}

// size returns the number of elements of the value. A single value counts as a list of one.
func (g given) size() int {
	if g.literal != nil && g.literal.Kind == ast.ListValue {
		return len(g.literal.Children)
	}
	if list, ok := g.value.([]any); ok {
		return len(list)
	}
	return 1
}

// elements yields the elements of a list. A single value counts as a list of one.
func (g given) elements() iter.Seq[given] {
	return func(yield func(given) bool) {
		switch list := g.value.(type) {
		case []any:
			for _, value := range list {
				if !yield(given{value: value}) {
					return
				}
			}
			return
		case []map[string]any: // how gqlparser reads a single value
			for _, value := range list {
				if !yield(given{value: value}) {
					return
				}
			}
			return
		}
		if g.literal == nil || g.literal.Kind != ast.ListValue {
			yield(g)
			return
		}
		for _, child := range g.literal.Children {
			if !yield(given{literal: child.Value}) {
				return
			}
		}
	}
}

// members yields the fields of an object.
func (g given) members() iter.Seq2[string, given] {
	return func(yield func(string, given) bool) {
		if object, ok := g.value.(map[string]any); ok {
			for name, value := range object {
				if !yield(name, given{value: value}) {
					return
				}
			}
		}
		if g.literal == nil {
			return
		}
		for _, child := range g.literal.Children {
			if !yield(child.Name, given{literal: child.Value}) {
				return
			}
		}
	}
}
