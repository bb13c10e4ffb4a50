package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"sen"
	"sen/internal/content"
)

// podcast is a kind that does not exist, with its handwritten definitions.
var podcast = &kind{
	Name: "Podcast", Plural: "Podcasts",
	Names: content.Names{One: "podcast", Many: "podcasts", Noun: "a podcast", Nouns: "podcasts"},
}

const podcastSchema = `
"Something to listen to."
type Podcast implements Node & Content {
  "The title."
  title: String!
  # A comment stays.
  "The articles about this organization."
  articles: ArticleConnection
  "What comes before it."
  earlier(
    "The order of the list. The default is the order in which the editor put them."
    orderBy: PodcastOrder
  ): PodcastConnection
}

input PodcastInput {
  "The title."
  title: [TextInput!]
}
`

// TestFresh checks that the files that are written from the kinds and the schema only are up to date.
func TestFresh(t *testing.T) {
	all := kinds()
	for _, w := range written {
		is, err := os.ReadFile("../../" + w.name)
		if err != nil {
			t.Fatal(err)
		}
		should, err := w.write(string(is), all)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(is), should); diff != "" {
			t.Errorf("%s (-) is not what the generator writes (+): run `make gen`\n%s", w.name, diff)
		}
	}
}

// expanded returns the schema with podcasts, parsed and as text.
func expanded(t *testing.T, own string) (*ast.Schema, string) {
	t.Helper()
	with := append(kinds(), podcast)
	written, err := expand(sen.Schema+podcastSchema+own, with)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := expand(written, with); err != nil || again != written {
		t.Errorf("written once more it differs: %v\n%s", err, cmp.Diff(written, again))
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Input: written})
	if err != nil {
		t.Fatal(err)
	}
	return schema, written
}

// names returns the names of the fields or enum values of a type.
func names(of *ast.Definition) (all []string) {
	for _, f := range of.Fields {
		all = append(all, f.Name)
	}
	for _, v := range of.EnumValues {
		all = append(all, v.Name)
	}
	return all
}

// TestNewKind checks what is generated for a kind of which only the type and the input are written by hand.
func TestNewKind(t *testing.T) {
	schema, written := expanded(t, "")
	for typ, want := range map[string][]string{
		"Podcast":           append(names(schema.Types["Content"]), "title", "articles", "earlier"),
		"PodcastInput":      {"slug", "title"},
		"PodcastOrder":      {"RELEVANCE", "UPDATED_AT_ASC", "UPDATED_AT_DESC", "CREATED_AT_ASC", "CREATED_AT_DESC"},
		"PodcastFilter":     {"and", "or", "not", "id", "slug", "createdAt", "updatedAt", "publishedAt", "status"},
		"PodcastConnection": {"edges", "nodes", "pageInfo", "totalCount"},
		"PodcastEdge":       {"node", "cursor"},
		"PodcastPayload":    {"podcast", "userErrors", "notices", "conflict"},
	} {
		if diff := cmp.Diff(want, names(schema.Types[typ])); diff != "" {
			t.Errorf("%s has not what it should (-), but (+): %s", typ, diff)
		}
	}
	for typ, want := range map[string][]string{
		"Query": {"podcast", "podcasts"}, "Mutation": {"createPodcast", "updatePodcast"}, "ContentKind": {"PODCAST"},
		"ContentInput": {"podcast"}, "ContentFields": {"podcast"},
	} {
		for _, name := range want {
			if !slices.Contains(names(schema.Types[typ]), name) {
				t.Errorf("%s has no %s", typ, name)
			}
		}
	}
	if !strings.Contains(written, "  # A comment stays.\n") {
		t.Error("a comment got lost")
	}
}

// TestPages checks that all pages of podcasts have the same arguments, and that a handwritten argument stays.
func TestPages(t *testing.T) {
	schema, _ := expanded(t, "")
	args := func(f *ast.FieldDefinition) (all []string) {
		for _, a := range f.Arguments {
			all = append(all, a.Name)
		}
		return all
	}
	want := args(schema.Query.Fields.ForName("podcasts"))
	for _, name := range []string{"articles", "earlier"} {
		if diff := cmp.Diff(want, args(schema.Types["Podcast"].Fields.ForName(name))); diff != "" {
			t.Errorf("podcasts of Query (-) and %s (+) take others: %s", name, diff)
		}
	}
	order := schema.Types["Podcast"].Fields.ForName("earlier").Arguments.ForName("orderBy")
	if !strings.Contains(order.Description, "the editor put") {
		t.Errorf("a handwritten argument became %q", order.Description)
	}
}

// TestOwnOrder checks that handwritten values of an order are not generated again, and that the first value is the
// default.
func TestOwnOrder(t *testing.T) {
	schema, _ := expanded(t, `
enum PodcastOrder {
  "New ones first."
  CREATED_AT_DESC
  # begin generated: order
  # end generated
  "By title."
  TITLE_ASC
}
`)
	want := []string{"CREATED_AT_DESC", "RELEVANCE", "UPDATED_AT_ASC", "UPDATED_AT_DESC", "CREATED_AT_ASC", "TITLE_ASC"}
	if diff := cmp.Diff(want, names(schema.Types["PodcastOrder"])); diff != "" {
		t.Errorf("the order has not the values that it should (-), but (+): %s", diff)
	}
	by := schema.Query.Fields.ForName("podcasts").Arguments.ForName("orderBy")
	if !strings.Contains(by.Description, "`CREATED_AT_DESC`") {
		t.Errorf("the default order is told as %q", by.Description)
	}
}

// TestMissing checks that the error for a missing handwritten definition names the file and the line to write.
func TestMissing(t *testing.T) {
	typ, _, _ := strings.Cut(podcastSchema, "input ")
	with := append(kinds(), podcast)
	replaced := func(old, by string) string { return strings.Replace(sen.Schema, old, by, 1) }
	for _, c := range []struct {
		name, schema string
		kinds        []*kind
		want         string
	}{
		{"a row without a type", sen.Schema, with, "`type Podcast implements Node & Content {`"},
		{"a row without an input", sen.Schema + typ, with, "`input PodcastInput {`"},
		{"a type without a row", sen.Schema + podcastSchema, kinds(), "the list from which content.Kinds is made"},
		{
			"a filter by a kind that is not there",
			sen.Schema + podcastSchema + "\ninput PodcastFilter {\n  \"By its guests.\"\n  guests: GuestRelationFilter\n}\n",
			with,
			"PodcastFilter.guests: there is no kind Guest",
		},
		{"a region that is gone", replaced(begin+"payloads", begin+"other"), kinds(), "`# begin generated: payloads`"},
		{"a region without an end", replaced("\n  "+end, ""), kinds(), "must alternate"},
		{"a last region without an end", sen.Schema + begin + "x\n", kinds(), "no `# end generated`"},
	} {
		if _, err := expand(c.schema, c.kinds); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; it should tell %q", c.name, err, c.want)
		}
	}
}
