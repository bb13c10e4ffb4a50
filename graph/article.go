package graph

import (
	"context"

	"sen/internal/content"
	"sen/internal/mongodb"
)

func registerArticle(r *Resolver) {
	type T = *content.Article
	kind(r, r.store.Articles, "article", "articles", []string{"title"}, map[string]relation{
		"body": value(func(ctx context.Context, a T) any { return bodyIn(ctx, &a.Base, a.Body) }, "body"),
		"seo":  value(func(_ context.Context, a T) any { return a.SEO() }, "seo", "lead", "cover"),

		"cover":         one(func(a T) content.ID { return a.CoverID }, "cover"),
		"section":       one(func(a T) content.ID { return a.SectionID }, "section"),
		"authors":       some[content.Author]("authors", func(a T) []content.ID { return a.AuthorIDs }),
		"breadcrumb":    some[content.Section]("breadcrumb", func(a T) []content.ID { return a.BreadcrumbIDs }),
		"tags":          some[content.Tag]("tags", func(a T) []content.ID { return a.TagIDs }),
		"programs":      some[content.Program]("programs", func(a T) []content.ID { return a.ProgramIDs }),
		"organizations": some[content.Organization]("organizations", func(a T) []content.ID { return a.OrganizationIDs }),

		"events":  list(r.lists(content.KindEvent), func(a T) mongodb.Within { return chosen(a.EventIDs) }, "events"),
		"awards":  list(r.lists(content.KindAward), func(a T) mongodb.Within { return chosen(a.AwardIDs) }, "awards"),
		"related": list(r.lists(content.KindArticle), related, "related", "events", "programs", "tags"),
	})
	r.relate("Seo", map[string]relation{
		"image": one(func(s *content.SEO) content.ID { return s.ImageID }),
	})
}

// related bounds a list to what an editor chose to show beside an article; where
// nothing was chosen, to what shares an event, a programme or a tag with it.
func related(a *content.Article) mongodb.Within {
	if len(a.RelatedIDs) > 0 {
		return chosen(a.RelatedIDs)
	}
	shared := mongodb.Within{Not: a.ID}
	for _, link := range []mongodb.Link{{Field: "events", IDs: a.EventIDs}, {Field: "programs", IDs: a.ProgramIDs}, {Field: "tags", IDs: a.TagIDs}} {
		if len(link.IDs) > 0 {
			shared.Any = append(shared.Any, link)
		}
	}
	if len(shared.Any) == 0 {
		return chosen(nil)
	}
	return shared
}
