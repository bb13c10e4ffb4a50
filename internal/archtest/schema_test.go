package archtest

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"sen"
)

func load(t *testing.T, name, text string) *ast.Schema {
	t.Helper()
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: name, Input: text})
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// TestDescriptions sees that every element of the contract says what it means.
func TestDescriptions(t *testing.T) {
	schema := load(t, "schema.graphqls", sen.Schema)
	say := func(text, element string) {
		if strings.TrimSpace(text) == "" {
			t.Errorf("%s has no description", element)
		}
	}
	say(schema.Description, "the schema")
	for name, def := range schema.Types {
		if def.BuiltIn {
			continue
		}
		say(def.Description, name)
		for _, f := range def.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			say(f.Description, name+"."+f.Name)
			for _, a := range f.Arguments {
				say(a.Description, name+"."+f.Name+"("+a.Name+")")
			}
		}
		for _, v := range def.EnumValues {
			say(v.Description, name+"."+v.Name)
		}
	}
}

// TestOneNameOneType sees that a field of several kinds has one type and one
// nullability, so that fragments need no aliases.
func TestOneNameOneType(t *testing.T) {
	schema := load(t, "schema.graphqls", sen.Schema)
	type seen struct{ where, typ string }
	first := map[string]seen{}
	for _, kind := range schema.GetPossibleTypes(schema.Types["Content"]) {
		for _, f := range kind.Fields {
			if f.Name == "parent" || f.Name == "children" || f.Name == "ancestors" || f.Name == "kind" {
				continue // trees of their own kind
			}
			got := seen{kind.Name + "." + f.Name, f.Type.String()}
			if before, ok := first[f.Name]; ok && before.typ != got.typ {
				t.Errorf("%s is %s, and %s is %s", before.where, before.typ, got.where, got.typ)
			}
			first[f.Name] = got
		}
	}
}

// TestNoBreakingChange compares the contract with that of the last release.
func TestNoBreakingChange(t *testing.T) {
	tag, err := exec.Command("git", "describe", "--tags", "--abbrev=0", "--match", "v*").Output()
	if err != nil {
		t.Log("there is no release yet that the contract could break")
		return
	}
	old, err := exec.Command("git", "show", strings.TrimSpace(string(tag))+":schema.graphqls").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range breaking(load(t, "the last release", string(old)), load(t, "schema.graphqls", sen.Schema)) {
		t.Errorf("since %s: %s; deprecate instead", strings.TrimSpace(string(tag)), change)
	}
}

// TestBreakingIsFound sees that the comparison finds what it is for.
func TestBreakingIsFound(t *testing.T) {
	old := load(t, "old", `type Query { a(x: Int): String b: Int c(f: F): E d: Int! } enum E { ONE TWO } input F { k: Int } type Gone { a: Int }`)
	changed := load(t, "new", `type Query { a(x: Int, y: Int!): String c(f: F): E! d: Int } enum E { ONE } input F { k: Int n: Int! }`)
	got := strings.Join(breaking(old, changed), "\n")
	for _, want := range []string{"Query.b is gone", "Query.a(y) is new and required", "Query.d was Int! and is Int", "E.TWO is gone", "F.n is new and required", "Gone is gone"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not found in:\n%s", want, got)
		}
	}
	if strings.Contains(got, "Query.c") {
		t.Error("a stricter answer is no break")
	}
	if _, err := os.Stat("../../schema.graphqls"); err != nil {
		t.Error(err)
	}
}

// breaking lists what of an old contract clients can no longer count on.
func breaking(old, changed *ast.Schema) (found []string) {
	say := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	for name, was := range old.Types {
		is := changed.Types[name]
		if was.BuiltIn || is == nil {
			if is == nil {
				say("%s is gone", name)
			}
			continue
		}
		for _, v := range was.EnumValues {
			if is.EnumValues.ForName(v.Name) == nil {
				say("%s.%s is gone", name, v.Name)
			}
		}
		for _, f := range was.Fields {
			now := is.Fields.ForName(f.Name)
			element := name + "." + f.Name
			if now == nil {
				say("%s is gone", element)
				continue
			}
			if !now.Type.IsCompatible(f.Type) && was.Kind != ast.InputObject || was.Kind == ast.InputObject && !f.Type.IsCompatible(now.Type) {
				say("%s was %s and is %s", element, f.Type, now.Type)
			}
			for _, a := range f.Arguments {
				if arg := now.Arguments.ForName(a.Name); arg == nil {
					say("%s(%s) is gone", element, a.Name)
				} else if !a.Type.IsCompatible(arg.Type) {
					say("%s(%s) was %s and is %s", element, a.Name, a.Type, arg.Type)
				}
			}
			for _, a := range now.Arguments {
				if f.Arguments.ForName(a.Name) == nil && a.Type.NonNull && a.DefaultValue == nil {
					say("%s(%s) is new and required", element, a.Name)
				}
			}
		}
		for _, f := range is.Fields {
			if is.Kind == ast.InputObject && was.Fields.ForName(f.Name) == nil && f.Type.NonNull && f.DefaultValue == nil {
				say("%s.%s is new and required", name, f.Name)
			}
		}
	}
	return found
}
