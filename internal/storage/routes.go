package storage

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/batch"
)

// routes is the collection of claimed slugs. Its `_id` is the kind and the slug,
// which makes slugs unique on every engine and keeps former ones answering.
const routes = "routes"

// claimKey names a slug of a kind.
type claimKey struct {
	kind content.Kind
	slug string
}

func (k claimKey) id() string { return string(k.kind) + ":" + k.slug }

// claim is a slug that belongs to an entry, now or formerly.
type claim struct {
	ID    string     `json:"_id"`
	Entry content.ID `json:"entry"`
	At    time.Time  `json:"at"`
	// By is the revision of the write that took it, or gives it up.
	By string `json:"by,omitempty"`
	// Program is the run of the program that took it.
	Program string `json:"program,omitempty"`
	// Open tells that the write that claims it may come to nothing: see [Store.Sweep].
	Open bool `json:"open,omitempty"`
	// Public tells that readers see the entry with the slug. It is set behind what made it so and taken back before
	// what ends it, so that one which is missing tells nothing, and none tells of what readers can't see.
	Public bool `json:"public,omitempty"`
	// Hidden is the last version of the entry that took Public back; none before it may set it any more.
	Hidden int `json:"hidden,omitempty"`
}

// same is the filter for a claim that nobody has changed since it was read.
func (c claim) same() bson.D {
	filter := bson.D{{Key: "_id", Value: c.ID}, {Key: "entry", Value: c.Entry}, {Key: "at", Value: c.At}}
	if c.By != "" {
		filter = append(filter, bson.E{Key: "by", Value: c.By})
	}
	return filter
}

var claimDecoder = bsondoc.DecoderOf(reflect.TypeFor[claim]())

// openField marks the claims that no sweep has looked at; the others are Public, Hidden and Program.
const (
	openField    = "open"
	publicField  = "public"
	hiddenField  = "hidden"
	programField = "program"
)

// claims finds whose some slugs are. What nobody claimed is not in the answer.
func (s *Store) claims(ctx context.Context, keys []claimKey) (map[claimKey]claim, error) {
	return s.lookUpClaims(ctx, keys, false)
}

// readClaims is claims for what is only read: together with other requests.
func (s *Store) readClaims(ctx context.Context, keys []claimKey) (map[claimKey]claim, error) {
	return s.lookUpClaims(ctx, keys, true)
}

func (s *Store) lookUpClaims(ctx context.Context, keys []claimKey, shared bool) (map[claimKey]claim, error) {
	l := &Lookup{name: routes, table: routes, path: "_id", shared: shared, decode: func(doc bson.Raw) (string, any, error) {
		var held claim
		err := claimDecoder.Decode(bsondoc.Document(doc), &held)
		return held.ID, held, err
	}}
	for _, k := range keys {
		l.values = append(l.values, k.id())
	}
	if err := s.Look(ctx, l); err != nil {
		return nil, err
	}
	claims := make(map[claimKey]claim, len(keys))
	for _, k := range keys {
		if held, ok := l.found[k.id()].decoded.(claim); ok {
			claims[k] = held
		}
	}
	return claims, nil
}

// heldBy finds whose some slugs are, nil for those that nobody claimed.
func (s *Store) heldBy(ctx context.Context, keys []claimKey) ([]*claim, error) {
	have, err := s.claims(ctx, keys)
	held := make([]*claim, len(keys))
	for i, key := range keys {
		if c, ok := have[key]; ok {
			held[i] = &c
		}
	}
	return held, err
}

// claim takes the slugs that an entry comes to have for it. One that was claimed by a write that came to nothing changes
// hands. Those that the entry won't have any more are opened by the same command: should nobody come to let them go, a sweep
// does. By is the write's revision, at when it is made. It tells whether there are such.
func (c *Collection[T, F]) claim(ctx context.Context, before, e *content.Entry[T], by string, at time.Time) (lost bool, err error) {
	var claims []claim
	var changes []engine.Change
	for _, slug := range common(e.Draft).Slugs() {
		own := claim{ID: claimKey{c.kind, slug}.id(), Entry: e.ID, At: at, By: by, Program: c.store.program, Open: true}
		if holds(before, slug) || slices.Contains(claims, own) {
			continue
		}
		claims, changes = append(claims, own), append(changes, engine.Replace(own.ID, own, bson.E{Key: "entry", Value: e.ID}))
	}
	if before != nil {
		for _, slug := range common(before.Draft).Slugs() {
			if !holds(e, slug) {
				own := bson.D{{Key: "_id", Value: claimKey{c.kind, slug}.id()}, {Key: "entry", Value: e.ID}}
				changes = append(changes, engine.Update(own, bson.D{{Key: "$set", Value: bson.D{{Key: openField, Value: true}, {Key: "by", Value: by}}}}))
			}
		}
	}
	others, err := c.store.writeEach(ctx, routes, changes)
	for _, i := range others {
		if err == nil {
			err = c.takeOver(ctx, claims[i])
		}
	}
	return len(changes) > len(claims), err
}

// release lets the slugs go that an entry lost by a write, but one that a later write has taken up again.
func (c *Collection[T, F]) release(ctx context.Context, before, after *content.Entry[T], by string) error {
	var changes []engine.Change
	for _, slug := range common(before.Draft).Slugs() {
		if !holds(after, slug) {
			changes = append(changes, engine.Delete(bson.D{
				{Key: "_id", Value: claimKey{c.kind, slug}.id()}, {Key: "entry", Value: after.ID}, {Key: "by", Value: by},
			}))
		}
	}
	_, err := c.store.writeEach(ctx, routes, changes)
	return err
}

// Taken tells whether a slug belongs to another entry than one.
func (c *Collection[T, F]) Taken(ctx context.Context, slug string, than content.ID) (bool, error) {
	held, err := c.store.claims(ctx, []claimKey{{c.kind, slug}})
	if err != nil {
		return false, err
	}
	claimed, ok := held[claimKey{c.kind, slug}]
	if !ok || claimed.Entry == than {
		return false, nil
	}
	holder, _, err := c.Entry(ctx, claimed.Entry) // nil has no slug
	return holds(holder, slug), err
}

// holds tells whether an entry has a slug, or had it. A nil one has none.
func holds[T any](e *content.Entry[T], slug string) bool {
	return e != nil && (common(e.Draft).HasSlug(slug) || slices.Contains(e.PublicSlugs, slug))
}

// claimGrace is how long a slug that was claimed belongs to an entry that does not have it: a write may be about to give it
// one. It is twice as long as the commands of a write may take together.
const claimGrace = time.Minute

// left tells whether a claim of an entry that does not have the slug was left behind, at the time of another one. A local
// engine is one program's: a program before it has ended.
func (s *Store) left(held, now claim) bool {
	return s.engine.Local() && held.Program != s.program || now.At.Sub(held.At) >= claimGrace
}

// takeOver takes a slug that another entry claimed and does not have.
func (c *Collection[T, F]) takeOver(ctx context.Context, own claim) error {
	_, slug, _ := strings.Cut(own.ID, ":")
	held, err := batch.Join(ctx, "claim", claimKey{c.kind, slug}, c.store.heldBy)
	if err != nil {
		return err
	}
	if held == nil { // it was let go meanwhile
		return &SlugTakenError{slug}
	}
	if held.Entry == own.Entry {
		return nil
	}
	holder, _, err := c.Entry(ctx, held.Entry)
	if err != nil {
		return err
	}
	if holds(holder, slug) || !c.store.left(*held, own) {
		return &SlugTakenError{slug}
	}
	others, err := c.store.writeEach(ctx, routes, []engine.Change{engine.Replace(own.ID, own, held.same()[1:]...)}) // but the _id
	if err == nil && len(others) > 0 {
		return &SlugTakenError{slug}
	}
	return err
}

// show says in the claims of a saved entry that readers see it.
func (c *Collection[T, F]) show(ctx context.Context, e *content.Entry[T]) error {
	return c.updateClaims(ctx, c.publicIDs(e.Live), bson.D{
		{Key: "entry", Value: e.ID},
		{Key: hiddenField, Value: bson.D{{Key: "$not", Value: bson.D{{Key: "$gte", Value: e.Version}}}}},
	}, engine.Set(publicField, true))
}

// hide takes back what the claims say of the slugs that readers won't see any more once an entry is saved.
func (c *Collection[T, F]) hide(ctx context.Context, before, after *content.Entry[T]) error {
	remain := c.publicIDs(after.Live)
	gone := slices.DeleteFunc(c.publicIDs(before.Live), func(id string) bool { return slices.Contains(remain, id) })
	return c.updateClaims(ctx, gone, bson.D{
		{Key: "entry", Value: after.ID},
		{Key: hiddenField, Value: bson.D{{Key: "$not", Value: bson.D{{Key: "$gt", Value: after.Version}}}}},
	}, bson.D{
		{Key: "$set", Value: bson.D{{Key: hiddenField, Value: after.Version}}},
		{Key: "$unset", Value: bson.D{{Key: publicField, Value: ""}}},
	})
}

// publicIDs are the ids of the claims by which a live copy is reached; nil if there is none.
func (c *Collection[T, F]) publicIDs(copied T) (ids []string) {
	if content.IsNil(copied) {
		return nil
	}
	for _, slug := range common(copied).Slugs() {
		ids = append(ids, claimKey{c.kind, slug}.id())
	}
	return ids
}

// updateClaims changes those of some claims for which a condition holds.
func (c *Collection[T, F]) updateClaims(ctx context.Context, ids []string, condition, change bson.D) error {
	changes := make([]engine.Change, len(ids))
	for i, id := range ids {
		changes[i] = engine.Update(append(engine.ByID(id), condition...), change)
	}
	_, err := c.store.writeEach(ctx, routes, changes)
	return err
}

// sweepClaims looks at the claims that are older than any write may take: those whose
// entry has the slug are settled, the others let go.
func (s *Store) sweepClaims(ctx context.Context, now time.Time) (released int, err error) {
	old := bson.D{{Key: openField, Value: true}, {Key: "at", Value: bson.D{{Key: "$lt", Value: now.Add(-abandoned)}}}}
	err = s.engine.Table(routes).Find(ctx, engine.Query{Filter: old}, func(doc bson.Raw) error {
		var held claim
		if err := bsondoc.Unmarshal(doc, &held); err != nil {
			return err
		}
		kind, slug, _ := strings.Cut(held.ID, ":")
		has, err := there(ctx, s.engine.Table(s.collectionName(content.Kind(kind))), bson.D{{Key: "_id", Value: held.Entry}, {Key: "$or", Value: bson.A{
			bson.D{{Key: "draft.slug", Value: slug}}, bson.D{{Key: "draft.formerSlugs", Value: slug}}, bson.D{{Key: "publicSlugs", Value: slug}},
		}}})
		if err != nil {
			return err
		}
		// Another write of the entry that wants it has set another time by now.
		if has {
			return s.write(ctx, routes, engine.Update(held.same(), engine.Unset(openField)))
		}
		n, err := s.engine.Table(routes).Write(ctx, engine.Delete(held.same()))
		released += n
		return err
	})
	return released, err
}
