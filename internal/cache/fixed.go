package cache

// Kept is a cache whose use can be measured.
type Kept interface {
	// Stats returns the counts since the start.
	Stats() *Stats
	// Bytes returns an estimate of the size of the cached values.
	Bytes() uint64
}

// Fixed is a cache, with a bound in bytes, of values that never become outdated, such as what is computed from a text
// alone. It uses the same instance of otter's generic type as [Memory].
type Fixed[V any] struct {
	kept  entries
	weigh func(string, V) uint32
	stats Stats
}

// NewFixed returns a cache. weigh estimates the size of a value in bytes.
func NewFixed[V any](bytes uint64, weigh func(key string, value V) uint32) *Fixed[V] {
	return &Fixed[V]{kept: newEntries(bytes, 0), weigh: weigh}
}

// Get returns the value of a key. It returns false if there is none.
func (f *Fixed[V]) Get(key string) (value V, ok bool) {
	if value, ok = f.Peek(key); ok {
		f.stats.Hits.Add(1)
	} else {
		f.stats.Misses.Add(1)
	}
	return value, ok
}

// Peek does what Get does, but does not count the look-up.
func (f *Fixed[V]) Peek(key string) (value V, ok bool) {
	k, ok := f.kept.GetIfPresent(key)
	if !ok {
		return value, false
	}
	return k.value.(V), true
}

// Put caches a value.
func (f *Fixed[V]) Put(key string, value V) {
	f.kept.Set(key, &kept{value: value, bytes: f.weigh(key, value)})
	f.stats.Fills.Add(1)
}

// Stats implements [Kept].
func (f *Fixed[V]) Stats() *Stats { return &f.stats }

// Bytes implements [Kept].
func (f *Fixed[V]) Bytes() uint64 {
	f.kept.CleanUp()
	return f.kept.WeightedSize()
}
