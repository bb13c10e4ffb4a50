package cost

import (
	"iter"
	"strings"

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
			compared := w.schema.Types[def.Fields.ForName(name).Type.Name()]
			if isRelationFilter(compared) {
				w.relation(compared, member, negated)
			} else {
				w.comparisons(member, !negated && (name == "slug" || compared.Name == "IDFilter"))
			}
		}
	}
}

// isRelationFilter tells whether a type follows a link.
func isRelationFilter(def *ast.Definition) bool { return strings.HasSuffix(def.Name, "RelationFilter") }

// relation weighs a filter by a link. Where all of some values are asked for, each is weighed like a condition: the store
// tries to begin with any of them. A `where` costs whereCost, and its own conditions what they cost in a list of that kind.
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

// comparisons weighs what one field is compared with; seek tells whether an index has the field.
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
