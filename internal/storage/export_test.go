package storage

import (
	"context"
	"reflect"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/query"
)

// Explain returns how the engine reads a page: the winning plan and the number of examined keys and documents. If
// bare is true, it reads only ids and sort keys.
func (c *Collection[T, F]) Explain(
	ctx context.Context, db *mongo.Database, l List[F], w Within, bare bool,
) (plan bson.Raw, err error) {
	p, err := c.check(ctx, l)
	if err != nil {
		return nil, err
	}
	p.Bare = bare
	q := c.lists.Scans(p, []Within{w}, p.Sides()[:min(1, len(p.Sides()))], c.store.hints.Load())[0].Query(p, 0, p.Limit+1)
	find := bson.D{
		{Key: "find", Value: c.name},
		{Key: "filter", Value: q.Filter},
		{Key: "sort", Value: q.Sort},
		{Key: "limit", Value: q.Limit},
		{Key: "projection", Value: q.Fields},
	}
	for name, value := range map[string]bson.D{"hint": q.Hint, "min": q.Min, "max": q.Max} {
		if value != nil {
			find = append(find, bson.E{Key: name, Value: value})
		}
	}
	err = db.RunCommand(ctx,
		bson.D{{Key: "explain", Value: find}, {Key: "verbosity", Value: "executionStats"}}).Decode(&plan)
	return plan, err
}

// Orders returns the names of the orders of the kind.
func (c *Collection[T, F]) Orders() (names []string) {
	for name := range c.orders {
		names = append(names, name+"_ASC", name+"_DESC")
	}
	return names
}

// OrderByText adds an order by a stored text that copies may lack.
func (c *Collection[T, F]) OrderByText(name, field string) {
	c.orders[name] = query.Optional(query.Plain(field))
}

// FilterByDay makes all lists with a filter also be filtered by a stored day. The caller sets the returned range.
func (c *Collection[T, F]) FilterByDay(field string) *content.Range[content.Date] {
	var by content.Range[content.Date]
	own := c.filter
	c.filter = func(w *where, f F) {
		own(w, f)
		query.Compare(w.Where, field, &by)
	}
	return &by
}

// Ignored returns the members of the kind's filter that add no condition.
func (c *Collection[T, F]) Ignored() (names []string) {
	filter := reflect.TypeFor[F]().Elem()
	for i := range filter.NumField() {
		member := filter.Field(i)
		if member.Anonymous { // the members that all filters have
			continue
		}
		f := reflect.New(filter)
		compared := reflect.New(member.Type.Elem())
		for _, operator := range []string{"Eq", "Exists"} {
			if to := compared.Elem().FieldByName(operator); to.IsValid() {
				to.Set(reflect.New(to.Type().Elem()))
			}
		}
		f.Elem().Field(i).Set(compared)
		all := &lookups{store: c.store}
		w := c.where(all, content.StagePublished, []content.Locale{"vi"}, f.Interface().(F), 0)
		if len(w.Conds) == 0 && all.asked.none() {
			names = append(names, member.Name)
		}
	}
	return names
}

// ForgetKeys removes the sort keys of an entry, as if an old program without these keys had written it. Until the
// returned function is called, the store behaves as during a Rekey.
func (c *Collection[T, F]) ForgetKeys(ctx context.Context, id content.ID) (end func(), err error) {
	c.store.rekeying.Add(1)
	forget := engine.Update(engine.ByID(id), engine.Unset(query.Live+query.Keys+"sort", query.Draft+query.Keys+"sort"))
	return func() { c.store.rekeying.Add(-1) }, c.store.write(ctx, c.name, forget)
}

// ExplainEnds returns how the engine reads the targets of a stored link of published copies.
func (c *Collection[T, F]) ExplainEnds(
	ctx context.Context, db *mongo.Database, field string,
) (plan bson.Raw, err error) {
	distinct := bson.D{{Key: "distinct", Value: c.name}, {Key: "key", Value: query.Live + field}}
	err = db.RunCommand(ctx,
		bson.D{{Key: "explain", Value: distinct}, {Key: "verbosity", Value: "executionStats"}}).Decode(&plan)
	return plan, err
}

// Relations returns the stored links by which the kind's lists are filtered.
func (c *Collection[T, F]) Relations() []string { return c.relations }

// SetHitShare makes the store assume that the elements of pages are in the cache, or that they are not.
func (c *Collection[T, F]) SetHitShare(yes bool) {
	c.hitShare.Store(0)
	if yes {
		c.hitShare.Store(hitShareAll)
	}
}

// Weigh estimates the memory of a decoded entry in bytes from the size of its stored form.
var Weigh = weigh

// SetFault sets a function that is called between the steps of a write.
func SetFault(f func(done string)) { fault = f }

// SetRestored sets how long nobody must have written to a store for its restore to count as done.
func SetRestored(after time.Duration) { restored = after }

// Show marks the claims of an entry as public, as the end of a write does.
func (c *Collection[T, F]) Show(ctx context.Context, e *content.Entry[T]) error {
	return c.show(ctx, e)
}

// Free returns a function that removes the claims of the slugs that an entry will lose when it is saved.
func (c *Collection[T, F]) Free(
	ctx context.Context, before, after *content.Entry[T],
) (release func(context.Context) error, err error) {
	_, err = c.claim(ctx, before, after, "rev_late", after.UpdatedAt)
	return func(ctx context.Context) error { return c.release(ctx, before, after, "rev_late") }, err
}

// AnyCollection is a collection of entries, for tests that visit all kinds.
type AnyCollection interface {
	Kind() content.Kind
	Orders() []string
	Relations() []string
	Values() []string
	Ignored() []string
	ExplainAny(ctx context.Context, db *mongo.Database, order content.Order, value string, w Within) (bson.Raw, error)
	PageOf(ctx context.Context, ask AnyList) (ids []content.ID, cursors []string, info content.PageInfo, err error)
	ForgetKeys(ctx context.Context, id content.ID) (end func(), err error)
}

// AnyList is a request for a page of a kind.
type AnyList struct {
	First, Last   *int
	After, Before string
	Order         content.Order
	Locale        content.Locale
	Stage         content.Stage
}

// EachKind returns the collections of all kinds, in the order of the schema.
func (s *Store) EachKind() (all []AnyCollection) {
	for _, k := range content.Kinds() {
		all = append(all, s.collectionOf(k).(AnyCollection))
	}
	return all
}

// Values returns the other stored fields by which the kind's lists are filtered.
func (c *Collection[T, F]) Values() []string { return c.values }

// ExplainAny does what Explain does with a filter by a value that the kind's filter has, or without one.
func (c *Collection[T, F]) ExplainAny(
	ctx context.Context, db *mongo.Database, order content.Order, value string, w Within,
) (bson.Raw, error) {
	l := List[F]{Order: order}
	if value != "" {
		filter := reflect.New(reflect.TypeFor[F]().Elem())
		field := filter.Elem().FieldByName(strings.ToUpper(value[:1]) + value[1:])
		field.Set(reflect.New(field.Type().Elem()))
		equal := field.Elem().FieldByName("Eq")
		equal.Set(reflect.New(equal.Type().Elem()))
		l.Filter = filter.Interface().(F)
	}
	return c.Explain(ctx, db, l, w, false)
}

// PageOf reads a page.
func (c *Collection[T, F]) PageOf(
	ctx context.Context, ask AnyList,
) (ids []content.ID, cursors []string, info content.PageInfo, err error) {
	l := List[F]{
		First: ask.First, Last: ask.Last, After: ask.After, Before: ask.Before,
		Order: ask.Order, Locale: ask.Locale, Stage: ask.Stage,
		Asked: Asked{Next: true, Previous: true},
	}
	if ask.Stage == content.StageDraft {
		l.Drafts = []content.Kind{c.kind}
	}
	pages, err := c.Pages(ctx, l, []Within{{}})
	if err != nil {
		return nil, nil, info, err
	}
	for _, e := range pages[0].Nodes {
		ids = append(ids, content.As(e).Common().ID)
	}
	return ids, pages[0].Cursors, pages[0].PageInfo, nil
}
