package storage_test

import (
	"testing"

	"sen/internal/content"
	"sen/internal/storage"
	"sen/internal/testkit"
)

// TestDraftLinks counts, on the real engine, the documents that the newsroom's lists by a link examine: only those
// with the link in one of their copies, and not the whole kind.
func TestDraftLinks(t *testing.T) {
	e := testkit.MongoDB(t)
	store, db := testkit.Store(t, e), testkit.Database(t, e)
	putArticles(t, store, 800)
	none := content.ID("tag_none")
	for name, c := range map[string]struct {
		list   storage.List[*content.ArticleFilter]
		within storage.Within
	}{
		"within": {within: storage.Within{Any: []storage.Link{{Field: "tags", IDs: []content.ID{none}}}}},
		"one":    {list: storage.List[*content.ArticleFilter]{Filter: &content.ArticleFilter{Tags: &content.TagRelationFilter{IDs: []content.ID{none}}}}},
		"any":    {list: storage.List[*content.ArticleFilter]{Filter: &content.ArticleFilter{Tags: &content.TagRelationFilter{IDs: []content.ID{none, "tag_other"}}}}},
		"all":    {list: storage.List[*content.ArticleFilter]{Filter: &content.ArticleFilter{Tags: &content.TagRelationFilter{IDs: []content.ID{none, "tag_other"}, All: new(true)}}}},
	} {
		c.list.Stage = content.StageDraft
		plan, err := store.Articles.Explain(t.Context(), db, c.list, c.within, false)
		if err != nil {
			t.Fatal(err)
		}
		docs, _ := plan.Lookup("executionStats", "totalDocsExamined").AsInt64OK()
		if docs > 0 {
			t.Errorf("%s: %d documents examined for none", name, docs)
		}
	}
}
