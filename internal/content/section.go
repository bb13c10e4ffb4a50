package content

// Section is a part of the site, such as news. Sections form a tree, which is
// what a breadcrumb shows.
type Section struct {
	Base        `json:",inline"`
	Name        Text `json:"name" lint:"line"`
	Description Text `json:"description,omitempty"`
	ParentID    ID   `json:"parent,omitempty" link:"Section"`
	// AncestorIDs are the sections above it, from the root down.
	AncestorIDs []ID `json:"ancestors,omitempty" link:"Section"`
	// Position orders sections that stand beside each other, from 0.
	Position int `json:"position"`
}

// Kind implements [Content].
func (*Section) Kind() Kind { return KindSection }

// Label implements [Content].
func (s *Section) Label() Text { return s.Name }
