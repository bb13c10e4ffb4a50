package content

// URL is an absolute address with the scheme http or https.
type URL string

// Organization is a public body, a department, a unit of one, or an enterprise.
// Organizations form a tree.
type Organization struct {
	Base        `json:",inline"`
	Name        Text `json:"name"`
	ShortName   Text `json:"shortName,omitempty"`
	Description Text `json:"description,omitempty"`
	ParentID    ID   `json:"parent,omitempty"`
	// AncestorIDs are the organizations above it, from the root down.
	AncestorIDs []ID `json:"ancestors,omitempty"`
	Website     URL  `json:"website,omitempty"`
	LogoID      ID   `json:"logo,omitempty"`
}

// Kind implements [Content].
func (*Organization) Kind() Kind { return KindOrganization }

// Label implements [Content].
func (o *Organization) Label() Text { return o.Name }
