package archtest

import (
	"fmt"
	"os/exec"
	"slices"
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

// undescribed returns the elements of a schema without a description.
func undescribed(schema *ast.Schema) (found []string) {
	say := func(text, element string) {
		if strings.TrimSpace(text) == "" {
			found = append(found, element)
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
	for name, def := range schema.Directives {
		if def.Position.Src.BuiltIn {
			continue
		}
		say(def.Description, "@"+name)
		for _, a := range def.Arguments {
			say(a.Description, "@"+name+"("+a.Name+")")
		}
	}
	slices.Sort(found)
	return found
}

// TestDescriptions checks that every element of the schema has a description.
func TestDescriptions(t *testing.T) {
	for _, element := range undescribed(load(t, "schema.graphqls", sen.Schema)) {
		t.Errorf("%s has no description", element)
	}
	bare := load(t, "bare",
		`directive @d(x: Int) on FIELD type Query { a(x: Int): E b(f: F): Int } enum E { ONE } input F { k: Int }`)
	got := strings.Join(undescribed(bare), " ")
	if want := "@d @d(x) E E.ONE F F.k Query Query.a Query.a(x) Query.b Query.b(f) the schema"; got != want {
		t.Errorf("without descriptions are %s; found were %s", want, got)
	}
}

// TestOneNameOneType checks that a field with the same name has one type and nullability in all kinds, so that
// fragments need no aliases.
func TestOneNameOneType(t *testing.T) {
	schema := load(t, "schema.graphqls", sen.Schema)
	type seen struct{ where, typ string }
	first := map[string]seen{}
	for _, kind := range schema.GetPossibleTypes(schema.Types["Content"]) {
		for _, f := range kind.Fields {
			if f.Name == "parent" || f.Name == "children" || f.Name == "ancestors" || f.Name == "kind" {
				continue // these lead to entries of the same kind
			}
			got := seen{kind.Name + "." + f.Name, f.Type.String()}
			if before, ok := first[f.Name]; ok && before.typ != got.typ {
				t.Errorf("%s is %s, and %s is %s", before.where, before.typ, got.where, got.typ)
			}
			first[f.Name] = got
		}
	}
}

// TestNoBreakingChange compares the schema with that of the last release, which is the nearest tag v….
func TestNoBreakingChange(t *testing.T) {
	tags, err := exec.Command("git", "tag", "--list", "v*", "--merged", "HEAD", "--sort", "-version:refname").Output()
	if err != nil {
		t.Skipf("git can't tell the last release, so NOTHING WAS COMPARED: %v", err)
	}
	tag, _, _ := strings.Cut(string(tags), "\n")
	if tag == "" {
		t.Log("there is no release yet (no tag v…), so there is nothing that the contract could break")
		return
	}
	old, err := exec.Command("git", "show", tag+":schema.graphqls").Output()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("compared with %s", tag)
	for _, change := range breaking(load(t, tag, string(old)), load(t, "schema.graphqls", sen.Schema)) {
		t.Errorf("since %s: %s; deprecate instead", tag, change)
	}
}

// TestBreakingIsFound checks that the comparison finds every breaking change, and nothing else.
func TestBreakingIsFound(t *testing.T) {
	old := load(t, "old", `
		interface N { d: Int } type A implements N { d: Int } type B { d: Int } union U = A | B
		type Query { a(x: Int, z: Int): String b: Int c(f: F, x: Int): E d: Int! u: U l: [Int!]! }
		enum E { ONE TWO } input F { k: Int m: Int! o: Int } type Gone { a: Int } type K { a: Int }
		directive @d(x: Int) on FIELD directive @gone on FIELD`)
	changed := load(t, "new", `
		interface N { d: Int } type A { d: Int } type B { d: Int } union U = A
		type Query { a(x: Int, y: Int!): String c(f: F, x: Int!): E! d: Int u: U l: [Int]! new(x: Int!): Int }
		enum E { ONE THREE } input F { k: String n: Int! m: Int p: Int! = 1 q: Int } type New { a: Int } input K { a: Int }
		directive @d on FIELD`)
	want := []string{
		"@d(x) is gone", "@gone is gone", "A is no N any more", "E.TWO is gone", "F.k was Int and is String",
		"F.n is new and required",
		"F.o is gone", "Gone is gone", "K was OBJECT and is INPUT_OBJECT", "Query.a(y) is new and required",
		"Query.a(z) is gone",
		"Query.b is gone", "Query.c(x) was Int and is Int!", "Query.d was Int! and is Int",
		"Query.l was [Int!]! and is [Int]!", "U is never B any more",
	}
	if got := breaking(old, changed); !slices.Equal(got, want) {
		t.Errorf("found:\n%s\nwanted:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := breaking(old, old); got != nil {
		t.Errorf("found in the same contract: %s", got)
	}
}

// breaking returns what clients of the old schema can no longer rely on.
func breaking(old, changed *ast.Schema) (found []string) {
	say := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	for name, was := range old.Types {
		switch is := changed.Types[name]; {
		case was.BuiltIn:
		case is == nil:
			say("%s is gone", name)
		case is.Kind != was.Kind:
			say("%s was %s and is %s", name, was.Kind, is.Kind)
		default:
			breakingType(was, is, say)
		}
	}
	for name, was := range old.Directives {
		if is := changed.Directives[name]; is == nil {
			say("@%s is gone", name)
		} else {
			breakingArguments("@"+name, was.Arguments, is.Arguments, say)
		}
	}
	slices.Sort(found)
	return found
}

func breakingType(was, is *ast.Definition, say func(string, ...any)) {
	for _, v := range was.EnumValues {
		if is.EnumValues.ForName(v.Name) == nil {
			say("%s.%s is gone", was.Name, v.Name)
		}
	}
	for _, i := range was.Interfaces {
		if !slices.Contains(is.Interfaces, i) {
			say("%s is no %s any more", was.Name, i)
		}
	}
	for _, member := range was.Types {
		if !slices.Contains(is.Types, member) {
			say("%s is never %s any more", was.Name, member)
		}
	}
	input := was.Kind == ast.InputObject
	for _, f := range was.Fields {
		now := is.Fields.ForName(f.Name)
		element := was.Name + "." + f.Name
		if now == nil {
			say("%s is gone", element)
			continue
		}
		// The type of an answer may become stricter, and the type of an input may become less strict.
		if input && !f.Type.IsCompatible(now.Type) || !input && !now.Type.IsCompatible(f.Type) {
			say("%s was %s and is %s", element, f.Type, now.Type)
		}
		breakingArguments(element, f.Arguments, now.Arguments, say)
	}
	for _, f := range is.Fields {
		if input && was.Fields.ForName(f.Name) == nil && f.Type.NonNull && f.DefaultValue == nil {
			say("%s.%s is new and required", was.Name, f.Name)
		}
	}
}

func breakingArguments(element string, was, is ast.ArgumentDefinitionList, say func(string, ...any)) {
	for _, a := range was {
		if now := is.ForName(a.Name); now == nil {
			say("%s(%s) is gone", element, a.Name)
		} else if !a.Type.IsCompatible(now.Type) {
			say("%s(%s) was %s and is %s", element, a.Name, a.Type, now.Type)
		}
	}
	for _, a := range is {
		if was.ForName(a.Name) == nil && a.Type.NonNull && a.DefaultValue == nil {
			say("%s(%s) is new and required", element, a.Name)
		}
	}
}
