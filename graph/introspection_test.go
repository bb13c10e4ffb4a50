package graph_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql/introspection"
	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"sen"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
)

// introspected is an answer to an introspection.
type introspected struct {
	Data struct {
		Schema struct {
			Description             string
			QueryType, MutationType shownRef
			SubscriptionType        *shownRef
			Types                   []shownType
			Directives              []shownValue
		} `json:"__schema"`
	}
}

// shownType is a type in an introspection; nil is null.
type shownType struct {
	Kind, Name, Description   string
	SpecifiedByURL            *string
	IsOneOf                   *bool
	Fields, InputFields       []shownValue
	Interfaces, PossibleTypes []shownRef
	EnumValues                []shownValue
}

// shownValue is a field, an argument, an enum value or a directive in an introspection.
type shownValue struct {
	Name, Description, DefaultValue string
	Args                            []shownValue
	Type                            *shownRef
	DeprecationReason               *string
	Locations                       []string
	IsRepeatable                    bool
}

// shownRef is a reference to a type.
type shownRef struct {
	Kind, Name string
	OfType     *shownRef
}

func (r *shownRef) String() string {
	switch {
	case r == nil:
		return ""
	case r.Kind == "NON_NULL":
		return r.OfType.String() + "!"
	case r.Kind == "LIST":
		return "[" + r.OfType.String() + "]"
	}
	return r.Name
}

// line returns all properties of a value as a line of text.
func (v shownValue) line() string {
	var args []string
	for _, a := range v.Args {
		args = append(args, a.line())
	}
	deprecated := "not deprecated"
	if v.DeprecationReason != nil {
		deprecated = "deprecated: " + *v.DeprecationReason
	}
	return fmt.Sprintf("%s(%s): %s = %s %q %s", v.Name, strings.Join(args, ", "), v.Type, v.DefaultValue, v.Description,
		deprecated)
}

// lines returns types with all their properties as lines of text, in order.
func lines(types []shownType) (all []string) {
	for _, t := range types {
		url := ""
		if t.SpecifiedByURL != nil {
			url = *t.SpecifiedByURL
		}
		all = append(all,
			fmt.Sprintf("%s %s %q %s one of: %t", t.Kind, t.Name, t.Description, url, t.IsOneOf != nil && *t.IsOneOf))
		for what, values := range map[string][]shownValue{"field": t.Fields, "input": t.InputFields, "value": t.EnumValues} {
			for i, v := range values {
				all = append(all, fmt.Sprintf("%s %s %03d %s", t.Name, what, i, v.line()))
			}
		}
		for what, types := range map[string][]shownRef{"implements": t.Interfaces, "may be": t.PossibleTypes} {
			for _, ref := range types {
				all = append(all, fmt.Sprintf("%s %s %s", t.Name, what, &ref))
			}
		}
	}
	slices.Sort(all)
	return all
}

// contract returns the introspection that schema.graphqls alone demands.
func contract(doc *ast.SchemaDocument) (types []shownType) {
	members := map[string][]shownRef{}
	for _, def := range doc.Definitions {
		for _, of := range def.Interfaces {
			members[of] = append(members[of], shownRef{Name: def.Name})
		}
	}
	for _, def := range doc.Definitions {
		t := shownType{Kind: string(def.Kind), Name: def.Name, Description: def.Description, PossibleTypes: members[def.Name]}
		for _, d := range def.Directives {
			switch d.Name {
			case "specifiedBy":
				t.SpecifiedByURL = &d.Arguments.ForName("url").Value.Raw
			case "oneOf":
				yes := true
				t.IsOneOf = &yes
			}
		}
		for _, of := range def.Interfaces {
			t.Interfaces = append(t.Interfaces, shownRef{Name: of})
		}
		for _, of := range def.Types {
			t.PossibleTypes = append(t.PossibleTypes, shownRef{Name: of})
		}
		for _, v := range def.EnumValues {
			t.EnumValues = append(t.EnumValues, value(v.Name, v.Description, nil, nil, v.Directives))
		}
		for _, f := range def.Fields {
			v := value(f.Name, f.Description, f.Type, f.DefaultValue, f.Directives)
			for _, a := range f.Arguments {
				v.Args = append(v.Args, value(a.Name, a.Description, a.Type, a.DefaultValue, a.Directives))
			}
			if def.Kind == ast.InputObject {
				t.InputFields = append(t.InputFields, v)
			} else {
				t.Fields = append(t.Fields, v)
			}
		}
		types = append(types, t)
	}
	return types
}

func value(name, description string, typ *ast.Type, otherwise *ast.Value, directives ast.DirectiveList) shownValue {
	v := shownValue{Name: name, Description: description}
	if typ != nil {
		v.Type = &shownRef{Name: typ.String()}
	}
	if otherwise != nil {
		v.DefaultValue = otherwise.String()
	}
	if d := directives.ForName("deprecated"); d != nil {
		reason := "No longer supported" // the default of the specification
		if given := d.Arguments.ForName("reason"); given != nil {
			reason = given.Value.Raw
		}
		v.DeprecationReason = &reason
	}
	return v
}

// TestIntrospectionIsTheContract compares introspection with schema.graphqls: types, fields, arguments, defaults,
// deprecations, descriptions and directives.
func TestIntrospectionIsTheContract(t *testing.T) {
	server := testserver.Start(t, testkit.AnySample(t), nil)
	var is introspected
	if err := json.Unmarshal(server.Ask(t, introspection.NewQuery(introspection.QueryOptions{OneOf: true}), nil, nil),
		&is); err != nil {
		t.Fatal(err)
	}
	doc, err := parser.ParseSchema(&ast.Source{Input: sen.Schema})
	if err != nil {
		t.Fatal(err)
	}
	schema := is.Data.Schema
	own := slices.DeleteFunc(slices.Clone(schema.Types), func(t shownType) bool {
		return strings.HasPrefix(t.Name, "__") || slices.Contains([]string{"Int", "Float", "String", "Boolean", "ID"}, t.Name)
	})
	if diff := cmp.Diff(lines(contract(doc)), lines(own)); diff != "" {
		t.Errorf("schema.graphqls (-) and introspection (+) differ:\n%s", diff)
	}
	if schema.Description != doc.Schema[0].Description || schema.QueryType.Name != "Query" ||
		schema.MutationType.Name != "Mutation" || schema.SubscriptionType != nil {
		t.Errorf("of the schema it tells %q, %v, %v and %v", schema.Description, schema.QueryType, schema.MutationType,
			schema.SubscriptionType)
	}
	// The directives of the specification of September 2025, §3.13. The schema has no directives of its own.
	want := []string{
		`deprecated(reason(): String = "No longer supported") false [FIELD_DEFINITION ARGUMENT_DEFINITION INPUT_FIELD_DEFINITION ENUM_VALUE]`,
		`include(if(): Boolean! = ) false [FIELD FRAGMENT_SPREAD INLINE_FRAGMENT]`,
		`oneOf() false [INPUT_OBJECT]`,
		`skip(if(): Boolean! = ) false [FIELD FRAGMENT_SPREAD INLINE_FRAGMENT]`,
		`specifiedBy(url(): String! = ) false [SCALAR]`,
	}
	var directives []string
	for _, d := range schema.Directives {
		var args []string
		for _, a := range d.Args {
			args = append(args, fmt.Sprintf("%s(): %s = %s", a.Name, a.Type, a.DefaultValue))
		}
		directives = append(directives,
			fmt.Sprintf("%s(%s) %t %v", d.Name, strings.Join(args, ", "), d.IsRepeatable, d.Locations))
	}
	if diff := cmp.Diff(want, directives); diff != "" || len(doc.Directives) > 0 {
		t.Errorf("the directives of the specification (-) and of introspection (+) differ, or schema.graphqls has some: %s",
			diff)
	}
	for _, typ := range schema.Types {
		typ.foreign(t)
	}
	if answer := string(server.Ask(t,
		`{ __type(name: "Article") { fields(includeDeprecated: true) { name type { name isOneOf fields { name } ofType { isOneOf enumValues { name } inputFields { name } } } } } }`, nil, nil)); strings.Contains(answer, "false") || strings.Contains(answer, "[]") {
		t.Errorf("below another type a type tells of what it has not: %.300s", answer)
	}
}

// foreign checks that a field is null if the type's kind does not have it, and has a value if it does.
func (typ shownType) foreign(t *testing.T) {
	t.Helper()
	kind := ast.DefinitionKind(typ.Kind)
	composite := kind == ast.Object || kind == ast.Interface
	for what, c := range map[string]struct{ has, shown bool }{
		"fields":        {composite, typ.Fields != nil},
		"interfaces":    {composite, typ.Interfaces != nil},
		"possibleTypes": {kind == ast.Interface || kind == ast.Union, typ.PossibleTypes != nil},
		"enumValues":    {kind == ast.Enum, typ.EnumValues != nil},
		"inputFields":   {kind == ast.InputObject, typ.InputFields != nil},
		"isOneOf":       {kind == ast.InputObject, typ.IsOneOf != nil},
	} {
		if c.has != c.shown {
			t.Errorf("%s: the type %s has them: %t, and introspection shows them: %t", what, typ.Name, c.has, c.shown)
		}
	}
}

// TestDirectivesDoWhatIntrospectionTells uses each directive that introspection names for documents, and one that it
// does not name.
func TestDirectivesDoWhatIntrospectionTells(t *testing.T) {
	server := testserver.Start(t, testkit.AnySample(t), nil)
	for query, want := range map[string]string{
		`{ site { name @skip(if: true) timeZone } }`:             `{"data":{"site":{"timeZone":"Asia/Ho_Chi_Minh"}}}`,
		`{ site { ... @include(if: false) { name } timeZone } }`: `{"data":{"site":{"timeZone":"Asia/Ho_Chi_Minh"}}}`,
		`{ site { ... @defer { name } timeZone } }`:              `Unknown directive \"@defer\".`,
		`{ ...F @defer } fragment F on Query { site { name } }`:  `Unknown directive \"@defer\".`,
		`{ tags @stream { totalCount } }`:                        `Unknown directive \"@stream\".`,
	} {
		if answer := string(server.Ask(t, query, nil, nil)); !strings.Contains(answer, want) {
			t.Errorf("%s: %s", query, answer)
		}
	}
}
