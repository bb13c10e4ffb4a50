package graph

import (
	"context"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/introspection"
	"github.com/vektah/gqlparser/v2/ast"
)

// init takes out of the parsed schema what the parser adds to every schema by itself and neither schema.graphqls
// nor the server has: @defer, which would be validated and then refused, and a place of @deprecated that the
// specification of September 2025 does not know. What introspection tells is then what the contract tells.
func init() {
	delete(parsedSchema.Directives, "defer")
	deprecated, places := parsedSchema.Directives["deprecated"], parsedSchema.Types["__DirectiveLocation"]
	deprecated.Locations = slices.DeleteFunc(deprecated.Locations, func(l ast.DirectiveLocation) bool { return l == ast.LocationDirectiveDefinition })
	places.EnumValues = slices.DeleteFunc(places.EnumValues, func(v *ast.EnumValueDefinition) bool { return v.Name == string(ast.LocationDirectiveDefinition) })
}

// ParsedSchema returns the schema of the API as the parser has it. Nobody may change it. It is not called Schema: gqlgen
// would take a function of that name for the type __Schema.
func ParsedSchema() *ast.Schema { return parsedSchema }

// typeFields names the fields of __Type that only some kinds of types have, and those kinds.
var typeFields = map[string][]ast.DefinitionKind{
	"fields":        {ast.Object, ast.Interface},
	"interfaces":    {ast.Object, ast.Interface},
	"possibleTypes": {ast.Interface, ast.Union},
	"enumValues":    {ast.Enum},
	"inputFields":   {ast.InputObject},
	"isOneOf":       {ast.InputObject},
}

// nullWhereForeign answers null for a field of __Type that a type's kind does not have, as the specification's section on
// type introspection wants it; gqlgen answers an empty list, or false.
func nullWhereForeign(ctx context.Context, next graphql.Resolver) (any, error) {
	fc := graphql.GetFieldContext(ctx)
	if fc.Object == "__Type" && fc.Parent != nil {
		kinds := typeFields[fc.Field.Name]
		if of, ok := fc.Parent.Result.(*introspection.Type); ok && kinds != nil && !slices.Contains(kinds, ast.DefinitionKind(of.Kind())) {
			return nil, nil
		}
	}
	return next(ctx)
}
