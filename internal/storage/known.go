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

// set is some fields as a set, and false if one is unknown.
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

// names are the fields of a set.
func (c *Collection[T, F]) names(set fieldSet) (names []string) {
	for name, bit := range c.bits {
		if set&bit != 0 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// shared tells whether what a stage shows is the same for all readers, so that it may be kept.
func (c *Collection[T, F]) shared(stage content.Stage) bool {
	return stage != content.StageDraft && !c.whole
}

// keeps tells whether entries are kept in memory that are read at a stage with some fields.
func (c *Collection[T, F]) keeps(stage content.Stage, fields []string) (set fieldSet, ok bool) {
	set, known := c.set(fields)
	return set, known && c.shared(stage) && c.store.memory.entities != nil
}

// weigh is about how many bytes a decoded entry takes whose stored form has some: see TestMemoryWeight.
func weigh(stored int) int { return 3*stored + 512 }

// keep keeps an entry, nil for none, as it was read from a moment on.
func (c *Collection[T, F]) keep(id content.ID, e T, fields fieldSet, stored int, since uint64) {
	kept := entity{fields: fields}
	if !content.IsNil(e) {
		kept.entry = e
	}
	c.store.memory.entities.Put(string(id), kept, weigh(stored), since, cache.Entry(id))
}

// kept is an entry in memory with all of some fields; ok tells that it is known, be it that there is none.
func (c *Collection[T, F]) kept(id content.ID, fields fieldSet) (e T, have fieldSet, ok bool) {
	k, ok := c.store.memory.entities.Get(string(id))
	if !ok {
		return e, 0, false
	}
	if k.entry == nil {
		return e, 0, true
	}
	return k.entry.(T), k.fields, k.fields&fields == fields
}

// Known gives readers the entries with some ids as [Collection.ByIDs] does, but in the order of the ids, and nil for
// what is not there; from memory as far as it is there. The entries are shared: nobody may change them.
func (c *Collection[T, F]) Known(ctx context.Context, ids []content.ID, stage content.Stage, fields []string) ([]T, error) {
	note(ctx, ids)
	return c.known(ctx, ids, stage, fields)
}

// known is Known without a note of what is read.
func (c *Collection[T, F]) known(ctx context.Context, ids []content.ID, stage content.Stage, fields []string) ([]T, error) {
	lookup, entries := c.reading(ids, stage, fields)
	if err := c.store.Look(ctx, lookup); err != nil {
		return nil, err
	}
	return entries(), nil
}

// Reading begins a read of entries as [Collection.Known] does it: the entries are there when [Store.Look] made the
// lookup, which is nil where all are in memory.
func (c *Collection[T, F]) Reading(ctx context.Context, ids []content.ID, stage content.Stage, fields []string) (*Lookup, func() []T) {
	note(ctx, ids)
	return c.reading(ids, stage, fields)
}

// reading is Reading without a note of what is read.
func (c *Collection[T, F]) reading(ids []content.ID, stage content.Stage, fields []string) (*Lookup, func() []T) {
	entries := make([]T, len(ids))
	want, keeps := c.keeps(stage, fields)
	var missing map[content.ID]bool
	read := want
	for i, id := range ids {
		if keeps {
			e, have, ok := c.kept(id, want)
			if ok {
				entries[i] = e
				continue
			}
			read |= have // what is known stays known
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
				c.keep(id, e, read, found.stored, since)
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

// familiarAll and familiarEnough are shares of a page that was in memory before: all of it, and from where on the
// places of its elements are read alone. They take less to read, but what is not known is read in a second step then.
const familiarAll, familiarEnough = 1024, 960

// adopt keeps the elements of a page that are not in memory yet, as far as they were read with it,
// and learns how many were.
func (c *Collection[T, F]) adopt(rows []row[T], fields fieldSet, since uint64) {
	if len(rows) == 0 {
		return
	}
	known := 0
	for _, r := range rows {
		if _, _, ok := c.kept(r.ID, fields); ok {
			known++
		} else if !content.IsNil(r.entry) {
			c.keep(r.ID, r.entry, fields, r.stored, since)
		}
	}
	before := c.familiar.Load()
	c.familiar.Store(before + (int64(known*familiarAll/len(rows))-before)/4)
}

// keys are what the pages of a list for some parents are kept under; false if they are not kept at all.
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
	for _, part := range []string{string(c.kind), string(l.Order), string(l.Locale), l.After, l.Before, string(filter)} {
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

// Forms keeps forms of bodies while what they were made from stays as it was.
func (s *Store) Forms() *cache.Memory[string] { return s.memory.forms }

// Kept are the sorts of what is kept in memory, by name.
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

// note notes that some entries are read, there or not.
func note(ctx context.Context, ids []content.ID) {
	for _, id := range ids {
		cache.Note(ctx, cache.Entry(id))
	}
}
