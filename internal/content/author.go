package content

// KindAuthor names the kind of [Author].
const KindAuthor Kind = "Author"

var authorKind = describe[Author](Descriptor{
	Kind: KindAuthor, Prefix: "author", Root: "/authors", Folder: "authors", Label: []string{"name"},
	Names: Names{One: "author", Many: "authors", Noun: "an author", Nouns: "authors"},
	Page:  Page{Bio: "bio"},
})

// Author is a person who writes, or who is named in the news.
type Author struct {
	Base `json:",inline"`
	Name Text `json:"name" lint:"line"`
	// Position is the person's present position. The position at a past event is stored with the event.
	Position       Text `json:"position,omitempty" lint:"line"`
	OrganizationID ID   `json:"organization,omitempty" link:"Organization"`
	Bio            Text `json:"bio,omitempty"`
	AvatarID       ID   `json:"avatar,omitempty" link:"Media"`
}

// Kind implements [Content].
func (*Author) Kind() Kind { return KindAuthor }

// Label implements [Content].
func (a *Author) Label() Text { return a.Name }

// Check implements [Content].
func (a *Author) Check(c Checker) { c.Need(!a.Name.Empty(), "name") }

// Searched implements [Content].
func (a *Author) Searched() Searched {
	return Searched{
		Texts: []SearchText{
			{Field: "name", Class: SearchTitle, Text: a.Name},
			{Field: "position", Class: SearchName, Text: a.Position},
			{Field: "bio", Class: SearchLead, Text: a.Bio},
		},
		Organizations: idsOf(a.OrganizationID),
	}
}
