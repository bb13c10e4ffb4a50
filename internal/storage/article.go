package storage

import (
	"sen/internal/content"
	"sen/internal/storage/query"
)

// articles describes how the store keeps articles.
func articles() spec[*content.Article, *content.ArticleFilter] {
	return spec[*content.Article, *content.ArticleFilter]{
		kind: content.KindArticle, name: "articles",
		texts: map[string]func(*content.Article) content.Text{
			"title": func(e *content.Article) content.Text { return e.Title },
		},
		orders:    query.WithCommon(map[string]query.SortKey{"TITLE": query.Alphabet("title")}),
		order:     "PUBLISHED_AT_DESC",
		relations: []string{"section", "authors", "tags", "events", "awards", "programs", "organizations"},
		together:  [][2]string{{"section", "tags"}},
		filter: func(w *where, f *content.ArticleFilter) {
			w.Text("title", f.Title)
			relation(w, "section", w.store.Sections, f.Section)
			relation(w, "authors", w.store.Authors, f.Authors)
			relation(w, "tags", w.store.Tags, f.Tags)
			relation(w, "events", w.store.Events, f.Events)
			relation(w, "awards", w.store.Awards, f.Awards)
			relation(w, "programs", w.store.Programs, f.Programs)
			relation(w, "organizations", w.store.Organizations, f.Organizations)
		},
	}
}
