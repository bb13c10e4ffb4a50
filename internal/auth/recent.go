package auth

import "container/list"

// recent is a map with a limit. When it is full, a new key replaces the key that was set least recently. A cache such
// as otter can't be used: it may reject a new key, and then its failures would not count.
type recent[V any] struct {
	most   int
	places map[uint64]*list.Element // the value of each element is an entry[V]
	order  list.List                // the most recently set key is first
}

type entry[V any] struct {
	key   uint64
	value V
}

func newRecent[V any](most int) *recent[V] {
	return &recent[V]{most: most, places: map[uint64]*list.Element{}}
}

// get returns the value of a key; the zero value and false if the map does not have it.
func (r *recent[V]) get(key uint64) (value V, ok bool) {
	place, ok := r.places[key]
	if ok {
		value = place.Value.(entry[V]).value
	}
	return value, ok
}

func (r *recent[V]) set(key uint64, value V) {
	if place, ok := r.places[key]; ok {
		place.Value = entry[V]{key, value}
		r.order.MoveToFront(place)
		return
	}
	if len(r.places) == r.most {
		r.remove(r.order.Back().Value.(entry[V]).key)
	}
	r.places[key] = r.order.PushFront(entry[V]{key, value})
}

func (r *recent[V]) remove(key uint64) {
	if place, ok := r.places[key]; ok {
		r.order.Remove(place)
		delete(r.places, key)
	}
}
