package cache

import (
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"
)

// Stats count what happened in a cache, since the start.
type Stats struct {
	// Hits were answered from what is kept, Misses were not.
	Hits, Misses atomic.Uint64
	// Fills were kept; Refused were not, because what they were made from changed meanwhile.
	Fills, Refused atomic.Uint64
	// Forgotten is how many went because something changed.
	Forgotten atomic.Uint64
}

// Memory keeps values of one sort within a bound of bytes, each while what it was made from stays as it
// was. It is for what was made from little: a look-up asks for each of the tags. A nil one keeps nothing.
type Memory[K comparable, V any] struct {
	kept    entries[K, kept[V]]
	journal *Journal
	stats   Stats
}

// entries are what is kept: an otter.Cache. It is an interface, so that the cache is compiled where it is made, and not once
// more in each package that names a type with a [Memory] in it.
type entries[K comparable, V any] interface {
	GetIfPresent(key K) (V, bool)
	Set(key K, value V) (V, bool)
	Invalidate(key K) (V, bool)
	WeightedSize() uint64
	CleanUp()
}

// kept is a value with the moment from which it was made, and from what.
type kept[V any] struct {
	value V
	since uint64
	tags  []Tag
	bytes uint32
}

// NewMemory makes room for values, each for a lifetime at most, whatever changes or not: a last net. Zero
// bytes keep nothing.
func NewMemory[K comparable, V any](journal *Journal, bytes uint64, life time.Duration) *Memory[K, V] {
	if bytes == 0 {
		return nil
	}
	return &Memory[K, V]{journal: journal, kept: otter.Must(&otter.Options[K, kept[V]]{
		MaximumWeight:    bytes,
		Weigher:          func(_ K, k kept[V]) uint32 { return k.bytes },
		ExpiryCalculator: otter.ExpiryWriting[K, kept[V]](life),
	})}
}

// Get finds the value of a key, and tells whether there is a fresh one.
func (m *Memory[K, V]) Get(key K) (value V, ok bool) {
	if m == nil {
		return value, false
	}
	k, ok := m.kept.GetIfPresent(key)
	if ok && !m.journal.Fresh(k.since, k.tags...) {
		ok = false
		if m.journal.Current() { // else it may be fresh again when changes are heard of again
			if _, there := m.kept.Invalidate(key); there {
				m.stats.Forgotten.Add(1)
			}
		}
	}
	if !ok {
		m.stats.Misses.Add(1)
		return value, false
	}
	m.stats.Hits.Add(1)
	return k.value, true
}

// overhead is about what a value takes beside itself, in bytes: its key, its tags, its place.
const overhead = 256

// Put keeps a value of about so many bytes that was made from a moment on, unless some of what it was made
// from changed since.
func (m *Memory[K, V]) Put(key K, value V, bytes int, since uint64, tags ...Tag) {
	if m == nil {
		return
	}
	if !m.journal.Fresh(since, tags...) {
		m.stats.Refused.Add(1)
		return
	}
	m.kept.Set(key, kept[V]{value, since, tags, uint32(bytes + overhead)})
	m.stats.Fills.Add(1)
}

// Stats implements [Kept].
func (m *Memory[K, V]) Stats() *Stats { return &m.stats }

// Bytes implements [Kept].
func (m *Memory[K, V]) Bytes() uint64 { return m.kept.WeightedSize() }
