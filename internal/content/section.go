package content

// KindSection names the kind of [Section].
const KindSection Kind = "Section"

var sectionKind = describe[Section](Descriptor{
	Kind: KindSection, Prefix: "section", Root: "/sections", Folder: "sections", Label: []string{"name"},
	Names:   Names{One: "section", Many: "sections", Noun: "a section", Nouns: "sections"},
	Derived: []string{"ancestors"},
	Tree:    true,
	Page:    Page{Summary: "description"},
})

// Section is a part of the site, such as news. Sections form a tree, which breadcrumbs show.
type Section struct {
	Base        `json:",inline"`
	Name        Text `json:"name" lint:"line"`
	Description Text `json:"description,omitempty"`
	ParentID    ID   `json:"parent,omitempty" link:"Section"`
	// AncestorIDs are the sections above it, from the root down.
	AncestorIDs []ID `json:"ancestors,omitempty" link:"Section"`
	// Position orders the sections with the same parent, from 0.
	Position int `json:"position"`
}

// Kind implements [Content].
func (*Section) Kind() Kind { return KindSection }

// Label implements [Content].
func (s *Section) Label() Text { return s.Name }

// Check implements [Content].
func (s *Section) Check(c Checker) { c.Need(!s.Name.Empty(), "name") }

// ParentLink implements [Content].
func (s *Section) ParentLink() ID { return s.ParentID }

// Gives implements [Content].
func (s *Section) Gives() []any { return []any{s.ParentID} }

// TakeOver implements [Content]: the sections above it, from its parent.
func (s *Section) TakeOver(find Finder) (cycle bool, err error) {
	s.AncestorIDs, cycle, err = ancestors(s.ID, s.ParentID, find)
	return cycle, err
}

// Taken implements [Content].
func (s *Section) Taken() Taken { return takenAncestors("ancestors", s.AncestorIDs, sectionBelow) }

// sectionBelow returns a section with the data that the entries below it have of it: its parent.
func sectionBelow(parent ID) Content { return &Section{ParentID: parent} }

// Searched implements [Content].
func (s *Section) Searched() Searched {
	return Searched{
		Texts:    named(s.Name, nil, s.Description),
		Sections: s.AncestorIDs,
	}
}
