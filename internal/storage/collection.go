package storage

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/query"
)

// spec describes how the store keeps a kind. Everything that is not here is the same for all kinds.
type spec[T any, F content.Filter[F]] struct {
	kind content.Kind
	// name is the name of the collection.
	name string
	// texts are the texts that are compared as readers compare them: the store keeps their folded form and a sort key.
	texts map[string]func(T) content.Text
	// orders are the sort keys of lists by name. The names in the schema add _ASC and _DESC.
	orders map[string]query.SortKey
	// composed are the sort keys that are made of several values, by their names among the keys.
	composed map[string]composed[T]
	// ranked are the orders of the lists that belong to the target of a link, by the link. Each gets an index.
	ranked map[string]string
	// order is the order of lists without an `orderBy`.
	order content.Order
	// relations are the stored links that lists are filtered by; each gets an index.
	relations []string
	// together are pairs of relations by which readers filter a list at the same time. Each pair gets an index.
	together [][2]string
	// values are other stored fields that lists are filtered by; each gets an index.
	values []string
	// lookups are stored fields of working copies by which one entry is found; each gets an index.
	lookups []string
	// filter turns the filter of the kind into conditions.
	filter func(w *where, f F)
	// whole means that a document is the copy itself, without an envelope.
	whole bool
}

// Collection keeps the entries of one kind. T is a pointer to the kind's struct; F is a pointer to the struct of its
// filter.
type Collection[T any, F content.Filter[F]] struct {
	spec[T, F]
	// lists describes how lists of the kind are read.
	lists query.Kind
	store *Store
	// table holds the entries. shown is the same table for reads whose results readers see (see [guard.Shown]).
	table, shown engine.Table
	// make returns an empty copy.
	make func() T
	// fields are the names of the stored fields of a copy, apart from those that are always read.
	fields  []string
	decoder bsondoc.Decoder
	// entryDecoder and copies decode whole entries and single copies. Only archives use them.
	entryDecoder, copies func() bsondoc.Decoder
	// bits are the bits of the fields in a fieldSet.
	bits map[string]fieldSet
	// hitShare is the share of the elements of recently read pages that were in the cache before, in units of
	// 1/hitShareAll.
	hitShare atomic.Int64
}

func newCollection[E any, F content.Filter[F]](s *Store, sp spec[*E, F]) *Collection[*E, F] {
	c := &Collection[*E, F]{spec: sp, store: s, bits: map[string]fieldSet{formerSlugs: 1}}
	c.table, c.shown = s.engine.Table(sp.name), s.shown.Table(sp.name)
	c.make = func() *E { return new(E) }
	fields, single := fieldsOf(reflect.TypeFor[E]())
	c.fields, c.lists = fields, query.Kind{
		Kind: sp.kind, Orders: sp.orders, Order: sp.order, Ranked: sp.ranked, Relations: sp.relations, Single: single,
		Together: sp.together, Values: sp.values, Lookups: sp.lookups, Whole: sp.whole,
	}
	c.decoder = bsondoc.DecoderOf(reflect.TypeFor[envelope[*E]]())
	if c.whole {
		c.decoder = bsondoc.DecoderOf(reflect.TypeFor[E]())
	}
	c.entryDecoder = sync.OnceValue(func() bsondoc.Decoder {
		return bsondoc.DecoderOf(reflect.TypeFor[content.Entry[*E]]())
	})
	c.copies = sync.OnceValue(func() bsondoc.Decoder { return bsondoc.DecoderOf(reflect.TypeFor[E]()) })
	for i, name := range c.fields {
		c.bits[name] = 2 << i
	}
	return c
}

// scanned returns the paths that filters use and for which an index on a server is not worth the cost of its writes.
// A local engine keeps them in memory too, so that it reads no document that the filter does not match.
func (c *Collection[T, F]) scanned(languages content.Languages) (paths []string) {
	if c.whole {
		return []string{"action", "by.id"}
	}
	for _, at := range []string{query.Live, query.Draft} {
		paths = append(paths, at+query.Keys+formField)
		for _, field := range slices.Concat(c.relations, c.values) {
			paths = append(paths, at+field)
		}
		for _, text := range slices.Sorted(maps.Keys(c.texts)) {
			for _, l := range languages.Locales {
				paths = append(paths, at+query.Keys+"fold."+text+"."+string(l), at+query.Keys+"same."+text+"."+string(l))
			}
		}
	}
	return paths
}

// StoredFields returns the names of the stored fields of a copy, apart from those that are always read.
func (c *Collection[T, F]) StoredFields() []string { return c.fields }

func fieldsOf(t reflect.Type) (names []string, single map[string]bool) {
	single = map[string]bool{}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name != "" && name != "-" {
			names = append(names, name)
			single[name] = t.Field(i).Type == reflect.TypeFor[content.ID]()
		}
	}
	return names, single
}

// New returns an empty copy of the kind.
func (c *Collection[T, F]) New() T { return c.make() }

// read returns the table from which entries are read by a view.
func (c *Collection[T, F]) read(v query.View) engine.Table {
	if v.Editing || c.whole {
		return c.table
	}
	return c.shown
}

// Kind returns the kind of the collection's entries.
func (c *Collection[T, F]) Kind() content.Kind { return c.kind }

func (c *Collection[T, F]) collectionName() string { return c.name }

func (c *Collection[T, F]) indexes(languages content.Languages) []bson.D {
	return c.lists.Indexes(languages)
}

// composed is a sort key that is made of two values of a copy: the text first, and then the collation key of a text.
type composed[T any] struct {
	first func(T) string
	then  string
}

// formerSlugs is the only field that can be requested without being one of the kind's own.
const formerSlugs = "formerSlugs"

// envelope is an entry of which only a part was read.
type envelope[T any] struct {
	ID              content.ID `json:"_id"`
	Live            T          `json:"live"`
	Draft           T          `json:"draft"`
	content.Editing `json:",inline"`
}
