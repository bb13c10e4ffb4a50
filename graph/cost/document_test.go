package cost

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"

	"sen"
	"sen/internal/content"
	"sen/internal/testkit"
)

var costSchema = gqlparser.MustLoadSchema(&ast.Source{Name: "schema.graphqls", Input: sen.Schema})

// costed returns a valid document and the cost of its operations.
func costed(t testing.TB, text string) (*ast.QueryDocument, *Document) {
	t.Helper()
	doc, errs := gqlparser.LoadQueryWithRules(costSchema, text, nil)
	if errs != nil {
		t.Fatalf("%v: %s", errs, text)
	}
	return doc, Of(costSchema, doc)
}

// price returns the cost of the first operation of a document with these variables.
func price(t testing.TB, text, variables string) int {
	t.Helper()
	doc, c := costed(t, text)
	cost, _ := c.Of(doc.Operations[0], coerced(t, doc.Operations[0], variables))
	return cost
}

// coerced returns variables in the form that a request's operation has.
func coerced(t testing.TB, op *ast.OperationDefinition, variables string) map[string]any {
	t.Helper()
	given := map[string]any{}
	d := json.NewDecoder(strings.NewReader(variables))
	d.UseNumber()
	if err := d.Decode(&given); err != nil {
		t.Fatal(err)
	}
	read, err := validator.VariableValues(costSchema, op, given)
	if err != nil {
		t.Fatalf("%v: %s %s", err, op.Name, variables)
	}
	return read
}

// TestCost checks the number of objects that answers can have.
func TestCost(t *testing.T) {
	for _, c := range []struct {
		query     string
		variables string
		cost      int
	}{
		// Scalar values cost nothing, an object costs 1.
		{`{ __typename }`, `{}`, 0},
		{`{ site { name locales __typename } }`, `{}`, 1},
		{`{ article(slug: "a") { title seo { title image { url } } } }`, `{}`, 3},
		{`{ a: site { name } b: site { name } }`, `{}`, 2},
		// A page counts as its requested length, and as 20 if none is requested.
		{`{ articles { totalCount } }`, `{}`, 6},
		{`{ articles(search: "a", first: 3) { nodes { title } } }`, `{}`, 4 + searchCost},
		{`query($s: String) { articles(search: $s, first: 3) { nodes { title } } }`, `{}`, 4},
		{`query($s: String) { articles(search: $s, first: 3) { nodes { title } } }`, `{"s": "a"}`, 4 + searchCost},
		{`{ search(query: "a", first: 3) { nodes { label } } }`, `{}`, 4 + searchCost},
		{`{ suggest(prefix: "a") { text } }`, `{}`, searchCost},
		{`{ articles { nodes { title } } }`, `{}`, 21},
		{`{ articles(first: 3) { nodes { title } pageInfo { endCursor } } }`, `{}`, 5},
		{`{ articles(last: 3) { edges { cursor node { title } } } }`, `{}`, 7},
		{`{ articles(first: 0) { nodes { title } } }`, `{}`, 1},
		{`{ articles(first: null) { nodes { title } } }`, `{}`, 21},
		{`{ articles(first: 5000) { nodes { title } } }`, `{}`, 101},
		{`{ articles(first: -5) { nodes { title } } }`, `{}`, 1},
		{`query($n: Int) { articles(first: $n) { nodes { title } } }`, `{"n": 7}`, 8},
		{`query($n: Int) { articles(first: $n) { nodes { title } } }`, `{"n": null}`, 21},
		{`query($n: Int) { articles(first: $n) { nodes { title } } }`, `{}`, 21},
		{`query($n: Int) { articles(first: $n, last: 2) { nodes { title } } }`, `{}`, 3},
		{`query($n: Int = 4) { articles(last: $n) { nodes { title } } }`, `{}`, 5},
		{`query($n: Int = 4) { articles(last: $n) { nodes { title } } }`, `{"n": 1000000}`, 101},
		// The numbers of nested lists multiply; a list without pages counts as five.
		{
			`{ sections(first: 5) { nodes { articles(first: 6) { nodes { authors { organization { name } } } } } } }`, `{}`,
			1 + 5*(1+1+6*(1+5*2)),
		},
		{
			`query($a: Int, $b: Int) { sections(first: $a) { nodes { articles(first: $b) { nodes { title } } } } }`,
			`{"a": 3, "b": 4}`, 1 + 3*(1+1+4),
		},
		{`{ event(slug: "e") { agenda { speakers { positions { title } } } } }`, `{}`, 1 + 5*(1+5*(1+5))},
		// A list counts as the number of its ids.
		{`{ nodes(ids: ["a", "b", "c"]) { id } }`, `{}`, 3},
		{`query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Article { cover { url } } } }`, `{"ids": ["a", "b"]}`, 4},
		{`query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, `{"ids": "a"}`, 1},
		{`{ nodes(ids: "a") { id } }`, `{}`, 1},
		// The most expensive of the possible types counts, in whatever order they are named.
		{`{ node(id: "x") { ... on Article { cover { url } authors { name } } ... on Event { cover { url } } ... on Tag { name } } }`, `{}`, 7},
		{`{ node(id: "x") { ... on Event { cover { url } } ... on Article { cover { url } authors { name } } } }`, `{}`, 7},
		{`{ node(id: "x") { ... on Content { ... on Article { cover { url } } editing { createdBy { name } } } } }`, `{}`, 4},
		{`query($n: Int) { node(id: "x") { ... on Article { events(first: $n) { nodes { name } } } ... on Event { articles(first: 9) { nodes { title } } } } }`, `{"n": 3}`, 11},
		{`query($n: Int) { node(id: "x") { ... on Article { events(first: $n) { nodes { name } } } ... on Event { articles(first: 9) { nodes { title } } } } }`, `{"n": 30}`, 32},
		{`{ article(slug: "a") { body { blocks { ... on ParagraphBlock { spans { text } } ... on ImageBlock { media { url } } } } } }`, `{}`, 2 + 5*(1+5)},
		// Fragments cost where they are used.
		{`{ articles(first: 2) { ...page } events(first: 2) { nodes { ...card } } } fragment page on ArticleConnection { nodes { ...card cover { url } } pageInfo { endCursor } } fragment card on Content { label editing { liveVersion } }`, `{}`, (1 + 2*3 + 1) + (1 + 2*2)},
		{`query($n: Int) { articles(first: $n) { ...page ... { ...page } } } fragment page on ArticleConnection { nodes { title } }`, `{"n": 3}`, 7},
		{`{ article(slug: "a") { ...none } } fragment none on Content { ... on Event { organizers { name } } }`, `{}`, 1},
		// What is left out costs nothing.
		{`{ site { name } articles @skip(if: true) { nodes { title } } }`, `{}`, 1},
		{`{ site { name } ... @include(if: false) { articles { nodes { title } } } }`, `{}`, 1},
		{
			`query($yes: Boolean!) { articles(first: 2) @include(if: $yes) { nodes @skip(if: false) { title } } }`,
			`{"yes": true}`, 3,
		},
		{`query($yes: Boolean!) { articles(first: 2) @include(if: $yes) { nodes { title } } }`, `{"yes": false}`, 0},
		{`query($no: Boolean = true) { site { name } ...more @skip(if: $no) } fragment more on Query { tags(first: 1) { nodes { name } } }`, `{}`, 1},
		{`query($no: Boolean = true) { site { name } ...more @skip(if: $no) } fragment more on Query { tags(first: 1) { nodes { name } } }`, `{"no": false}`, 3},
		{`query($n: Int, $yes: Boolean!) { articles(first: $n) { nodes @include(if: $yes) { title } edges @skip(if: $yes) { node { title } } } }`, `{"n": 2, "yes": false}`, 5},
		// A change costs ten, and a bulk mutation ten for each item.
		{`mutation { signOut { userErrors { message } } }`, `{}`, 15},
		{
			`mutation($items: [ContentInput!]!) { bulkCreate(items: $items) { content { id } } }`,
			`{"items": [{"tag": {}}, {"tag": {}}]}`, 22,
		},
		// The cost has a maximum.
		{`{ a: sections(first: 100) { nodes { articles(first: 100) { nodes { related(first: 100) { nodes { related(first: 100) { nodes { related(first: 100) { nodes { title } } } } } } } } } } }`, `{}`, Max},
		{`query($n: Int) { a: sections(first: $n) { nodes { articles(first: $n) { nodes { related(first: $n) { nodes { related(first: $n) { nodes { related(first: $n) { nodes { title } } } } } } } } } } site { name } }`, `{"n": 100}`, Max},
	} {
		if got := price(t, c.query, c.variables); got != c.cost {
			t.Errorf("%d, want %d: %s %s", got, c.cost, c.query, c.variables)
		}
	}
}

// TestCostOfOperations checks that the operations of a document have separate costs.
func TestCostOfOperations(t *testing.T) {
	doc, c := costed(t,
		`query a($n: Int) { tags(first: $n) { ...p } } query b { tags(first: 3) { ...p } } query c($n: Int) { t: tags(first: $n) { ...p } u: tags { ...p } } fragment p on TagConnection { nodes { articles { totalCount } } }`)
	for name, want := range map[string]int{"a": 1 + 2*7, "b": 1 + 3*7, "c": 1 + 2*7 + 1 + 20*7} {
		if got, _ := c.Of(doc.Operations.ForName(name), map[string]any{"n": int64(2)}); got != want {
			t.Errorf("%s costs %d, want %d", name, got, want)
		}
	}
}

// TestCostOfDoubledFragments has fragments that each double what the document asks for. The work grows only with the
// length of the document. A walk along the fragments would visit two to the power of their number.
func TestCostOfDoubledFragments(t *testing.T) {
	for what, fragment := range map[string]string{
		"known":           "fragment f%d on Article { ...f%d ...f%d }",
		"inlined":         "fragment f%d on Content { ... on Article { ...f%d } ... on Content { ...f%d } }",
		"with a variable": "fragment f%d on Article { ...f%d @include(if: $yes) ...f%d @skip(if: $no) }",
	} {
		const levels = 60
		var b strings.Builder
		b.WriteString("query($yes: Boolean = true, $no: Boolean = false) { site { name @include(if: $yes) @skip(if: $no) } articles(first: 1) { nodes { ...f0 } } }\n")
		for i := range levels {
			fmt.Fprintf(&b, fragment+"\n", i, i+1, i+1)
		}
		fmt.Fprintf(&b, "fragment f%d on Article { cover { url } }", levels)
		doc, c := costed(t, b.String())
		most := 4*len(costSchema.PossibleTypes["Content"])*levels + 10
		if c.visits < levels || c.visits > most || len(c.steps) > most {
			t.Errorf("%s: %d visits and %d steps for %d fragments", what, c.visits, len(c.steps), levels)
		}
		if got, _ := c.Of(doc.Operations[0], map[string]any{"yes": true, "no": false}); got != Max {
			t.Errorf("%s: it costs %d", what, got)
		}
		if got, _ := c.Of(doc.Operations[0], map[string]any{"yes": false, "no": true}); what == "with a variable" &&
			got != 3 {
			t.Errorf("%s: with nothing left it costs %d", what, got)
		}
	}
}

// TestCostIsMonotone checks that asking for more never costs less.
func TestCostIsMonotone(t *testing.T) {
	queries := testkit.Queries(t)
	queries["a list of one kind"] = `query($n: Int) { node(id: "x") { ... on Article { events(first: $n) { nodes { name } } } ... on Tag { name } } }`
	for _, query := range queries {
		doc, c := costed(t, query)
		op := doc.Operations[0]
		op.SelectionSet = append(op.SelectionSet, op.SelectionSet...)
		twice := Of(costSchema, doc)
		last := -1
		for n := range int64(120) {
			variables := map[string]any{"n": n}
			one, _ := c.Of(op, variables)
			two, _ := twice.Of(op, variables)
			if one < last || two < one || one <= 0 {
				t.Errorf("n=%d: %d, after %d; doubled %d: %s", n, one, last, two, query)
			}
			last = one
		}
	}
}

// TestLimits checks the limits of anonymous clients, of guests with a preview, and of roles with and without a limit
// of their own.
func TestLimits(t *testing.T) {
	for _, c := range []struct {
		actor *content.Actor
		want  int
	}{
		{nil, 3},
		{&content.Actor{Preview: "article_x"}, 3},
		{&content.Actor{Role: content.RoleReader}, 3},
		{&content.Actor{Role: content.RoleEditor}, 5},
	} {
		if got := (Limits{"": 3, content.RoleEditor: 5}).For(c.actor); got != c.want {
			t.Errorf("the limit of %v is %d, want %d", c.actor, got, c.want)
		}
	}
}

// BenchmarkCost computes the cost of the front page: of its document, which is done once, and of a request.
func BenchmarkCost(b *testing.B) {
	const front = `query($n: Int = 6, $yes: Boolean = true) { sections(first: 5) { nodes { name articles(first: $n) { nodes { ...card authors { name organization { name } } organizations { name } } } } }
		events(first: $n) { nodes { ...card organizers { name } } } awards(first: 10) @include(if: $yes) { nodes { ...card recipients { name organization { name } } round { name } } } } fragment card on Content { id label path }`
	doc, c := costed(b, front)
	b.Run("document", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Of(costSchema, doc)
		}
	})
	b.Run("request", func(b *testing.B) {
		b.ReportAllocs()
		variables := map[string]any{"n": int64(6), "yes": true}
		for b.Loop() {
			if cost, _ := c.Of(doc.Operations[0], variables); cost == 0 {
				b.Fatal("it costs nothing")
			}
		}
	})
}
