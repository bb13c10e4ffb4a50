package main

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// costly is a request that causes as much work as possible for its cost.
type costly struct {
	name      string
	query     string
	variables map[string]any
	// refused is set if the content of the request may make Sen refuse it.
	refused bool
	// drafts is set if an editor sends the request, for working copies.
	drafts bool
}

// named returns the query with a unique operation name, so that no cached plan of its document is used.
func (d costly) named(n uint64) string {
	rest, _ := strings.CutPrefix(d.query, "query")
	return fmt.Sprintf("query Q%d", n) + rest
}

// repeated returns a text n times with spaces between. %[1]d in the text is replaced by its number.
func repeated(n int, text string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, text+" ", i)
	}
	return b.String()
}

// tree returns a nested filter: on each of the given levels an operator combines n filters. leaf makes the innermost
// ones.
func tree(operator string, n, levels int, leaf func() any) any {
	if levels == 0 {
		return leaf()
	}
	parts := make([]any, n)
	for i := range parts {
		parts[i] = tree(operator, n, levels-1, leaf)
	}
	return map[string]any{operator: parts}
}

// ids returns the ids of n entries of a kind, from the first one.
func ids(kind string, n int) (all []string) {
	for i := range n {
		all = append(all, string(id(kind, i)))
	}
	return all
}

// slugs returns the slugs of n entries of a kind.
func slugs(kind string, n int) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprintf("%s-%d", kind, i))
	}
	return all
}

// cursorAt returns the cursor of the list of articles at the beginning of a year.
func cursorAt(year string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(`["s1","Article/PUBLISHED_AT_DESC","` + year +
		`-01-01T00:00:00Z","article_x"]`))
}

type object = map[string]any

// costlyRequests are the requests that were found to be expensive for their cost, and those that might be.
var costlyRequests = []costly{
	{name: "`site`, for comparison", query: `{ site { name } }`},
	{
		name:  "latest 20, for comparison",
		query: `{ articles(first: 20) { nodes { id title lead path publishedAt byline authors { name } section { name } } pageInfo { hasNextPage endCursor } } }`,
	},
	{name: "a list of nothing but its type", query: `{ articles { __typename } }`},
	{name: "totalCount", query: `{ articles(first: 0) { totalCount } }`},
	{
		name:  "20 times totalCount",
		query: `{ ` + repeated(20, `a%[1]d: articles(first: 0, offset: %[1]d) { totalCount }`) + `}`,
	},
	{name: "offset 9,980", query: `{ articles(first: 1, offset: 9980) { nodes { id } } }`},
	{
		name:  "20 times offset 9,980 with totalCount",
		query: `{ ` + repeated(20, `a%[1]d: articles(first: 1, offset: 99%02[1]d) { totalCount }`) + `}`, refused: true,
	},
	{
		name:  "offset 9,980 backwards from an order's end",
		query: `{ articles(first: 1, offset: 9980, orderBy: TITLE_ASC) { nodes { id } } }`,
	},
	{
		name:  "totalCount of each of 12 sections",
		query: `{ sections(first: 12) { nodes { articles(first: 0) { totalCount } } } }`,
	},
	{
		name:  "offset 1,000 in each of 12 sections",
		query: `{ sections(first: 12) { nodes { articles(first: 1, offset: 1000) { nodes { id } } } } }`,
	},
	{
		name:  "related of 100 articles",
		query: `{ articles(first: 100) { nodes { related(first: 1) { __typename } } } }`,
	},
	{
		name:  "totalCount of related of 100 articles",
		query: `{ articles(first: 100) { nodes { related(first: 0) { totalCount } } } }`,
	},
	{
		name:  "each of 12 sections by title",
		query: `{ sections(first: 12) { nodes { articles(first: 1, orderBy: TITLE_ASC) { __typename } } } }`,
	},
	{
		name:  "each of 20 organizations by title, from the end",
		query: `{ organizations(first: 20) { nodes { articles(last: 1, orderBy: TITLE_ASC) { __typename } } } }`,
	},
	{
		name:  "a section by title",
		query: `{ articles(first: 1, orderBy: TITLE_ASC, filter: {section: {ids: ["section_000001"]}}) { __typename } }`,
	},
	filtered("one `contains`", never()),
	filtered("one `startsWith`", object{"title": object{"startsWith": "zzz"}}),
	filtered("one `eq` of a text", object{"title": object{"eq": "zzz"}}),
	filtered("one `in` of a text, 100 values", object{"title": object{"in": slugs("zzz", 100)}}),
	filtered("`exists: false` of a text", object{"title": object{"exists": false}}),
	filtered("`exists: false` of a relation", object{"section": object{"exists": false}}),
	filtered("`ne` of a slug, all others excluded by date",
		object{"slug": object{"ne": "a"}, "createdAt": object{"lt": "2000-01-01T00:00:00Z"}}),
	filtered("a range of a date that is not the order's", object{"createdAt": object{"gt": "2100-01-01T00:00:00Z"}}),
	filtered("two ranges that exclude each other",
		object{"createdAt": object{"gt": "2015-01-01T00:00:00Z"}, "updatedAt": object{"lt": "2015-01-01T00:00:00Z"}}),
	filtered("a range of the order's own date", object{"publishedAt": object{"lt": "2000-01-01T00:00:00Z"}}),
	filtered("`not` of a relation", object{"not": object{"section": object{"ids": ids("section", 100)}}}),
	filtered("`not` of an id",
		object{"id": object{"ne": "article_000001"}, "not": object{"status": object{"eq": "PUBLISHED"}}}),
	filtered("`notIn` of 100 ids, none else",
		object{"id": object{"notIn": ids("article", 100)}, "createdAt": object{"lt": "2010-01-01T00:00:00Z"}}),
	filtered("`in` of 100 ids", object{"id": object{"in": ids("article", 100)}, "title": object{"contains": "zzz"}}),
	filtered("a relation with 100 ids",
		object{"section": object{"ids": ids("section", 100)}, "title": object{"contains": "zzz"}}),
	filtered("a relation with 100 ids, alone", object{"authors": object{"ids": ids("author", 100)}}),
	filtered("seven relations, each with all ids",
		object{
			"section": object{"ids": ids("section", 12)}, "authors": object{"ids": ids("author", 50)},
			"tags": object{"ids": ids("tag", 60)}, "organizations": object{"ids": ids("organization", 20)},
			"events": object{"exists": false}, "not": object{"section": object{"ids": ids("section", 12)}},
		}),
	filtered("three relations with 9 ids each, that meet nowhere",
		object{
			"section": object{"ids": ids("section", 9)}, "organizations": object{"ids": ids("organization", 9)},
			"events": object{"ids": []string{"event_x"}},
		}),
	filtered("`all` of 9 tags", object{"tags": object{"ids": ids("tag", 9), "all": true}}),
	filtered("`all` of 60 tags", object{"tags": object{"ids": ids("tag", 60), "all": true}}),
	filtered("`all` of 2 tags", object{"tags": object{"ids": ids("tag", 2), "all": true}}),
	filtered("three groups of 9 tags that meet nowhere", disjoint(3, 9)),
	filtered("six groups of 9 tags that meet nowhere", disjoint(6, 9)),
	filtered("two alternatives", choices(2, 5)),
	filtered("six alternatives", choices(6, 3)),
	filtered("19 alternatives", choices(19, 1)),
	filtered("`all` of 100 slugs", object{"tags": object{"slugs": slugs("tag", 100), "all": true}}),
	filtered("100 slugs of nothing", object{"tags": object{"slugs": slugs("none", 100)}}),
	filtered("20 times 100 slugs", object{"or": func() (parts []any) {
		for i := range 20 {
			parts = append(parts, object{"authors": object{"slugs": slugs(fmt.Sprint("x", i), 100)}})
		}
		return parts
	}()}),
	filtered("a `where` for 50 authors, which all articles have",
		object{"authors": object{"where": object{}}, "title": object{"contains": "zzz"}}),
	filtered("a `where` for awards by a text that none has",
		object{"awards": object{"where": object{"title": object{"contains": "zzz"}}}}),
	filtered("a `where` for 1,000 awards within a `where` for five rounds", manyAwards(false)),
	filtered("the same with `none`, and `contains`", object{"and": []any{manyAwards(true), never()}}),
	filtered("`or` of 20 times the same", tree("or", 20, 1, func() any { return manyAwards(false) })),
	filtered("`or` of 20 `contains`", tree("or", 20, 1, never)),
	filtered("`or` of 20 times 9 sections and 9 organizations", tree("or", 20, 1, func() any {
		return object{
			"section": object{"ids": ids("section", 9)}, "organizations": object{"ids": ids("organization", 9)},
			"authors": object{"ids": ids("author", 9)[8:]}, "tags": object{"ids": []string{"tag_x"}},
		}
	})),
	filtered("`and` of 20 times 9 sections",
		object{"and": []any{
			tree("and", 19, 1, func() any { return object{"section": object{"ids": ids("section", 9)}} }),
			never(),
		}}),
	{
		name: "400 `contains`", query: `query($f: ArticleFilter) { articles(first: 1, filter: $f) { __typename } }`,
		variables: object{"f": tree("or", 20, 2, never)},
	},
	{
		name: "20 aliases of 20 `contains`",
		query: `query($f: ArticleFilter) { ` + repeated(20, `a%[1]d: articles(first: %[1]d, filter: $f) { __typename }`) +
			`}`, variables: object{"f": tree("or", 20, 1, never)},
	},
	{
		name: "20 aliases of 9 `contains`",
		query: `query($f: ArticleFilter) { ` + repeated(20, `a%[1]d: articles(first: %[1]d, filter: $f) { __typename }`) +
			`}`, variables: object{"f": tree("or", 9, 1, never)},
	},
	{
		name: "`or` 5 deep of 20", query: `query($f: ArticleFilter) { articles(first: 1, filter: $f) { __typename } }`,
		variables: object{"f": object{"or": []any{tree("or", 20, 3, never)}}},
	},
	{
		name: "`or` of 8,000", query: `query($f: ArticleFilter) { articles(first: 1, filter: $f) { __typename } }`,
		variables: object{"f": tree("or", 8000, 1, never)}, refused: true,
	},
	{
		name: "`or` of 8,000 empty ones, 20 times",
		query: `query($f: ArticleFilter) { ` + repeated(20, `a%[1]d: articles(first: %[1]d, filter: $f) { __typename }`) +
			`}`, variables: object{"f": tree("or", 8000, 1, func() any { return object{} })}, refused: true,
	},
	filtered("10 `ne` of texts", tree("and", 10, 1, func() any {
		return object{"title": object{"ne": "a", "contains": "a"}}
	})),
	filtered("100 `ne` of texts, nothing left",
		object{"and": []any{
			tree("and", 10, 2, func() any { return object{"title": object{"ne": "a"}} }),
			object{"not": object{"title": object{"ne": "a"}}},
		}}),
	filtered("100 `notIn` of texts",
		object{"and": []any{
			object{"title": object{"contains": "zzz"}},
			tree("and", 10, 2, func() any { return object{"title": object{"notIn": slugs("zzz", 10)}} }),
		}}),
	{
		name:  "100 `ne` of texts, in the second language",
		query: `query($f: ArticleFilter) { articles(first: 1, filter: $f, locale: "en") { __typename } }`,
		variables: object{"f": object{"and": []any{tree("and", 10, 2,
			func() any { return object{"title": object{"ne": "a"}} }), object{"not": object{"title": object{"ne": "a"}}}}}},
	},
	{
		name:      "one `eq` of a text in the second language",
		query:     `query($f: ArticleFilter) { articles(first: 1, filter: $f, locale: "en") { __typename } }`,
		variables: object{"f": object{"title": object{"eq": "a"}}},
	},
	filtered("a text of 1,000 characters that nearly matches",
		object{"title": object{"contains": strings.Repeat("n", 999) + "z"}}),
	{
		name:  "`contains` in each of 12 sections",
		query: `{ sections(first: 12) { nodes { articles(first: 1, filter: {title: {contains: "zzz"}}) { __typename } } } }`,
	},
	{
		name:  "`contains` in each of 100 tags",
		query: `{ tags(first: 100) { nodes { articles(first: 1, filter: {title: {contains: "zzz"}}) { __typename } } } }`,
	},
	{
		name:  "`contains`, totalCount, in each of 100 articles' tags",
		query: `{ articles(first: 100) { nodes { tags { articles(first: 0, filter: {title: {contains: "zzz"}}) { totalCount } } } } }`,
	},
	{
		name:  "`contains` read four times: page, count, before, behind",
		query: `query($f: ArticleFilter, $a: String, $b: String) { articles(last: 1, after: $a, before: $b, filter: $f) { totalCount pageInfo { hasNextPage hasPreviousPage } } }`, variables: object{"f": never(), "a": cursorAt("2019"), "b": cursorAt("2010")},
	},
	{
		name:  "`contains` behind an offset, with hasPreviousPage",
		query: `{ articles(first: 1, offset: 1, filter: {title: {contains: "zzz"}}) { totalCount pageInfo { hasPreviousPage } } }`,
	},
	{
		name:  "totalCount of `contains` that all have",
		query: `{ articles(first: 0, filter: {title: {contains: "a"}}) { totalCount } }`,
	},
	{
		name:  "offset 9,980 of `contains` that all have",
		query: `{ articles(first: 1, offset: 9980, filter: {title: {contains: "n"}}, orderBy: TITLE_DESC) { __typename } }`,
	},
	{
		name:  "awards by title, of one series",
		query: `{ awards(first: 1, orderBy: TITLE_ASC, filter: {series: {ids: ["series_000000"]}, year: {eq: 1900}}) { __typename } }`,
	},
	{
		name:  "awards that were won, with a place",
		query: `{ awards(first: 1, filter: {outcome: {eq: WON}, rank: {exists: true}}) { __typename } }`,
	},
	{
		name:  "awards of three values",
		query: `{ awards(first: 1, filter: {outcome: {eq: WON}, level: {in: [NATIONAL, REGIONAL]}, series: {ids: ["series_000000"]}, event: {exists: true}}) { totalCount } }`,
	},
	{
		name:  "media by name",
		query: `{ mediaItems(first: 1, filter: {fileName: {contains: "zzz"}, mimeType: {startsWith: "a"}}) { totalCount } }`,
	},
	{name: "drafts: totalCount", query: `{ articles(first: 0) { totalCount } }`, drafts: true},
	{
		name:  "drafts: totalCount of each of 12 sections",
		query: `{ sections(first: 12) { nodes { articles(first: 0) { totalCount } } } }`, drafts: true,
	},
	{
		name:  "drafts: a page of each of 60 tags",
		query: `{ tags(first: 60) { nodes { articles(first: 1) { nodes { id } } } } }`, drafts: true,
	},
	{
		name:  "drafts: related of 20 articles",
		query: `{ articles(first: 20) { nodes { related(first: 1) { __typename } } } }`, drafts: true,
	},
	{
		name:  "drafts: a relation that nothing has",
		query: `{ articles(first: 1, filter: {tags: {ids: ["tag_x"]}}) { __typename } }`, drafts: true,
	},
	{
		name:  "drafts: an id and a slug",
		query: `{ articles(first: 1, filter: {id: {eq: "article_x"}, slug: {eq: "x"}}) { totalCount } }`, drafts: true,
	},
	{
		name: "drafts: archived ones", query: `{ articles(first: 1, filter: {status: {eq: ARCHIVED}}) { totalCount } }`,
		drafts: true,
	},
	{name: "drafts: used by", query: `{ tags(first: 60) { nodes { editing { usedBy { id } } } } }`, drafts: true},
	{name: "an article by slug", query: `{ article(slug: "article-7") { id } }`},
	{
		name:  "20 routes of nothing",
		query: `{ ` + repeated(20, `a%[1]d: route(path: "/articles/nothing-%[1]d") { status }`) + `}`,
	},
	{
		name: "100 nodes", query: `query($ids: [ID!]!) { nodes(ids: $ids) { id } }`,
		variables: object{"ids": ids("article", 100)},
	},
	{
		name:  "one body as HTML 29 times",
		query: `{ article(slug: "article-7") { body { ` + repeated(29, `h%[1]d: html`) + `} } }`,
	},
	{name: "100 bodies in each form", query: `{ articles(first: 100) { nodes { body { html markdown text } } } }`},
	{
		name:  "100 bodies as HTML 29 times",
		query: `{ articles(first: 100) { nodes { body { ` + repeated(29, `h%[1]d: html`) + `} } } }`,
	},
	{name: "introspection: all fields of all types", query: introspection},
	{
		name:  "introspection: fields of fields",
		query: `{ __schema { types { fields { type { fields { args { type { name ofType { name } } } } } } } } }`,
	},
	{
		name: "introspection: types of types, 20 times",
		query: `{ ` +
			repeated(20,
				`a%[1]d: __schema { types { fields { name args { name type { name } } type { name fields { name } } } } }`) + `}`,
	},
	{
		name:  "introspection: types of arguments",
		query: `{ __schema { types { fields { args { type { inputFields { type { name } } } } } } } }`,
	},
	{name: "`__typename`", query: `{ __typename }`},
	{
		name:  "a document of 1,900 fields",
		query: `{ ` + repeated(19, `a%[1]d: article(slug: "x") { `+strings.Repeat("title ", 100)+`}`) + `}`,
	},
	{
		name:  "a document of 700 fragments on any kind",
		query: `{ node(id: "x") { ` + strings.Repeat(`... on Article { title } ... on Content { label } `, 140) + `} }`,
	},
	{
		name: "1 MiB of variables that nobody asks", query: `{ site { name } }`,
		variables: object{"f": make([][]any, 200_000)},
	},
	{
		name: "100,000 ids", query: `query($ids: [ID!]!) { nodes(ids: $ids) { id } }`,
		variables: object{"ids": ids("a", 100_000)[:70_000]}, refused: true,
	},
}

// introspection is the query with which tools read the schema.
const introspection = `{ __schema { queryType { name } mutationType { name } types { ...t } directives { name description locations args { ...i } } } }
fragment t on __Type { kind name description fields(includeDeprecated: true) { name description args { ...i } type { ...r } isDeprecated deprecationReason }
  inputFields { ...i } interfaces { ...r } enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...r } }
fragment i on __InputValue { name description type { ...r } defaultValue }
fragment r on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }`
