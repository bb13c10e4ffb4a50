package search

import (
	"sync"

	"sen/internal/content"
)

// Pair is a short name and the name that it stands for.
type Pair struct{ Short, Name string }

// Abbreviations are the short names of entries. The zero value has none. It is safe for concurrent use.
type Abbreviations struct{ mu sync.RWMutex }

// Set replaces the pairs of an entry: one for each language with both a short name and a name.
func (a *Abbreviations) Set(id content.ID, pairs []Pair) {}

// Remove removes the pairs of an entry.
func (a *Abbreviations) Remove(id content.ID) { a.Set(id, nil) }
