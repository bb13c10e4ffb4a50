package cost

import "github.com/vektah/gqlparser/v2/ast"

// introspectedInCost is the number of introspection fields that cost 1. gqlgen's executor answers each of them
// separately.
const introspectedInCost = 1000

// introspection returns how many fields the answer to an introspection has. The list of types counts with its real
// length, any other list as plainList. Fields that @skip and @include leave out count too.
func (c *counter) introspection(set ast.SelectionSet) (fields int) {
	for _, s := range set {
		c.visits++
		switch s := s.(type) {
		case *ast.Field:
			n := Plus(1, c.introspection(s.SelectionSet))
			switch {
			case s.Name == "types":
				n = times(len(c.schema.Types), n)
			case s.Definition.Type.Elem != nil:
				n = times(plainList, n)
			}
			fields = Plus(fields, n)
		case *ast.InlineFragment:
			fields = Plus(fields, c.introspection(s.SelectionSet))
		case *ast.FragmentSpread:
			n, known := c.introspected[s.Definition]
			if !known {
				n = c.introspection(s.Definition.SelectionSet)
				c.introspected[s.Definition] = n
			}
			fields = Plus(fields, n)
		}
	}
	return fields
}
