package storage_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"sen/internal/content"
	"sen/internal/storage"
	"sen/internal/testkit"
)

// explained has the methods of a collection that the test needs, whatever its kind.
type explained[F any] interface {
	Explain(context.Context, *mongo.Database, storage.List[F], storage.Within, bool) (bson.Raw, error)
	Kind() content.Kind
}

// TestIndexes checks with explain, on the real engine, that an index serves every default list, every order, and
// every filter by one relation, value or date in the default order: no collection is scanned and nothing is sorted in
// memory.
func TestIndexes(t *testing.T) {
	e := testkit.MongoDB(t)
	store, db := testkit.SampleStore(t, e), testkit.Database(t, e)
	for _, c := range store.EachKind() {
		explainKind(t, db, c)
	}
	moment := &content.DateTimeFilter{Gte: new(time.Date(2020, 6, 1, 0, 0, 0, 0, time.UTC))}
	number := &content.IntFilter{Match: content.Match[int]{Eq: new(2020)}}
	explain(t, db, store.Articles, map[string]*content.ArticleFilter{
		"publishedAt": {Common: content.Common{PublishedAt: moment}},
		"createdAt":   {Common: content.Common{CreatedAt: moment}},
		"updatedAt":   {Common: content.Common{UpdatedAt: moment}},
	})
	explain(t, db, store.Authors,
		map[string]*content.AuthorFilter{"createdAt": {Common: content.Common{CreatedAt: moment}}})
	explain(t, db, store.Organizations,
		map[string]*content.OrganizationFilter{"updatedAt": {Common: content.Common{UpdatedAt: moment}}})
	explain(t, db, store.Events, map[string]*content.EventFilter{
		"startsAt":    {StartsAt: moment},
		"endsAt":      {EndsAt: moment},
		"publishedAt": {Common: content.Common{PublishedAt: moment}},
	})
	explain(t, db, store.Awards, map[string]*content.AwardFilter{
		"year":           {Year: number},
		"year and level": {Year: number, Level: &content.AwardLevelFilter{Eq: new(content.LevelRegional)}},
		"publishedAt":    {Common: content.Common{PublishedAt: moment}},
	})
}

// explainKind explains every order of a kind, and every relation and value in its default order.
func explainKind(t *testing.T, db *mongo.Database, c storage.AnyCollection) {
	t.Helper()
	look := func(name string, order content.Order, value string, w storage.Within) {
		t.Run(string(c.Kind())+"/"+name, func(t *testing.T) {
			plan, err := c.ExplainAny(t.Context(), db, order, value, w)
			if err != nil {
				t.Fatal(err)
			}
			byIndex(t, plan)
		})
	}
	for _, order := range c.Orders() {
		look("order "+order, content.Order(order), "", storage.Within{})
	}
	for _, field := range c.Relations() {
		for name, ids := range map[string][]content.ID{"one": {"x_a"}, "any of two": {"x_a", "x_b"}} {
			look(field+" "+name, "", "", storage.Within{Any: []storage.Link{{Field: field, IDs: ids}}})
		}
	}
	for _, value := range c.Values() {
		look("filter "+value, "", value, storage.Within{})
	}
}

// explain explains lists with some filters.
func explain[F any](t *testing.T, db *mongo.Database, c explained[F], filters map[string]F) {
	t.Helper()
	for name, filter := range filters {
		t.Run(string(c.Kind())+"/filter "+name, func(t *testing.T) {
			indexed(t, db, c, storage.List[F]{Filter: filter})
		})
	}
}

func indexed[F any](t *testing.T, db *mongo.Database, c explained[F], l storage.List[F]) {
	t.Helper()
	plan, err := c.Explain(t.Context(), db, l, storage.Within{}, false)
	if err != nil {
		t.Fatal(err)
	}
	byIndex(t, plan)
}

// byIndex checks that a plan reads an index, and sorts nothing.
func byIndex(t *testing.T, plan bson.Raw) {
	t.Helper()
	winning := plan.Lookup("queryPlanner", "winningPlan").String()
	if !strings.Contains(winning, `"IXSCAN"`) {
		t.Errorf("no index is used: %s", winning)
	}
	for _, stage := range []string{"COLLSCAN", "SORT"} {
		if strings.Contains(winning, `"stage": "`+stage+`"`) {
			t.Errorf("the plan has a %s: %s", stage, winning)
		}
	}
}

// TestKeysExamined counts the keys that a page examines on the real engine. A page after a cursor among many equal
// dates examines as few keys as the first page.
func TestKeysExamined(t *testing.T) {
	e := testkit.MongoDB(t)
	store, db := testkit.Store(t, e), testkit.Database(t, e)
	putArticles(t, store, 800)
	ctx := context.Background()
	section := storage.Within{Any: []storage.Link{{Field: "section", IDs: []content.ID{"section_0", "section_1"}}}}
	for name, within := range map[string]storage.Within{"all": {}, "two sections": section} {
		list := storage.List[*content.ArticleFilter]{First: new(20)}
		for range 12 {
			plan, err := store.Articles.Explain(ctx, db, list, within, false)
			if err != nil {
				t.Fatal(err)
			}
			keys, _ := plan.Lookup("executionStats", "totalKeysExamined").AsInt64OK()
			// 21 keys for the page and the cursor's own; in a section also the keys with the cursor's date.
			if keys > 60 || len(within.Any) == 0 && keys > 22 {
				t.Errorf("%s: a page of 20 examined %d keys", name, keys)
			}
			if plan, err = store.Articles.Explain(ctx, db, list, within, true); err != nil {
				t.Fatal(err)
			}
			if docs, _ := plan.Lookup("executionStats", "totalDocsExamined").AsInt64OK(); docs > 0 && len(within.Any) == 0 {
				t.Errorf("%s: the sort keys of a page of 20 examined %d documents", name, docs)
			}
			pages, err := store.Articles.Pages(ctx, list, []storage.Within{within})
			if err != nil {
				t.Fatal(err)
			}
			list.After = *pages[0].PageInfo.EndCursor
		}
	}
}

// TestSectionAndTag counts the keys of a page of a section's articles with a tag on the real engine: no more than the
// page has, even if few articles have both.
func TestSectionAndTag(t *testing.T) {
	e := testkit.MongoDB(t)
	store, db := testkit.Store(t, e), testkit.Database(t, e)
	putArticles(t, store, 800)
	putEnds(t, store, "section_1", "tag_3")
	list := storage.List[*content.ArticleFilter]{
		First: new(10),
		Filter: &content.ArticleFilter{
			Section: &content.SectionRelationFilter{IDs: []content.ID{"section_1"}},
			Tags:    &content.TagRelationFilter{IDs: []content.ID{"tag_3"}},
		},
	}
	for _, bare := range []bool{false, true} {
		plan, err := store.Articles.Explain(t.Context(), db, list, storage.Within{}, bare)
		if err != nil {
			t.Fatal(err)
		}
		keys, _ := plan.Lookup("executionStats", "totalKeysExamined").AsInt64OK()
		docs, _ := plan.Lookup("executionStats", "totalDocsExamined").AsInt64OK()
		if keys > 12 || keys == 0 || docs > 11 || bare && docs > 0 {
			t.Errorf("a page of 10, sort keys only: %t: examined %d keys and %d documents", bare, keys, docs)
		}
	}
}

// TestCovered checks on the real engine that the ids and sort keys of a page in the default order are read from its
// index alone.
func TestCovered(t *testing.T) {
	e := testkit.MongoDB(t)
	store, db := testkit.Store(t, e), testkit.Database(t, e)
	putArticles(t, store, 200)
	for name, within := range map[string]storage.Within{
		"all":       {},
		"a section": {Any: []storage.Link{{Field: "section", IDs: []content.ID{"section_0"}}}},
	} {
		for bare, want := range map[bool]int64{true: 0, false: 21} {
			plan, err := store.Articles.Explain(t.Context(), db, storage.List[*content.ArticleFilter]{First: new(20)}, within,
				bare)
			if err != nil {
				t.Fatal(err)
			}
			if n, _ := plan.Lookup("executionStats", "totalDocsExamined").AsInt64OK(); n < want || bare && n > want {
				t.Errorf("%s, sort keys only: %t: %d documents examined, want %d", name, bare, n, want)
			}
		}
	}
}
