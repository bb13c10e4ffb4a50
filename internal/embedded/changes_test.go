package embedded

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/engine"
)

// applied returns a document after an update, and whether the update is possible.
func applied(doc D, update D) (D, bool) {
	for _, op := range update {
		for _, e := range op.Value.(D) {
			var ok bool
			if doc, ok = edited(doc, strings.Split(e.Key, "."), e.Value, op.Key == "$set"); !ok {
				return nil, false
			}
		}
	}
	return doc, true
}

func edited(doc D, steps []string, v any, set bool) (D, bool) {
	doc = slices.Clone(doc)
	at := slices.IndexFunc(doc, func(e bson.E) bool { return e.Key == steps[0] })
	switch {
	case at < 0 && !set:
		return doc, true
	case at < 0 && len(steps) == 1:
		return append(doc, bson.E{Key: steps[0], Value: v}), true
	case at < 0:
		inner, ok := edited(D{}, steps[1:], v, set)
		return append(doc, bson.E{Key: steps[0], Value: inner}), ok
	case len(steps) == 1 && set:
		doc[at].Value = v
		return doc, true
	case len(steps) == 1:
		return slices.Delete(doc, at, at+1), true
	}
	inner, ok := doc[at].Value.(D)
	if !ok {
		return doc, !set
	}
	doc[at].Value, ok = edited(inner, steps[1:], v, set)
	return doc, ok
}

func (d generator) update() D {
	update := D{}
	used := map[string]bool{}
	for _, op := range []string{"$set", "$unset"} {
		fields := D{}
		for range d.IntN(3) {
			path := among(d, "n", "s", "b", "live.at", "live.title.vi", "new.one", "new.other", "gone.at", "tags.x", "live",
				"deep.a")
			if first, _, _ := strings.Cut(path, "."); !used[path] && !used[first] && (path != "live" || !used["live."]) {
				used[path] = true
				used[first+"."] = true
				fields = append(fields, bson.E{Key: path, Value: d.scalar()})
			}
		}
		if len(fields) > 0 {
			update = append(update, bson.E{Key: op, Value: fields})
		}
	}
	return update
}

// change makes a random change, in the table and in the expected content.
func (w *world) change(t *testing.T, d generator) {
	t.Helper()
	filter := d.filter(1)
	if d.IntN(2) == 0 {
		filter = D{{Key: "_id", Value: d.idCondition()}}
	}
	found := w.expected(engine.Query{Filter: filter})
	id := fmt.Sprintf("%04d", d.IntN(300))
	doc := d.document(id)
	var change engine.Change
	want, possible := 1, true
	after := map[string]D{}
	update := d.update()
	switch kind := d.IntN(8); kind {
	case 0:
		change, after[id] = engine.Replace(id, doc), doc
	case 1:
		change = engine.DeleteAll(filter)
		if want = len(found); want > 30 {
			return
		}
		for _, id := range idsIn(found) {
			after[id] = nil
		}
	case 2, 3, 4:
		if change, want = engine.UpdateAll(filter, update), len(found); kind > 2 {
			if len(found) > 1 {
				return // it is not specified which of them is the first
			}
			change, want = engine.Update(filter, update), len(found)
		}
		for _, doc := range found {
			made, ok := applied(doc, update)
			after[doc[0].Value.(string)], possible = made, possible && ok
		}
	default:
		change, after[id] = engine.Insert(doc), doc
		possible = w.docs[id] == nil
	}
	n, err := w.table.Write(t.Context(), change)
	if possible != (err == nil) || err == nil && n != want {
		t.Fatalf("%+v found %d documents, not %d: %v", change, n, want, err)
	}
	if err != nil {
		return
	}
	for id, doc := range after {
		if w.docs[id] = doc; doc == nil {
			delete(w.docs, id)
		}
	}
}

// consistent checks that the memory of a table agrees with its documents.
func (w *world) consistent(t *testing.T) {
	t.Helper()
	for _, raw := range all(t, w.table, engine.Query{}) {
		doc := decode(t, raw)
		if want := w.docs[doc[0].Value.(string)]; !bytes.Equal(raw, mustMarshal(t, want)) {
			t.Fatalf("a document is\n%v, not\n%v", doc, want)
		}
	}
	if len(w.table.rows) != len(w.docs) {
		t.Fatalf("there are %d documents, not %d", len(w.table.rows), len(w.docs))
	}
	fresh := w.table.db.newTable("fresh")
	fresh.setColumns(w.table.paths)
	for id, doc := range w.docs {
		cells, err := fresh.cells.read(string(mustMarshal(t, doc)))
		if err != nil {
			t.Fatal(err)
		}
		data := encodeRow(id, cells)
		r := w.table.rows[id]
		if string(data[len(data)-len(r.cells):]) != r.cells {
			t.Fatalf("the row of %v is %q, not %q", doc, r.cells, data)
		}
		fresh.count(r, 1)
		fresh.hash ^= r.hash()
	}
	if fresh.hash != w.table.hash || !slices.Equal(fresh.lists, w.table.lists) ||
		!slices.Equal(fresh.mixed, w.table.mixed) {
		t.Fatal("the table has other counts than its rows")
	}
	checkIndexes(t, w.table)
}

// checkIndexes checks that every index of a table equals one that is made again.
func checkIndexes(t *testing.T, of *table) {
	t.Helper()
	fresh := of.db.newTable("fresh")
	fresh.setColumns(of.paths)
	fresh.rows = of.rows
	for key, o := range of.orders {
		if !slices.Equal(o.rows, fresh.order(key).rows) {
			t.Fatalf("the order of %v has other rows", key)
		}
	}
	for column, p := range of.postings {
		want := fresh.postingsOf(column)
		for key, rows := range p {
			if !slices.Equal(rows, want[key]) {
				t.Fatalf("the postings of %q in column %d have other rows", key, column)
			}
		}
		if len(p) != len(want) {
			t.Fatalf("column %d has %d values, not %d", column, len(p), len(want))
		}
	}
}

// TestChanges compares the effect of random changes with the expected content, and every index with one that is made
// again.
func TestChanges(t *testing.T) {
	for name, columns := range columnsOf {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(3) {
				d := generator{rand.New(rand.NewPCG(seed, 2))}
				dir := t.TempDir()
				db := started(t, dir)
				w := world{db.Table("things").(*table), map[string]D{}}
				index(t, w.table, columns...)
				for i := range 600 {
					w.change(t, d)
					if i%3 == 0 {
						w.check(t, d.query())
					}
					if i%100 == 99 {
						w.consistent(t)
					}
					if i == 350 {
						index(t, w.table, "deep.a.x", "live.slug")
						w.consistent(t)
					}
					if i == 400 {
						closed(t, db)
						db = started(t, dir)
						w.table = db.Table("things").(*table)
					}
				}
			}
		})
	}
}

// TestSeveralChanges checks that the changes of one call see each other, and that the changes before a failed one
// stay.
func TestSeveralChanges(t *testing.T) {
	table := started(t, t.TempDir()).Table("things").(*table)
	index(t, table, "n")
	n, err := table.Write(t.Context(),
		engine.Insert(M{"_id": "a", "n": 1}), engine.Insert(M{"_id": "b", "n": 1}),
		engine.UpdateAll(D{{Key: "n", Value: 1}}, engine.Set("n", 2)),
		engine.Update(D{{Key: "n", Value: 2}}, engine.Set("m", 3)),
		engine.Delete(D{{Key: "m", Value: 3}}), engine.Insert(M{"_id": "a", "n": 3}), engine.Replace("c", M{"n": 2}),
		engine.Insert(M{"_id": "b"}), engine.Insert(M{"_id": "d"}))
	if !errors.Is(err, engine.ErrDuplicate) || n != 8 {
		t.Errorf("the changes found %d documents: %v", n, err)
	}
	if got := idsOf(t, table, engine.Query{Sort: D{{Key: "n", Value: 1}, {Key: "_id", Value: 1}}}); got != "bca" {
		t.Errorf("there are %q", got)
	}
	for _, change := range []engine.Change{
		engine.Update(nil, D{{Key: "$inc", Value: D{{Key: "n", Value: 1}}}}),
		engine.Update(nil, engine.Set("_id", "x")),
		engine.Update(nil, engine.Unset("_id")),
		engine.Insert(M{"n": 1}), engine.Insert(M{"_id": 7}), engine.Replace("x", M{"_id": "y"}),
		engine.Delete(D{{Key: "n", Value: D{{Key: "$mod", Value: A{2, 1}}}}}),
	} {
		if n, err := table.Write(t.Context(), change); err == nil || n != 0 {
			t.Errorf("%+v is done for %d documents", change, n)
		}
	}
	if n := write(t, table, engine.DeleteAll(nil)); n != 3 {
		t.Errorf("%d documents are removed", n)
	}
}

// TestUnique checks a unique index, for documents with and without values.
func TestUnique(t *testing.T) {
	table := started(t, t.TempDir()).Table("accounts").(*table)
	login := engine.Index{Keys: D{{Key: "login", Value: 1}}, Unique: true}
	sparse := engine.Index{Keys: D{{Key: "mail", Value: 1}}, Unique: true, Sparse: true}
	if err := table.Index(t.Context(), login, sparse); err != nil {
		t.Fatal(err)
	}
	write(t, table, engine.Insert(M{"_id": "a", "login": "x"}), engine.Insert(M{"_id": "b"}),
		engine.Insert(M{"_id": "c", "login": "y", "mail": "m"}))
	for _, change := range []engine.Change{
		engine.Insert(M{"_id": "d", "login": "x"}), engine.Insert(M{"_id": "d"}), engine.Insert(M{"_id": "d", "login": nil}),
		engine.Insert(M{"_id": "d", "login": "z", "mail": "m"}), engine.Update(engine.ByID("a"), engine.Set("login", "y")),
		engine.UpdateAll(nil, engine.Set("login", "same")), engine.Replace("a", M{"_id": "a"}),
	} {
		if _, err := table.Write(t.Context(), change); !errors.Is(err, engine.ErrDuplicate) {
			t.Errorf("%+v: %v", change, err)
		}
	}
	write(t, table, engine.Update(engine.ByID("a"), engine.Set("login", "x")), engine.Delete(engine.ByID("b")),
		engine.Insert(M{"_id": "d"}),
		engine.Update(engine.ByID("a"), engine.Set("login", "new")), engine.Insert(M{"_id": "e", "login": "x"}))
	if err := table.Index(t.Context(), engine.Index{Keys: D{{Key: "both", Value: 1}}, Unique: true}); !errors.Is(err,
		engine.ErrDuplicate) {
		t.Errorf("a unique index over duplicate documents: %v", err)
	}
}

// TestModify checks that a document is changed and returned as it is afterwards.
func TestModify(t *testing.T) {
	table := started(t, t.TempDir()).Table("things")
	write(t, table, engine.Insert(M{"_id": "a", "n": 1}))
	guard := D{{Key: "_id", Value: "a"}, {Key: "n", Value: 1}}
	doc, ok, err := table.Modify(t.Context(), guard, engine.Set("n", 2))
	if !ok || err != nil || doc.Lookup("n").AsInt64() != 2 {
		t.Errorf("%v: %v", doc, err)
	}
	if doc, ok, err := table.Modify(t.Context(), guard, engine.Set("n", 3)); ok || doc != nil || err != nil {
		t.Errorf("%v: %v", doc, err)
	}
}
