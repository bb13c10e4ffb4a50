package content

// Author is a person who writes, or who is named in the news.
type Author struct {
	Base `json:",inline"`
	Name Text `json:"name" lint:"line"`
	// Position is the person's present position; what it was on an occasion stands there.
	Position       Text `json:"position,omitempty" lint:"line"`
	OrganizationID ID   `json:"organization,omitempty" link:"Organization"`
	Bio            Text `json:"bio,omitempty"`
	AvatarID       ID   `json:"avatar,omitempty" link:"Media"`
}

// Kind implements [Content].
func (*Author) Kind() Kind { return KindAuthor }

// Label implements [Content].
func (a *Author) Label() Text { return a.Name }
