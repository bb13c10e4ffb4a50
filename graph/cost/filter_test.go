package cost

import (
	"fmt"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"sen/internal/content"
)

// TestCostOfFilters checks the cost of finding the elements of lists, in addition to the elements.
func TestCostOfFilters(t *testing.T) {
	const (
		literal = `{ articles(first: 0, filter: %s) { __typename } }`
		whole   = `query($f: ArticleFilter) { articles(first: 0, filter: $f) { __typename } }`
	)
	for _, c := range []struct {
		query, variables string
		cost, conditions int
	}{
		// A condition that an index serves costs 10, any other 20.
		{fmt.Sprintf(literal, `{}`), `{}`, 1, 0},
		{fmt.Sprintf(literal, `null`), `{}`, 1, 0},
		{fmt.Sprintf(literal, `{title: null, section: {ids: null}, and: null}`), `{}`, 1, 0},
		{fmt.Sprintf(literal, `{id: {eq: "a"}}`), `{}`, 11, 1},
		{fmt.Sprintf(literal, `{slug: {in: ["a", "b"]}}`), `{}`, 11, 1},
		{fmt.Sprintf(literal, `{section: {ids: ["a"]}, tags: {slugs: ["b"], all: false}}`), `{}`, 21, 2},
		{fmt.Sprintf(literal, `{section: {exists: true}}`), `{}`, 21, 1},
		{fmt.Sprintf(literal, `{id: {ne: "a"}, slug: {startsWith: "b"}}`), `{}`, 41, 2},
		{
			fmt.Sprintf(literal, `{title: {eq: "a", ne: "b", in: "c", notIn: [], exists: true, startsWith: "", contains: "d"}}`),
			`{}`, 141, 7,
		},
		{fmt.Sprintf(literal, `{publishedAt: {gte: "2020-01-01T00:00:00Z", lt: "2021-01-01T00:00:00Z"}}`), `{}`, 41, 2},
		// Ten values of a list cost 1.
		{whole, `{"f": {"section": {"ids": ["0", "1", "2", "3", "4", "5", "6", "7", "8"]}}}`, 11, 1},
		{whole, `{"f": {"section": {"slugs": ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]}}}`, 12, 1},
		{whole, `{"f": {"tags": {"slugs": ["a", "b"], "ids": ["c"], "all": true}}}`, 51, 2},
		{
			`query($a: Boolean) { articles(first: 0, filter: {tags: {ids: "a", all: $a}}) { __typename } }`, `{"a": true}`, 21,
			1,
		},
		{`{ articles(first: 0, filter: {tags: {all: true}}) { __typename } }`, `{}`, 1, 0},
		{whole, `{"f": {"title": {"notIn": ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]}}}`, 22, 1},
		// A where costs 20, and its conditions cost the same as in a list of the other kind. A condition in a none
		// costs the same as in a not.
		{fmt.Sprintf(literal, `{authors: {where: {}}}`), `{}`, 21, 1},
		{fmt.Sprintf(literal, `{authors: {where: null, none: null}}`), `{}`, 1, 0},
		{fmt.Sprintf(literal, `{authors: {where: {organization: {slugs: ["a"]}}}}`), `{}`, 31, 2},
		{fmt.Sprintf(literal, `{not: {authors: {where: {organization: {slugs: ["a"]}}}}}`), `{}`, 31, 3},
		{
			fmt.Sprintf(literal, `{authors: {where: {organization: {where: {parent: {slugs: ["a"]}, name: {contains: "b"}}}}}}`),
			`{}`, 71, 4,
		},
		{fmt.Sprintf(literal, `{authors: {where: {not: {slug: {eq: "a"}}, or: [{}, {}]}, ids: ["a"]}}`), `{}`, 51, 6},
		{fmt.Sprintf(literal, `{authors: {none: true}}`), `{}`, 21, 1},
		{fmt.Sprintf(literal, `{authors: {none: false}}`), `{}`, 1, 0},
		{fmt.Sprintf(literal, `{authors: {none: true, ids: ["a"], slugs: ["b"]}}`), `{}`, 41, 3},
		{fmt.Sprintf(literal, `{authors: {none: true, where: {}}}`), `{}`, 21, 2},
		{whole, `{"f": {"authors": {"none": true, "where": {"organization": {"slugs": ["a"], "none": false}}}}}`, 31, 3},
		{
			`query($w: AuthorFilter) { articles(first: 0, filter: {authors: {where: $w}}) { __typename } }`,
			`{"w": {"name": {"eq": "a"}}}`, 41, 2,
		},
		// A combined filter counts as a condition too; no index serves a negated condition.
		{fmt.Sprintf(literal, `{or: [], and: [{}, {}]}`), `{}`, 1, 2},
		{fmt.Sprintf(literal, `{or: [{id: {eq: "a"}}, {title: {contains: "b"}}]}`), `{}`, 31, 4},
		{fmt.Sprintf(literal, `{or: {and: {or: {title: {contains: "b"}}}}}`), `{}`, 21, 4},
		{
			fmt.Sprintf(literal, `{not: {section: {ids: ["a"]}, or: [{id: {in: ["b"]}}, {not: {slug: {eq: "c"}}}]}}`), `{}`, 61,
			7,
		},
		// Variables at every place of a filter.
		{whole, `{}`, 1, 0},
		{whole, `{"f": null}`, 1, 0},
		{whole, `{"f": {"or": [{"id": {"eq": "a"}}, {"title": {"contains": "b", "eq": null}}]}}`, 31, 4},
		{whole, `{"f": {"or": {"and": {"not": {"id": {"in": "a"}}}}}}`, 21, 4},
		{
			`query($f: ArticleFilter = {title: {contains: "a"}}) { articles(first: 0, filter: $f) { __typename } }`, `{}`, 21,
			1,
		},
		{`query($t: String) { articles(first: 0, filter: {title: {contains: $t}}) { __typename } }`, `{"t": "a"}`, 21, 1},
		{`query($t: String) { articles(first: 0, filter: {title: {contains: $t}}) { __typename } }`, `{}`, 1, 0},
		{`query($t: [String!]) { articles(first: 0, filter: {title: {in: $t}}) { __typename } }`, `{"t": "a"}`, 21, 1},
		{
			`query($o: [ArticleFilter!]) { articles(first: 0, filter: {or: $o}) { __typename } }`,
			`{"o": [{}, {"title": {"contains": "a"}}]}`, 21, 3,
		},
		{
			`query($o: [ArticleFilter!]) { articles(first: 0, filter: {or: $o}) { __typename } }`,
			`{"o": {"title": {"contains": "a"}}}`, 21, 2,
		},
		{`query($a: ArticleFilter!, $b: ArticleFilter!) { articles(first: 0, filter: {or: [$a, {and: [$b]}]}) { __typename } }`, `{"a": {"id": {"eq": "a"}}, "b": {"title": {"contains": "b"}}}`, 31, 5},
		{
			`query($r: SectionRelationFilter) { articles(first: 0, filter: {not: {section: $r}}) { __typename } }`,
			`{"r": {"ids": ["a"]}}`, 21, 2,
		},
		// A list is read again for totalCount, hasNextPage and hasPreviousPage.
		{`{ articles(first: 0) { totalCount } }`, `{}`, 6, 0},
		{`{ articles(first: 0, filter: {title: {contains: "a"}}) { totalCount } }`, `{}`, 46, 1},
		{
			`{ articles(first: 0, filter: {id: {eq: "a"}}) { totalCount pageInfo { endCursor hasNextPage hasPreviousPage } } }`,
			`{}`, 27, 1,
		},
		{`{ articles(last: 0, before: "x", after: null, filter: {id: {eq: "a"}}) { pageInfo { hasNextPage hasPreviousPage } } }`, `{}`, 27, 1},
		{`query($a: String) { articles(first: 0, after: $a, filter: {id: {eq: "a"}}) { pageInfo { hasNextPage hasPreviousPage } } }`, `{"a": "x"}`, 27, 1},
		{`{ articles(first: 0, offset: 1) { edges { cursor } pageInfo { hasNextPage ...p } } } fragment p on PageInfo { hasPreviousPage }`, `{}`, 7, 0},
		{`{ articles(first: 0, filter: {id: {eq: "a"}}) { ...count ... { ...count } } } fragment count on ArticleConnection { totalCount }`, `{}`, 41, 1},
		{`query($yes: Boolean = false) { articles(first: 0) { totalCount @include(if: $yes) pageInfo @skip(if: $yes) { ... on PageInfo { hasNextPage } } } }`, `{}`, 2, 0},
		{`query($yes: Boolean = false, $f: ArticleFilter) { articles(first: 0, filter: $f) { totalCount @include(if: $yes) } }`, `{"yes": true, "f": {"id": {"eq": "a"}}}`, 26, 1},
		// A hundred skipped elements cost 1.
		{`{ articles(first: 0, offset: 99) { __typename } }`, `{}`, 1, 0},
		{`query($o: Int) { articles(first: 0, offset: $o) { __typename } }`, `{"o": 9980}`, 100, 0},
		{`{ articles(first: 0, offset: -5) { __typename } }`, `{}`, 1, 0},
		{`{ articles(first: 0, offset: 2000000000) { __typename } }`, `{}`, 101, 0},
		// An order costs something if the list may have to be sorted.
		{`{ articles(first: 0, orderBy: TITLE_ASC) { __typename } }`, `{}`, 1, 0},
		{`{ articles(first: 0, orderBy: TITLE_ASC, filter: {id: {eq: "a"}}) { __typename } }`, `{}`, 16, 1},
		{
			`query($o: ArticleOrder) { sections(first: 2) { nodes { articles(first: 0, orderBy: $o) { __typename } } } }`,
			`{"o": "TITLE_ASC"}`, 1 + 2*(1+1+5), 0,
		},
		{
			`query($o: ArticleOrder) { sections(first: 2) { nodes { articles(first: 0, orderBy: $o) { __typename } } } }`, `{}`,
			1 + 2*(1+1), 0,
		},
		// All of this multiplies in nested lists, but conditions count only where they are written.
		{`{ sections(first: 3) { nodes { articles(first: 0, offset: 100, filter: {title: {contains: "a"}}) { totalCount } } } }`, `{}`, 1 + 3*(1+1+1+20+25), 1},
		{`query($f: ArticleFilter) { a: sections(first: 1) { ...s } b: sections(first: 1) { ...s } } fragment s on SectionConnection { nodes { articles(first: 0, filter: $f) { __typename } } }`, `{"f": {"title": {"contains": "a"}}}`, 46, 2},
		{`{ node(id: "x") { ... on Tag { articles(first: 0, filter: {id: {eq: "a"}}) { __typename } } ... on Event { articles(first: 0, filter: {title: {eq: "a", ne: "b"}}) { __typename } } } }`, `{}`, 42, 2},
		{`{ auditLog(first: 0, filter: {by: {contains: "a"}, entry: {eq: "b"}}) { __typename } }`, `{}`, 31, 2},
		{`{ auditLog(first: 0, filter: {action: {ne: CREATE}}) { totalCount } }`, `{}`, 1 + 20 + 25, 1},
	} {
		if cost, conditions := weighed(t, c.query, c.variables); cost != c.cost || conditions != c.conditions {
			t.Errorf("cost %d with %d conditions, want %d with %d: %s %s", cost, conditions, c.cost, c.conditions, c.query,
				c.variables)
		}
	}
}

// TestNoFreeCondition uses each operator of each filter of the schema: each counts as a condition, and costs
// something.
func TestNoFreeCondition(t *testing.T) {
	n := 0
	for _, list := range costSchema.Query.Fields {
		filter := list.Arguments.ForName("filter")
		if filter == nil || list.Name == "search" { // TestSearchCost
			continue
		}
		for _, field := range costSchema.Types[filter.Type.Name()].Fields {
			compared := costSchema.Types[field.Type.Name()]
			if field.Name == "and" || field.Name == "or" || field.Name == "not" {
				continue
			}
			for _, operator := range compared.Fields {
				if operator.Name == "all" {
					continue
				}
				n++
				query := fmt.Sprintf(`{ %s(first: 0, filter: {%s: {%s: %s}}) { __typename } }`, list.Name, field.Name,
					operator.Name, example(operator.Type))
				if cost, conditions := weighed(t, query, `{}`); conditions != 1 || cost != 1+seekCost && cost != 1+scanCost {
					t.Errorf("cost %d with %d conditions: %s", cost, conditions, query)
				}
			}
		}
	}
	if n < 300 {
		t.Errorf("only %d operators", n)
	}
}

// example returns a literal of an input type.
func example(typ *ast.Type) string {
	switch def := costSchema.Types[typ.Name()]; {
	case def.Kind == ast.InputObject:
		return "{}"
	case def.Kind == ast.Enum:
		return def.EnumValues[0].Name
	case def.Name == "Int":
		return "1"
	case def.Name == "Boolean":
		return "true"
	}
	return `"2020-01-01T00:00:00Z"`
}

// weighed returns the cost of a query and the number of conditions in its filters.
func weighed(t *testing.T, query, variables string) (cost, conditions int) {
	t.Helper()
	doc, c := costed(t, query)
	return c.Of(doc.Operations[0], coerced(t, doc.Operations[0], variables))
}

// TestManyConditions uses filters with far more conditions than are allowed: counting stops early.
func TestManyConditions(t *testing.T) {
	parts := make([]any, 100_000)
	for i := range parts {
		parts[i] = map[string]any{}
	}
	deep := map[string]any{"title": map[string]any{"contains": "a"}}
	for range 5000 {
		deep = map[string]any{"not": deep}
	}
	through := map[string]any{}
	for range 5000 {
		through = map[string]any{"parent": map[string]any{"where": through}}
	}
	through = map[string]any{"section": map[string]any{"where": through}}
	for name, filter := range map[string]any{
		"where": through, "or": map[string]any{"or": parts},
		"and": map[string]any{"and": parts}, "not": deep,
	} {
		doc, c := costed(t, `query($f: ArticleFilter) { articles(filter: $f) { __typename } }`)
		if _, conditions := c.Of(doc.Operations[0],
			map[string]any{"f": filter}); conditions != content.MaxFilterConditions+1 {
			t.Errorf("%s: %d conditions", name, conditions)
		}
	}
}

// TestCostOfIntrospection checks the number of fields that an introspection answers, by its lists.
func TestCostOfIntrospection(t *testing.T) {
	types := len(costSchema.Types)
	for query, want := range map[string]int{
		`{ __typename }`:                      0,
		`{ __schema { queryType { name } } }`: 1,
		`{ article(slug: "a") { body { __typename text t: html markdown blocks { __typename } } } }`: 2 + 3*formCost +
			plainList,
		`{ __type(name: "Article") { fields { name type { name } } } }`: 1,
		`{ __schema { types { name } } }`: 1 +
			2*types/introspectedInCost,
		`{ __schema { types { fields { name } } } }`: 1 +
			types*(1+plainList*2)/introspectedInCost,
		`{ __schema { types { ...t ... on __Type { ...t } } } } fragment t on __Type { fields { name } }`: 1 +
			types*(1+2*plainList*2)/introspectedInCost,
	} {
		if cost, _ := weighed(t, query, `{}`); cost != want {
			t.Errorf("cost %d, want %d: %s", cost, want, query)
		}
	}
	doubled := `{ __schema { types { ...f0 } } }`
	for i := range 60 {
		doubled += fmt.Sprintf(" fragment f%d on __Type { ...f%d ...f%d }", i, i+1, i+1)
	}
	doc, c := costed(t, doubled+` fragment f60 on __Type { name }`)
	if cost, _ := c.Of(doc.Operations[0], nil); cost < Max/introspectedInCost || c.visits > 200 {
		t.Errorf("60 doubled fragments cost %d, with %d visits", cost, c.visits)
	}
}

// TestConditionsOfKnownDocument checks that reading a filter's variables needs few allocations, because each request
// of a cached document does it.
func TestConditionsOfKnownDocument(t *testing.T) {
	doc, c := costed(t,
		`query($f: ArticleFilter, $s: [String!]) { articles(filter: $f) { totalCount nodes { title } } events(filter: {tags: {slugs: $s}}) { nodes { name } } }`)
	variables := map[string]any{"f": map[string]any{
		"section": map[string]any{"slugs": []any{"a"}},
		"or":      []any{map[string]any{"title": map[string]any{"contains": "b"}}},
	}, "s": []any{"c"}}
	if n := testing.AllocsPerRun(100, func() { c.Of(doc.Operations[0], variables) }); n > 0 {
		t.Errorf("%.0f allocations", n)
	}
}
