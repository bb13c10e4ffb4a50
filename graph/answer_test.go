package graph_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"sen/graph"
	"sen/graph/cost"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
	"sen/internal/web"
)

// TestAnswers asks both executors queries that are easily answered incorrectly.
func TestAnswers(t *testing.T) {
	e := serveBoth(t, testkit.AnySample(t))
	editor := http.Header{testserver.ActorHeader: {"editor"}}
	for name, c := range map[string]struct {
		query, variables string
		headers          http.Header
		// want is the answer, or a part of it.
		want string
	}{
		"a key selected on a union and on its member": {
			query: `{ article(slug: "hoi-nghi-so-ket-va-trao-giai-cnnttb-2020") { body { blocks { ... on ParagraphBlock { __typename } __typename } } } }`,
			want:  `{"data":{"article":{"body":{"blocks":[{"__typename":"ParagraphBlock"}`,
		},
		"keys selected on two interfaces": {
			query: `{ node(id: "tag_cnnttb") { id __typename ... on Content { id slug __typename } ... on Tag { id slug } } }`,
			want:  `{"data":{"node":{"id":"tag_cnnttb","__typename":"Tag","slug":"cnnttb"}}}`,
		},
		"one id for a list of ids": {
			query: `query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, variables: `{"ids": "tag_cnnttb"}`,
			want: `{"data":{"nodes":[{"id":"tag_cnnttb"}]}}`,
		},
		"one slug for a list of slugs": {
			query:     `query($f: ArticleFilter) { articles(first: 1, filter: $f) { nodes { section { slug } } } }`,
			variables: `{"f": {"section": {"slugs": "tin-tuc"}}}`,
			want:      `{"data":{"articles":{"nodes":[{"section":{"slug":"tin-tuc"}}]}}}`,
		},
		"a wrong member of a list": {
			query: `query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, variables: `{"ids": ["tag_cnnttb", true]}`,
			want: `The variable $ids[1] has a wrong value`,
		},
		"a condition that is null": {
			query: `query($x: Boolean = true) { site { name } tags @include(if: $x) { totalCount } }`, variables: `{"x": null}`,
			want: `"message":"The variable $x is asked by @skip or @include, and must not be null."`,
		},
		"null where it may be": {
			query:     `query($x: Boolean = true) { articles(first: 0, filter: {section: {exists: $x}}) { totalCount } }`,
			variables: `{"x": null}`,
			want:      `{"data":{"articles":{"totalCount":`,
		},
		"a fragment that is merged with more in one place than in another, beside what gqlgen answers": {
			query: `{
				__type(name: "Tag") { name }
				x: article(slug: "hoi-nghi-so-ket-va-trao-giai-cnnttb-2020", stage: DRAFT) { section { ...F articles(first: 1) { nodes { slug } } } }
				y: article(slug: "hoi-nghi-so-ket-va-trao-giai-cnnttb-2020", stage: DRAFT) { section { ...F } }
			} fragment F on Section { articles(first: 1) { nodes { id } } }`, headers: editor,
			want: `"nodes":[{"id":"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if answer := string(e.same(t, c.query, json.RawMessage(cmp.Or(c.variables, "{}")),
				c.headers)); !strings.Contains(answer, c.want) {
				t.Errorf("%s", answer)
			}
		})
	}
}

// TestOneEntryTwice asks for one entry by two root fields with different selections. Both answers are complete,
// whichever is read last.
func TestOneEntryTwice(t *testing.T) {
	engine := testkit.MongoDB(t)
	testkit.SampleStore(t, engine)
	server := testserver.Start(t, testkit.UncachedStore(t, engine), nil)
	const query = `{ a: node(id: "article_hoi-nghi-so-ket-2020") { ... on Article { title } } b: nodes(ids: "article_hoi-nghi-so-ket-2020") { ... on Article { lead } } }`
	want := string(server.Ask(t, query, nil, nil))
	if strings.Contains(want, "null") || strings.Contains(want, "errors") {
		t.Fatal(want)
	}
	for range 200 {
		if answer := string(server.Ask(t, query, nil, nil)); answer != want {
			t.Fatal(answer)
		}
	}
}

// TestAnswerTooLong sends short queries with very long answers. They are refused before gqlgen's executor has to answer
// them.
func TestAnswerTooLong(t *testing.T) {
	server := testserver.Start(t, testkit.AnySample(t),
		func(g *graph.Options, _ *web.Options) { g.Limits.Cost = cost.Limits{"": 1 << 20} })
	list := func(name string) string {
		var names strings.Builder
		for n := range 780 {
			if n%260 == 0 { // the largest number in one pair of braces
				names.WriteString("} ... { ")
			}
			fmt.Fprintf(&names, "%s%d: __typename ", name, n)
		}
		return fmt.Sprintf("articles(first: 100) { nodes { section { articles(first: 95) { nodes { id ... { id %s } } } } } }", names.String())
	}
	for name, c := range map[string]struct{ query, message, code string }{
		"many bytes": {
			"{ " + list("a_rather_long_name_") + " }",
			"The answer would be longer than 16777216 bytes. Ask for smaller pages, or for fewer fields.", "TOO_LARGE",
		},
		"many bytes beside introspection": {
			`{ __type(name: "Tag") { name } ` + list("a_rather_long_name_") + " }",
			"The answer would be longer than 16777216 bytes. Ask for smaller pages, or for fewer fields.", "TOO_LARGE",
		},
		"many bytes beside an error": {
			"{ tags(first: 1000) { totalCount } " + list("a_rather_long_name_") + " }",
			"The answer would be longer than 16777216 bytes. Ask for smaller pages, or for fewer fields.", "TOO_LARGE",
		},
		"many values": {"{ x: articles { ...A } y: articles { ...A } } fragment A on ArticleConnection { nodes { section { " + list("a") + " } } }", "The answer would have more than 500000 values. Ask for smaller pages, or for fewer fields.", "TOO_COMPLEX"},
	} {
		answer := string(server.Ask(t, c.query, nil, nil))
		if want := fmt.Sprintf(`{"errors":[{"message":%q,"extensions":{"code":%q}}],"data":null}`, c.message,
			c.code); answer != want {
			t.Errorf("%s: %.300s", name, answer)
		}
	}
}
