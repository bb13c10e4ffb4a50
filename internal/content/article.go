package content

// Article is a piece of news: what readers come for.
type Article struct {
	Base  `json:",inline"`
	Title Text `json:"title"`
	// Lead is the summary in front of the body.
	Lead    Text     `json:"lead,omitempty"`
	Body    RichText `json:"body,omitempty"`
	CoverID ID       `json:"cover,omitempty"`
	// AuthorIDs are who wrote it, in the order of the byline.
	AuthorIDs []ID `json:"authors,omitempty"`
	// Byline is the line as printed ("Minh Thư – P. KHTCTH"). It is kept as written,
	// so that it stays true when the author moves to another unit.
	Byline    Text `json:"byline,omitempty"`
	SectionID ID   `json:"section,omitempty"`
	// BreadcrumbIDs are the sections from the root down to SectionID.
	BreadcrumbIDs   []ID `json:"breadcrumb,omitempty"`
	TagIDs          []ID `json:"tags,omitempty"`
	EventIDs        []ID `json:"events,omitempty"`
	AwardIDs        []ID `json:"awards,omitempty"`
	ProgramIDs      []ID `json:"programs,omitempty"`
	OrganizationIDs []ID `json:"organizations,omitempty"`
	// RelatedIDs are what an editor chose to show beside it.
	RelatedIDs []ID `json:"related,omitempty"`
	// ReadingMinutes is how long each language's body takes to read, in minutes.
	ReadingMinutes Minutes `json:"readingMinutes,omitempty"`
	// Search overrides what search engines and link previews show.
	Search SEO `json:"seo,omitzero"`
}

// Minutes is a number of whole minutes for each language.
type Minutes map[Locale]int

// SEO is what search engines and link previews show of a page.
type SEO struct {
	Title       Text `json:"title,omitempty"`
	Description Text `json:"description,omitempty"`
	ImageID     ID   `json:"image,omitempty"`
	// NoIndex asks search engines to leave the page out.
	NoIndex bool `json:"noIndex,omitempty"`
}

// Kind implements [Content].
func (*Article) Kind() Kind { return KindArticle }

// Label implements [Content].
func (a *Article) Label() Text { return a.Title }

// SEO is what the editor set, with the title, the lead and the cover where nothing is.
func (a *Article) SEO() *SEO {
	seo := a.Search
	if len(seo.Title) == 0 {
		seo.Title = a.Title
	}
	if len(seo.Description) == 0 {
		seo.Description = a.Lead
	}
	if seo.ImageID == "" {
		seo.ImageID = a.CoverID
	}
	return &seo
}
