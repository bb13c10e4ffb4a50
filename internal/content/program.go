package content

// KindProgram names the kind of [Program].
const KindProgram Kind = "Program"

var programKind = describe[Program](Descriptor{
	Kind: KindProgram, Prefix: "program", Root: "/programs", Folder: "programs", Label: []string{"name"},
	Names: Names{One: "program", Many: "programs", Noun: "a programme", Nouns: "programmes"},
	Page:  Page{Summary: "description"},
})

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

// Check implements [Content].
func (p *Program) Check(c Checker) {
	c.Need(!p.Name.Empty(), "name")
	c.Count(p.StartYear, 9999, "startYear")
	c.Count(p.EndYear, 9999, "endYear")
	c.Ordered(p.StartYear == nil || p.EndYear == nil || *p.EndYear >= *p.StartYear, "endYear")
}

// Searched implements [Content].
func (p *Program) Searched() Searched {
	return Searched{
		Texts: append(named(p.Name, p.ShortName, p.Description),
			SearchText{Field: "startYear", Class: SearchName, Text: same(yearText(p.StartYear))}),
		ShortName: p.ShortName, Organizations: idsOf(p.OrganizationID),
	}
}
