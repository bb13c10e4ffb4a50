package cost

import (
	"iter"

	"github.com/vektah/gqlparser/v2/ast"

	"sen/internal/content"
)

// A weight is what a filter asks for.
type weight struct {
	// cost is what it costs to look through a list by it once.
	cost int
	// conditions is how many comparisons it has, with the filters that it combines. Beyond the limit it is not told how many.
	conditions int
}

// weigher weighs a filter with the variables of a request.
type weigher struct {
	weight
	schema    *ast.Schema
	variables map[string]any
}

// weigh weighs a filter, nothing if there is none.
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

// filter weighs a filter of a kind; in a negated one nothing is found by an index.
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
			compared := def.Fields.ForName(name).Type.Name()
			w.comparisons(member, !negated && (name == "slug" || compared == "IDFilter" || compared == "RelationFilter"))
		}
	}
}

// comparisons weighs what one field is compared with; seek tells whether an index has the field. Where all of some
// values are asked for, each is weighed like a condition: the store tries to begin with any of them.
func (w *weigher) comparisons(v given, seek bool) {
	values, all := 0, false
	for name, member := range v.members() {
		if member = member.read(w.variables); member.null() {
			continue
		}
		if name == "all" {
			all = member.yes()
			continue
		}
		w.conditions++
		values += member.size()
		switch name {
		case "eq", "in", "ids", "slugs":
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
	if all {
		w.cost += values * seekCost
	}
}

// A given value stands in a document or comes from a variable.
type given struct {
	literal *ast.Value
	value   any
}

// read is the value of a variable, where that stands in a document.
func (g given) read(variables map[string]any) given {
	if g.literal != nil && g.literal.Kind == ast.Variable {
		return given{value: variables[g.literal.Raw]}
	}
	return g
}

// null tells whether there is none.
func (g given) null() bool {
	if g.literal != nil {
		return g.literal.Kind == ast.NullValue
	}
	return g.value == nil
}

// yes tells whether it is true.
func (g given) yes() bool {
	if g.literal != nil {
		return g.literal.Raw == "true"
	}
	yes, _ := g.value.(bool)
	return yes
}

// size is how many elements the value has; a single one stands for a list of one.
func (g given) size() int {
	if g.literal != nil && g.literal.Kind == ast.ListValue {
		return len(g.literal.Children)
	}
	if list, ok := g.value.([]any); ok {
		return len(list)
	}
	return 1
}

// elements are those of a list; a single value stands for a list of one.
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

// members are the fields of an object.
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
