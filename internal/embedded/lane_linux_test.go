package embedded

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/engine"
)

// lane is a writer with its own documents. It makes one call after the other.
type lane struct {
	generator
	number, made int
	// acked has the number of each document by its id, and the columns: the acknowledged content. next is the content
	// if the pending call is kept too.
	acked, next map[string]int
}

// prefix returns the beginning of the ids of a lane's documents in a table.
func (l *lane) prefix(table string) string { return fmt.Sprintf("%d-%s-", l.number, table) }

// call prepares a call. The returned function makes it.
func (l *lane) call() func(context.Context, *DB) error {
	name := among(l.generator, "things", "things", "others", "others", "chunks")
	if l.next = maps.Clone(l.acked); l.next == nil {
		l.next = map[string]int{}
	}
	switch kind := l.IntN(20); {
	case kind == 0 && l.number == 0: // the columns are common to all lanes
		column := among(l.generator, "n", "lane", "text")
		l.next[l.prefix(name)+column] = 1
		return func(ctx context.Context, db *DB) error {
			return db.Table(name).Index(ctx, engine.Index{Keys: D{{Key: column, Value: 1}}})
		}
	case kind < 3:
		n := l.IntN(100)
		ids := l.ids(name, func(int) bool { return true })
		if len(ids) == 0 {
			break
		}
		id := among(l.generator, ids...)
		l.next[id] = n
		return func(ctx context.Context, db *DB) error {
			_, _, err := db.Table(name).Modify(ctx, engine.ByID(id), engine.Set("n", n))
			return err
		}
	}
	var changes []engine.Change
	for range among(l.generator, 1, 1, 2, 5) {
		changes = append(changes, l.change(name))
	}
	return func(ctx context.Context, db *DB) error {
		_, err := db.Table(name).Write(ctx, changes...)
		return err
	}
}

// ids returns the ids of the documents of a table whose numbers meet a condition.
func (l *lane) ids(table string, with func(n int) bool) (ids []string) {
	for _, id := range slices.Sorted(maps.Keys(l.next)) {
		if strings.HasPrefix(id, l.prefix(table)) && isDocument(id) && with(l.next[id]) {
			ids = append(ids, id)
		}
	}
	return ids
}

// isDocument reports whether an id is that of a document and not of a set of columns.
func isDocument(id string) bool { return id[len(id)-1] <= '9' }

// change prepares a change of a table.
func (l *lane) change(table string) engine.Change {
	n, ids := l.IntN(100), l.ids(table, func(int) bool { return true })
	action := engine.Action(l.IntN(8))
	if len(ids) == 0 || action > engine.ActionDeleteAll {
		action = engine.ActionInsert
	}
	if action == engine.ActionInsert {
		l.made++
		ids = []string{fmt.Sprint(l.prefix(table), l.made)}
	}
	id, limit := among(l.generator, ids...), l.IntN(100)
	some := D{{Key: "lane", Value: l.number}, {Key: "n", Value: D{{Key: "$lt", Value: limit}}}}
	below := func(n int) bool { return n < limit }
	switch action {
	case engine.ActionUpdateAll:
		for _, id := range l.ids(table, below) {
			l.next[id] = n
		}
		return engine.UpdateAll(some, engine.Set("n", n))
	case engine.ActionDeleteAll:
		for _, id := range l.ids(table, below) {
			delete(l.next, id)
		}
		return engine.DeleteAll(some)
	case engine.ActionDelete:
		delete(l.next, id)
		return engine.Delete(engine.ByID(id))
	case engine.ActionUpdate:
		l.next[id] = n
		return engine.Update(engine.ByID(id), engine.Set("n", n))
	}
	l.next[id] = n
	doc := D{{Key: "_id", Value: id}, {Key: "lane", Value: l.number}, {Key: "n", Value: n}}
	doc = append(doc, bson.E{Key: "text", Value: textOf(id)})
	if action == engine.ActionReplace {
		return engine.Replace(id, doc)
	}
	return engine.Insert(doc)
}

// textOf returns the text of a document: short, or longer than a page.
func textOf(id string) string {
	last := int(id[len(id)-1] - '0')
	switch {
	case strings.Contains(id, "chunks"):
		return strings.Repeat(id, 2000*last)
	case last > 7:
		return strings.Repeat(id, 1000)
	}
	return strings.Repeat(id, 10*last)
}
