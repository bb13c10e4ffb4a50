package content

// KindTag names the kind of [Tag].
const KindTag Kind = "Tag"

var tagKind = describe[Tag](Descriptor{
	Kind: KindTag, Prefix: "tag", Root: "/tags", Folder: "tags", Label: []string{"name"},
	Names: Names{One: "tag", Many: "tags", Noun: "a tag", Nouns: "tags"},
	Page:  Page{Summary: "description"},
})

// Tag is a topic that articles and events share.
type Tag struct {
	Base        `json:",inline"`
	Name        Text `json:"name" lint:"line"`
	Description Text `json:"description,omitempty"`
}

// Kind implements [Content].
func (*Tag) Kind() Kind { return KindTag }

// Label implements [Content].
func (t *Tag) Label() Text { return t.Name }

// Check implements [Content].
func (t *Tag) Check(c Checker) { c.Need(!t.Name.Empty(), "name") }

// Searched implements [Content].
func (t *Tag) Searched() Searched {
	return Searched{Texts: named(t.Name, nil, t.Description)}
}
