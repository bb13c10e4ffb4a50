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
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"sen"
	"sen/graph"
	"sen/internal/content"
	"sen/internal/mongodb"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
	"sen/internal/web"
)

// kindsInTest are the kinds whose entries tests put into a store.
var kindsInTest = []content.Content{
	&content.Article{}, &content.Author{}, &content.Organization{}, &content.Section{}, &content.Tag{}, &content.Event{},
	&content.Program{}, &content.AwardSeries{}, &content.AwardRound{}, &content.Award{}, &content.Media{},
}

// put adds an entry to a store as it is, with nothing checked and nothing worked out.
func put(t *testing.T, store *mongodb.Store, e content.Content, live bool) {
	t.Helper()
	var err error
	switch e := e.(type) {
	case *content.Article:
		err = store.Articles.Put(t.Context(), []*content.Entry[content.Article]{content.NewEntry(e, live)})
	case *content.Author:
		err = store.Authors.Put(t.Context(), []*content.Entry[content.Author]{content.NewEntry(e, live)})
	case *content.Organization:
		err = store.Organizations.Put(t.Context(), []*content.Entry[content.Organization]{content.NewEntry(e, live)})
	case *content.Section:
		err = store.Sections.Put(t.Context(), []*content.Entry[content.Section]{content.NewEntry(e, live)})
	case *content.Tag:
		err = store.Tags.Put(t.Context(), []*content.Entry[content.Tag]{content.NewEntry(e, live)})
	case *content.Event:
		err = store.Events.Put(t.Context(), []*content.Entry[content.Event]{content.NewEntry(e, live)})
	case *content.Program:
		err = store.Programs.Put(t.Context(), []*content.Entry[content.Program]{content.NewEntry(e, live)})
	case *content.AwardSeries:
		err = store.AwardSeries.Put(t.Context(), []*content.Entry[content.AwardSeries]{content.NewEntry(e, live)})
	case *content.AwardRound:
		err = store.AwardRounds.Put(t.Context(), []*content.Entry[content.AwardRound]{content.NewEntry(e, live)})
	case *content.Award:
		err = store.Awards.Put(t.Context(), []*content.Entry[content.Award]{content.NewEntry(e, live)})
	default:
		t.Fatalf("put %T: add its collection here", e)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// madeOf is an entry of a kind with a name.
func madeOf(t *testing.T, kind content.Kind, name string) content.Content {
	t.Helper()
	for _, e := range kindsInTest {
		if e.Kind() != kind {
			continue
		}
		fresh := reflect.New(reflect.TypeOf(e).Elem())
		for _, field := range []string{"Name", "Title"} {
			if label := fresh.Elem().FieldByName(field); label.IsValid() {
				label.Set(reflect.ValueOf(content.Text{"vi": name}))
			}
		}
		c := fresh.Interface().(content.Content)
		at := time.Date(2020, 12, 2, 0, 0, 0, 0, time.UTC)
		*c.Common() = content.Base{ID: idOf(kind, name), Slug: name, Version: 1, CreatedAt: at, UpdatedAt: at, PublishedAt: at}
		return c
	}
	t.Fatalf("%s: add the kind to kindsInTest", kind)
	return nil
}

// idOf is the id of an entry of a kind with a name.
func idOf(kind content.Kind, name string) content.ID {
	prefix, _, _ := strings.Cut(string(content.NewID(kind, time.Now())), "_")
	return content.ID(prefix + "_" + name)
}

// linkFilter is a filter of a kind's list by a relation.
type linkFilter struct {
	source content.Kind
	// list is the root field, name the filter's field; shown tells that objects have a field of that name, too.
	list, name string
	shown      *ast.FieldDefinition
	// end is the kind that the link leads to, many tells that there may be several.
	end  content.Kind
	many bool
	set  func(e content.Content, ids ...content.ID)
}

// linkFilters finds all of them in the schema, and how the entries are stored.
func linkFilters(t *testing.T, schema *ast.Schema) (all []linkFilter) {
	t.Helper()
	lists := map[string]content.Kind{}
	for _, root := range schema.Query.Fields {
		if kind, ok := strings.CutSuffix(root.Type.Name(), "Connection"); ok && slices.Contains(content.Kinds(), content.Kind(kind)) {
			lists[root.Name] = content.Kind(kind)
		}
	}
	for _, list := range slices.Sorted(maps.Keys(lists)) {
		kind := lists[list]
		filter := schema.Types[schema.Query.Fields.ForName(list).Arguments.ForName("filter").Type.Name()]
		for _, f := range filter.Fields {
			if f.Type.Name() != "RelationFilter" {
				continue
			}
			l := linkFilter{source: kind, list: list, name: f.Name, shown: schema.Types[string(kind)].Fields.ForName(f.Name)}
			l.find(madeOf(t, kind, "x"), lists[f.Name])
			if l.set == nil {
				t.Fatalf("%s(filter: {%s}): no stored link is found for it", list, f.Name)
			}
			all = append(all, l)
		}
	}
	return all
}

// find finds the stored link: the field of the same name, or one of that kind in a list of objects.
func (l *linkFilter) find(e content.Content, kind content.Kind) {
	typ := reflect.TypeOf(e).Elem()
	for i := range typ.NumField() {
		f := typ.Field(i)
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name == l.name {
			l.end, l.many = content.Kind(f.Tag.Get("link")), f.Type.Kind() == reflect.Slice
			l.set = func(e content.Content, ids ...content.ID) {
				at := reflect.ValueOf(e).Elem().Field(i)
				if l.many {
					at.Set(reflect.ValueOf(ids))
				} else if len(ids) > 0 {
					at.SetString(string(ids[0]))
				}
			}
			return
		}
	}
	for i := range typ.NumField() {
		f := typ.Field(i)
		if f.Type.Kind() != reflect.Slice || f.Type.Elem().Kind() != reflect.Pointer {
			continue
		}
		for k := range f.Type.Elem().Elem().NumField() {
			if member := f.Type.Elem().Elem().Field(k); member.Tag.Get("link") == string(kind) && l.set == nil {
				l.end, l.many = kind, true
				l.set = func(e content.Content, ids ...content.ID) {
					at := reflect.ValueOf(e).Elem().Field(i)
					for _, id := range append([]content.ID{""}, ids...) { // one has none
						one := reflect.New(f.Type.Elem().Elem())
						one.Elem().FieldByName("Name").Set(reflect.ValueOf(content.Text{"vi": "Ai đó"}))
						one.Elem().Field(k).SetString(string(id))
						at.Set(reflect.Append(at, one))
					}
				}
			}
		}
	}
}

// linkWorld knows what was put into a store and who sees it.
type linkWorld struct {
	filters []linkFilter
	// links are those of each entry by each filter ("articles.authors").
	links map[content.ID]map[string][]content.ID
	// hidden are those that readers don't see, trashed those that no list shows, gone those that are not there at all.
	hidden, trashed, gone map[content.ID]bool
}

// Each kind has three entries that links lead to: one that everybody sees, one that moves, and one that is not there.
func (w *linkWorld) fill(t *testing.T, store *mongodb.Store) {
	t.Helper()
	for _, kind := range content.Kinds() {
		if !slices.ContainsFunc(w.filters, func(l linkFilter) bool { return l.end == kind || l.source == kind }) {
			continue
		}
		for name, live := range map[string]bool{"seen": true, "moving": false} {
			e := madeOf(t, kind, name)
			if !live {
				w.hidden[e.Common().ID] = true
				e.Common().PublishedAt = time.Time{}
			}
			w.links[e.Common().ID] = nil
			put(t, store, e, live)
		}
		w.hidden[idOf(kind, "gone")], w.gone[idOf(kind, "gone")] = true, true
	}
	for _, l := range w.filters {
		for _, names := range [][]string{{}, {"seen"}, {"moving"}, {"gone"}, {"seen", "moving"}, {"gone", "moving"}} {
			if len(names) > 1 && !l.many {
				continue
			}
			e := madeOf(t, l.source, strings.ToLower(l.name)+"-"+strings.Join(names, "-")+"-x")
			var ids []content.ID
			for _, name := range names {
				ids = append(ids, idOf(l.end, name))
			}
			l.set(e, ids...)
			w.links[e.Common().ID] = map[string][]content.ID{l.list + "." + l.name: ids}
			put(t, store, e, true)
		}
	}
}

// sees tells whether an entry is seen: by readers, or as working copies of some kinds by others.
func (w *linkWorld) sees(id content.ID, drafts []content.Kind) bool {
	if kind, _ := id.Kind(); slices.Contains(drafts, kind) {
		return !w.gone[id]
	}
	return !w.hidden[id]
}

// listed are the entries of a kind in lists for which something holds of those ends of a link that count.
func (w *linkWorld) listed(l linkFilter, drafts []content.Kind, holds func([]content.ID) bool) []content.ID {
	found := []content.ID{}
	for id, links := range w.links {
		kind, _ := id.Kind()
		if kind != l.source || !w.sees(id, drafts) || w.trashed[id] {
			continue
		}
		ends := slices.DeleteFunc(slices.Clone(links[l.list+"."+l.name]), func(end content.ID) bool { return !w.sees(end, drafts) })
		if holds(ends) {
			found = append(found, id)
		}
	}
	slices.Sort(found)
	return found
}

// question is a filter by a relation, and what it means.
type question struct {
	relation string
	holds    func(ends []content.ID) bool
}

// questions are the operators, with each sort of end.
func (l linkFilter) questions() (all []question) {
	for _, names := range [][]string{{"seen"}, {"moving"}, {"gone"}, {"seen", "moving"}, {"seen", "gone"}} {
		var ids []content.ID
		for _, name := range names {
			ids = append(ids, idOf(l.end, name))
		}
		has := func(ends []content.ID) func(content.ID) bool {
			return func(id content.ID) bool { return slices.Contains(ends, id) }
		}
		anyOf := func(ends []content.ID) bool { return slices.ContainsFunc(ids, has(ends)) }
		allOf := func(ends []content.ID) bool {
			return !slices.ContainsFunc(ids, func(id content.ID) bool { return !has(ends)(id) })
		}
		byID, _ := json.Marshal(ids)
		bySlug, _ := json.Marshal(names)
		all = append(all,
			question{fmt.Sprintf("{ids: %s}", byID), anyOf}, question{fmt.Sprintf("{slugs: %s}", bySlug), anyOf},
			question{fmt.Sprintf("{ids: %s, all: true}", byID), allOf}, question{fmt.Sprintf("{slugs: %s, all: true}", bySlug), allOf},
			question{fmt.Sprintf("{ids: %s, exists: false}", byID), func([]content.ID) bool { return false }},
		)
	}
	some := func(ends []content.ID) bool { return len(ends) > 0 }
	none := func(ends []content.ID) bool { return len(ends) == 0 }
	return append(all, question{"{exists: true}", some}, question{"{exists: false}", none})
}

// wrap is a filter around another one, with what it means.
var wraps = []struct {
	filter string
	not    bool
}{
	{"{%s}", false}, {"{not: {%s}}", true}, {"{or: [{%s}, {id: {in: []}}]}", false},
	{"{and: [{id: {notIn: []}}, {not: {and: [{not: {%s}}]}}]}", false},
}

// page is a connection as the walk asks for it.
type linkPage struct {
	TotalCount int
	Nodes      []struct{ ID content.ID }
}

func (p linkPage) ids() []content.ID {
	found := []content.ID{}
	for _, n := range p.Nodes {
		found = append(found, n.ID)
	}
	slices.Sort(found)
	return found
}

// linkWalk asks a server, and compares with what the world says.
type linkWalk struct {
	*linkWorld
	t      *testing.T
	server *testserver.Server
}

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

// filters asks every relation filter with every operator.
func (w linkWalk) ask(after, actor string, drafts []content.Kind) {
	w.t.Helper()
	for _, l := range w.filters {
		stage := ""
		if slices.Contains(drafts, l.source) {
			stage = ", stage: DRAFT"
		} else if drafts != nil {
			continue
		}
		var query strings.Builder
		var want []linkPage
		var filters []string
		for i, q := range l.questions() {
			for k, wrap := range wraps {
				if k > 1 && i%6 > 0 {
					continue
				}
				filter := fmt.Sprintf(wrap.filter, l.name+": "+q.relation)
				fmt.Fprintf(&query, " p%d: %s(first: 100, filter: %s%s) { totalCount nodes { id } }", len(want), l.list, filter, stage)
				page := linkPage{}
				for _, id := range w.listed(l, drafts, func(ends []content.ID) bool { return q.holds(ends) != wrap.not }) {
					page.Nodes = append(page.Nodes, struct{ ID content.ID }{id})
				}
				want, filters = append(want, page), append(filters, filter)
			}
		}
		got := ask[map[string]linkPage](w.t, w.server, actor, "{"+query.String()+" }")
		for i := range want {
			page := got[fmt.Sprintf("p%d", i)]
			if diff := cmp.Diff(want[i].ids(), page.ids()); diff != "" || page.TotalCount != len(want[i].Nodes) {
				w.t.Errorf("after %s, %s %s(filter: %s%s) (-want +got), %d in all:\n%s", after, actor, l.list, filters[i], stage, page.TotalCount, diff)
			}
		}
	}
}

// shown sees that what a reader is shown at the end of a link is what filters count.
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

// below asks the lists inside objects: what they count is what they show.
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
				questions := l.questions()
				for i, q := range questions {
					if i%3 == 0 || i >= len(questions)-2 {
						fmt.Fprintf(&query, " p%d: %s(first: 20, filter: {%s: %s}) { totalCount nodes { id } }", i, f.Name, l.name, q.relation)
					}
				}
				got := ask[map[string]struct{ Nodes []map[string]linkPage }](w.t, w.server, "", fmt.Sprintf("{ %s(first: 20) { nodes {%s } } }", root, query.String()))
				for _, object := range got[root].Nodes {
					for i, q := range questions {
						page, want := object[fmt.Sprintf("p%d", i)], w.listed(l, nil, q.holds)
						for _, id := range page.ids() {
							if !slices.Contains(want, id) {
								w.t.Errorf("%s.%s(filter: {%s: %s}) has %s", parent.Name, f.Name, l.name, q.relation, id)
							}
						}
						if page.TotalCount != len(page.Nodes) {
							w.t.Errorf("%s.%s(filter: {%s: %s}) counts %d and shows %d", parent.Name, f.Name, l.name, q.relation, page.TotalCount, len(page.Nodes))
						}
					}
				}
			}
		}
	}
}

// TestLinksToWhatIsHidden walks every list by every relation filter and every operator, while what the links lead to is a draft, is
// published, withdrawn, archived, in the trash, or is not there at all: a link counts when its end is shown. What is kept
// in memory goes with each step.
func TestLinksToWhatIsHidden(t *testing.T) {
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: sen.Schema})
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.Store(t, e)
		testkit.Follow(t, store)
		world := &linkWorld{linkFilters(t, schema), map[content.ID]map[string][]content.ID{}, map[content.ID]bool{}, map[content.ID]bool{}, map[content.ID]bool{}}
		world.fill(t, store)
		server := testserver.Start(t, store, wideLimits)
		walk := linkWalk{world, t, server}
		walk.ask("its making", "", nil)
		walk.shown()
		walk.ask("its making", "tokenForArticles", []content.Kind{content.KindArticle})
		steps := []string{"publish", "unpublish", "publish", "archive", "restore", "publish", "trash"}
		if e.Name == "embedded" { // it scans for each question
			steps = []string{"publish", "trash"}
		}
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
			if step == "publish" && version == 0 {
				walk.below(schema)
			}
		}
		walk.shown()
		walk.below(schema)
		walk.ask("trash", "editor", content.Kinds())
	})
}

// wideLimits let tests ask for as much as they like.
func wideLimits(g *graph.Options, w *web.Options) {
	wide := 1 << 20
	g.Limits = graph.Limits{Length: wide, Tokens: wide, Depth: wide, Aliases: wide, RootFields: wide, Directives: wide, Set: wide, Selections: wide, Introspection: wide, Cost: graph.CostLimits{"": wide}}
	w.MaxBody = 4 << 20
}
