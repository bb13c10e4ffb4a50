package graph_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"sen"
	"sen/internal/content"
	"sen/internal/sample"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
)

// sweep makes inputs from the schema and sends them.
type sweep struct {
	server *testserver.Server
	schema *ast.Schema
	// ids has a published entry of each kind.
	ids map[content.Kind]content.ID
}

// links has the kinds that the fields of inputs link to, from the structs of the kinds. "parent" links to the entry's
// own kind.
var links = func() map[string]content.Kind {
	links := map[string]content.Kind{}
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(t reflect.Type) {
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			walk(t.Elem())
		case reflect.Struct:
			if seen[t] {
				return
			}
			seen[t] = true
			for i := range t.NumField() {
				f := t.Field(i)
				if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); f.Tag.Get("link") != "" && name != "parent" {
					links[name] = content.Kind(f.Tag.Get("link"))
				}
				walk(f.Type)
			}
		}
	}
	for _, kind := range content.Kinds() {
		walk(reflect.TypeOf(kind.Descriptor().New()))
	}
	return links
}()

// given has the values of fields for which not every value of their type is valid.
var given = map[string]any{
	"locale": "vi", "locales": []any{"en", "vi"}, "defaultLocale": "en", "link": "https://vi-du.example/", "level": 2,
	"endsAt": "2021-02-03T05:00:00Z", "endYear": 8, "key": "chan-trang", "divider": true, "url": "https://vi-du.example/",
}

// instead has the fields that can't be set together with others of their input.
var instead = map[string][]string{
	"BodyInput": {"markdown", "html"}, "AwardRecipientInput": {"author"},
	"MenuItemInput": {"content", "items"}, "EventInput": {"startsOn", "endsOn"},
}

// value returns a value for a field; nil if it is nested too deeply.
func (s *sweep) value(t *testing.T, kind content.Kind, name string, typ *ast.Type, depth int) any {
	t.Helper()
	def := s.schema.Types[typ.Name()]
	value, known := given[name]
	switch {
	case known && def.Kind == ast.Scalar:
		return value
	case name == "timeZone" && kind == "": // the site's time zone, which new events take over
		return "Asia/Tokyo"
	case name == "timeZone":
		return "Asia/Seoul"
	case name == "slug":
		return "ten-khac-" + strings.ToLower(string(kind))
	case typ.Elem != nil && def.Directives.ForName("oneOf") != nil:
		var all []any
		for _, f := range def.Fields {
			all = append(all, map[string]any{f.Name: s.value(t, kind, f.Name, f.Type, depth+1)})
		}
		return all
	case typ.Elem != nil:
		if value := s.value(t, kind, name, typ.Elem, depth); value != nil {
			return []any{value}
		}
		return nil
	case def.Kind == ast.Enum:
		return def.EnumValues[1].Name // a new entry has the first value, or the last
	case def.Kind == ast.InputObject && depth > 6:
		return nil
	case def.Kind == ast.InputObject:
		object := map[string]any{}
		for _, f := range def.Fields {
			if slices.Contains(instead[def.Name], f.Name) {
				continue
			}
			if value := s.value(t, kind, f.Name, f.Type, depth+1); value != nil {
				object[f.Name] = value
			} else if f.Type.NonNull {
				return nil
			}
		}
		return object
	case def.Name == "ID":
		of := links[name]
		if name == "parent" {
			of = kind
		}
		if s.ids[of] == "" {
			t.Fatalf("say in links which kind %s of %s leads to", name, kind)
		}
		return s.ids[of]
	}
	value = map[string]any{
		"String": "Chữ " + name, "Int": 7, "Float": 10.5, "Boolean": true, "Date": "2021-02-03",
		"DateTime": "2021-02-03T04:00:00Z", "URL": "https://vi-du.example/",
	}[def.Name]
	if value == nil {
		t.Fatalf("no value of %s is known", def.Name)
	}
	return value
}

// withNulls returns a value whose lists have, for each optional field of their objects, an additional object in which
// the field is null. A list by languages has one object, which names no language.
func (s *sweep) withNulls(value any, typ *ast.Type) any {
	if list, ok := value.([]any); ok {
		var all []any
		def := s.schema.Types[typ.Name()]
		for _, one := range list {
			object, ok := s.withNulls(one, typ.Elem).(map[string]any)
			switch {
			case !ok:
				return value
			case def.Fields.ForName("locale") != nil:
				object["locale"] = nil
			case def.Directives.ForName("oneOf") == nil:
				for _, f := range def.Fields {
					if !f.Type.NonNull {
						thin := maps.Clone(object)
						thin[f.Name] = nil
						all = append(all, thin)
					}
				}
			}
			all = append(all, object)
		}
		return all
	}
	object, ok := value.(map[string]any)
	if !ok {
		return value
	}
	object = maps.Clone(object)
	for _, f := range s.schema.Types[typ.Name()].Fields {
		if value, ok := object[f.Name]; ok {
			object[f.Name] = s.withNulls(value, f.Type)
		}
	}
	return object
}

// ask sends a document and reads the data of the answer, which must have no errors.
func (s *sweep) ask(t *testing.T, query string, variables map[string]any, data any) {
	t.Helper()
	raw, err := json.Marshal(variables)
	if err != nil {
		t.Fatal(err)
	}
	answer := struct {
		Data   any
		Errors []any
	}{Data: data}
	if err := json.Unmarshal(s.server.Ask(t, query, raw, http.Header{testserver.ActorHeader: {"admin"}}),
		&answer); err != nil || len(answer.Errors) > 0 {
		t.Fatalf("%s with %s: %v, %v", query, raw, answer.Errors, err)
	}
}

// problem is an element of userErrors.
type problem struct {
	Code, Message string
	Path          []string
}

// difference is one field in which two versions differ.
type difference struct {
	Path  string
	After *string
}

// changed is what an input changes: an entry, or the site's settings.
type changed struct {
	input *ast.Definition
	kind  content.Kind
	// change makes a change from a version. It returns the next version, or the problems.
	change func(t *testing.T, version int, input map[string]any) (int, []problem)
	// since returns the differences between the version from and the present one.
	since func(t *testing.T, from, present int) []difference
}

// entry returns an entry of a kind.
func (s *sweep) entry(kind content.Kind, id content.ID) changed {
	mutation := fmt.Sprintf(`mutation($id: ID!, $version: Int!, $input: %[1]sInput!) { change: update%[1]s(id: $id, version: $version, input: $input) {
		entry: %[2]s { version } userErrors { code message path } } }`, kind, strings.ToLower(string(kind[:1]))+string(kind[1:]))
	return changed{
		s.schema.Types[string(kind)+"Input"], kind,
		func(t *testing.T, version int, input map[string]any) (int, []problem) {
			var data struct {
				Change struct {
					Entry      struct{ Version int }
					UserErrors []problem
				}
			}
			s.ask(t, mutation, map[string]any{"id": id, "version": version, "input": input}, &data)
			return data.Change.Entry.Version, data.Change.UserErrors
		}, func(t *testing.T, from, present int) []difference {
			var data struct{ RevisionDiff []difference }
			s.ask(t, `query($id: ID!, $from: Int!, $to: Int!) { revisionDiff(id: $id, from: $from, to: $to) { path after } }`,
				map[string]any{"id": id, "from": from, "to": present}, &data)
			return data.RevisionDiff
		},
	}
}

// site returns the site's settings. A conflict reports what differs.
func (s *sweep) site() changed {
	type payload struct {
		Site       struct{ Version int }
		UserErrors []problem
		Conflict   struct{ Fields []string }
	}
	ask := func(t *testing.T, version int, input map[string]any) payload {
		var data struct{ UpdateSite payload }
		s.ask(t, `mutation($version: Int!, $input: SiteInput!) { updateSite(version: $version, input: $input) { site { version } userErrors { code message path } conflict { fields } } }`,
			map[string]any{"version": version, "input": input}, &data)
		return data.UpdateSite
	}
	return changed{
		s.schema.Types["SiteInput"], "",
		func(t *testing.T, version int, input map[string]any) (int, []problem) {
			answer := ask(t, version, input)
			return answer.Site.Version, answer.UserErrors
		}, func(t *testing.T, from, _ int) (all []difference) {
			for _, path := range ask(t, from, map[string]any{}).Conflict.Fields {
				all = append(all, difference{Path: path})
			}
			return all
		},
	}
}

// about reports whether a difference is in a field.
func (d difference) about(field string) bool {
	return d.Path == field || strings.HasPrefix(d.Path, field+".")
}

// TestEveryFieldOfInputs takes every input that changes something, and sends every field with a value, with null, and
// not at all, also in the objects inside it. A field that is not sent stays the same. Null clears the field, or is
// refused with its name. The difference of the versions names the field.
func TestEveryFieldOfInputs(t *testing.T) {
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: sen.Schema})
	bundle, err := sample.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		s := &sweep{testserver.Start(t, testkit.SampleStore(t, e), nil), schema, map[content.Kind]content.ID{}}
		for _, item := range bundle.Items {
			s.ids[item.Content.Kind()] = item.Content.Common().ID
		}
		kinds := content.Kinds()
		if e.Name == "embedded" { // it scans all revisions each time; the same code reads inputs on both engines
			kinds = []content.Kind{content.KindSection, content.KindAwardRound}
		}
		t.Run("Site", func(t *testing.T) { s.run(t, s.site(), 0) })
		for _, kind := range kinds {
			t.Run(string(kind), func(t *testing.T) {
				id, version := s.ids[kind], 1
				if kind == content.KindMedia { // media can't be created like the other kinds
					version, _ = s.entry(kind, id).change(t, version,
						map[string]any{"title": nil, "alt": nil, "caption": nil, "credit": nil})
				} else {
					var data struct {
						Create struct {
							ID         content.ID
							UserErrors []problem
						}
					}
					field := strings.ToLower(string(kind[:1])) + string(kind[1:])
					s.ask(t, `mutation($item: ContentInput!) { create: bulkCreate(items: [$item]) { id userErrors { code message path } } }`,
						map[string]any{"item": map[string]any{field: s.requiredInput(t, kind)}},
						&struct{ Create *[1]any }{&[1]any{&data.Create}})
					if id = data.Create.ID; id == "" {
						t.Fatalf("%+v", data.Create.UserErrors)
					}
				}
				s.run(t, s.entry(kind, id), version)
			})
		}
	})
}

// emptyValue returns the value that removes a text, or the body of one language.
func (s *sweep) emptyValue(def *ast.Definition) map[string]any {
	object := map[string]any{}
	for _, f := range def.Fields {
		object[f.Name] = nil
	}
	object["locale"] = "vi"
	return object
}

// needs records which fields a new entry needs.
type needs map[string]bool

func (n needs) Need(there bool, path ...string)    { n[path[0]] = n[path[0]] || !there }
func (needs) Count(*int, int, ...string)           {}
func (needs) Degrees(*float64, float64, ...string) {}
func (needs) Ordered(bool, ...string)              {}
func (needs) OneOf(bool, string, ...string)        {}
func (needs) TimeZone(string, ...string)           {}

// requiredInput returns the fields that a new entry of a kind needs.
func (s *sweep) requiredInput(t *testing.T, kind content.Kind) map[string]any {
	input := map[string]any{}
	if kind == "" {
		return input
	}
	empty, needed := kind.Descriptor().New(), needs{}
	empty.SetDefaults(&content.Site{TimeZone: "UTC"})
	empty.Check(needed)
	for name, missing := range needed {
		if missing {
			input[name] = s.value(t, kind, name, s.schema.Types[string(kind)+"Input"].Fields.ForName(name).Type, 0)
		}
	}
	return input
}

// run tests the fields of one input.
func (s *sweep) run(t *testing.T, c changed, version int) {
	full := map[string]any{}
	for _, f := range c.input.Fields {
		if !slices.Contains(instead[c.input.Name], f.Name) {
			full[f.Name] = s.value(t, c.kind, f.Name, f.Type, 0)
		}
	}
	first := version
	version, problems := c.change(t, version, full)
	if len(problems) > 0 {
		t.Fatalf("%+v", problems)
	}
	differs := c.since(t, first, version)
	for name := range full {
		if s.requiredInput(t, c.kind)[name] == nil &&
			!slices.ContainsFunc(differs, func(d difference) bool { return d.about(name) }) {
			t.Errorf("%s has another value, and the difference does not name it: %+v", name, differs)
		}
	}
	for _, f := range c.input.Fields {
		value, ok := full[f.Name]
		if !ok {
			continue
		}
		version = s.field(t, c, version, nil, value, f.Name)
		object, _ := value.(map[string]any)
		for name, value := range object {
			version = s.field(t, c, version, nil, value, f.Name, name)
		}
		switch def := s.schema.Types[f.Type.Name()]; {
		case def.Fields.ForName("locale") != nil: // null removes the text of one language
			version = s.field(t, c, version, []any{s.emptyValue(def)}, value, f.Name)
			fallthrough
		case def.Kind == ast.InputObject:
			next, problems := c.change(t, version, map[string]any{f.Name: s.withNulls(value, f.Type)})
			if s.refused(t, problems, f.Name); len(problems) == 0 {
				version = s.restore(t, c, next, map[string]any{f.Name: value})
			}
		}
	}
}

// field sends a field as null, or as another empty value, and then with its value again.
func (s *sweep) field(t *testing.T, c changed, version int, null, value any, path ...string) int {
	nest := func(value any) map[string]any {
		for _, name := range slices.Backward(path[1:]) {
			value = map[string]any{name: value}
		}
		return map[string]any{path[0]: value}
	}
	cleared, problems := c.change(t, version, nest(null))
	if len(problems) > 0 {
		s.refused(t, problems, path...)
		return version
	}
	differs := c.since(t, version, cleared)
	if len(differs) == 0 {
		t.Errorf("%v: null changes nothing, and says nothing", path)
	}
	for _, d := range differs {
		if !d.about(path[0]) {
			t.Errorf("%v: null changes %s", path, d.Path)
		}
		if len(path) == 1 && d.After != nil && !slices.Contains([]string{"0", "null", `""`, "{}"}, *d.After) {
			t.Errorf("%v: null leaves %s", path, *d.After)
		}
	}
	again := s.restore(t, c, cleared, nest(value))
	if differs = c.since(t, version, again); len(differs) > 0 {
		t.Errorf("%v is not what it was: %+v", path, differs)
	}
	return again
}

// restore sends a value that was accepted before.
func (s *sweep) restore(t *testing.T, c changed, version int, input map[string]any) int {
	t.Helper()
	next, problems := c.change(t, version, input)
	if len(problems) > 0 {
		t.Fatalf("%v: %+v", input, problems)
	}
	return next
}

// refused checks that problems are about a field and clear.
func (s *sweep) refused(t *testing.T, problems []problem, path ...string) {
	t.Helper()
	for _, p := range problems {
		if !slices.Contains([]string{"REQUIRED", "INVALID"}, p.Code) || len(p.Path) <= len(path) ||
			!slices.Equal(p.Path[1:len(path)+1], path) {
			t.Errorf("%v as null: %+v", path, p)
		}
	}
}
