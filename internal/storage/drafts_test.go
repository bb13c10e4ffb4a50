package storage_test

import (
	"testing"

	"sen/internal/content"
	"sen/internal/mongodb"
	"sen/internal/testkit"
)

// TestDraftLinks counts on the real engine what the newsroom's lists by a link examine: only what has the link in one of its
// copies, and not the whole kind.
func TestDraftLinks(t *testing.T) {
	store := testkit.Store(t, testkit.MongoDB(t))
	putArticles(t, store, 800)
	none := content.ID("tag_none")
	for name, c := range map[string]struct {
		list   mongodb.List[content.ArticleFilter]
		within mongodb.Within
	}{
		"within": {within: mongodb.Within{Any: []mongodb.Link{{Field: "tags", IDs: []content.ID{none}}}}},
		"one":    {list: mongodb.List[content.ArticleFilter]{Filter: &content.ArticleFilter{Tags: &content.RelationFilter{IDs: []content.ID{none}}}}},
		"any":    {list: mongodb.List[content.ArticleFilter]{Filter: &content.ArticleFilter{Tags: &content.RelationFilter{IDs: []content.ID{none, "tag_other"}}}}},
		"all":    {list: mongodb.List[content.ArticleFilter]{Filter: &content.ArticleFilter{Tags: &content.RelationFilter{IDs: []content.ID{none, "tag_other"}, All: new(true)}}}},
	} {
		c.list.Stage = content.StageDraft
		plan, err := store.Articles.Explain(t.Context(), c.list, c.within, false)
		if err != nil {
			t.Fatal(err)
		}
		docs, _ := plan.Lookup("executionStats", "totalDocsExamined").AsInt64OK()
		if docs > 0 {
			t.Errorf("%s: %d documents examined for none", name, docs)
		}
	}
}
