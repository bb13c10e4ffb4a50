package content

import (
	"slices"
	"time"
)

// KindArticle names the kind of [Article].
const KindArticle Kind = "Article"

var articleKind = describe[Article](Descriptor{
	Kind: KindArticle, Prefix: "article", Root: "/articles", Folder: "articles", Label: []string{"title"},
	Names:     Names{One: "article", Many: "articles", Noun: "an article", Nouns: "articles"},
	Derived:   []string{"readingMinutes", "breadcrumb"},
	Takes:     []Take{{From: KindSection, By: "section"}},
	Corrected: true,
	Page:      Page{Lead: "lead", Byline: "byline", Cover: "cover", Body: "body"},
})

// Article is a piece of news.
type Article struct {
	Base  `json:",inline"`
	Title Text `json:"title" lint:"line"`
	// Lead is the summary in front of the body.
	Lead    Text     `json:"lead,omitempty"`
	Body    RichText `json:"body,omitempty"`
	CoverID ID       `json:"cover,omitempty" link:"Media"`
	// AuthorIDs are the authors, in the order of the byline.
	AuthorIDs []ID `json:"authors,omitempty" link:"Author"`
	// Byline is the byline as printed ("Minh Thư – P. KHTCTH"). It is stored as text, so that it stays right when the
	// author moves to another unit.
	Byline    Text `json:"byline,omitempty" lint:"line"`
	SectionID ID   `json:"section,omitempty" link:"Section"`
	// BreadcrumbIDs are the sections from the root down to SectionID.
	BreadcrumbIDs   []ID `json:"breadcrumb,omitempty" link:"Section"`
	TagIDs          []ID `json:"tags,omitempty" link:"Tag"`
	EventIDs        []ID `json:"events,omitempty" link:"Event"`
	AwardIDs        []ID `json:"awards,omitempty" link:"Award"`
	ProgramIDs      []ID `json:"programs,omitempty" link:"Program"`
	OrganizationIDs []ID `json:"organizations,omitempty" link:"Organization"`
	// RelatedIDs are the related articles that an editor chose.
	RelatedIDs []ID `json:"related,omitempty" link:"Article"`
	// ReadingMinutes is how long each language's body takes to read, in minutes.
	ReadingMinutes Minutes `json:"readingMinutes,omitempty"`
	// Corrections are the corrections of mistakes that readers are told about, the oldest first.
	Corrections []*Correction `json:"corrections,omitempty"`
	// Search overrides what search engines and link previews show.
	Search SEO `json:"seo,omitzero"`
}

// Correction tells readers about a mistake that was corrected in a published article.
type Correction struct {
	At   time.Time `json:"at"`
	Note string    `json:"note"`
}

// Minutes is a number of whole minutes for each language.
type Minutes map[Locale]int

// In returns the minutes of the first language of a chain that has any, or else of any other language; 0 if none has.
func (m Minutes) In(chain []Locale) int {
	for _, l := range chain {
		if n := m[l]; n > 0 {
			return n
		}
	}
	return m[anyLocale(m, func(n int) bool { return n > 0 })]
}

// SEO is what search engines and link previews show of a page.
type SEO struct {
	Title       Text `json:"title,omitempty" lint:"line"`
	Description Text `json:"description,omitempty"`
	ImageID     ID   `json:"image,omitempty" link:"Media"`
	// NoIndex asks search engines to leave the page out.
	NoIndex bool `json:"noIndex,omitempty"`
}

// Kind implements [Content].
func (*Article) Kind() Kind { return KindArticle }

// Label implements [Content].
func (a *Article) Label() Text { return a.Title }

// SEO returns what the editor set. Where the editor set nothing, it takes the title, the lead and the cover, for each
// language separately.
func (a *Article) SEO() *SEO {
	seo := a.Search
	seo.Title, seo.Description = a.Title.With(seo.Title), a.Lead.With(seo.Description)
	if seo.ImageID == "" {
		seo.ImageID = a.CoverID
	}
	return &seo
}

// Check implements [Content].
func (a *Article) Check(c Checker) { c.Need(!a.Title.Empty(), "title") }

// Derive implements [Content].
func (a *Article) Derive(minutes func(RichText) Minutes) { a.ReadingMinutes = minutes(a.Body) }

// TakeOver implements [Content]: the breadcrumb, from its section.
func (a *Article) TakeOver(find Finder) (cycle bool, err error) {
	a.BreadcrumbIDs, cycle, err = ancestors(a.ID, a.SectionID, find)
	return cycle, err
}

// Taken implements [Content].
func (a *Article) Taken() Taken { return takenAncestors("breadcrumb", a.BreadcrumbIDs, sectionBelow) }

// Correct implements [Content].
func (a *Article) Correct(c Correction) { a.Corrections = append(a.Corrections, &c) }

// Searched implements [Content].
func (a *Article) Searched() Searched {
	return Searched{
		Texts: []SearchText{
			{Field: "title", Class: SearchTitle, Text: a.Title},
			{Field: "byline", Class: SearchName, Text: a.Byline},
			{Field: "lead", Class: SearchLead, Text: a.Lead},
			{Field: "body", Class: SearchBody, Body: a.Body},
		},
		Sections: slices.Concat(a.BreadcrumbIDs, idsOf(a.SectionID)), Tags: a.TagIDs, Organizations: a.OrganizationIDs,
		Authors: a.AuthorIDs, Events: a.EventIDs, Programs: a.ProgramIDs, Year: yearOf(a.PublishedAt),
	}
}
