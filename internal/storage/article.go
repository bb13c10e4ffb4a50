package storage

import "sen/internal/content"

// articles is what the store knows of articles.
func articles() spec[*content.Article, *content.ArticleFilter] {
	return spec[*content.Article, *content.ArticleFilter]{
		kind: content.KindArticle, name: "articles",
		texts: map[string]func(*content.Article) content.Text{
			"title": func(e *content.Article) content.Text { return e.Title },
		},
		orders:    withCommon(map[string]sortKey{"TITLE": alphabet("title")}),
		order:     "PUBLISHED_AT_DESC",
		relations: []string{"section", "authors", "tags", "events", "awards", "programs", "organizations"},
		together:  [][2]string{{"section", "tags"}},
		filter: func(w *where, f *content.ArticleFilter) {
			w.text("title", f.Title)
			w.relation("section", content.KindSection, f.Section)
			w.relation("authors", content.KindAuthor, f.Authors)
			w.relation("tags", content.KindTag, f.Tags)
			w.relation("events", content.KindEvent, f.Events)
			w.relation("awards", content.KindAward, f.Awards)
			w.relation("programs", content.KindProgram, f.Programs)
			w.relation("organizations", content.KindOrganization, f.Organizations)
		},
	}
}
