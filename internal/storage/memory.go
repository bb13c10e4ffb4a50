package storage

import (
	"strings"
	"time"

	"sen/internal/cache"
	"sen/internal/content"
)

// memory is the cache of what readers see: decoded entries, and pages as lists of ids. Each value is dropped when the
// content from which it was made changes. Reads of the newsroom never use it.
type memory struct {
	entities *cache.Memory[entity]
	// slugs map slugs to ids. An empty id means that the slug leads readers nowhere.
	slugs *cache.Memory[content.ID]
	pages *cache.Memory[*keptPage]
	forms *cache.Memory[string]
	// ends are the visible targets of stored links, for the filters of readers.
	ends *cache.Memory[*linkEnds]
}

// FormOf is the cache key in [Store.Forms] of a rendered body, read in a language. name is the output format: html,
// markdown. The key includes the field, since an entry may have several bodies.
func FormOf(body *content.Body, reading content.Locale, name string) string {
	return strings.Join([]string{string(body.Of), body.Field, string(body.Locale), string(reading), name}, " ")
}

// entity is a published entry, as it was read with some fields. The entry is nil if it does not exist. All readers
// share it: nobody may change it.
type entity struct {
	entry  any
	fields fieldSet
}

// slugShare, formShare and endShare divide the bound of the cache of entries: the results are the bounds of the caches
// of slugs, of rendered bodies, and of ends of links.
const slugShare, formShare, endShare = 16, 4, 32

// memoryLife is the longest time that a value is cached. It limits how long an outdated value stays if the notice of
// a change is lost.
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

// fieldSet is a set of a kind's stored fields, one bit for each.
type fieldSet uint64
