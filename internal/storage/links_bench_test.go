package storage_test

import (
	"context"
	"fmt"
	"testing"

	"sen/internal/content"
	"sen/internal/storage"
	"sen/internal/testkit"
)

// linkedSite is a site of published articles and as many drafts, with 500 authors, of whom every tenth is hidden, and
// an event for every fifth article, of which every tenth is hidden.
func linkedSite(b *testing.B, store *storage.Store, n int) {
	b.Helper()
	text := make([]byte, 5000)
	for i := range text {
		text[i] = 'a' + byte(i%26)
	}
	base := func(id string) content.Base {
		return content.Base{
			ID: content.ID(id), Slug: id, Version: 1, CreatedAt: monday, UpdatedAt: monday,
			PublishedAt: monday,
		}
	}
	var authors []*content.Entry[*content.Author]
	for i := range 500 {
		authors = append(authors,
			content.NewEntry(&content.Author{Base: base(fmt.Sprintf("author_%d", i)), Name: content.Text{"vi": "A"}}, i%10 > 0))
	}
	var events []*content.Entry[*content.Event]
	for i := range n / 5 {
		event := &content.Event{
			Base: base(fmt.Sprintf("event_%d", i)), Name: content.Text{"vi": "E"},
			StartsAt: monday.AddDate(0, 0, i),
		}
		event.OrganizerIDs = []content.ID{content.ID(fmt.Sprintf("organization_%d", i%4))}
		events = append(events, content.NewEntry(event, i%10 > 0))
	}
	var articles []*content.Entry[*content.Article]
	for i := range 2 * n {
		a := &content.Article{
			Base: base(fmt.Sprintf("article_%06d", i)), Title: content.Text{"vi": fmt.Sprint(i)},
			Lead:      content.Text{"vi": string(text)},
			AuthorIDs: []content.ID{content.ID(fmt.Sprintf("author_%d", i%500)), content.ID(fmt.Sprintf("author_%d", i*7%500))},
			CoverID:   content.ID(fmt.Sprintf("media_%d", i)),
		}
		a.PublishedAt = monday.AddDate(0, 0, -i)
		if i%3 > 0 {
			a.EventIDs = []content.ID{content.ID(fmt.Sprintf("event_%d", i%(n/5)))}
		}
		articles = append(articles, content.NewEntry(a, i < n))
	}
	for i := 0; i < len(articles); i += 2000 {
		if err := store.Articles.Put(b.Context(), articles[i:min(i+2000, len(articles))]); err != nil {
			b.Fatal(err)
		}
	}
	if err := store.Authors.Put(b.Context(), authors); err != nil {
		b.Fatal(err)
	}
	if err := store.Events.Put(b.Context(), events); err != nil {
		b.Fatal(err)
	}
	organizer := &content.Organization{Base: base("organization_1"), Name: content.Text{"vi": "O"}}
	if err := store.Organizations.Put(b.Context(),
		[]*content.Entry[*content.Organization]{content.NewEntry(organizer, true)}); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkLinkFilters lists articles by their links on the real engine, with empty caches: a page of 20, among
// 20,000 published articles and 20,000 drafts. "no filter" is the baseline for the others.
func BenchmarkLinkFilters(b *testing.B) {
	store := testkit.UncachedStore(b, testkit.MongoDB(b))
	linkedSite(b, store, 20_000)
	yes, no, organizer := true, false, "O"
	drafts := content.Kinds()
	before := monday.AddDate(0, 0, 1110)
	early := &content.EventFilter{StartsAt: &content.DateTimeFilter{Lt: &before}}
	organized := &content.EventFilter{Organizers: &content.OrganizationRelationFilter{
		Where: &content.OrganizationFilter{Name: &content.StringFilter{Match: content.Match[string]{Eq: &organizer}}},
	}}
	for _, c := range []struct {
		name   string
		filter *content.ArticleFilter
		drafts []content.Kind
	}{
		{"no filter", nil, nil},
		{"slugs", &content.ArticleFilter{Authors: &content.AuthorRelationFilter{Slugs: []string{"author_11"}}}, nil},
		{"ids", &content.ArticleFilter{Authors: &content.AuthorRelationFilter{IDs: []content.ID{"author_11"}}}, nil},
		{"authors exist", &content.ArticleFilter{Authors: &content.AuthorRelationFilter{Exists: &yes}}, nil},
		{"authors don't exist", &content.ArticleFilter{Authors: &content.AuthorRelationFilter{Exists: &no}}, nil},
		{"events exist", &content.ArticleFilter{Events: &content.EventRelationFilter{Exists: &yes}}, nil},
		{"events don't exist", &content.ArticleFilter{Events: &content.EventRelationFilter{Exists: &no}}, nil},
		{"999 events where", &content.ArticleFilter{Events: &content.EventRelationFilter{Where: early}}, nil},
		{
			"none of 999 events where", &content.ArticleFilter{Events: &content.EventRelationFilter{Where: early, None: &yes}},
			nil,
		},
		{
			"1,000 events where organizers where",
			&content.ArticleFilter{Events: &content.EventRelationFilter{Where: organized}}, nil,
		},
		{"drafts, no filter", nil, drafts},
		{"drafts, authors exist", &content.ArticleFilter{Authors: &content.AuthorRelationFilter{Exists: &yes}}, drafts},
		{"drafts, events don't exist", &content.ArticleFilter{Events: &content.EventRelationFilter{Exists: &no}}, drafts},
	} {
		b.Run(c.name, func(b *testing.B) {
			list := storage.List[*content.ArticleFilter]{Filter: c.filter, Fields: []string{"title"}}
			if c.drafts != nil {
				list.Stage, list.Drafts = content.StageDraft, c.drafts
			}
			for b.Loop() {
				if _, err := store.Articles.Pages(context.Background(), list, []storage.Within{{}}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
