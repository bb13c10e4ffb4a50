package search

import (
	"sen/internal/content"
)

// Text is a text of an entry.
type Text struct {
	// Class is Title, Name or Lead; All for bodies and everything else.
	Class  Field
	Locale content.Locale
	Value  string
}

// Terms returns the tokens of the fields of a document.
func Terms(texts []Text) map[Field][]string { return nil }
