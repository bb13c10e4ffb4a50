package storage_test

import (
	"context"
	"strings"
	"testing"

	"sen/internal/content"
	"sen/internal/storage"
	"sen/internal/testkit"
)

// putEnds adds a published section and a published tag as targets of links.
func putEnds(t *testing.T, store *storage.Store, section, tag content.ID) {
	t.Helper()
	base := func(id content.ID) content.Base {
		return content.Base{
			ID: id, Slug: strings.ReplaceAll(string(id), "_", "-"), Version: 1, CreatedAt: monday,
			UpdatedAt: monday, PublishedAt: monday,
		}
	}
	err := store.Sections.Put(t.Context(),
		[]*content.Entry[*content.Section]{content.NewEntry(&content.Section{
			Base: base(section),
			Name: content.Text{"vi": "S"},
		}, true)})
	if err == nil {
		err = store.Tags.Put(t.Context(),
			[]*content.Entry[*content.Tag]{content.NewEntry(&content.Tag{Base: base(tag), Name: content.Text{"vi": "T"}}, true)})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestLinkTrips counts the round trips of filters by relations: one for the ids of each kind, two for the question
// whether a link leads anywhere, and none once the answer is cached.
func TestLinkTrips(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.Store(t, e)
		putArticles(t, store, 20)
		putEnds(t, store, "section_1", "tag_3")
		testkit.Follow(t, store) // after the writes, since a late notice of them would invalidate the cache
		for _, c := range []struct {
			name         string
			filter       content.ArticleFilter
			first, again int
		}{
			{"slugs", content.ArticleFilter{Tags: &content.TagRelationFilter{Slugs: []string{"tag-3"}}}, 2, 1},
			{"ids", content.ArticleFilter{Tags: &content.TagRelationFilter{IDs: []content.ID{"tag_3", "tag_none"}}}, 2, 1},
			{
				"ids and slugs",
				content.ArticleFilter{Tags: &content.TagRelationFilter{IDs: []content.ID{"tag_other"}, Slugs: []string{"other"}}},
				3, 1,
			},
			{"ids of two kinds", content.ArticleFilter{
				Section: &content.SectionRelationFilter{IDs: []content.ID{"section_1"}},
				Tags:    &content.TagRelationFilter{IDs: []content.ID{"tag_two"}},
			}, 3, 1},
			{"anything", content.ArticleFilter{Tags: &content.TagRelationFilter{Exists: new(true)}}, 3, 1},
			{
				"what is none",
				content.ArticleFilter{Tags: &content.TagRelationFilter{IDs: []content.ID{"author_x", "nothing"}}},
				1, 1,
			},
		} {
			for first, want := range []int{c.first, c.again} {
				n := trips(t, func(ctx context.Context) error {
					// another page with the same filter
					list := storage.List[*content.ArticleFilter]{First: new(10 + first), Filter: &c.filter}
					_, err := store.Articles.Pages(ctx, list, []storage.Within{{}})
					return err
				})
				if n != want {
					t.Errorf("%s, time %d: %d round trips, want %d", c.name, first+1, n, want)
				}
			}
		}
	})
}

// TestEndsByIndex checks with explain, on the real engine, that the targets of links are read from their index, one
// key for each target.
func TestEndsByIndex(t *testing.T) {
	e := testkit.MongoDB(t)
	store, db := testkit.Store(t, e), testkit.Database(t, e)
	putArticles(t, store, 800)
	for _, field := range []string{"section", "tags"} {
		plan, err := store.Articles.ExplainEnds(t.Context(), db, field)
		if err != nil {
			t.Fatal(err)
		}
		if keys, _ := plan.Lookup("executionStats", "totalKeysExamined").AsInt64OK(); keys == 0 || keys > 20 {
			t.Errorf("the ends of %s are read by %d keys: %s", field, keys, plan.Lookup("queryPlanner", "winningPlan"))
		}
	}
}
