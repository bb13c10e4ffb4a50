package main

import (
	"fmt"
	"go/types"
	"strings"

	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/config"
	"github.com/99designs/gqlgen/codegen/templates"
	"github.com/vektah/gqlparser/v2/ast"
)

// accessor returns the Go expression that reads a field. The expression calls the functions of graph/accessor.go.
func accessor(object *codegen.Object, field *codegen.Field) (string, error) {
	kind := "leaf"
	t := field.TypeReference
	var last string
	var err error
	goType := templates.CurrentImports.LookupType(t.GO)
	branch := false
	switch t.Definition.Kind {
	case ast.Object, ast.Interface, ast.Union:
		branch, kind = true, "branch"
		last, err = into(t.GO)
	default:
		last, err = appended(t)
	}
	if err != nil {
		return "", fmt.Errorf("%s.%s: %w", object.Name, field.Name, err)
	}
	if field.IsResolver {
		return fmt.Sprintf("answered%s[%s](%s)", strings.ToUpper(kind[:1])+kind[1:], goType, last), nil
	}
	if field.MethodHasContext || field.IsMap() || len(field.Args) > 0 {
		return "", fmt.Errorf("%s.%s: only members and methods without arguments are read", object.Name, field.Name)
	}
	receiver := templates.CurrentImports.LookupType(object.Type)
	member := "o." + field.GoFieldName
	if field.IsMethod() {
		member += "()"
	}
	if _, isStruct := t.GO.Underlying().(*types.Struct); isStruct && branch {
		// A struct inside the object is not copied, because the answers of its fields are found by its address.
		if !field.IsVariable() {
			return "", fmt.Errorf("%s.%s: a method must answer with a pointer", object.Name, field.Name)
		}
		goType, member = "*"+goType, "&"+member
	}
	return fmt.Sprintf("%s(func(o *%s) %s { return %s }, %s)", kind, receiver, goType, member, last), nil
}

// into returns the name of the function that visits the objects in a value of a type.
func into(t types.Type) (string, error) {
	name := func(function string, of types.Type) (string, error) {
		return fmt.Sprintf("%s[%s]", function, templates.CurrentImports.LookupType(of)), nil
	}
	switch t := types.Unalias(t).(type) {
	case *types.Pointer:
		return name("single", t)
	case *types.Slice:
		switch e := types.Unalias(t.Elem()).(type) {
		case *types.Pointer:
			return name("eachPointer", e)
		case *types.Named:
			if types.IsInterface(e) {
				return name("eachAbstract", e)
			}
			return name("eachStruct", e)
		}
	case *types.Named:
		if types.IsInterface(t) {
			return name("abstract", t)
		}
		return name("single", types.NewPointer(t)) // a struct inside the object: see accessor
	}
	return "", fmt.Errorf("no way into a %s", t)
}

// appended returns the name of the function that appends a value of a type to the answer.
func appended(t *config.TypeReference) (string, error) {
	if elem := t.Elem(); elem != nil {
		inner, err := appended(elem)
		if err != nil {
			return "", err
		}
		if t.IsPtr() {
			return "scalar.Optional(" + inner + ")", nil
		}
		if !t.GQL.NonNull {
			return "scalar.OptionalList(" + inner + ")", nil
		}
		return "scalar.Listed(" + inner + ")", nil
	}
	of := templates.CurrentImports.LookupType(t.GO)
	if t.Marshaler == nil {
		if t.Definition.Kind == ast.Enum {
			return "scalar.AppendQuoted[" + of + "]", nil
		}
		return "", fmt.Errorf("nothing appends a %s", of)
	}
	switch name := strings.TrimPrefix(t.Marshaler.Name(), "Marshal"); {
	case name == "ID" && t.Marshaler.Pkg().Name() == "graphql", name == "String" && t.Marshaler.Pkg().Name() == "graphql":
		return "scalar.AppendQuoted[" + of + "]", nil
	case name == "ID", name == "String", name == "Date", name == "Locale", name == "URL":
		return "scalar.AppendString[" + of + "]", nil
	case name == "FloatContext":
		return "scalar.AppendFloat", nil
	default:
		return "scalar.Append" + name, nil
	}
}
