package content

// URL is an absolute address with the scheme http or https.
type URL string

// KindOrganization names the kind of [Organization].
const KindOrganization Kind = "Organization"

var organizationKind = describe[Organization](Descriptor{
	Kind: KindOrganization, Prefix: "organization", Root: "/organizations", Folder: "organizations",
	Label:   []string{"name"},
	Names:   Names{One: "organization", Many: "organizations", Noun: "an organization", Nouns: "organizations"},
	Derived: []string{"ancestors"},
	Tree:    true,
	Page:    Page{Summary: "description", Cover: "logo"},
})

// Organization is a public body, a department, a unit of one, or an enterprise.
// Organizations form a tree.
type Organization struct {
	Base        `json:",inline"`
	Name        Text `json:"name" lint:"line"`
	ShortName   Text `json:"shortName,omitempty" lint:"line"`
	Description Text `json:"description,omitempty"`
	ParentID    ID   `json:"parent,omitempty" link:"Organization"`
	// AncestorIDs are the organizations above it, from the root down.
	AncestorIDs []ID `json:"ancestors,omitempty" link:"Organization"`
	Website     URL  `json:"website,omitempty"`
	LogoID      ID   `json:"logo,omitempty" link:"Media"`
}

// Kind implements [Content].
func (*Organization) Kind() Kind { return KindOrganization }

// Label implements [Content].
func (o *Organization) Label() Text { return o.Name }

// Check implements [Content].
func (o *Organization) Check(c Checker) { c.Need(!o.Name.Empty(), "name") }

// ParentLink implements [Content].
func (o *Organization) ParentLink() ID { return o.ParentID }

// Gives implements [Content].
func (o *Organization) Gives() []any { return []any{o.ParentID} }

// TakeOver implements [Content]: the organizations above it, from its parent.
func (o *Organization) TakeOver(find Finder) (cycle bool, err error) {
	o.AncestorIDs, cycle, err = ancestors(o.ID, o.ParentID, find)
	return cycle, err
}

// Taken implements [Content].
func (o *Organization) Taken() Taken {
	return takenAncestors("ancestors", o.AncestorIDs, func(parent ID) Content { return &Organization{ParentID: parent} })
}

// Searched implements [Content].
func (o *Organization) Searched() Searched {
	return Searched{
		Texts:     named(o.Name, o.ShortName, o.Description),
		ShortName: o.ShortName, Organizations: o.AncestorIDs,
	}
}
