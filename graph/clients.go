package graph

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
)

// ClientFiles are what clients' caches want to know of the schema, as JSON, by file name. docs/single-page-apps.md shows their use.
var ClientFiles = sync.OnceValue(func() map[string][]byte {
	files := map[string][]byte{}
	for name, of := range map[string]func([]*ast.Definition) any{
		"apollo-possible-types.json": possibleTypes,
		"apollo-type-policies.json":  typePolicies,
		"urql-schema.json":           minified,
	} {
		text, err := json.Marshal(of(composites()))
		if err != nil {
			panic(err) // it is made of maps, lists and texts
		}
		files[name] = append(text, '\n')
	}
	return files
})

// composites are the schema's objects, interfaces and unions by name, without those of introspection.
func composites() (defs []*ast.Definition) {
	for _, name := range slices.Sorted(maps.Keys(parsedSchema.Types)) {
		if def := parsedSchema.Types[name]; def.IsCompositeType() && !strings.HasPrefix(name, "__") {
			defs = append(defs, def)
		}
	}
	return defs
}

// possible are the names of the objects that an interface or a union may be.
func possible(def *ast.Definition) (names []string) {
	for _, object := range parsedSchema.GetPossibleTypes(def) {
		names = append(names, object.Name)
	}
	slices.Sort(names)
	return names
}

// possibleTypes is Apollo Client's setting of that name: without it a fragment on an interface finds nothing in the cache.
func possibleTypes(defs []*ast.Definition) any {
	types := map[string][]string{}
	for _, def := range defs {
		if def.IsAbstractType() {
			types[def.Name] = possible(def)
		}
	}
	return types
}

// typePolicies is Apollo Client's setting of that name: objects without an identity are merged where they stand, and lists
// of objects are replaced. Without it the client warns that it may lose data.
func typePolicies(defs []*ast.Definition) any {
	type policy map[string]any
	policies := map[string]policy{}
	for _, def := range defs {
		if def.Kind != ast.Object {
			continue
		}
		p, fields := policy{}, map[string]policy{}
		for _, f := range def.Fields {
			if f.Type.Elem != nil && parsedSchema.Types[f.Type.Name()].IsCompositeType() {
				fields[f.Name] = policy{"merge": false}
			}
		}
		if len(fields) > 0 {
			p["fields"] = fields
		}
		switch {
		case def == parsedSchema.Query, def == parsedSchema.Mutation:
		case def.Name == "Person": // by the name of a day: the same id has other names on other days
			p["keyFields"], p["merge"] = false, false
		case def.Fields.ForName("id") == nil:
			p["merge"] = true
		}
		if len(p) > 0 {
			policies[def.Name] = p
		}
	}
	return policies
}

// minifiedType is a type in the introspection that Graphcache reads, or a reference to one.
type minifiedType struct {
	Kind          string          `json:"kind"`
	Name          string          `json:"name,omitempty"`
	OfType        *minifiedType   `json:"ofType,omitempty"`
	Fields        []minifiedField `json:"fields,omitempty"`
	Interfaces    []minifiedType  `json:"interfaces,omitempty"`
	PossibleTypes []minifiedType  `json:"possibleTypes,omitempty"`
}

// minifiedField is a field or an argument; only fields have Args.
type minifiedField struct {
	Name string          `json:"name"`
	Type *minifiedType   `json:"type"`
	Args []minifiedField `json:"args,omitzero"`
}

// minified is an introspection with what Graphcache reads of it: every scalar, enum and input object is `Any`, as
// @urql/introspection has it.
func minified(defs []*ast.Definition) any {
	types := []minifiedType{anyType}
	for _, def := range defs {
		t := minifiedType{Kind: string(def.Kind), Name: def.Name}
		for _, f := range def.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			field := minifiedField{Name: f.Name, Type: reference(f.Type), Args: []minifiedField{}}
			for _, a := range f.Arguments {
				field.Args = append(field.Args, minifiedField{Name: a.Name, Type: reference(a.Type)})
			}
			t.Fields = append(t.Fields, field)
		}
		for _, name := range def.Interfaces {
			t.Interfaces = append(t.Interfaces, minifiedType{Kind: string(ast.Interface), Name: name})
		}
		if def.IsAbstractType() {
			for _, name := range possible(def) {
				t.PossibleTypes = append(t.PossibleTypes, minifiedType{Kind: string(ast.Object), Name: name})
			}
		}
		types = append(types, t)
	}
	named := func(def *ast.Definition) map[string]string { return map[string]string{"name": def.Name} }
	return map[string]any{"__schema": map[string]any{
		"queryType": named(parsedSchema.Query), "mutationType": named(parsedSchema.Mutation), "subscriptionType": nil, "types": types, "directives": []any{},
	}}
}

var anyType = minifiedType{Kind: string(ast.Scalar), Name: "Any"}

// reference is a type as a field or an argument has it.
func reference(t *ast.Type) *minifiedType {
	switch {
	case t.NonNull:
		nullable := *t
		nullable.NonNull = false
		return &minifiedType{Kind: "NON_NULL", OfType: reference(&nullable)}
	case t.Elem != nil:
		return &minifiedType{Kind: "LIST", OfType: reference(t.Elem)}
	}
	if def := parsedSchema.Types[t.NamedType]; def.IsCompositeType() {
		return &minifiedType{Kind: string(def.Kind), Name: def.Name}
	}
	of := anyType
	return &of
}
