package storage

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"sen/internal/cache"
	"sen/internal/content"
)

// set converts field names to a set. It returns false if a name is unknown.
func (c *Collection[T, F]) set(fields []string) (set fieldSet, ok bool) {
	for _, name := range fields {
		bit, known := c.bits[name]
		if !known {
			return 0, false
		}
		set |= bit
	}
	return set, true
}

// names returns the names of the fields in a set.
func (c *Collection[T, F]) names(set fieldSet) (names []string) {
	for name, bit := range c.bits {
		if set&bit != 0 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// shared reports whether a stage shows the same to all readers, so that it may be cached.
func (c *Collection[T, F]) shared(stage content.Stage) bool {
	return stage != content.StageDraft && !c.whole
}

// cacheable reports whether entries that are read at a stage with some fields are cached. It also returns the fields as
// a set.
func (c *Collection[T, F]) cacheable(stage content.Stage, fields []string) (set fieldSet, ok bool) {
	set, known := c.set(fields)
	return set, known && c.shared(stage) && c.store.memory.entities != nil
}

// weigh estimates the memory of a decoded entry in bytes from the size of its stored form: see TestMemoryWeight.
func weigh(stored int) int { return 3*stored + 512 }

// cacheEntry caches an entry; nil means that there is none. since is the journal's position from before the read.
func (c *Collection[T, F]) cacheEntry(id content.ID, e T, fields fieldSet, stored int, since uint64) {
	kept := entity{fields: fields}
	if !content.IsNil(e) {
		kept.entry = e
	}
	c.store.memory.entities.Put(string(id), kept, weigh(stored), since, cache.Entry(id))
}

// cachedEntry returns a cached entry. ok means that the cache has all the given fields of it, or knows that it does not
// exist. have are the cached fields even if some are missing.
func (c *Collection[T, F]) cachedEntry(id content.ID, fields fieldSet) (e T, have fieldSet, ok bool) {
	k, ok := c.store.memory.entities.Get(string(id))
	if !ok {
		return e, 0, false
	}
	if k.entry == nil {
		return e, 0, true
	}
	return k.entry.(T), k.fields, k.fields&fields == fields
}

// Cached reads the entries with some ids for readers, from the cache as far as possible. Unlike [Collection.ByIDs] it
// returns them in the order of the ids, with nil for an entry that does not exist. The entries are shared: the caller
// must not change them.
func (c *Collection[T, F]) Cached(
	ctx context.Context, ids []content.ID, stage content.Stage, fields []string,
) ([]T, error) {
	note(ctx, ids)
	return c.cached(ctx, ids, stage, fields)
}

// cached does what Cached does, without recording the tags of what is read.
func (c *Collection[T, F]) cached(
	ctx context.Context, ids []content.ID, stage content.Stage, fields []string,
) ([]T, error) {
	lookup, entries := c.cachedLookup(ids, stage, fields)
	if err := c.store.Look(ctx, lookup); err != nil {
		return nil, err
	}
	return entries(), nil
}

// CachedLookup prepares a read of entries like that of [Collection.Cached]. The caller passes the lookup to
// [Store.Look] and then calls the function, which returns the entries. The lookup is nil if all entries are in the
// cache.
func (c *Collection[T, F]) CachedLookup(
	ctx context.Context, ids []content.ID, stage content.Stage, fields []string,
) (*Lookup, func() []T) {
	note(ctx, ids)
	return c.cachedLookup(ids, stage, fields)
}

// cachedLookup does what CachedLookup does, without recording the tags of what is read.
func (c *Collection[T, F]) cachedLookup(ids []content.ID, stage content.Stage, fields []string) (*Lookup, func() []T) {
	entries := make([]T, len(ids))
	want, keeps := c.cacheable(stage, fields)
	var missing map[content.ID]bool
	read := want
	for i, id := range ids {
		if keeps {
			e, have, ok := c.cachedEntry(id, want)
			if ok {
				entries[i] = e
				continue
			}
			read |= have // fields that are in the cache stay in the cache
		}
		if missing == nil {
			missing = make(map[content.ID]bool, len(ids))
		}
		missing[id] = true
	}
	if missing == nil {
		return nil, func() []T { return entries }
	}
	if keeps {
		fields = c.names(read)
	}
	since := c.store.Feed.Journal.Now()
	l := c.byID(stage, slices.Collect(maps.Keys(missing)), fields)
	return l, func() []T {
		for id := range missing {
			if found := l.found[string(id)]; keeps {
				e, _ := found.decoded.(T)
				c.cacheEntry(id, e, read, found.stored, since)
			}
		}
		for i, id := range ids {
			if missing[id] {
				entries[i], _ = l.found[string(id)].decoded.(T)
			}
		}
		return entries
	}
}

// The share of recently read elements that were in the cache is measured in units of 1/hitShareAll. Above
// hitShareBare a page reads only the ids and sort keys of its elements. That reads less, but elements that are not
// in the cache need a second read.
const hitShareAll, hitShareBare = 1024, 960

// cacheRows caches the elements of a page that were read with it and are not in the cache yet. It also updates the
// measured share of elements that were in the cache before.
func (c *Collection[T, F]) cacheRows(rows []row[T], fields fieldSet, since uint64) {
	if len(rows) == 0 {
		return
	}
	known := 0
	for _, r := range rows {
		if _, _, ok := c.cachedEntry(r.ID, fields); ok {
			known++
		} else if !content.IsNil(r.entry) {
			c.cacheEntry(r.ID, r.entry, fields, r.stored, since)
		}
	}
	before := c.hitShare.Load()
	c.hitShare.Store(before + (int64(known*hitShareAll/len(rows))-before)/4)
}

// keys returns the cache keys of the pages of a list for some parents. It returns false if the pages are not cached.
func (c *Collection[T, F]) keys(l List[F], parents []Within) (keys []string, ok bool) {
	keys = make([]string, len(parents))
	if c.store.memory.pages == nil || !c.shared(l.Stage) {
		return keys, false
	}
	filter, err := json.Marshal(l.Filter)
	if err != nil {
		return keys, false
	}
	b := make([]byte, 0, 512)
	for _, part := range []string{
		string(c.kind), string(l.Order), string(l.Locale), l.After, l.Before, l.Search,
		string(filter),
	} {
		b = append(strconv.AppendInt(b, int64(len(part)), 10), ':')
		b = append(b, part...)
	}
	for _, n := range []*int{l.First, l.Last, l.Offset} {
		if b = append(b, ','); n != nil {
			b = strconv.AppendInt(b, int64(*n), 10)
		}
	}
	for i, w := range parents {
		within := b
		for _, link := range w.Any {
			within = append(append(within, '|'), link.Field...)
			for _, id := range link.IDs {
				within = append(append(within, ' '), id...)
			}
		}
		within = append(append(within, '!'), w.Not...)
		sum := sha256.Sum256(within)
		keys[i] = string(sum[:])
	}
	return keys, true
}

// Forms returns the cache of rendered bodies. A rendered body stays in it until the content from which it was made
// changes.
func (s *Store) Forms() *cache.Memory[string] { return s.memory.forms }

// Kept returns the caches of the store by name.
func (s *Store) Kept() map[string]cache.Kept {
	all := map[string]cache.Kept{}
	name := func(name string, kept cache.Kept, keeps bool) {
		if keeps {
			all[name] = kept
		}
	}
	name("entities", s.memory.entities, s.memory.entities != nil)
	name("slugs", s.memory.slugs, s.memory.slugs != nil)
	name("forms", s.memory.forms, s.memory.forms != nil)
	name("ends", s.memory.ends, s.memory.ends != nil)
	name("pages", s.memory.pages, s.memory.pages != nil)
	return all
}

// note records that some entries are read, whether they exist or not.
func note(ctx context.Context, ids []content.ID) {
	for _, id := range ids {
		cache.Note(ctx, cache.Entry(id))
	}
}
