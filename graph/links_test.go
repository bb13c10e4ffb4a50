package graph_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"sen"
	"sen/graph"
	"sen/graph/cost"
	"sen/graph/limits"
	"sen/internal/content"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
	"sen/internal/web"
)

// linkWalk asks a server, and compares the answers with the linkWorld.
type linkWalk struct {
	*linkWorld
	t      *testing.T
	server *testserver.Server
	// every says which part of the questions is asked: each one if it is 1, fewer on an engine that scans for each.
	every int
}

// ask sends a query as an actor, or anonymously if actor is empty. It fails if the answer has an error.
func ask[V any](t *testing.T, server *testserver.Server, actor, query string) (data V) {
	t.Helper()
	raw := server.Ask(t, query, json.RawMessage("{}"), http.Header{testserver.ActorHeader: {actor}})
	var answer struct {
		Data   V
		Errors []struct{ Message string }
	}
	if err := json.Unmarshal(raw, &answer); err != nil || len(answer.Errors) > 0 {
		t.Fatalf("%.400s: %v %.2000s", query, err, raw)
	}
	return answer.Data
}

// ask asks every relation filter with every operator.
func (w linkWalk) ask(after, actor string, drafts []content.Kind) {
	w.t.Helper()
	for _, l := range w.filters {
		stage := ""
		if slices.Contains(drafts, l.source) {
			stage = ", stage: DRAFT"
		} else if drafts != nil {
			continue
		}
		type asked struct {
			filter string
			want   linkPage
		}
		var all []asked
		questions := w.questions(l, drafts)
		for i, q := range questions {
			for k, wrap := range wraps {
				if k > 1 && i%6 > 0 || (i*len(wraps)+k)%w.every > 0 && i < len(questions)-2 {
					continue
				}
				filter := fmt.Sprintf(wrap.filter, l.name+": "+q.relation)
				page := linkPage{}
				for _, id := range w.listed(l, drafts, func(ends []content.ID) bool { return q.holds(ends) != wrap.not }) {
					page.Nodes = append(page.Nodes, struct{ ID content.ID }{id})
				}
				all = append(all, asked{filter, page})
			}
		}
		for some := range slices.Chunk(all, 30) { // all together have too many conditions for one operation
			var query strings.Builder
			for i, a := range some {
				fmt.Fprintf(&query, " p%d: %s(first: 100, filter: %s%s) { totalCount nodes { id } }", i, l.list, a.filter, stage)
			}
			got := ask[map[string]linkPage](w.t, w.server, actor, "{"+query.String()+" }")
			for i, a := range some {
				page := got[fmt.Sprintf("p%d", i)]
				if diff := cmp.Diff(a.want.ids(), page.ids()); diff != "" || page.TotalCount != len(a.want.Nodes) {
					w.t.Errorf("after %s, %s %s(filter: %s%s) (-want +got), %d in all:\n%s",
						after, actor, l.list, a.filter, stage, page.TotalCount, diff)
				}
			}
		}
	}
}

// shown checks that the entries that a reader sees at the end of a link are those that filters count.
func (w linkWalk) shown() {
	w.t.Helper()
	type end struct {
		ID    content.ID
		Nodes []struct{ ID content.ID }
	}
	for _, l := range w.filters {
		if l.shown == nil {
			continue
		}
		selection := "{ id }"
		if strings.HasSuffix(l.shown.Type.Name(), "Connection") {
			selection = "{ nodes { id } }"
		}
		got := ask[map[string]struct {
			Nodes []struct {
				ID   content.ID
				Ends json.RawMessage
			}
		}](w.t, w.server, "", fmt.Sprintf("{ %s(first: 100) { nodes { id ends: %s %s } } }", l.list, l.name, selection))
		for _, n := range got[l.list].Nodes {
			var shown []content.ID
			var one end
			var several []end
			if json.Unmarshal(n.Ends, &several) != nil {
				_ = json.Unmarshal(n.Ends, &one)
				several = []end{one}
				for _, e := range one.Nodes {
					several = append(several, end{ID: e.ID})
				}
			}
			for _, e := range several {
				if e.ID != "" {
					shown = append(shown, e.ID)
				}
			}
			var want []content.ID
			for _, id := range w.links[n.ID][l.list+"."+l.name] {
				if w.sees(id, nil) {
					want = append(want, id)
				}
			}
			slices.Sort(shown)
			slices.Sort(want)
			if diff := cmp.Diff(want, shown); diff != "" {
				w.t.Errorf("%s of %s (-want +got):\n%s", l.name, n.ID, diff)
			}
		}
	}
}

// below asks the lists inside objects: they count what they show.
func (w linkWalk) below(schema *ast.Schema) {
	w.t.Helper()
	for _, root := range slices.Compact(func() (lists []string) {
		for _, l := range w.filters {
			lists = append(lists, l.list)
		}
		return lists
	}()) {
		parent := schema.Types[strings.TrimSuffix(schema.Query.Fields.ForName(root).Type.Name(), "Connection")]
		for _, f := range parent.Fields {
			if f.Arguments.ForName("filter") == nil {
				continue
			}
			for _, l := range w.filters {
				if string(l.source)+"Connection" != f.Type.Name() {
					continue
				}
				var query strings.Builder
				questions := w.questions(l, nil)
				for i, q := range questions {
					if i%3 == 0 || i >= len(questions)-2 {
						fmt.Fprintf(&query, " p%d: %s(first: 20, filter: {%s: %s}) { totalCount nodes { id } }", i, f.Name, l.name,
							q.relation)
					}
				}
				got := ask[map[string]struct{ Nodes []map[string]linkPage }](w.t, w.server, "",
					fmt.Sprintf("{ %s(first: 20) { nodes {%s } } }", root, query.String()))
				for _, object := range got[root].Nodes {
					for i, q := range questions {
						page, want := object[fmt.Sprintf("p%d", i)], w.listed(l, nil, q.holds)
						for _, id := range page.ids() {
							if !slices.Contains(want, id) {
								w.t.Errorf("%s.%s(filter: {%s: %s}) has %s", parent.Name, f.Name, l.name, q.relation, id)
							}
						}
						if page.TotalCount != len(page.Nodes) {
							w.t.Errorf("%s.%s(filter: {%s: %s}) counts %d and shows %d", parent.Name, f.Name, l.name, q.relation,
								page.TotalCount, len(page.Nodes))
						}
					}
				}
			}
		}
	}
}

// TestLinksToWhatIsHidden reads every list with every relation filter and every operator, while the linked entries
// are drafts, published, withdrawn, archived, in the trash, or do not exist. A link counts if its end is visible. The
// caches follow each step.
func TestLinksToWhatIsHidden(t *testing.T) {
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: sen.Schema})
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.Store(t, e)
		testkit.Follow(t, store)
		world := &linkWorld{
			linkFilters(t, schema),
			map[content.ID]map[string][]content.ID{},
			map[content.ID]bool{},
			map[content.ID]bool{},
			map[content.ID]bool{},
		}
		world.fill(t, store)
		server := testserver.Start(t, store, wideLimits)
		walk := linkWalk{world, t, server, 1}
		steps := []string{"publish", "unpublish", "publish", "archive", "restore", "publish", "trash"}
		if e.Name == "embedded" {
			walk.every, steps = 17, []string{"publish", "trash"}
		}
		walk.ask("its making", "", nil)
		walk.shown()
		walk.ask("its making", "tokenForArticles", []content.Kind{content.KindArticle})
		for version, step := range steps {
			for _, kind := range content.Kinds() {
				id := idOf(kind, "moving")
				if !world.gone[idOf(kind, "gone")] {
					continue
				}
				result := ask[map[string]struct{ UserErrors []struct{ Message string } }](t, server, "admin",
					fmt.Sprintf(`mutation { made: %s(id: %q, version: %d) { userErrors { message } } }`, step, id, version+1))
				if problems := result["made"].UserErrors; len(problems) > 0 {
					t.Fatalf("%s %s: %v", step, id, problems)
				}
				world.hidden[id], world.trashed[id] = step != "publish", step == "trash"
			}
			walk.ask(step, "", nil)
		}
		walk.shown()
		walk.below(schema)
		walk.ask("trash", "editor", content.Kinds())
	})
}

// wideLimits lets tests ask for as much as they need.
func wideLimits(g *graph.Options, w *web.Options) {
	wide := 1 << 20
	g.Limits = limits.Limits{
		Length: wide, Tokens: wide, Depth: wide, Aliases: wide, RootFields: wide, Directives: wide,
		Set: wide, Selections: wide, Introspection: wide, Cost: cost.Limits{"": wide},
	}
	w.MaxBody = 4 << 20
}
