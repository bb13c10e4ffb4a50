package documents

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// eachSelection calls visit once for every selection of a document.
func eachSelection(doc *ast.QueryDocument, visit func(ast.Selection)) {
	var walk func(ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		for _, s := range set {
			visit(s)
			switch s := s.(type) {
			case *ast.Field:
				walk(s.SelectionSet)
			case *ast.InlineFragment:
				walk(s.SelectionSet)
			}
		}
	}
	for _, op := range doc.Operations {
		walk(op.SelectionSet)
	}
	for _, f := range doc.Fragments {
		walk(f.SelectionSet)
	}
}

// conditionsIn returns the names of the variables in the @skip and @include of a document.
func conditionsIn(doc *ast.QueryDocument) (names []string) {
	eachSelection(doc, func(s ast.Selection) {
		for _, d := range directivesOf(s) {
			arg := d.Arguments.ForName("if")
			if (d.Name == "skip" || d.Name == "include") && arg.Value.Kind == ast.Variable &&
				!slices.Contains(names, arg.Value.Raw) {
				names = append(names, arg.Value.Raw)
			}
		}
	})
	return names
}

func directivesOf(s ast.Selection) ast.DirectiveList {
	switch s := s.(type) {
	case *ast.Field:
		return s.Directives
	case *ast.InlineFragment:
		return s.Directives
	case *ast.FragmentSpread:
		return s.Directives
	}
	return nil
}
