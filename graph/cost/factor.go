package cost

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// A factor is a number, or a function that reads it from variables.
type factor struct {
	n    int
	read func(variables map[string]any) int
}

var once = factor{n: 1}

// of returns the factor for these variables.
func (f factor) of(variables map[string]any) int {
	if f.read != nil {
		return f.read(variables)
	}
	return f.n
}

// included returns 1 if @skip and @include keep a selection, and 0 if they leave it out.
func included(directives ast.DirectiveList) factor {
	var conditions []*ast.Argument
	var wanted []bool
	for _, d := range directives {
		if d.Name == "skip" || d.Name == "include" {
			conditions, wanted = append(conditions, d.Arguments.ForName("if")), append(wanted, d.Name == "include")
		}
	}
	if conditions == nil {
		return once
	}
	return computedFactor(func(variables map[string]any) int {
		for i, condition := range conditions {
			value, _ := condition.Value.Value(variables)
			if yes, _ := value.(bool); yes != wanted[i] {
				return 0
			}
		}
		return 1
	}, conditions...)
}

// computedFactor returns a factor that is computed from arguments. It computes it at once unless an argument contains a
// variable.
func computedFactor(read func(map[string]any) int, from ...*ast.Argument) factor {
	if slices.ContainsFunc(from, func(arg *ast.Argument) bool { return arg != nil && hasVariable(arg.Value) }) {
		return factor{read: read}
	}
	return factor{n: read(nil)}
}

// hasVariable reports whether a value is a variable or contains one.
func hasVariable(v *ast.Value) bool {
	return v.Kind == ast.Variable ||
		slices.ContainsFunc(v.Children, func(child *ast.ChildValue) bool { return hasVariable(child.Value) })
}
