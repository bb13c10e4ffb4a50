package cache

import (
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"
)

// Stats are the counts of a cache since the start.
type Stats struct {
	// Hits are look-ups that found a value. Misses are those that did not.
	Hits, Misses atomic.Uint64
	// Fills are values that were cached. Refused are those that were not, because the content from which they were
	// made changed meanwhile.
	Fills, Refused atomic.Uint64
	// Forgotten are values that were dropped because something changed.
	Forgotten atomic.Uint64
}

// Memory is a cache of values of one type with a bound in bytes. A value is used only while the content from which it
// was made is unchanged. It suits values with few tags, since a look-up asks the journal for each tag. A nil Memory
// caches nothing.
//
// All instances have keys of the same type and store values of the same type ([kept]). So otter, which is generic, is
// compiled once and in this package: that takes about a second of processor time for each type.
type Memory[V any] struct {
	kept    entries
	journal *Journal
	stats   Stats
}

// entries is an otter.Cache. It is an interface, since every package that names the generic instance would compile it
// again.
type entries interface {
	GetIfPresent(key string) (*kept, bool)
	Set(key string, value *kept) (*kept, bool)
	Invalidate(key string) (*kept, bool)
	WeightedSize() uint64
	CleanUp()
}

// kept is a cached value with its tags, and with the journal's position from before it was made.
type kept struct {
	value any
	since uint64
	tags  []Tag
	bytes uint32
}

// NewMemory returns a cache of at most so many bytes; zero disables it. life is the longest time that a value is
// cached. It limits how long an outdated value stays if the notice of a change is lost.
func NewMemory[V any](journal *Journal, bytes uint64, life time.Duration) *Memory[V] {
	if bytes == 0 {
		return nil
	}
	return &Memory[V]{journal: journal, kept: newEntries(bytes, life)}
}

// newEntries returns a store of values with a bound in bytes. A life of zero means that values do not expire.
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

// Get returns the value of a key. It returns false if there is none, or none that is fresh.
func (m *Memory[V]) Get(key string) (value V, ok bool) {
	if m == nil {
		return value, false
	}
	k, ok := m.kept.GetIfPresent(key)
	if ok && !m.journal.Fresh(k.since, k.tags...) {
		ok = false
		if m.journal.Current() { // otherwise the value may be fresh again later
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

// overhead estimates the bytes that a cached value needs beside itself: its key, its tags, its entry.
const overhead = 256

// Put caches a value of about so many bytes, unless one of its tags has changed since a position of the journal.
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

// Recent is a cache of a number of values, those whose keys are requested most. Several goroutines may use it.
type Recent struct{ kept *otter.Cache[string, *kept] }

// NewRecent returns a cache of so many values.
func NewRecent(values int) *Recent {
	return &Recent{otter.Must(&otter.Options[string, *kept]{MaximumSize: values})}
}

// Of returns the value of a key. If there is none, it calls make, only once for concurrent requests.
func (r *Recent) Of(key string, make func() any) any {
	k, ok := r.kept.GetIfPresent(key)
	if !ok {
		k, _ = r.kept.ComputeIfAbsent(key, func() (*kept, bool) { return &kept{value: make()}, false })
	}
	return k.value
}
