package storage_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sen/internal/content"
	"sen/internal/newsroom"
	"sen/internal/storage"
	"sen/internal/testkit"
)

// reachWorld holds a store's articles, authors and organizations by id, for filters through relations.
type reachWorld struct {
	articles      map[content.ID]*content.Article
	authors       map[content.ID]*content.Author
	organizations map[content.ID]*content.Organization
	// drafts are not published; trashed are in the trash.
	drafts, trashed map[content.ID]bool
}

// baseOf returns the common part of an entry with an id.
func baseOf(id content.ID, published bool) content.Base {
	base := content.Base{ID: id, Slug: slugOf(id), Version: 1, CreatedAt: monday, UpdatedAt: monday}
	if published {
		base.PublishedAt = monday
	}
	return base
}

// slugOf returns the slug of an entry with an id.
func slugOf(id content.ID) string { return "e-" + string(id[len(id)-3:]) }

// putReachWorld fills a store. Every fifth entry is a draft, and some drafts are in the trash.
func putReachWorld(t *testing.T, store *storage.Store, random *rand.Rand) reachWorld {
	t.Helper()
	w := reachWorld{
		map[content.ID]*content.Article{},
		map[content.ID]*content.Author{},
		map[content.ID]*content.Organization{},
		map[content.ID]bool{},
		map[content.ID]bool{},
	}
	id := func(kind string, n int) content.ID { return content.ID(fmt.Sprintf("%s_%03d", kind, n)) }
	some := func(kind string, n, most int) (ids []content.ID) {
		for range random.IntN(most + 1) {
			if one := id(kind, random.IntN(n)); !slices.Contains(ids, one) {
				ids = append(ids, one)
			}
		}
		return ids
	}
	one := func(kind string, n int) content.ID {
		if ids := some(kind, n, 1); ids != nil {
			return ids[0]
		}
		return ""
	}
	name := func() content.Text { return content.Text{"vi": fmt.Sprintf("Tên %d", random.IntN(3))} }
	// entry chooses the state of an entry. live means that it is published.
	entry := func(id content.ID) (live bool) {
		state := random.IntN(15)
		w.drafts[id], w.trashed[id] = state < 3, state == 0
		return state >= 3
	}
	for i := range 10 {
		id := id("organization", i)
		live := entry(id)
		o := &content.Organization{Base: baseOf(id, live), Name: name(), ParentID: one("organization", 10)}
		w.organizations[id] = o
		putState(t, store.Organizations, o, live, w.trashed[id])
	}
	for i := range 20 {
		id := id("author", i)
		live := entry(id)
		a := &content.Author{Base: baseOf(id, live), Name: name(), OrganizationID: one("organization", 11)}
		w.authors[id] = a
		putState(t, store.Authors, a, live, w.trashed[id])
	}
	for i := range 40 {
		id := id("article", i)
		live := entry(id)
		a := &content.Article{Base: baseOf(id, live), Title: name()}
		a.AuthorIDs, a.OrganizationIDs = some("author", 21, 3), some("organization", 11, 2)
		w.articles[id] = a
		putState(t, store.Articles, a, live, w.trashed[id])
	}
	return w
}

// putState adds an entry that is published, a draft or in the trash.
func putState[T any, F content.Filter[F]](
	t *testing.T, c *storage.Collection[T, F], copied T, live, trashed bool,
) {
	t.Helper()
	e := content.NewEntry(copied, live)
	if trashed {
		e.State = content.StateTrashed
	}
	if err := c.Put(t.Context(), []*content.Entry[T]{e}); err != nil {
		t.Fatal(err)
	}
}

// lists reports whether the list of a kind shows an entry. counts reports whether a link to it counts: for editors a
// link to an entry in the trash counts.
func (w reachWorld) lists(id content.ID, editor bool) bool {
	return w.counts(id, editor) && !w.trashed[id]
}

func (w reachWorld) counts(id content.ID, editor bool) bool {
	_, author := w.authors[id]
	_, organization := w.organizations[id]
	_, article := w.articles[id]
	return (author || organization || article) && (editor || !w.drafts[id])
}

// reachFilter is a filter of a kind with its meaning as a function.
type reachFilter[F, E any] struct {
	filter F
	holds  func(E) bool
}

type (
	organizationReach = reachFilter[*content.OrganizationFilter, *content.Organization]
	authorReach       = reachFilter[*content.AuthorFilter, *content.Author]
)

// relate returns a random filter by a relation. ends returns the targets of an entry's link.
func relate[F, E any](
	random *rand.Rand, w reachWorld, editor bool, inner *reachFilter[F, E], of map[content.ID]E,
) (*content.RelationFilter[F], func(ends []content.ID) bool) {
	f := &content.RelationFilter[F]{}
	var conds []func([]content.ID) bool
	some := func(is func(content.ID) bool) func([]content.ID) bool {
		return func(ends []content.ID) bool {
			return slices.ContainsFunc(ends, func(id content.ID) bool { return w.counts(id, editor) && is(id) })
		}
	}
	none := random.IntN(2) == 0
	if inner != nil {
		f.Where = inner.filter
		conds = append(conds, some(func(id content.ID) bool { return w.lists(id, editor) && inner.holds(of[id]) }))
	}
	if inner == nil || random.IntN(4) == 0 {
		ids := []content.ID{"author_none"}
		for id := range of {
			if len(ids) < 4 {
				ids = append(ids, id)
			}
		}
		f.IDs = ids[:2]
		f.Slugs = []string{slugOf(ids[2]), slugOf(ids[3]), "none"}
		conds = append(conds, some(func(id content.ID) bool { return slices.Contains(ids, id) }))
	}
	if none {
		f.None = &none
		for i, cond := range conds {
			conds[i] = func(ends []content.ID) bool { return !cond(ends) }
		}
	}
	if random.IntN(5) == 0 {
		exists := random.IntN(2) == 0
		f.Exists = &exists
		any := some(func(content.ID) bool { return true })
		conds = append(conds, func(ends []content.ID) bool { return any(ends) == exists })
	}
	return f, func(ends []content.ID) bool {
		return !slices.ContainsFunc(conds, func(cond func([]content.ID) bool) bool { return !cond(ends) })
	}
}

// organization returns a random filter through at most so many relations.
func (w reachWorld) organization(random *rand.Rand, editor bool, deep int) *organizationReach {
	name := fmt.Sprintf("Tên %d", random.IntN(3))
	if deep == 0 {
		return &organizationReach{
			&content.OrganizationFilter{Name: &content.StringFilter{Match: content.Match[string]{Eq: &name}}},
			func(o *content.Organization) bool { return o.Name["vi"] == name },
		}
	}
	f, holds := relate(random, w, editor, w.organization(random, editor, deep-1), w.organizations)
	return &organizationReach{
		&content.OrganizationFilter{Parent: f},
		func(o *content.Organization) bool { return holds([]content.ID{o.ParentID}) },
	}
}

// author returns a random filter through at most so many relations.
func (w reachWorld) author(random *rand.Rand, editor bool, deep int) *authorReach {
	name := fmt.Sprintf("Tên %d", random.IntN(3))
	if deep == 0 {
		return &authorReach{
			&content.AuthorFilter{Name: &content.StringFilter{Match: content.Match[string]{Ne: &name}}},
			func(a *content.Author) bool { return a.Name["vi"] != name },
		}
	}
	f, holds := relate(random, w, editor, w.organization(random, editor, deep-1), w.organizations)
	return &authorReach{
		&content.AuthorFilter{Organization: f},
		func(a *content.Author) bool { return holds([]content.ID{a.OrganizationID}) },
	}
}

// TestWhere runs random filters through relations, as a reader and as an editor, and compares the results with those
// from plain maps.
func TestWhere(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.UncachedStore(t, e)
		random := rand.New(rand.NewPCG(7, 7))
		w := putReachWorld(t, store, random)
		found := 0
		for i := range 200 {
			editor := i%2 == 1
			var inner *authorReach
			if deep := random.IntN(3); deep > 0 {
				inner = w.author(random, editor, deep-1)
			}
			authors, byAuthor := relate(random, w, editor, inner, w.authors)
			parents := w.organization(random, editor, random.IntN(2))
			organizations, byOrganization := relate(random, w, editor, parents, w.organizations)
			filter := &content.ArticleFilter{Authors: authors}
			holds := func(a *content.Article) bool { return byAuthor(a.AuthorIDs) }
			switch i % 4 {
			case 1:
				filter.Organizations = organizations
				holds = func(a *content.Article) bool {
					return byAuthor(a.AuthorIDs) && byOrganization(a.OrganizationIDs)
				}
			case 2:
				filter = either(filter, &content.ArticleFilter{Organizations: organizations})
				holds = func(a *content.Article) bool {
					return byAuthor(a.AuthorIDs) || byOrganization(a.OrganizationIDs)
				}
			case 3:
				filter = &content.ArticleFilter{Logic: content.Logic[*content.ArticleFilter]{Not: filter}}
				holds = func(a *content.Article) bool { return !byAuthor(a.AuthorIDs) }
			}
			list := storage.List[*content.ArticleFilter]{First: new(100), Filter: filter, Order: "CREATED_AT_ASC"}
			list.Total = true
			if editor {
				list.Stage, list.Drafts = content.StageDraft, content.Kinds()
			}
			want := []content.ID{}
			for id, a := range w.articles {
				if w.lists(id, editor) && holds(a) {
					want = append(want, id)
				}
			}
			slices.Sort(want)
			pages, err := store.Articles.Pages(t.Context(), list, []storage.Within{{}})
			if err != nil {
				t.Fatal(err)
			}
			got := ids(pages[0].Nodes)
			if diff := cmp.Diff(want, got); diff != "" || pages[0].TotalCount != len(want) {
				t.Errorf("filter %d, editor: %t, %d articles (-want +got):\n%s", i, editor, pages[0].TotalCount, diff)
			}
			if len(got) > 0 {
				found++
			}
		}
		if found < 50 {
			t.Errorf("only %d filters found anything", found)
		}
	})
}

// either returns a filter that matches if one of some filters does.
func either(filters ...*content.ArticleFilter) *content.ArticleFilter {
	return &content.ArticleFilter{Logic: content.Logic[*content.ArticleFilter]{Or: filters}}
}

// through returns a filter of articles by the name of the parent of their authors' organizations.
func through(name string) *content.ArticleFilter {
	return &content.ArticleFilter{Authors: &content.AuthorRelationFilter{Where: &content.AuthorFilter{
		Organization: &content.OrganizationRelationFilter{Where: &content.OrganizationFilter{
			Name: &content.StringFilter{Match: content.Match[string]{Eq: &name}},
		}},
	}}}
}

// TestWhereTrips counts the round trips of filters through relations, and checks that the cache is invalidated when
// an entry on the way changes, at each depth.
func TestWhereTrips(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.Store(t, e)
		room := newsroom.New(store, newsroom.Options{Log: testkit.Log(t)})
		create := func(kind content.Kind, input newsroom.Input) content.ID {
			return do(t, room, newsroom.Change{Action: content.ActionCreate, Kind: kind, Input: input}).ID
		}
		organization := create(content.KindOrganization, name("Sở"))
		input := name("A")
		input["organization"] = string(organization)
		author := create(content.KindAuthor, input)
		versions := map[content.ID]int{organization: 1, author: 1}
		change := func(id content.ID, action content.Action, input newsroom.Input) {
			t.Helper()
			do(t, room, newsroom.Change{Action: action, ID: id, Version: versions[id], Input: input})
			versions[id]++
		}
		change(organization, content.ActionPublish, nil)
		change(author, content.ActionPublish, nil)
		article := &content.Article{Base: baseOf("article_001", true), Title: content.Text{"vi": "B"}}
		article.AuthorIDs = []content.ID{author}
		putState(t, store.Articles, article, true, false)
		testkit.Follow(t, store) // after the writes, since a late notice of them would invalidate the cache
		ask := func(what string, filter *content.ArticleFilter, want, most int) {
			t.Helper()
			n := trips(t, func(ctx context.Context) error {
				list := storage.List[*content.ArticleFilter]{Filter: filter}
				pages, err := store.Articles.Pages(ctx, list, []storage.Within{{}})
				if err == nil && len(pages[0].Nodes) != want {
					t.Errorf("%s: %d articles, want %d", what, len(pages[0].Nodes), want)
				}
				return err
			})
			if n != most {
				t.Errorf("%s: %d round trips, want %d", what, n, most)
			}
		}
		slug := &content.OrganizationRelationFilter{Slugs: []string{"so"}}
		ask("a slug", &content.ArticleFilter{Organizations: slug}, 0, 2)
		behind := &content.AuthorRelationFilter{Where: &content.AuthorFilter{Organization: slug}}
		ask("one level behind a slug", &content.ArticleFilter{Authors: behind}, 1, 2)
		ask("two levels", through("Sở"), 1, 3)
		ask("two levels again", through("Sở"), 1, 0)
		every := &content.OrganizationRelationFilter{Where: &content.OrganizationFilter{}}
		any := &content.ArticleFilter{Organizations: every}
		ask("several at each level", either(through("Sở"), through("Cục"), any), 1, 3)

		change(organization, content.ActionUpdate, name("Cục"))
		change(organization, content.ActionPublish, nil)
		ask("two levels, the organization renamed", through("Sở"), 0, 3)
		ask("two levels, by its new name", through("Cục"), 1, 3)
		change(organization, content.ActionUnpublish, nil)
		ask("two levels, the organization withdrawn", through("Cục"), 0, 3)
		change(organization, content.ActionPublish, nil)
		ask("two levels, the organization published again", through("Cục"), 1, 3)
		change(author, content.ActionUpdate, newsroom.Input{"organization": nil})
		change(author, content.ActionPublish, nil)
		ask("two levels, the author without it", through("Cục"), 0, 3)
	})
}

// TestWhereBounds filters through the greatest allowed number of entries, through one more, and through one relation
// too many.
func TestWhereBounds(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.UncachedStore(t, e)
		putTags := func(from, to int) {
			t.Helper()
			var entries []*content.Entry[*content.Tag]
			for i := from; i < to; i++ {
				base := baseOf("tag_000", true)
				base.ID, base.Slug = content.ID(fmt.Sprintf("tag_%d", i)), fmt.Sprintf("the-%d", i)
				tag := &content.Tag{Base: base, Name: content.Text{"vi": "Thẻ"}}
				entries = append(entries, content.NewEntry(tag, true))
			}
			if err := store.Tags.Put(t.Context(), entries); err != nil {
				t.Fatal(err)
			}
		}
		putTags(0, content.MaxWhereEntries)
		putArticles(t, store, 40)
		read := func(filter *content.ArticleFilter) (n int, err error) {
			list := storage.List[*content.ArticleFilter]{Filter: filter, Asked: storage.Asked{Total: true}}
			pages, err := store.Articles.Pages(t.Context(), list, []storage.Within{{}})
			if err == nil {
				n = pages[0].TotalCount
			}
			return n, err
		}
		all := &content.ArticleFilter{Tags: &content.TagRelationFilter{Where: &content.TagFilter{}}}
		if n, err := read(all); err != nil || n != 35 {
			t.Errorf("%d articles, want 35: %v", n, err)
		}
		putTags(content.MaxWhereEntries, content.MaxWhereEntries+1)
		if _, err := read(all); content.CodeOf(err) != content.CodeTooComplex {
			t.Errorf("one entry too many: %v", err)
		}
		few := &content.TagFilter{Common: content.Common{ID: &content.IDFilter{In: []content.ID{"tag_0", "tag_3"}}}}
		if n, err := read(&content.ArticleFilter{Tags: &content.TagRelationFilter{Where: few}}); err != nil || n == 0 {
			t.Errorf("%d articles of two tags among more than are allowed: %v", n, err)
		}
		parent := func(f *content.OrganizationFilter) *content.OrganizationFilter {
			return &content.OrganizationFilter{Parent: &content.OrganizationRelationFilter{Where: f}}
		}
		deep := &content.ArticleFilter{Organizations: &content.OrganizationRelationFilter{Where: parent(parent(nil))}}
		if _, err := read(deep); err != nil {
			t.Errorf("two relations: %v", err)
		}
		deep.Organizations.Where = parent(parent(&content.OrganizationFilter{}))
		if _, err := read(deep); content.CodeOf(err) != content.CodeBadUserInput {
			t.Errorf("three relations: %v", err)
		}
		yes := true
		for name, f := range map[string]content.TagRelationFilter{
			"all and where": {All: &yes, Where: few}, "all and none": {All: &yes, None: &yes, Slugs: []string{"the-1"}},
		} {
			if _, err := read(&content.ArticleFilter{Tags: &f}); content.CodeOf(err) != content.CodeBadUserInput {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
