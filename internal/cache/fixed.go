package cache

// Kept is what is kept in memory of one sort.
type Kept interface {
	// Stats is what happened since the start.
	Stats() *Stats
	// Bytes is about how much is kept.
	Bytes() uint64
}

// Fixed keeps values that never change, such as what is made from a text alone, within a bound of bytes. It shares its
// one form of otter with [Memory].
type Fixed[V any] struct {
	kept  entries
	weigh func(string, V) uint32
	stats Stats
}

// NewFixed makes room for values, each of about so many bytes as a function tells.
func NewFixed[V any](bytes uint64, weigh func(key string, value V) uint32) *Fixed[V] {
	return &Fixed[V]{kept: newEntries(bytes, 0), weigh: weigh}
}

// Get finds the value of a key. It is false if there is none.
func (f *Fixed[V]) Get(key string) (value V, ok bool) {
	if value, ok = f.Peek(key); ok {
		f.stats.Hits.Add(1)
	} else {
		f.stats.Misses.Add(1)
	}
	return value, ok
}

// Peek finds as Get does, and is not counted.
func (f *Fixed[V]) Peek(key string) (value V, ok bool) {
	k, ok := f.kept.GetIfPresent(key)
	if !ok {
		return value, false
	}
	return k.value.(V), true
}

// Put keeps a value.
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
