// Package clients writes the files that the caches of GraphQL clients need to know the schema.
package clients

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

type schema struct{ *ast.Schema }

// Files returns the settings that the caches of Apollo Client and urql need, as JSON by file name.
// docs/single-page-apps.md shows how to use them.
func Files(of *ast.Schema) map[string][]byte {
	s, files := schema{of}, map[string][]byte{}
	defs := s.composites()
	for name, value := range map[string]any{
		"apollo-possible-types.json": s.possibleTypes(defs),
		"apollo-type-policies.json":  s.typePolicies(defs),
		"urql-schema.json":           s.minified(defs),
	} {
		text, err := json.Marshal(value)
		if err != nil {
			panic(err) // maps, lists and texts can always be written as JSON
		}
		files[name] = append(text, '\n')
	}
	return files
}

// composites returns the schema's objects, interfaces and unions in the order of their names, without the types of
// introspection.
func (s schema) composites() (defs []*ast.Definition) {
	for _, name := range slices.Sorted(maps.Keys(s.Types)) {
		if def := s.Types[name]; def.IsCompositeType() && !strings.HasPrefix(name, "__") {
			defs = append(defs, def)
		}
	}
	return defs
}

// possible returns the names of the objects that an interface or a union can be.
func (s schema) possible(def *ast.Definition) (names []string) {
	for _, object := range s.GetPossibleTypes(def) {
		names = append(names, object.Name)
	}
	slices.Sort(names)
	return names
}

// possibleTypes returns Apollo Client's setting of that name. Without it, a fragment on an interface finds nothing in
// the cache.
func (s schema) possibleTypes(defs []*ast.Definition) any {
	types := map[string][]string{}
	for _, def := range defs {
		if def.IsAbstractType() {
			types[def.Name] = s.possible(def)
		}
	}
	return types
}

// typePolicies returns Apollo Client's setting of that name. It merges objects without an identity where they stand,
// and replaces lists of objects. Without it, the client warns that it may lose data.
func (s schema) typePolicies(defs []*ast.Definition) any {
	type policy map[string]any
	policies := map[string]policy{}
	for _, def := range defs {
		if def.Kind != ast.Object {
			continue
		}
		p, fields := policy{}, map[string]policy{}
		for _, f := range def.Fields {
			if f.Type.Elem != nil && s.Types[f.Type.Name()].IsCompositeType() {
				fields[f.Name] = policy{"merge": false}
			}
		}
		if len(fields) > 0 {
			p["fields"] = fields
		}
		switch {
		case def == s.Query, def == s.Mutation:
		case def.Name == "Person": // a person's name depends on the date, so the same id has different names
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

// minifiedType is a type, or a reference to one, in the introspection that urql's Graphcache reads.
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

// minified returns an introspection result that contains only what Graphcache reads. As in @urql/introspection, every
// scalar, enum and input object is the type `Any`.
func (s schema) minified(defs []*ast.Definition) any {
	types := []minifiedType{anyType}
	for _, def := range defs {
		t := minifiedType{Kind: string(def.Kind), Name: def.Name}
		for _, f := range def.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			field := minifiedField{Name: f.Name, Type: s.reference(f.Type), Args: []minifiedField{}}
			for _, a := range f.Arguments {
				field.Args = append(field.Args, minifiedField{Name: a.Name, Type: s.reference(a.Type)})
			}
			t.Fields = append(t.Fields, field)
		}
		for _, name := range def.Interfaces {
			t.Interfaces = append(t.Interfaces, minifiedType{Kind: string(ast.Interface), Name: name})
		}
		if def.IsAbstractType() {
			for _, name := range s.possible(def) {
				t.PossibleTypes = append(t.PossibleTypes, minifiedType{Kind: string(ast.Object), Name: name})
			}
		}
		types = append(types, t)
	}
	named := func(def *ast.Definition) map[string]string { return map[string]string{"name": def.Name} }
	return map[string]any{"__schema": map[string]any{
		"queryType": named(s.Query), "mutationType": named(s.Mutation), "subscriptionType": nil, "types": types,
		"directives": []any{},
	}}
}

var anyType = minifiedType{Kind: string(ast.Scalar), Name: "Any"}

// reference returns the minified form of the type of a field or an argument.
func (s schema) reference(t *ast.Type) *minifiedType {
	switch {
	case t.NonNull:
		nullable := *t
		nullable.NonNull = false
		return &minifiedType{Kind: "NON_NULL", OfType: s.reference(&nullable)}
	case t.Elem != nil:
		return &minifiedType{Kind: "LIST", OfType: s.reference(t.Elem)}
	}
	if def := s.Types[t.NamedType]; def.IsCompositeType() {
		return &minifiedType{Kind: string(def.Kind), Name: def.Name}
	}
	of := anyType
	return &of
}
