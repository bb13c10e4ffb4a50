// Package derive computes the fields that entries take over from other entries, and updates them when those entries
// change: the ancestors of a section, the breadcrumb of an article, the year and the series of an award.
package derive

import (
	"sen/internal/content"
	"sen/internal/entries"
	"sen/internal/richtext"
	"sen/internal/storage"
)

// Deriver keeps the derived fields in a store up to date.
type Deriver struct {
	store *storage.Store
	kinds entries.Kinds
}

// New returns a deriver for a store and its collections.
func New(store *storage.Store, kinds entries.Kinds) *Deriver { return &Deriver{store, kinds} }

// stages lists the stages at which an entry has copies.
var stages = []content.Stage{content.StageDraft, content.StagePublished}

// attempts is how often the same copies are derived again at most, because other entries changed meanwhile.
const attempts = 10

// Fill sets the derived fields of a copy: those computed from its own content, and those taken over from the entries
// that find returns. If cycle is true, the entry would be its own ancestor, and nothing is taken over.
func Fill(c content.Content, find content.Finder) (cycle bool, err error) {
	c.Derive(readingMinutes)
	return c.TakeOver(find)
}

// readingMinutes returns the reading time of a body in each language.
func readingMinutes(body content.RichText) content.Minutes {
	minutes := content.Minutes{}
	for locale, blocks := range body {
		if n := richtext.ReadingMinutes(richtext.Text(blocks)); n > 0 {
			minutes[locale] = n
		}
	}
	return minutes
}
