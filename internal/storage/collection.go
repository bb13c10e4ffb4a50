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

// spec is what the store has to know of a kind: everything else is the same for all.
type spec[T any, F content.Filter[F]] struct {
	kind content.Kind
	// name is the collection's.
	name string
	// texts are the texts that are compared as readers do: kept folded and with a sort key.
	texts map[string]func(T) content.Text
	// orders are the places that a list can be ordered by; their names in the schema add _ASC and _DESC.
	orders map[string]query.SortKey
	// composed are the sort keys of orders by several values at once, by their names among the keys.
	composed map[string]composed[T]
	// ranked are the orders of the lists within what a link leads to, by the link; each gets an index.
	ranked map[string]string
	// order is the one without an `orderBy`.
	order content.Order
	// relations are the stored links that lists are filtered by; each gets an index.
	relations []string
	// together are two relations that readers filter a list by at once; each pair gets an index.
	together [][2]string
	// values are other stored fields that lists are filtered by; each gets an index.
	values []string
	// lookups are stored fields of working copies by which one entry is found; each gets an index.
	lookups []string
	// filter turns what the kind's filter asks into conditions.
	filter func(w *where, f F)
	// whole tells that a document is the copy itself, without an envelope.
	whole bool
}

// Collection keeps the entries of one kind. T is a pointer to the kind's struct, F to that of its filter.
type Collection[T any, F content.Filter[F]] struct {
	spec[T, F]
	// lists is how lists of the kind are read.
	lists query.Kind
	store *Store
	// table has the entries; shown is it for what readers are shown.
	table, shown engine.Table
	// make makes an empty copy.
	make func() T
	// fields names what a copy of the kind is stored with, apart from what is always read.
	fields  []string
	decoder bsondoc.Decoder
	// entryDecoder and copies decode whole entries and single copies. Only archives ask for them.
	entryDecoder, copies func() bsondoc.Decoder
	// bits are the places of fields in a fieldSet.
	bits map[string]fieldSet
	// familiar is how much of the pages that were read lately was in memory before, in parts of familiarAll.
	familiar atomic.Int64
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
	c.entryDecoder = sync.OnceValue(func() bsondoc.Decoder { return bsondoc.DecoderOf(reflect.TypeFor[content.Entry[*E]]()) })
	c.copies = sync.OnceValue(func() bsondoc.Decoder { return bsondoc.DecoderOf(reflect.TypeFor[E]()) })
	for i, name := range c.fields {
		c.bits[name] = 2 << i
	}
	return c
}

// scanned are the paths that filters ask for and for which an index of a server is not worth its writes. A local engine
// has them in memory too, so that it reads no document that a filter does not hold for.
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

// StoredFields names what a copy of the kind is stored with, apart from what is always read.
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

// New makes an empty copy of the kind.
func (c *Collection[T, F]) New() T { return c.make() }

// read is the table as entries are read from it by a view.
func (c *Collection[T, F]) read(v query.View) engine.Table {
	if v.Editing || c.whole {
		return c.table
	}
	return c.shown
}

// Kind is the kind of the collection's entries.
func (c *Collection[T, F]) Kind() content.Kind { return c.kind }

func (c *Collection[T, F]) collectionName() string { return c.name }

func (c *Collection[T, F]) indexes(languages content.Languages) []bson.D {
	return c.lists.Indexes(languages)
}

// composed is a sort key that is made of several values of a copy: first, as text, and then the collation key of a
// text.
type composed[T any] struct {
	first func(T) string
	then  string
}

// formerSlugs is the one field that is asked for and not among a kind's own.
const formerSlugs = "formerSlugs"

// envelope is an entry of which a part was read.
type envelope[T any] struct {
	ID              content.ID `json:"_id"`
	Live            T          `json:"live"`
	Draft           T          `json:"draft"`
	content.Editing `json:",inline"`
}
