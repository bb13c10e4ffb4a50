package embedded

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/engine"
)

// world is a table and its expected content.
type world struct {
	table *table
	docs  map[string]D
}

// decode returns a document with Go values.
func decode(t testing.TB, raw bson.Raw) (doc D) {
	t.Helper()
	if err := bson.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// expected returns the documents that a query should find.
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

// query returns a random query whose order is unambiguous.
func (d generator) query() engine.Query {
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

// check runs a query in every way in which the planner could run it.
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
	if counts, err := w.table.Count(t.Context(), q.Filter, nil); err != nil || counts[0] != len(w.expected(q)) ||
		counts[1] != len(w.docs) {
		t.Fatalf("%v counts %v, not %d: %v", q.Filter, counts, len(w.expected(q)), err)
	}
	w.plans(t, q)
}

// plans checks that each way to find the rows of a query finds the same rows.
func (w *world) plans(t *testing.T, q engine.Query) {
	t.Helper()
	ready, err := w.table.prepare(q)
	if err != nil || ready.needsDocuments() {
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

// columnsOf are sets of columns. Without columns, every condition reads documents.
var columnsOf = map[string][]string{"no columns": nil, "some columns": paths[:5], "all columns": paths}

// TestQueries compares the results of queries with the expected ones.
func TestQueries(t *testing.T) {
	for name, columns := range columnsOf {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(4) {
				d := generator{rand.New(rand.NewPCG(seed, 1))}
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
