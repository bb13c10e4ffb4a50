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

// Memory keeps values of one sort within a bound of bytes, each while what it was made from stays as it was. It is for
// values that were made from little: a look-up asks the journal for each tag. A nil one keeps nothing.
//
// All of them have keys of one type and keep values of one type ([kept]), so that otter, which is generic, is compiled
// once and in this package: it takes about a second of processor time for each type.
type Memory[V any] struct {
	kept    entries
	journal *Journal
	stats   Stats
}

// entries is an otter.Cache. It is an interface, since a package that names the instance would compile it once more.
type entries interface {
	GetIfPresent(key string) (*kept, bool)
	Set(key string, value *kept) (*kept, bool)
	Invalidate(key string) (*kept, bool)
	WeightedSize() uint64
	CleanUp()
}

// kept is a value with the moment from which it was made, and from what.
type kept struct {
	value any
	since uint64
	tags  []Tag
	bytes uint32
}

// NewMemory makes room for values that take so many bytes at most. Each is kept for a lifetime at most, whatever
// changes or not: if a notice of a change is lost, the old value goes by that. Zero bytes keep nothing.
func NewMemory[V any](journal *Journal, bytes uint64, life time.Duration) *Memory[V] {
	if bytes == 0 {
		return nil
	}
	return &Memory[V]{journal: journal, kept: newEntries(bytes, life)}
}

// newEntries makes room for values by their bytes; a lifetime of zero has no end.
func newEntries(bytes uint64, life time.Duration) entries {
	o := &otter.Options[string, *kept]{
		MaximumWeight: bytes,
		Weigher:       func(_ string, k *kept) uint32 { return k.bytes },
	}
	if life > 0 {
		o.ExpiryCalculator = otter.ExpiryWriting[string, *kept](life)
	}
	return otter.Must(o)
}

// Get finds the value of a key. It is false if there is none that is fresh.
func (m *Memory[V]) Get(key string) (value V, ok bool) {
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
	return k.value.(V), true
}

// overhead is about what a value takes beside itself, in bytes: its key, its tags, its place.
const overhead = 256

// Put keeps a value of about so many bytes that was made from a moment on, unless some of what it was made
// from changed since.
func (m *Memory[V]) Put(key string, value V, bytes int, since uint64, tags ...Tag) {
	if m == nil {
		return
	}
	if !m.journal.Fresh(since, tags...) {
		m.stats.Refused.Add(1)
		return
	}
	m.kept.Set(key, &kept{value, since, tags, uint32(bytes + overhead)})
	m.stats.Fills.Add(1)
}

// Stats implements [Kept].
func (m *Memory[V]) Stats() *Stats { return &m.stats }

// Bytes implements [Kept].
func (m *Memory[V]) Bytes() uint64 { return m.kept.WeightedSize() }

// Recent keeps a value for each of the keys that are asked for most. It is safe for use by several goroutines.
type Recent struct{ kept *otter.Cache[string, *kept] }

// NewRecent makes room for so many values.
func NewRecent(values int) *Recent {
	return &Recent{otter.Must(&otter.Options[string, *kept]{MaximumSize: values})}
}

// Of is the value of a key. If there is none, make gives it, once however many ask at the same time.
func (r *Recent) Of(key string, make func() any) any {
	k, ok := r.kept.GetIfPresent(key)
	if !ok {
		k, _ = r.kept.ComputeIfAbsent(key, func() (*kept, bool) { return &kept{value: make()}, false })
	}
	return k.value
}
