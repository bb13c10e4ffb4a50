package graph_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"sen"
	"sen/internal/content"
	"sen/internal/sample"
	"sen/internal/storage"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
	"sen/internal/upkeep"
)

// treeKinds returns the kinds of the schema that form a tree, by their lists.
func treeKinds(schema *ast.Schema) map[string]content.Kind {
	kinds := map[string]content.Kind{}
	for _, root := range schema.Query.Fields {
		kind, ok := strings.CutSuffix(root.Type.Name(), "Connection")
		if def := schema.Types[kind]; ok && def != nil && def.Fields.ForName("children") != nil {
			kinds[root.Name] = content.Kind(kind)
		}
	}
	return kinds
}

// storeTrees stores trees with a draft in the middle, articles in some of its sections, and menus that lead to both.
func storeTrees(t *testing.T, store *storage.Store, kinds map[string]content.Kind) {
	t.Helper()
	bundle, err := sample.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	bundle.Items = nil
	add := func(e content.Content, live bool) {
		if !live {
			e.Common().PublishedAt = time.Time{}
		}
		bundle.Items = append(bundle.Items, content.Item{Content: e, Draft: !live})
	}
	for _, kind := range kinds {
		for _, node := range []struct {
			name, below string
			live        bool
		}{
			{"top", "", true},
			{"middle", "top", false},
			{"low", "middle", true},
			{"lowest", "low", true},
			{"next", "top", true},
		} {
			e := madeOf(kind, node.name)
			if node.below != "" {
				reflect.ValueOf(e).Elem().FieldByName("ParentID").SetString(string(idOf(kind, node.below)))
			}
			add(e, node.live)
		}
	}
	add(madeOf(content.KindTag, "public"), true)
	add(madeOf(content.KindTag, "secret"), false)
	for name, at := range map[string]struct{ section, tag string }{
		"a": {"top", "secret"}, "b": {"middle", "secret"}, "c": {"lowest", "public"}, "d": {"low", "public"},
	} {
		e := madeOf(content.KindArticle, name).(*content.Article)
		e.SectionID, e.TagIDs = idOf(content.KindSection, at.section), []content.ID{idOf(content.KindTag, at.tag)}
		add(e, true)
	}
	item := func(name string, below ...*content.MenuItem) *content.MenuItem {
		return &content.MenuItem{Label: content.Text{"vi": name}, ContentID: idOf(content.KindSection, name), Items: below}
	}
	bundle.Site.Menus = []*content.Menu{{Key: "main", Items: []*content.MenuItem{
		item("top", item("middle"), item("next")), item("middle"), item("middle", item("low")),
		{Label: content.Text{"vi": "address"}, URL: "https://example.org"},
	}}}
	if err := upkeep.Import(t.Context(), store, bundle); err != nil {
		t.Fatal(err)
	}
}

type named struct{ ID content.ID }

func idsOf(all []named) []content.ID {
	ids := []content.ID{}
	for _, n := range all {
		ids = append(ids, n.ID)
	}
	return ids
}

// walkTree walks a tree from the entries without a parent down to their children, and returns the path to each entry.
// It checks that parents and ancestors show the same tree, and that every entry of the list is reached.
func walkTree(t *testing.T, server *testserver.Server, list string) map[content.ID][]content.ID {
	t.Helper()
	type node struct {
		ID                  content.ID
		Parent              *named
		Ancestors, Children []named
	}
	got := ask[map[string]struct{ Nodes []node }](t, server, "", fmt.Sprintf(
		`{ all: %s(first: 100) { nodes { id parent { id } ancestors { id } children { id } } } roots: %s(first: 100, filter: {parent: {exists: false}}) { nodes { id } } }`, list, list))
	byID := map[content.ID]node{}
	for _, n := range got["all"].Nodes {
		byID[n.ID] = n
	}
	ways := map[content.ID][]content.ID{}
	var climb func(id content.ID, way []content.ID)
	climb = func(id content.ID, way []content.ID) {
		if _, twice := ways[id]; twice {
			t.Errorf("%s is reached twice", id)
			return
		}
		ways[id] = way
		n := byID[id]
		if diff := cmp.Diff(append([]content.ID{}, way...), idsOf(n.Ancestors)); diff != "" {
			t.Errorf("ancestors of %s (-the way to it +got):\n%s", id, diff)
		}
		if (n.Parent == nil) != (len(way) == 0) || n.Parent != nil && n.Parent.ID != way[len(way)-1] {
			t.Errorf("the parent of %s is %v, and the way to it %v", id, n.Parent, way)
		}
		for _, child := range n.Children {
			climb(child.ID, append(slices.Clone(way), id))
		}
	}
	for _, root := range got["roots"].Nodes {
		climb(root.ID, nil)
	}
	for id := range byID {
		if _, ok := ways[id]; !ok {
			t.Errorf("%s is shown, and reached from no entry without a parent", id)
		}
	}
	return ways
}

// shownMenu returns a menu's items, each with its link in brackets and the items below it in braces.
func shownMenu(t *testing.T, server *testserver.Server, actor, arguments string) string {
	t.Helper()
	type item struct {
		Label   string
		Link    *string
		Content *named
		Items   []item
	}
	got := ask[struct {
		Site struct{ Menus []struct{ Items []item } }
	}](t, server, actor,
		`{ site`+arguments+` { menus { items { label link content { id } items { label link content { id } items { label } } } } } }`)
	var write func([]item) string
	write = func(items []item) (s string) {
		for _, i := range items {
			s += i.Label
			if i.Link != nil {
				s += "[" + *i.Link + "]"
			}
			if len(i.Items) > 0 {
				s += "{" + write(i.Items) + "}"
			}
			s += " "
		}
		return strings.TrimSpace(s)
	}
	return write(got.Site.Menus[0].Items)
}

// TestWhatIsShownIsReached reads trees, breadcrumbs, menus and related articles around an entry that is first a draft
// and then published. Everything that readers see agrees with the lists that lead to it.
func TestWhatIsShownIsReached(t *testing.T) {
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: sen.Schema})
	kinds := treeKinds(schema)
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.Store(t, e)
		testkit.Follow(t, store)
		storeTrees(t, store, kinds)
		server := testserver.Start(t, store, wideLimits)
		type article struct {
			ID      content.ID
			Section *struct {
				ID       content.ID
				Articles struct{ Nodes []named }
			}
			Breadcrumb []named
			Related    struct{ Nodes []named }
		}
		look := func(menu string, sections int, related map[string][]string) {
			t.Helper()
			var ways map[content.ID][]content.ID
			for list, kind := range kinds {
				climbs := walkTree(t, server, list)
				if kind == content.KindSection {
					ways = climbs
				}
				if len(climbs) != sections {
					t.Errorf("%d of %s are reached, want %d", len(climbs), list, sections)
				}
			}
			got := ask[map[string]struct{ Nodes []article }](t, server, "",
				`{ articles(first: 100) { nodes { id section { id articles { nodes { id } } } breadcrumb { id } related { nodes { id } } } } }`)
			for _, a := range got["articles"].Nodes {
				want := []content.ID{}
				if a.Section != nil {
					want = append(slices.Clone(ways[a.Section.ID]), a.Section.ID)
					if !slices.Contains(idsOf(a.Section.Articles.Nodes), a.ID) {
						t.Errorf("the section of %s does not list it", a.ID)
					}
				}
				if diff := cmp.Diff(want, idsOf(a.Breadcrumb)); diff != "" {
					t.Errorf("the breadcrumb of %s (-the way to its section +got):\n%s", a.ID, diff)
				}
				also := []content.ID{}
				for _, name := range related[strings.TrimPrefix(string(a.ID), "article_")] {
					also = append(also, idOf(content.KindArticle, name))
				}
				if diff := cmp.Diff(also, idsOf(a.Related.Nodes)); diff != "" {
					t.Errorf("related to %s (-want +got):\n%s", a.ID, diff)
				}
			}
			if got := shownMenu(t, server, "", ""); got != menu {
				t.Errorf("the menu is\n%s, want\n%s", got, menu)
			}
		}
		look("top[/sections/top]{next[/sections/next]} middle{low[/sections/low]} address[https://example.org]", 4,
			map[string][]string{"c": {"d"}, "d": {"c"}})
		const whole = "top[/sections/top]{middle[/sections/middle] next[/sections/next]} middle[/sections/middle] middle[/sections/middle]{low[/sections/low]} address[https://example.org]"
		if got := shownMenu(t, server, "editor", "(stage: DRAFT)"); got != whole {
			t.Errorf("who changes the menus reads\n%s, want\n%s", got, whole)
		}
		if got := server.Ask(t, `{ site(stage: DRAFT) { menus { key } } }`, nil, nil); !strings.Contains(string(got),
			`"FORBIDDEN"`) {
			t.Errorf("an anonymous client reads the menus as they are: %s", got)
		}
		for _, id := range []content.ID{
			idOf(content.KindSection, "middle"), idOf(content.KindOrganization, "middle"),
			idOf(content.KindTag, "secret"),
		} {
			ask[any](t, server, "admin", fmt.Sprintf(`mutation { publish(id: %q, version: 1) { userErrors { message } } }`, id))
		}
		look(whole, 5, map[string][]string{"a": {"b"}, "b": {"a"}, "c": {"d"}, "d": {"c"}})
		for _, id := range []content.ID{
			idOf(content.KindSection, "middle"), idOf(content.KindOrganization, "middle"),
			idOf(content.KindTag, "secret"),
		} {
			ask[any](t, server, "admin",
				fmt.Sprintf(`mutation { unpublish(id: %q, version: 2) { userErrors { message } } }`, id))
		}
		look("top[/sections/top]{next[/sections/next]} middle{low[/sections/low]} address[https://example.org]", 4,
			map[string][]string{"c": {"d"}, "d": {"c"}})
	})
}
