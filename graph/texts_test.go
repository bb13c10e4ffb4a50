package graph_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"sen"
	"sen/graph"
	"sen/graph/cost"
	"sen/internal/content"
	"sen/internal/sample"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
	"sen/internal/web"
)

// answer is a GraphQL answer.
type answer struct {
	Data   map[string]any
	Errors []struct {
		Message    string
		Extensions struct{ Code string }
	}
}

// asks sends a document as an actor and reads the answer.
func asks(t *testing.T, server *testserver.Server, actor, query string, variables any) (got answer) {
	t.Helper()
	raw, err := json.Marshal(variables)
	if text, ok := variables.(string); ok {
		raw, err = []byte(text), nil
	}
	if err == nil {
		err = json.Unmarshal(server.Ask(t, query, raw, http.Header{testserver.ActorHeader: {actor}}), &got)
	}
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// at follows names into a value.
func at(value any, names ...string) any {
	for _, name := range names {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	return value
}

// lists returns the root fields of all kinds.
func lists(schema *ast.Schema) map[string]string {
	found := map[string]string{}
	for _, f := range schema.Query.Fields {
		if kind, ok := strings.CutSuffix(f.Type.Name(), "Connection"); ok && kind != "Revision" &&
			f.Arguments.ForName("filter") != nil && kind != "Search" && schema.Types[kind].Kind == ast.Object {
			found[f.Name] = kind
		}
	}
	return found
}

// required returns selections of all fields of a type that answer with a text, at every depth that needs no argument.
func required(schema *ast.Schema, def *ast.Definition, depth int) string {
	var b strings.Builder
	for _, f := range def.Fields {
		of := schema.Types[f.Type.Name()]
		switch {
		case strings.HasPrefix(f.Name, "__") || len(f.Arguments) > 0 || f.Name == "editing" || f.Name == "usedBy":
		case of.Kind == ast.Scalar && (of.Name == "String" || of.Name == "Locale"):
			fmt.Fprintf(&b, " %s", f.Name)
		case of.Kind == ast.Object && depth > 0:
			if below := required(schema, of, depth-1); below != "" {
				fmt.Fprintf(&b, " %s {%s }", f.Name, below)
			}
		}
	}
	return b.String()
}

// TestLanguageRemoved removes from the site the languages in which all sample content is written. This must be
// confirmed, and everything is still shown in the languages that it has.
func TestLanguageRemoved(t *testing.T) {
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: sen.Schema})
	bundle, err := sample.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	titled := 0 // entries whose label is a text of its own
	for _, item := range bundle.Items {
		if item.Content.Label()[content.Undetermined] == "" {
			titled++
		}
	}
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.SampleStore(t, e)
		server := testserver.Start(t, store,
			func(g *graph.Options, _ *web.Options) { g.Limits.Cost = cost.Limits{"": 1 << 30} })
		const update = `mutation($version: Int!, $locales: [Locale!], $confirmed: Boolean) { updateSite(version: $version, input: { locales: $locales, defaultLocale: "fr" }, confirmRemoval: $confirmed, locale: "en") {
			site { version locales } userErrors { code message path } } }`
		shown := map[string]int{}
		all := func() (n int) {
			for list, kind := range lists(schema) {
				got := asks(t, server, "",
					fmt.Sprintf(`{ %s(first: 100) { nodes {%s } totalCount } }`, list, required(schema, schema.Types[kind], 1)), nil)
				if len(got.Errors) > 0 {
					t.Errorf("%s: %+v", list, got.Errors)
					continue
				}
				nodes, _ := at(got.Data, list, "nodes").([]any)
				for _, node := range nodes {
					for _, field := range []string{"label", "locale"} {
						if text, _ := at(node, field).(string); text == "" {
							t.Errorf("%s has an element without %s: %v", list, field, node)
						}
					}
				}
				if len(nodes) == 0 || shown[list] != 0 && shown[list] != len(nodes) {
					t.Errorf("%s has %d elements, and had %d", list, len(nodes), shown[list])
				}
				shown[list] = len(nodes)
				n += len(nodes)
			}
			return n
		}
		before := all()
		got := asks(t, server, "admin", update, map[string]any{"version": 0, "locales": []string{"fr"}})
		problems, _ := at(got.Data, "updateSite", "userErrors").([]any)
		if len(problems) != 1 || at(problems[0], "code") != "IN_USE" ||
			!strings.Contains(fmt.Sprint(at(problems[0], "message")), fmt.Sprintf("%d entries ", titled)) ||
			!strings.Contains(fmt.Sprint(at(problems[0], "message")), "confirmRemoval: true") {
			t.Fatalf("taking off all languages of %d entries: %+v", titled, got)
		}
		if got := asks(t, server, "admin", update,
			map[string]any{"version": 0, "locales": []string{"vi", "en", "fr"}}); at(got.Data, "updateSite", "site",
			"version") != 1.0 {
			t.Fatalf("a language more: %+v", got)
		}
		if got := asks(t, server, "admin", update,
			map[string]any{"version": 1, "locales": []string{"fr"}, "confirmed": true}); at(got.Data, "updateSite", "site",
			"version") != 2.0 {
			t.Fatalf("confirmed: %+v", got)
		}
		if err := server.Newsroom.PrepareTexts(t.Context()); err != nil {
			t.Fatal(err)
		}
		if after := all(); after != before {
			t.Errorf("%d entries are shown, and were %d", after, before)
		}
		name := at(asks(t, server, "", `{ tag(slug: "cnnttb") { name } }`, nil).Data, "tag", "name")
		for query, found := range map[string]bool{
			`{ articles(filter: { title: { contains: "dong thap" } }, locale: "fr") { totalCount } }`: true,
			fmt.Sprintf(`{ tags(filter: { name: { eq: %q } }) { totalCount } }`, name):                true,
			`{ tags(filter: { name: { contains: " " } }) { totalCount } }`:                            false,
		} {
			got := asks(t, server, "", query, nil)
			for _, list := range got.Data {
				if n, _ := at(list, "totalCount").(float64); n > 0 != found {
					t.Errorf("%s: %+v", query, got)
				}
			}
		}
		// What now exists only in French is counted separately.
		made := asks(t, server, "admin",
			`mutation { createTag(input: { name: { text: "Nénuphar" } }) { tag { id } userErrors { message } } }`, nil)
		if at(made.Data, "createTag", "tag", "id") == nil {
			t.Fatalf("%+v", made)
		}
		got = asks(t, server, "admin", strings.Replace(update, `"fr"`, `"de"`, 1),
			map[string]any{"version": 2, "locales": []string{"de"}})
		if problems, _ := at(got.Data, "updateSite", "userErrors").([]any); len(problems) != 1 ||
			!strings.HasPrefix(fmt.Sprint(at(problems[0], "message")), "1 entries ") {
			t.Errorf("taking French off: %+v", got)
		}
	})
}

// TestNumbers sends numbers at the limits of their types, in documents and in variables.
func TestNumbers(t *testing.T) {
	server := testserver.Start(t, testkit.SampleStore(t, testkit.Embedded(t)), nil)
	for _, c := range []struct{ query, variables, code, says string }{
		{
			`{ articles(first: 5000000000) { totalCount } }`, `{}`, "BAD_USER_INPUT",
			"an Int must be a whole number of 32 bits",
		},
		{`{ articles(offset: -2147483649) { totalCount } }`, `{}`, "BAD_USER_INPUT", "32 bits"},
		{`{ awards(filter: { year: { eq: 5000000000 } }) { totalCount } }`, `{}`, "BAD_USER_INPUT", "32 bits"},
		{
			`{ awards(filter: { or: [{ year: { in: [2020, 5000000000] } }] }) { totalCount } }`, `{}`, "BAD_USER_INPUT",
			"32 bits",
		},
		{`{ awards(filter: { year: { in: 5000000000 } }) { totalCount } }`, `{}`, "BAD_USER_INPUT", "32 bits"},
		{
			`mutation { createProgram(input: { name: { text: "x" }, startYear: 5000000000 }) { userErrors { code } } }`, `{}`,
			"BAD_USER_INPUT", "32 bits",
		},
		{`query($n: Int = 5000000000) { articles(first: $n) { totalCount } }`, `{}`, "BAD_USER_INPUT", "32 bits"},
		{
			`{ articles(first: 99999999999999999999) { totalCount } }`, `{}`, "GRAPHQL_VALIDATION_FAILED",
			"99999999999999999999",
		},
		{`{ articles(first: 1.0) { totalCount } }`, `{}`, "GRAPHQL_VALIDATION_FAILED", "1.0"},
		{`query($n: Int) { articles(first: $n) { totalCount } }`, `{"n": 5000000000}`, "BAD_USER_INPUT", "32 bits"},
		{
			`query($n: Int) { articles(first: $n) { totalCount } }`, `{"n": 99999999999999999999}`, "GRAPHQL_VALIDATION_FAILED",
			"$n has a wrong value: an Int must be a whole number of 32 bits",
		},
		{
			`query($n: Int) { articles(first: $n) { totalCount } }`, `{"n": 1.5}`, "GRAPHQL_VALIDATION_FAILED",
			"an Int must be a whole number",
		},
		{
			`query($n: Int) { articles(first: $n) { totalCount } }`, `{"n": "7"}`, "BAD_USER_INPUT",
			"an Int must be a whole number",
		},
		{
			`query($n: Int) { articles(first: $n) { totalCount } }`, `{"n": true}`, "GRAPHQL_VALIDATION_FAILED",
			"an Int must be a whole number",
		},
		{
			`query($f: AwardFilter) { awards(filter: $f) { totalCount } }`, `{"f": {"year": {"in": [2020, 2020.5]}}}`,
			"GRAPHQL_VALIDATION_FAILED", "an Int must be a whole number",
		},
		{`query($n: Int) { articles(first: $n) { totalCount } }`, `{"n": 1.0}`, "", ""},
		{`query($n: Int) { articles(first: $n) { totalCount } }`, `{"n": 1e1}`, "", ""},
		{
			`query($f: AwardFilter) { awards(filter: $f) { totalCount } }`, `{"f": {"year": {"in": [2020.0], "gt": 2e3}}}`, "",
			"",
		},
		{`query($y: [Int!]) { awards(filter: { year: { in: $y } }) { totalCount } }`, `{"y": 2020.0}`, "", ""},
		{`query($id: ID!) { node(id: $id) { id } }`, `{"id": 12345678901234567890}`, "", ""},
		{`{ node(id: 123456789012) { id } }`, `{}`, "", ""},
		{`query A { site { name } } query B { site { name } }`, `{}`, "GRAPHQL_VALIDATION_FAILED", "operationName"},
		{`fragment A on Site { name }`, `{}`, "GRAPHQL_VALIDATION_FAILED", ""},
	} {
		actor := ""
		if strings.HasPrefix(c.query, "mutation") {
			actor = "admin"
		}
		got := asks(t, server, actor, c.query, c.variables)
		switch {
		case c.code == "" && len(got.Errors) > 0, c.code != "" && len(got.Errors) == 0:
			t.Errorf("%s %s: %+v", c.query, c.variables, got)
		case c.code != "" &&
			(got.Errors[0].Extensions.Code != c.code || !strings.Contains(got.Errors[0].Message, c.says) ||
				strings.Contains(got.Errors[0].Message, "  ")):
			t.Errorf("%s %s: %+v", c.query, c.variables, got.Errors)
		}
	}
}

// TestNullInCreates creates an entry of each kind with null for every optional field: the result is the same as
// without them.
func TestNullInCreates(t *testing.T) {
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: sen.Schema})
	bundle, err := sample.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	s := &sweep{
		testserver.Start(t, testkit.SampleStore(t, testkit.Embedded(t)), nil), schema,
		map[content.Kind]content.ID{},
	}
	for _, item := range bundle.Items {
		s.ids[item.Content.Kind()] = item.Content.Common().ID
	}
	for _, kind := range content.Kinds() {
		if kind == content.KindMedia { // media are created by an upload
			continue
		}
		least := s.requiredInput(t, kind)
		full := map[string]any{}
		for _, f := range schema.Types[string(kind)+"Input"].Fields {
			full[f.Name] = nil
		}
		for name, value := range least {
			full[name] = value
		}
		field := strings.ToLower(string(kind[:1])) + string(kind[1:])
		var made [2]struct {
			Create struct {
				ID         content.ID
				UserErrors []problem
			}
		}
		for i, input := range []map[string]any{least, full} {
			s.ask(t, `mutation($item: ContentInput!) { create: bulkCreate(items: [$item]) { id userErrors { code message path } } }`,
				map[string]any{"item": map[string]any{field: input}}, &struct{ Create *[1]any }{&[1]any{&made[i].Create}})
		}
		if made[0].Create.ID == "" || made[1].Create.ID == "" {
			t.Errorf("%s: %+v", kind, made)
			continue
		}
		query := fmt.Sprintf(`query($id: ID!) { %s(id: $id, stage: DRAFT) {%s status } }`, field,
			required(schema, schema.Types[string(kind)], 1))
		var copies [2]map[string]any
		for i := range made {
			got := asks(t, s.server, "admin", query, map[string]any{"id": made[i].Create.ID})
			copies[i], _ = got.Data[field].(map[string]any)
			delete(copies[i], "slug")
			delete(copies[i], "path")
		}
		if len(copies[0]) == 0 || fmt.Sprint(copies[0]) != fmt.Sprint(copies[1]) {
			t.Errorf("%s: without the fields %v, with null %v", kind, copies[0], copies[1])
		}
	}
}

// TestNothingWithoutNameIsPublished publishes drafts that lack a required text, as an older version of the program may
// have stored them.
func TestNothingWithoutNameIsPublished(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		server := testserver.Start(t, testkit.SampleStore(t, e), nil)
		for _, c := range []struct{ create, collection, damage, field string }{
			{`createTag(input: { name: { text: "Sen" } })`, "tags", `{"draft.name": {"vi": "", "en": ""}}`, "name"},
			{`createTag(input: { name: { text: "Súng" } })`, "tags", `{"draft.name": null}`, "name"},
			{
				`createEvent(input: { name: { text: "Hội" }, startsOn: "2020-12-02", agenda: [{ title: { text: "x" } }] })`,
				"events", `{"draft.agenda": [{"title": {}}]}`, "agenda.0.title",
			},
		} {
			kind := strings.ToLower(c.create[6:strings.IndexByte(c.create, '(')])
			made := asks(t, server, "editor", fmt.Sprintf(`mutation { made: %s { content: %s { id } } }`, c.create, kind), nil)
			id, _ := at(made.Data, "made", "content", "id").(string)
			testkit.Set(t, e, c.collection, id, c.damage)
			got := asks(t, server, "editor",
				fmt.Sprintf(`mutation { publish(id: %q, version: 1) { content { id } userErrors { code message path } } }`, id),
				nil)
			problems, _ := at(got.Data, "publish", "userErrors").([]any)
			if len(problems) != 1 || at(problems[0], "code") != "REQUIRED" ||
				!strings.HasPrefix(fmt.Sprint(at(problems[0], "message")), c.field+": ") {
				t.Errorf("%s of %s: %+v", c.damage, id, got)
			}
		}
	})
}

// TestTimesOfAllYears stores events at both ends of the time range, and reads them by cursor in both directions.
func TestTimesOfAllYears(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		server := testserver.Start(t, testkit.Store(t, e), nil)
		moments := []string{
			"0001-01-01T00:00:00.001Z", "1890-05-19T00:00:00+07:00", "1906-06-30T23:59:59.999+07:06",
			"2020-12-02T08:00:00+07:00", "9999-12-31T23:59:59.999Z",
		}
		for i, moment := range moments {
			got := asks(t, server, "editor",
				`mutation($at: DateTime) { createEvent(input: { name: { text: "x" }, startsAt: $at }) { event { startsAt } } }`,
				map[string]any{"at": moment})
			read, _ := at(got.Data, "createEvent", "event", "startsAt").(string)
			sent, err := time.Parse(time.RFC3339, moment)
			if back, badly := time.Parse(time.RFC3339, read); err != nil || badly != nil || !back.Equal(sent) {
				t.Errorf("%s comes back as %q (%+v)", moment, read, got.Errors)
			}
			moments[i] = read
		}
		for _, order := range []string{"STARTS_AT_ASC", "STARTS_AT_DESC"} {
			var seen []string
			for after := ""; len(seen) < len(moments); {
				got := asks(t, server, "editor",
					fmt.Sprintf(`query($after: String) { events(first: 1, after: $after, orderBy: %s, stage: DRAFT) { nodes { startsAt } pageInfo { endCursor } } }`, order), map[string]any{"after": after})
				nodes, _ := at(got.Data, "events", "nodes").([]any)
				if len(nodes) != 1 {
					t.Fatalf("%s behind %v: %+v", order, seen, got)
				}
				seen = append(seen, fmt.Sprint(at(nodes[0], "startsAt")))
				after, _ = at(got.Data, "events", "pageInfo", "endCursor").(string)
			}
			if order == "STARTS_AT_DESC" {
				slices.Reverse(seen)
			}
			if !slices.Equal(seen, moments) {
				t.Errorf("%s: %v, want %v", order, seen, moments)
			}
		}
	})
}
