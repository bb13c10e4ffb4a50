package embedded

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/engine"
)

// dice makes documents, filters and changes at random.
type dice struct{ *rand.Rand }

// among takes one of some values.
func among[T any](d dice, values ...T) T { return values[d.IntN(len(values))] }

// paths are those that documents have, and some that they have not.
var paths = []string{"n", "s", "d", "tags", "list.k", "list.in.m", "live.at", "live.title.vi", "live.slug", "b", "deep.a.x", "gone.at"}

// scalar is a value, often one that others have too.
func (d dice) scalar() any {
	switch d.IntN(12) {
	case 0:
		return nil
	case 1:
		return int64(d.IntN(5))
	case 2:
		return among(d, 1.5, 2.0, -1.0)
	case 3, 4:
		return int32(d.IntN(5))
	case 5:
		return bson.NewDateTimeFromTime(day("2020-01-01").Add(time.Duration(d.IntN(5)) * time.Hour))
	case 6:
		return d.IntN(2) == 0
	case 7:
		return strings.Repeat("x", d.IntN(200))
	}
	return among(d, "a", "ab", "b", "Đà Nẵng", "a.b", "", "x+y", "AB")
}

// list is an array of values, seldom with an array in it.
func (d dice) list(one func() any) A {
	list := A{}
	for range d.IntN(4) {
		if d.IntN(20) == 0 {
			list = append(list, A{one()})
		} else {
			list = append(list, one())
		}
	}
	return list
}

// fields makes a document of some fields, each of them there or not.
func (d dice) fields(makers map[string]func() any) D {
	doc := D{}
	for _, name := range slices.Sorted(keysIn(makers)) {
		if d.IntN(4) > 0 {
			doc = append(doc, bson.E{Key: name, Value: makers[name]()})
		}
	}
	return doc
}

func keysIn[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for key := range m {
			if !yield(key) {
				return
			}
		}
	}
}

func (d dice) document(id string) D {
	doc := d.fields(map[string]func() any{
		"n": d.scalar, "s": d.scalar, "d": d.scalar, "b": d.scalar,
		"tags": func() any { return d.list(d.scalar) },
		"list": func() any {
			return d.list(func() any {
				if d.IntN(8) == 0 {
					return d.scalar()
				}
				return d.fields(map[string]func() any{"k": d.scalar, "in": func() any {
					return d.list(func() any { return d.fields(map[string]func() any{"m": d.scalar}) })
				}})
			})
		},
		"live": func() any {
			if d.IntN(4) == 0 {
				return nil
			}
			return d.fields(map[string]func() any{
				"at": d.scalar, "slug": d.scalar,
				"title": func() any { return d.fields(map[string]func() any{"vi": d.scalar}) },
			})
		},
		"deep": func() any {
			return d.fields(map[string]func() any{"a": func() any {
				if d.IntN(3) == 0 {
					return d.list(func() any { return d.fields(map[string]func() any{"x": d.scalar}) })
				}
				return d.fields(map[string]func() any{"x": func() any { return d.list(d.scalar) }})
			}})
		},
	})
	return append(D{{Key: "_id", Value: id}}, doc...)
}

func (d dice) filter(depth int) D {
	filter := D{}
	for range d.IntN(3) {
		if depth > 0 && d.IntN(3) == 0 {
			parts := A{}
			for range 1 + d.IntN(3) {
				parts = append(parts, d.filter(depth-1))
			}
			filter = append(filter, bson.E{Key: among(d, "$and", "$or", "$nor"), Value: parts})
			continue
		}
		path := among(d, paths...)
		if d.IntN(8) == 0 {
			filter = append(filter, bson.E{Key: "_id", Value: d.idCondition()})
		} else {
			filter = append(filter, bson.E{Key: path, Value: d.condition(true)})
		}
		if path == "list.k" && d.IntN(2) == 0 {
			field := among(d, "k", "in.m")
			filter = append(filter, bson.E{Key: "list", Value: D{{Key: "$elemMatch", Value: D{{Key: field, Value: d.condition(false)}}}}})
		}
	}
	return filter
}

func (d dice) idCondition() any {
	id := fmt.Sprintf("%04d", d.IntN(300))
	return among[any](d, id, D{{Key: "$in", Value: A{id, "0003", "0100", "none"}}}, D{{Key: among(d, "$gt", "$lte", "$ne"), Value: id}})
}

func (d dice) condition(elements bool) any {
	one := func(op string) D { return D{{Key: op, Value: d.scalar()}} }
	some := func() (values A) {
		values = A{}
		for range d.IntN(4) {
			values = append(values, d.scalar())
		}
		return values
	}
	switch d.IntN(12) {
	case 0:
		return d.scalar()
	case 1:
		return D{{Key: among(d, "$in", "$nin"), Value: some()}}
	case 2:
		return D{{Key: "$exists", Value: d.IntN(2) == 0}}
	case 3:
		return bson.Regex{Pattern: among(d, "^", "") + among(d, "a", "x\\+y", "b", "Đà", "xx"), Options: among(d, "", "i")}
	case 4:
		return D{{Key: "$not", Value: one(among(d, "$gte", "$lt", "$eq"))}}
	case 5:
		return append(one("$gte"), one("$lt")...)
	case 6:
		return append(one("$gt"), bson.E{Key: "$nin", Value: some()})
	case 7:
		if elements {
			return D{{Key: "$elemMatch", Value: append(one("$gte"), bson.E{Key: "$nin", Value: some()})}}
		}
	case 8:
		if elements {
			return A{"a", int32(1)}
		}
	}
	return one(among(d, "$eq", "$ne", "$gt", "$gte", "$lt", "$lte"))
}

// world is a table and what should be in it.
type world struct {
	table *table
	docs  map[string]D
}

// decode is a document with Go values.
func decode(t testing.TB, raw bson.Raw) (doc D) {
	t.Helper()
	if err := bson.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// expected is what a query should find.
func (w *world) expected(q engine.Query) (docs []D) {
	for _, doc := range w.docs {
		if holds(doc, q.Filter) {
			docs = append(docs, doc)
		}
	}
	slices.SortFunc(docs, func(a, b D) int { return strings.Compare(a[0].Value.(string), b[0].Value.(string)) })
	sortNaive(docs, q.Sort)
	docs = docs[min(q.Skip, len(docs)):]
	if q.Limit > 0 {
		docs = docs[:min(q.Limit, len(docs))]
	}
	return docs
}

func idsIn(docs []D) (ids []string) {
	for _, doc := range docs {
		ids = append(ids, doc[0].Value.(string))
	}
	return ids
}

// query makes a query with an order that leaves no choice.
func (d dice) query() engine.Query {
	q := engine.Query{Filter: d.filter(2), Skip: among(d, 0, 0, 3, 1000), Limit: among(d, 0, 1, 5, 50)}
	direction := among(d, 1, -1)
	switch d.IntN(5) {
	case 0:
		q.Sort = D{{Key: among(d, paths...), Value: direction}, {Key: among(d, paths...), Value: -direction}}
	case 1:
		q.Sort = D{{Key: among(d, paths...), Value: direction}, {Key: "_id", Value: -direction}}
	}
	if len(q.Sort) == 0 && d.IntN(3) > 0 {
		q.Sort = D{{Key: among(d, paths...), Value: direction}}
	}
	if !slices.ContainsFunc(q.Sort, func(e bson.E) bool { return e.Key == "_id" }) {
		q.Sort = append(q.Sort, bson.E{Key: "_id", Value: direction})
	}
	return q
}

// check asks a query in every way in which the planner could answer it.
func (w *world) check(t *testing.T, q engine.Query) {
	t.Helper()
	want := w.expected(q)
	found := all(t, w.table, q)
	for i, raw := range found {
		if i < len(want) && !bytes.Equal(raw, mustMarshal(t, want[i])) {
			t.Fatalf("%v: document %d is\n%v, not\n%v", q, i, raw, want[i])
		}
	}
	if len(found) != len(want) {
		t.Fatalf("%v finds %d documents, not %v", q, len(found), idsIn(want))
	}
	q.Skip, q.Limit = 0, 0
	if counts, err := w.table.Count(t.Context(), q.Filter, nil); err != nil || counts[0] != len(w.expected(q)) || counts[1] != len(w.docs) {
		t.Fatalf("%v counts %v, not %d: %v", q.Filter, counts, len(w.expected(q)), err)
	}
	w.plans(t, q)
}

// plans sees that each way to find the rows of a query finds the same ones.
func (w *world) plans(t *testing.T, q engine.Query) {
	t.Helper()
	ready, err := w.table.prepare(q)
	if err != nil || ready.late() {
		return
	}
	want := idsIn(w.expected(q))
	try := func(way string, rows []*row, err error) {
		var ids []string
		for _, r := range rows {
			ids = append(ids, r.id)
		}
		if err != nil || !slices.Equal(ids, want) {
			t.Fatalf("%v finds %v by %s, not %v: %v", q, ids, way, want, err)
		}
	}
	ctx := context.Background()
	rows, err := ready.gather(ctx, w.table.order(orderKey{column: idColumn}).rows, 0)
	try("looking at all", rows, err)
	if best := w.table.sourceOf(ready.filter); best != nil {
		if n := len(best.rows()); n > best.count {
			t.Fatalf("%v has %d rows in a source of %d", q.Filter, n, best.count)
		}
		rows, err := ready.gather(ctx, best.rows(), 0)
		try("an index of values", rows, err)
	}
	if o := w.table.sorted(ready); o != nil {
		from, to, exact := w.table.reach(o, ready.filter)
		rows, err := ready.walk(ctx, o.rows[from:to], exact, 0)
		try("an order", rows, err)
	}
}

func mustMarshal(t testing.TB, doc any) bson.Raw {
	t.Helper()
	raw, err := bsondoc.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// columnsOf are sets of columns: with none, every condition reads documents.
var columnsOf = map[string][]string{"no columns": nil, "some columns": paths[:5], "all columns": paths}

// TestFinds compares what queries find with what they should find.
func TestFinds(t *testing.T) {
	for name, columns := range columnsOf {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(4) {
				d := dice{rand.New(rand.NewPCG(seed, 1))}
				w := world{started(t, t.TempDir()).Table("things").(*table), map[string]D{}}
				index(t, w.table, columns...)
				var changes []engine.Change
				for i := range 120 {
					doc := d.document(fmt.Sprintf("%04d", i))
					w.docs[doc[0].Value.(string)] = doc
					changes = append(changes, engine.Insert(doc))
				}
				write(t, w.table, changes...)
				for range 400 {
					w.check(t, d.query())
				}
			}
		})
	}
}
