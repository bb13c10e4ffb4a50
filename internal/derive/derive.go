// Package derive works out what entries take over from other entries, and brings it up to date when those change: the
// ancestors of a section, the breadcrumb of an article, the year and the series of an award.
package derive

import (
	"sen/internal/content"
	"sen/internal/entries"
	"sen/internal/richtext"
	"sen/internal/storage"
)

// Deriver keeps the derived fields of a store up to date.
type Deriver struct {
	store *storage.Store
	kinds entries.Kinds
}

// New makes a deriver for a store and its collections.
func New(store *storage.Store, kinds entries.Kinds) *Deriver { return &Deriver{store, kinds} }

// stages are those at which an entry has copies.
var stages = []content.Stage{content.StageDraft, content.StagePublished}

// attempts bounds how often the same copies are worked out anew because others changed meanwhile.
const attempts = 10

// Fill sets the derived fields of a copy: those that follow from its own content, and those that it takes over from
// others, which find finds. Cycle tells that it would stand below itself; then nothing is taken over.
func Fill(c content.Content, find content.Finder) (cycle bool, err error) {
	c.Derive(readingMinutes)
	return c.TakeOver(find)
}

// readingMinutes counts how long each language's body takes to read.
func readingMinutes(body content.RichText) content.Minutes {
	minutes := content.Minutes{}
	for locale, blocks := range body {
		if n := richtext.ReadingMinutes(richtext.Text(blocks)); n > 0 {
			minutes[locale] = n
		}
	}
	return minutes
}
