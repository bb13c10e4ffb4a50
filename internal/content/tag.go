package content

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
