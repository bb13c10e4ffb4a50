package storage_test

import (
	"context"
	"testing"

	"sen/internal/content"
	"sen/internal/newsroom"
	"sen/internal/storage"
	"sen/internal/testkit"
)

// TestPublicSlugs takes a tag through its states. At each step, filters of readers find it by exactly the slugs under
// which readers find its page, and each look-up costs one read of the claims.
func TestPublicSlugs(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.UncachedStore(t, e)
		room := newsroom.New(store, newsroom.Options{Log: testkit.Log(t)})
		made := do(t, room, newsroom.Change{Action: content.ActionCreate, Kind: content.KindTag, Input: name("Thẻ cũ")})
		article := &content.Article{
			Base: content.Base{
				ID: "article_a", Slug: "a", Version: 1, CreatedAt: monday, UpdatedAt: monday,
				PublishedAt: monday,
			},
			Title: content.Text{"vi": "A"}, TagIDs: []content.ID{made.ID},
		}
		if err := store.Articles.Put(t.Context(),
			[]*content.Entry[*content.Article]{content.NewEntry(article, true)}); err != nil {
			t.Fatal(err)
		}
		sees := func(after string, slug string, want bool) {
			t.Helper()
			filter := &content.ArticleFilter{Tags: &content.TagRelationFilter{Slugs: []string{slug}}}
			list := storage.List[*content.ArticleFilter]{Filter: filter}
			found := false
			n := trips(t, func(ctx context.Context) error {
				pages, err := store.Articles.Pages(ctx, list, []storage.Within{{}})
				found = err == nil && len(pages[0].Nodes) > 0
				return err
			})
			if found != want || found && n != 2 {
				t.Errorf("after %s, %s: found %t in %d round trips; want %t in 2", after, slug, found, n, want)
			}
			tag, _, err := store.Tags.BySlug(t.Context(), slug, content.StagePublished, nil)
			if err != nil || (tag != nil) != want {
				t.Errorf("after %s, the page of %s: %v, %v", after, slug, tag, err)
			}
		}
		sees("its making", "the-cu", false)
		var public *content.Entry[*content.Tag]
		for version, step := range []struct {
			action   content.Action
			input    newsroom.Input
			old, new bool
		}{
			{content.ActionPublish, nil, true, false},
			{content.ActionUpdate, newsroom.Input{"slug": "the-moi"}, true, false},
			{content.ActionPublish, nil, true, true},
			{content.ActionUnpublish, nil, false, false},
			{content.ActionPublish, nil, true, true},
			{content.ActionTrash, nil, false, false},
		} {
			do(t, room, newsroom.Change{Action: step.action, ID: made.ID, Version: version + 1, Input: step.input})
			sees(string(step.action), "the-cu", step.old)
			sees(string(step.action), "the-moi", step.new)
			after, _, err := store.Tags.Entry(t.Context(), made.ID)
			if err != nil {
				t.Fatal(err)
			}
			if after.Live != nil {
				public = after
			}
		}
		// The publication marks the claims late: another write has come first.
		if err := store.Tags.Show(t.Context(), public); err != nil {
			t.Fatal(err)
		}
		sees("a write that is late", "the-cu", false)
	})
}

// TestSlugTakenUpAgain delays the removal of a claim after a write that gave the slug up. Meanwhile the entry has
// claimed the slug again, and it keeps it.
func TestSlugTakenUpAgain(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.UncachedStore(t, e)
		room := newsroom.New(store, newsroom.Options{Log: testkit.Log(t)})
		made := do(t, room, newsroom.Change{Action: content.ActionCreate, Kind: content.KindTag, Input: name("Một")})
		before, _, err := store.Tags.Entry(t.Context(), made.ID)
		if err != nil {
			t.Fatal(err)
		}
		after, draft := *before, *before.Draft
		draft.Slug, after.Draft = "hai", &draft
		release, err := store.Tags.Free(t.Context(), before, &after)
		if err != nil {
			t.Fatal(err)
		}
		for version, slug := range []string{"hai", "mot"} {
			do(t, room, newsroom.Change{
				Action: content.ActionUpdate, ID: made.ID, Version: version + 1,
				Input: newsroom.Input{"slug": slug},
			})
		}
		if err := release(t.Context()); err != nil {
			t.Fatal(err)
		}
		input := name("Một khác")
		input["slug"] = "mot"
		outcome, err := room.Do(crashActor(), nil,
			newsroom.Change{Action: content.ActionCreate, Kind: content.KindTag, Input: input})
		if err != nil || len(outcome.Problems) != 1 || outcome.Problems[0].Code != content.ProblemTaken {
			t.Errorf("another entry got the slug: %v %+v", err, outcome)
		}
		input["slug"] = "hai"
		if free := do(t, room,
			newsroom.Change{
				Action: content.ActionCreate, Kind: content.KindTag,
				Input: input,
			}); free.Content.Common().Slug != "hai" {
			t.Errorf("the slug that only a draft had is not free: %s", free.Content.Common().Slug)
		}
	})
}
