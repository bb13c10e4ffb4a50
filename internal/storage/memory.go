package storage

import (
	"strings"
	"time"

	"sen/internal/cache"
	"sen/internal/content"
)

// memory keeps what readers are shown until it changes: entries decoded, and pages as lists of ids. What
// the newsroom reads is never taken from it.
type memory struct {
	entities *cache.Memory[entity]
	// slugs lead to ids, the empty one where a slug leads nowhere.
	slugs *cache.Memory[content.ID]
	pages *cache.Memory[*keptPage]
	forms *cache.Memory[string]
	// ends are those of stored links, as filters of readers ask for them.
	ends *cache.Memory[*linkEnds]
}

// FormOf is the key in [Store.Forms] of a body in a form, as it is read in a language. Name is that of the form: html,
// markdown. The field is part of it, since an entry may have several bodies.
func FormOf(body *content.Body, reading content.Locale, name string) string {
	return strings.Join([]string{string(body.Of), body.Field, string(body.Locale), string(reading), name}, " ")
}

// entity is a published entry as it was read with some fields; the entry is nil where there is none. It is
// shared by all readers: nobody changes it.
type entity struct {
	entry  any
	fields fieldSet
}

// slugShare, formShare and endShare are the parts of the entities' bound that slugs, forms and ends of links have: one
// of so many.
const slugShare, formShare, endShare = 16, 4, 32

// memoryLife is how long something is kept in memory, whatever changes or not: if a notice of a change is lost, the old value goes by that.
const memoryLife = time.Minute

func newMemory(journal *cache.Journal, entityBytes, pageBytes uint64) memory {
	slugs, forms, ends := entityBytes/slugShare, entityBytes/formShare, entityBytes/endShare
	return memory{
		entities: cache.NewMemory[entity](journal, entityBytes-slugs-forms-ends, memoryLife),
		slugs:    cache.NewMemory[content.ID](journal, slugs, memoryLife),
		forms:    cache.NewMemory[string](journal, forms, memoryLife),
		ends:     cache.NewMemory[*linkEnds](journal, ends, memoryLife),
		pages:    cache.NewMemory[*keptPage](journal, pageBytes, memoryLife),
	}
}

// fieldSet is a set of a kind's stored fields, a bit for each.
type fieldSet uint64
