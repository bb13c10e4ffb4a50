package graph

import (
	"context"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/introspection"
	"github.com/vektah/gqlparser/v2/ast"
)

// init removes from the parsed schema what the parser adds to every schema although neither schema.graphqls nor the
// server has it: @defer, which would pass validation and then be refused, and a location of @deprecated that the
// specification of September 2025 does not have. Introspection then shows the same schema as schema.graphqls.
func init() {
	delete(parsedSchema.Directives, "defer")
	deprecated, places := parsedSchema.Directives["deprecated"], parsedSchema.Types["__DirectiveLocation"]
	deprecated.Locations = slices.DeleteFunc(deprecated.Locations,
		func(l ast.DirectiveLocation) bool { return l == ast.LocationDirectiveDefinition })
	places.EnumValues = slices.DeleteFunc(places.EnumValues,
		func(v *ast.EnumValueDefinition) bool { return v.Name == string(ast.LocationDirectiveDefinition) })
}

// ParsedSchema returns the parsed schema. It must not be changed. It is not called Schema, because gqlgen would take a
// function of that name for the type __Schema.
func ParsedSchema() *ast.Schema { return parsedSchema }

// typeFields has the fields of __Type that only some kinds of types have, with those kinds.
var typeFields = map[string][]ast.DefinitionKind{
	"fields":        {ast.Object, ast.Interface},
	"interfaces":    {ast.Object, ast.Interface},
	"possibleTypes": {ast.Interface, ast.Union},
	"enumValues":    {ast.Enum},
	"inputFields":   {ast.InputObject},
	"isOneOf":       {ast.InputObject},
}

// nullWhereForeign answers null for a field of __Type that the kind of the type does not have, as the specification
// demands in its section on type introspection. gqlgen answers an empty list, or false.
func nullWhereForeign(ctx context.Context, next graphql.Resolver) (any, error) {
	fc := graphql.GetFieldContext(ctx)
	if fc.Object == "__Type" && fc.Parent != nil {
		kinds := typeFields[fc.Field.Name]
		if of, ok := fc.Parent.Result.(*introspection.Type); ok && kinds != nil &&
			!slices.Contains(kinds, ast.DefinitionKind(of.Kind())) {
			return nil, nil
		}
	}
	return next(ctx)
}
