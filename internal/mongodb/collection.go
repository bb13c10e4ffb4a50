package mongodb

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"sen/internal/content"
)

// spec is what the store has to know of a kind: everything else is the same for all.
type spec[T, F any] struct {
	kind content.Kind
	// name is the collection's.
	name string
	// texts are the texts that are compared as readers do: kept folded and with a sort key.
	texts map[string]func(*T) content.Text
	// orders are the places that a list can be ordered by; their names in the schema add _ASC and _DESC.
	orders map[string]sortKey
	// order is the one without an `orderBy`.
	order content.Order
	// relations are the stored links that lists are filtered by; each gets an index.
	relations []string
	// values are other stored fields that lists are filtered by; each gets an index.
	values []string
	// filter turns what the kind's filter asks into conditions.
	filter func(w *where, f *F)
	// filled completes a decoded copy with what stands elsewhere in it; may be nil.
	filled func(*T)
}

// Collection keeps the entries of one kind.
type Collection[T, F any] struct {
	spec[T, F]
	store *Store
	coll  *mongo.Collection
}

func newCollection[T, F any](s *Store, sp spec[T, F]) *Collection[T, F] {
	return &Collection[T, F]{spec: sp, store: s, coll: s.db.Collection(sp.name)}
}

// envelope is an entry as a reader of the live copy gets it.
type envelope[T any] struct {
	ID   content.ID `json:"_id"`
	Live *T         `json:"live"`
}

// live is where the copy that readers see stands in a document.
const live = "live."

// keys is where the store's own forms of a copy's texts stand in it.
const keys = "keys."

// published matches what readers may see. It bounds a value that every live copy
// has, so that an index can serve it; drafts have none.
var published = bson.E{Key: live + "publishedAt", Value: bson.D{{Key: "$gt", Value: time.Unix(0, 0).UTC()}}}

// baseFields are read with every entry.
var baseFields = []string{"slug", "version", "createdAt", "updatedAt", "publishedAt"}

// projection names what is read of the live copy.
func projection(fields []string) bson.D {
	p := make(bson.D, 0, len(baseFields)+len(fields))
	for _, f := range baseFields {
		p = append(p, bson.E{Key: live + f, Value: 1})
	}
	for _, f := range fields {
		p = append(p, bson.E{Key: live + f, Value: 1})
	}
	return p
}

// StoredFields names what a copy of the kind is stored with, apart from what is always read.
func (c *Collection[T, F]) StoredFields() []string {
	var names []string
	t := reflect.TypeFor[T]()
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name != "" && name != "-" {
			names = append(names, name)
		}
	}
	return names
}

// Kind is the kind of the collection's entries.
func (c *Collection[T, F]) Kind() content.Kind { return c.kind }

// indexes are the keys of the kind's indexes for a site's languages: one for each order;
// and for each link and value that lists are filtered by, one that goes on with the
// default order, so that neither a scan nor a sort in memory is needed. Within one,
// all directions are alike: it can be walked both ways.
func (c *Collection[T, F]) indexes(languages content.Languages) []bson.D {
	indexes := []bson.D{{{Key: live + "slug", Value: 1}}}
	ordered := func(key sortKey, before ...bson.E) {
		paths := []string{live + key.field}
		if key.localized {
			paths = nil
			for _, l := range languages.Locales {
				paths = append(paths, live+key.field+"."+string(l))
			}
		}
		for _, path := range paths {
			indexes = append(indexes, append(slices.Clone(before), bson.E{Key: path, Value: -1}, bson.E{Key: "_id", Value: -1}))
		}
	}
	for _, key := range c.orders {
		ordered(key)
	}
	base, _ := splitOrder(c.order)
	for _, field := range slices.Concat(c.relations, c.values) {
		if field == c.orders[base].field {
			continue // the order's own index serves it
		}
		ordered(c.orders[base], bson.E{Key: live + field, Value: 1})
	}
	return indexes
}

// indexName is the name that a driver gives an index by default.
func indexName(keys bson.D) string {
	var parts []string
	for _, e := range keys {
		parts = append(parts, fmt.Sprintf("%s_%v", e.Key, e.Value))
	}
	return strings.Join(parts, "_")
}

// indexTimeout bounds the making of a kind's indexes.
const indexTimeout = 6 * time.Hour

// prepare makes the indexes that are not there yet. Those that are there are not
// asked for again: FerretDB 1.24 breaks off the connection then (TestPrepareTwice
// tells when it is mended).
func (c *Collection[T, F]) prepare(ctx context.Context, languages content.Languages) error {
	var have []struct {
		Name string `json:"name"`
	}
	cursor, err := c.coll.Indexes().List(ctx)
	if err == nil {
		err = cursor.All(ctx, &have)
	}
	if err != nil && !isMissingCollection(err) {
		return fmt.Errorf("list the indexes of %s: %w", c.name, fail(err))
	}
	there := map[string]bool{}
	for _, index := range have {
		there[index.Name] = true
	}
	var missing []mongo.IndexModel
	for _, keys := range c.indexes(languages) {
		if !there[indexName(keys)] {
			missing = append(missing, mongo.IndexModel{Keys: keys})
		}
	}
	if len(missing) == 0 {
		return nil
	}
	// The deadline of an ordinary operation would break off the making of an index over
	// many entries, again and again.
	ctx, cancel := context.WithTimeout(ctx, indexTimeout)
	defer cancel()
	if _, err := c.coll.Indexes().CreateMany(ctx, missing); err != nil {
		return fmt.Errorf("make the indexes of %s: %w", c.name, fail(err))
	}
	return nil
}

// entry takes a decoded copy out of its envelope.
func (c *Collection[T, F]) entry(e *envelope[T]) *T {
	if e.Live == nil {
		return nil
	}
	if base, ok := any(e.Live).(content.Content); ok {
		base.Common().ID = e.ID
	}
	if c.filled != nil {
		c.filled(e.Live)
	}
	return e.Live
}

// ByIDs reads the published entries with some ids, with the given stored fields.
// What is not there is not in the answer.
func (c *Collection[T, F]) ByIDs(ctx context.Context, ids []content.ID, fields []string) (map[content.ID]*T, error) {
	found := make(map[content.ID]*T, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	cursor, err := c.coll.Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}, published},
		options.Find().SetProjection(projection(fields)).SetBatchSize(int32(len(ids)+1)))
	if err != nil {
		return nil, fail(err)
	}
	var docs []envelope[T]
	if err := cursor.All(ctx, &docs); err != nil {
		return nil, fail(err)
	}
	for i := range docs {
		if e := c.entry(&docs[i]); e != nil {
			found[docs[i].ID] = e
		}
	}
	return found, nil
}

// BySlug reads the published entry with a slug, present or former, with the given
// stored fields; nil when there is none.
func (c *Collection[T, F]) BySlug(ctx context.Context, slug string, fields []string) (*T, error) {
	var doc envelope[T]
	err := c.coll.FindOne(ctx, bson.D{{Key: live + "slug", Value: slug}, published}, options.FindOne().SetProjection(projection(fields))).Decode(&doc)
	if err == nil {
		return c.entry(&doc), nil
	}
	if !errors.Is(err, mongo.ErrNoDocuments) {
		return nil, fail(err)
	}
	claims, err := c.store.claims(ctx, []claimKey{{c.kind, slug}})
	if err != nil {
		return nil, err
	}
	id, ok := claims[claimKey{c.kind, slug}]
	if !ok {
		return nil, nil
	}
	found, err := c.ByIDs(ctx, []content.ID{id}, fields)
	return found[id], err
}

// Withdrawn tells whether a slug, present or former, is of an entry that once was
// published and is not any more. What never was published must not show by its
// address that it exists.
func (c *Collection[T, F]) Withdrawn(ctx context.Context, slug string) (bool, error) {
	key := claimKey{c.kind, slug}
	claims, err := c.store.claims(ctx, []claimKey{key})
	if err != nil || claims[key] == "" {
		return false, err
	}
	err = c.coll.FindOne(ctx, bson.D{
		{Key: "_id", Value: claims[key]},
		{Key: "live", Value: nil},
		{Key: "draft.publishedAt", Value: bson.D{{Key: "$gt", Value: time.Unix(0, 0).UTC()}}},
	}, options.FindOne().SetProjection(bson.D{{Key: "_id", Value: 1}})).Err()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return false, nil
	}
	return err == nil, fail(err)
}
