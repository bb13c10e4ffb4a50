package cache

import "github.com/maypok86/otter/v2"

// Kept is what is kept in memory of one sort.
type Kept interface {
	// Stats is what happened since the start.
	Stats() *Stats
	// Bytes is about how much is kept.
	Bytes() uint64
}

// Fixed keeps values that never change, such as what is made from a text alone, within a bound of bytes.
type Fixed[K comparable, V any] struct {
	kept  entries[K, V]
	stats Stats
}

// NewFixed makes room for values, each of about so many bytes as a function tells.
func NewFixed[K comparable, V any](bytes uint64, weigh func(K, V) uint32) *Fixed[K, V] {
	return &Fixed[K, V]{kept: otter.Must(&otter.Options[K, V]{MaximumWeight: bytes, Weigher: weigh})}
}

// Get finds the value of a key, and tells whether there is one.
func (f *Fixed[K, V]) Get(key K) (value V, ok bool) {
	if value, ok = f.kept.GetIfPresent(key); ok {
		f.stats.Hits.Add(1)
	} else {
		f.stats.Misses.Add(1)
	}
	return value, ok
}

// Peek finds as Get does, and is not counted.
func (f *Fixed[K, V]) Peek(key K) (value V, ok bool) { return f.kept.GetIfPresent(key) }

// Put keeps a value.
func (f *Fixed[K, V]) Put(key K, value V) {
	f.kept.Set(key, value)
	f.stats.Fills.Add(1)
}

// Stats implements [Kept].
func (f *Fixed[K, V]) Stats() *Stats { return &f.stats }

// Bytes implements [Kept].
func (f *Fixed[K, V]) Bytes() uint64 {
	f.kept.CleanUp()
	return f.kept.WeightedSize()
}
