// Package sample is the demonstration content.
package sample

import (
	"time"

	"sen/internal/content"
	"sen/internal/newsroom"
)

// Bundle is the sample content.
func Bundle() (*newsroom.Bundle, error) {
	at := time.Date(2020, 12, 3, 1, 0, 0, 0, time.UTC)
	base := func(id content.ID, slug string) content.Base {
		return content.Base{ID: id, Slug: slug, Version: 1, CreatedAt: at, UpdatedAt: at, PublishedAt: at}
	}
	return &newsroom.Bundle{Items: []newsroom.Item{
		{Content: &content.Author{Base: base("author_minh-thu", "minh-thu"), Name: content.Text{"vi": "Minh Thư"}}},
		{Content: &content.Section{Base: base("section_tin-tuc", "tin-tuc"), Name: content.Text{"vi": "Tin tức", "en": "News"}}},
		{Content: &content.Article{
			Base: base("article_hoi-nghi", "hoi-nghi"), Title: content.Text{"vi": "Hội nghị sơ kết"},
			SectionID: "section_tin-tuc", AuthorIDs: []content.ID{"author_minh-thu"}, Byline: content.Text{"vi": "Minh Thư – P. KHTCTH"},
		}},
	}}, nil
}
