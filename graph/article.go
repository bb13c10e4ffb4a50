package graph

import (
	"context"
	"slices"

	"sen/internal/content"
	"sen/internal/storage"
)

func registerArticle(r *Resolver) {
	type T = *content.Article
	kind(r, r.store.Articles, map[string]relation{
		"body": richText("body", func(a T) content.RichText { return a.Body }),
		"seo":  value(func(_ context.Context, a T) any { return a.SEO() }, "seo", "lead", "cover"),

		"cover":         one(func(a T) content.ID { return a.CoverID }, "cover"),
		"section":       one(func(a T) content.ID { return a.SectionID }, "section"),
		"authors":       many[*content.Author]("authors", func(a T) []content.ID { return a.AuthorIDs }),
		"breadcrumb":    chain[*content.Section]("breadcrumb", func(a T) []content.ID { return a.BreadcrumbIDs }),
		"tags":          many[*content.Tag]("tags", func(a T) []content.ID { return a.TagIDs }),
		"programs":      many[*content.Program]("programs", func(a T) []content.ID { return a.ProgramIDs }),
		"organizations": many[*content.Organization]("organizations", func(a T) []content.ID { return a.OrganizationIDs }),

		"events":  list(r.lists(content.KindEvent), func(a T) storage.Within { return chosen(a.EventIDs) }, "events"),
		"awards":  list(r.lists(content.KindAward), func(a T) storage.Within { return chosen(a.AwardIDs) }, "awards"),
		"related": related(r.lists(content.KindArticle)),
	})
	r.relate("Seo", map[string]relation{
		"image": one(func(s *content.SEO) content.ID { return s.ImageID }),
	})
}

// related answers with the articles that an editor chose to show beside an article. If the editor chose none, it
// answers with the articles that share an event, a programme or a tag that the actor can see.
func related(s pager) relation {
	r := relation{needs: []string{"related", "events", "programs", "tags"}, fields: []string{}}
	r.ids = func(to []content.ID, obj any) []content.ID {
		for _, link := range sharedLinks(obj.(*content.Article)) {
			to = append(to, link.IDs...)
		}
		return to
	}
	r.load = func(c *call) ([]any, error) {
		parents := make([]storage.Within, len(c.objs))
		for i, obj := range c.objs {
			parents[i] = c.relatedTo(obj.(*content.Article))
		}
		return s.pages(c, parents)
	}
	return r
}

// sharedLinks returns the links by which other articles are related to a. It returns nil if an editor chose related
// articles.
func sharedLinks(a *content.Article) []storage.Link {
	if len(a.RelatedIDs) > 0 {
		return nil
	}
	return []storage.Link{
		{Field: "events", IDs: a.EventIDs},
		{Field: "programs", IDs: a.ProgramIDs},
		{Field: "tags", IDs: a.TagIDs},
	}
}

// relatedTo limits a list to the articles that are related to a.
func (c *call) relatedTo(a *content.Article) storage.Within {
	if len(a.RelatedIDs) > 0 {
		return chosen(a.RelatedIDs)
	}
	shared := storage.Within{Not: a.ID}
	for _, link := range sharedLinks(a) {
		link.IDs = slices.DeleteFunc(slices.Clone(link.IDs), func(id content.ID) bool { return c.entry(id) == nil })
		if len(link.IDs) > 0 {
			shared.Any = append(shared.Any, link)
		}
	}
	if len(shared.Any) == 0 {
		return chosen(nil)
	}
	return shared
}
