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

// Explain tells how the engine reads a page, or with bare only its places: the winning plan and what it examined.
func (c *Collection[T, F]) Explain(ctx context.Context, db *mongo.Database, l List[F], w Within, bare bool) (plan bson.Raw, err error) {
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
	err = db.RunCommand(ctx, bson.D{{Key: "explain", Value: find}, {Key: "verbosity", Value: "executionStats"}}).Decode(&plan)
	return plan, err
}

// Orders names the orders of the kind.
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

// FilterByDay has all lists with a filter be filtered by a stored day, too, as its result says.
func (c *Collection[T, F]) FilterByDay(field string) *content.Range[content.Date] {
	var by content.Range[content.Date]
	own := c.filter
	c.filter = func(w *where, f F) {
		own(w, f)
		query.Compare(w.Where, field, &by)
	}
	return &by
}

// Ignored are the members of the kind's filter from which no condition follows.
func (c *Collection[T, F]) Ignored() (names []string) {
	filter := reflect.TypeFor[F]().Elem()
	for i := range filter.NumField() {
		member := filter.Field(i)
		if member.Anonymous { // what all filters have
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

// ForgetKeys takes the sort keys off an entry, as if a program had written it that does not know them yet. Until its result is
// called, the keys are being worked out anew.
func (c *Collection[T, F]) ForgetKeys(ctx context.Context, id content.ID) (end func(), err error) {
	c.store.rekeying.Add(1)
	forget := engine.Update(engine.ByID(id), engine.Unset(query.Live+query.Keys+"sort", query.Draft+query.Keys+"sort"))
	return func() { c.store.rekeying.Add(-1) }, c.store.write(ctx, c.name, forget)
}

// ExplainEnds tells how the engine reads the ends of a stored link of readers' copies.
func (c *Collection[T, F]) ExplainEnds(ctx context.Context, db *mongo.Database, field string) (plan bson.Raw, err error) {
	distinct := bson.D{{Key: "distinct", Value: c.name}, {Key: "key", Value: query.Live + field}}
	err = db.RunCommand(ctx, bson.D{{Key: "explain", Value: distinct}, {Key: "verbosity", Value: "executionStats"}}).Decode(&plan)
	return plan, err
}

// Relations names the stored links that the kind's lists are filtered by.
func (c *Collection[T, F]) Relations() []string { return c.relations }

// SetFamiliar has the store take the elements of pages for known already, or for unknown.
func (c *Collection[T, F]) SetFamiliar(yes bool) {
	c.familiar.Store(0)
	if yes {
		c.familiar.Store(familiarAll)
	}
}

// Weigh is about how many bytes a decoded entry takes whose stored form has some.
var Weigh = weigh

// SetFault has a function called between the steps of a write.
func SetFault(f func(done string)) { fault = f }

// SetRestored has a store that is restored count as whole after another time in which nobody writes to it.
func SetRestored(after time.Duration) { restored = after }

// Show says in the claims of an entry that readers see it, as a write does behind it.
func (c *Collection[T, F]) Show(ctx context.Context, e *content.Entry[T]) error {
	return c.show(ctx, e)
}

// Free gives what lets go of the slugs that an entry won't have any more once it is saved.
func (c *Collection[T, F]) Free(ctx context.Context, before, after *content.Entry[T]) (release func(context.Context) error, err error) {
	_, err = c.claim(ctx, before, after, "rev_late", after.UpdatedAt)
	return func(ctx context.Context) error { return c.release(ctx, before, after, "rev_late") }, err
}

// AnyCollection is a collection of entries, for tests that go through all kinds.
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

// AnyList asks for a page of a kind.
type AnyList struct {
	First, Last   *int
	After, Before string
	Order         content.Order
	Locale        content.Locale
	Stage         content.Stage
}

// EachKind gives the collections of all kinds, in the order of the contract.
func (s *Store) EachKind() (all []AnyCollection) {
	for _, k := range content.Kinds() {
		all = append(all, s.collectionOf(k).(AnyCollection))
	}
	return all
}

// Values names the other stored fields that the kind's lists are filtered by.
func (c *Collection[T, F]) Values() []string { return c.values }

// ExplainAny is Explain with a filter by a value that the kind's filter has, or without one.
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
