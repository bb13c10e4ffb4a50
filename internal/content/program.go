package content

// Program is a policy programme (đề án): it runs for years, and articles and
// events refer to it.
type Program struct {
	Base           `json:",inline"`
	Name           Text `json:"name" lint:"line"`
	ShortName      Text `json:"shortName,omitempty" lint:"line"`
	Description    Text `json:"description,omitempty"`
	StartYear      *int `json:"startYear,omitempty"`
	EndYear        *int `json:"endYear,omitempty"`
	OrganizationID ID   `json:"organization,omitempty" link:"Organization"`
}

// Kind implements [Content].
func (*Program) Kind() Kind { return KindProgram }

// Label implements [Content].
func (p *Program) Label() Text { return p.Name }
