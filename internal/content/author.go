package content

// Author is a person who writes, or who is named in the news.
type Author struct {
	Base `json:",inline"`
	Name Text `json:"name"`
	// Position is the person's present position; what it was on an occasion stands there.
	Position       Text `json:"position,omitempty"`
	OrganizationID ID   `json:"organization,omitempty"`
	Bio            Text `json:"bio,omitempty"`
	AvatarID       ID   `json:"avatar,omitempty"`
}

// Kind implements [Content].
func (*Author) Kind() Kind { return KindAuthor }

// Label implements [Content].
func (a *Author) Label() Text { return a.Name }
