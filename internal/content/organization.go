package content

// URL is an absolute address with the scheme http or https.
type URL string

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
