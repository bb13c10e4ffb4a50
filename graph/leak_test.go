package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
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
	"sen/graph/limits"
	"sen/internal/content"
	"sen/internal/sample"
	"sen/internal/storage"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
	"sen/internal/upkeep"
	"sen/internal/web"
)

// draftsOnly returns a store with the sample content, none of which was ever published.
func draftsOnly(t *testing.T, e testkit.Engine) (*storage.Store, *content.Bundle) {
	t.Helper()
	store := testkit.Store(t, e)
	bundle, err := sample.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	for i := range bundle.Items {
		bundle.Items[i].Draft = true
		bundle.Items[i].Content.Common().PublishedAt = time.Time{}
	}
	if err := upkeep.Import(context.Background(), store, bundle); err != nil {
		t.Fatal(err)
	}
	return store, bundle
}

// walk returns a selection of all fields of a type that need no argument, to a depth.
func walk(schema *ast.Schema, typ *ast.Definition, depth int) string {
	var b strings.Builder
	b.WriteString("{ __typename")
	for _, possible := range schema.GetPossibleTypes(typ) {
		if typ.IsAbstractType() {
			fmt.Fprintf(&b, " ... on %s %s", possible.Name, walk(schema, possible, depth))
		}
	}
	for _, f := range typ.Fields {
		if strings.HasPrefix(f.Name, "__") ||
			slices.ContainsFunc(f.Arguments, func(a *ast.ArgumentDefinition) bool { return a.Type.NonNull }) {
			continue
		}
		inner := schema.Types[f.Type.Name()]
		switch {
		case inner.IsLeafType():
			fmt.Fprintf(&b, " %s_%s: %s", typ.Name, f.Name, f.Name)
		case depth > 0:
			fmt.Fprintf(&b, " %s_%s: %s %s", typ.Name, f.Name, f.Name, walk(schema, inner, depth-1))
		}
	}
	return b.String() + " }"
}

// TestAnonymousClientsSeeNoDraft reads the whole schema as an anonymous client, from a store that has only drafts: by
// every root field, and with every id, slug, path and address.
func TestAnonymousClientsSeeNoDraft(t *testing.T) {
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: sen.Schema})
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store, bundle := draftsOnly(t, e)
		var secrets []string // every id, slug, label, and file name
		var ids []content.ID
		for _, item := range bundle.Items {
			base := item.Content.Common()
			ids = append(ids, base.ID)
			secrets = append(secrets, string(base.ID), `"`+base.Slug+`"`)
			for _, label := range item.Content.Label() {
				secrets = append(secrets, `"`+label+`"`)
			}
		}
		server := testserver.StartSearching(t, store, testserver.Index(t), func(g *graph.Options, w *web.Options) {
			wide := 1 << 20
			g.Limits = limits.Limits{
				Length: wide, Tokens: wide, Depth: wide, Aliases: wide, RootFields: wide, Directives: wide,
				Set: wide, Selections: wide, Introspection: wide, Cost: cost.Limits{"": wide},
			}
			w.MaxBody = 4 << 20
		})
		ask := func(query string, variables any) []byte {
			t.Helper()
			raw, err := json.Marshal(variables)
			if err != nil {
				t.Fatal(err)
			}
			answer := server.Ask(t, query, raw, nil)
			for _, secret := range secrets {
				// The site's menus are published: they have their own labels for the entries they lead to.
				if bytes.Contains(answer, []byte(secret)) && !strings.HasPrefix(query, "{ site") {
					t.Fatalf("%.200s… shows %s:\n%.2000s", query, secret, answer)
				}
			}
			return answer
		}
		for _, root := range schema.Query.Fields {
			if strings.HasPrefix(root.Name, "__") ||
				slices.ContainsFunc(root.Arguments, func(a *ast.ArgumentDefinition) bool { return a.Type.NonNull }) {
				continue
			}
			typ := schema.Types[root.Type.Name()]
			selection := ""
			if !typ.IsLeafType() {
				depth := 1 // nothing is read below an empty list
				if typ.Name == "Site" {
					depth = 4
				}
				selection = walk(schema, typ, depth)
			}
			ask(fmt.Sprintf("{ %s %s }", root.Name, selection), nil)
			if strings.HasSuffix(typ.Name, "Connection") && root.Arguments.ForName("stage") != nil {
				answer := ask(fmt.Sprintf(`{ all: %[1]s { totalCount } none: %[1]s(filter: {not: {slug: {eq: "x"}}}) { totalCount pageInfo { hasNextPage } } work: %[1]s(filter: {status: {ne: PUBLISHED}}) { totalCount } }`, root.Name), nil)
				if want := `{"data":{"all":{"totalCount":0},"none":{"totalCount":0,"pageInfo":{"hasNextPage":false}},"work":{"totalCount":0}}}`; string(answer) != want {
					t.Errorf("%s counts drafts: %s", root.Name, answer)
				}
			}
			if root.Arguments.ForName("slug") != nil {
				var each []string
				for i, item := range bundle.Items {
					if base := item.Content.Common(); string(item.Content.Kind()) == typ.Name {
						each = append(each,
							fmt.Sprintf(`a%[1]d: %[2]s(id: "%[3]s") { __typename } b%[1]d: %[2]s(slug: "%[4]s") { __typename } c%[1]d: route(path: "%[5]s") { status }`,
								i, root.Name, base.ID, base.Slug, content.Path(item.Content)))
					}
				}
				if e.Name == "embedded" { // it scans at each of them; the code is the same on both engines
					each = each[:min(len(each), 4)]
				}
				for some := range slices.Chunk(each, 20) {
					if answer := ask("{ "+strings.Join(some, " ")+" }", nil); strings.Count(string(answer), ":null") != 3*len(some) {
						t.Errorf("drafts are found: %s", answer)
					}
				}
				// An actor who may not read drafts does not learn whether a draft exists.
				there := ask(fmt.Sprintf(`{ %s(slug: "%s", stage: DRAFT) { __typename } }`, root.Name, slugOf(bundle, typ.Name)),
					nil)
				gone := ask(fmt.Sprintf(`{ %s(slug: "khong-co-gi", stage: DRAFT) { __typename } }`, root.Name), nil)
				if cut := func(b []byte) string { return strings.Split(string(b), `"locations"`)[0] }; cut(there) != cut(gone) ||
					!bytes.Contains(there, []byte("FORBIDDEN")) {
					t.Errorf("the answers tell a draft from nothing: %s, %s", there, gone)
				}
			}
		}
		for _, item := range bundle.Items { // by searches for each label
			label, _ := item.Content.Label().In(nil)
			answer := ask(`query($text: String!) { search(query: $text) { totalCount suggestion nodes { label } facets(by: [KIND, SECTION, TAG, YEAR, ORGANIZATION, AWARD_LEVEL]) { buckets { key } } } suggest(prefix: $text) { text } articles(search: $text) { totalCount } }`, map[string]any{"text": label})
			if want := `{"data":{"search":{"totalCount":0,"suggestion":null,"nodes":[],"facets":[{"buckets":[]},{"buckets":[]},{"buckets":[]},{"buckets":[]},{"buckets":[]},{"buckets":[]}]},"suggest":[],"articles":{"totalCount":0}}}`; string(answer) != want {
				t.Fatalf("a search for %q tells of drafts: %s", label, answer)
			}
		}
		for some := range slices.Chunk(ids, 100) {
			answer := ask(`query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, map[string]any{"ids": some})
			if bytes.Contains(answer, []byte(`"id"`)) {
				t.Errorf("nodes shows drafts: %s", answer)
			}
		}
		for _, item := range bundle.Items {
			if m, ok := item.Content.(*content.Media); ok {
				for _, query := range []string{"", "?w=320"} {
					response, err := http.Get(server.URL + "/media/" + string(m.ID) + "/" + m.FileName + query)
					if err != nil {
						t.Fatal(err)
					}
					body, _ := io.ReadAll(response.Body)
					_ = response.Body.Close()
					if response.StatusCode != http.StatusNotFound || len(body) > 100 {
						t.Errorf("the file of the draft %s is served: %d", m.ID, response.StatusCode)
					}
				}
			}
		}
	})
}

// slugOf returns the slug of an entry of a kind.
func slugOf(bundle *content.Bundle, kind string) string {
	for _, item := range bundle.Items {
		if string(item.Content.Kind()) == kind {
			return item.Content.Common().Slug
		}
	}
	return "khong-co"
}
