package embedded

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/engine"
)

// make makes one change atomically and returns the number of documents that it found or added.
func (c *changes) make(ctx context.Context, change engine.Change) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	switch change.Action {
	case engine.ActionInsert:
		return 1, c.insert(change.Document)
	case engine.ActionReplace:
		return c.replace(ctx, change)
	case engine.ActionUpdate, engine.ActionUpdateAll:
		versions, err := c.update(ctx, change.Filter, change.Update, change.Action == engine.ActionUpdate)
		return len(versions), err
	case engine.ActionDelete, engine.ActionDeleteAll:
		rows, err := c.find(ctx, change.Filter, change.Action == engine.ActionDelete)
		for _, r := range rows {
			if err == nil {
				err = c.remove(r)
				c.rows[r.id] = nil
			}
		}
		return len(rows), err
	}
	return 0, unsupported(fmt.Sprintf("the action %d", change.Action))
}

// insert adds a document.
func (c *changes) insert(document any) error {
	doc, id, err := encode(document, "")
	if err != nil {
		return err
	}
	if c.row(id) != nil {
		return fmt.Errorf("insert %s into %s: %w", id, c.t.name, engine.ErrDuplicate)
	}
	return c.put([]version{{nil, id, doc}})
}

// replace replaces a document, or adds it if there is none with the id. If the existing document does not meet the
// conditions, it stays, and the result is a duplicate error.
func (c *changes) replace(ctx context.Context, change engine.Change) (int, error) {
	if len(change.Filter) == 0 || change.Filter[0].Key != "_id" {
		return 0, errors.New("a replacement needs the _id of a document")
	}
	want := fmt.Sprint(change.Filter[0].Value)
	doc, id, err := encode(change.Document, want)
	if err == nil && id != want {
		err = fmt.Errorf("a document with the _id %q can't take the place of that with the _id %q", id, want)
	}
	if err != nil {
		return 0, err
	}
	old := c.row(id)
	if old != nil && len(change.Filter) > 1 {
		if found, err := c.find(ctx, change.Filter, true); err != nil {
			return 0, err
		} else if len(found) == 0 {
			return 0, fmt.Errorf("replace %s in %s: %w", id, c.t.name, engine.ErrDuplicate)
		}
	}
	return 1, c.put([]version{{old, id, doc}})
}

// encode encodes a document with its `_id` in front. A document without an `_id` gets id, unless that is empty.
func encode(document any, id string) (doc []byte, _ string, err error) {
	if doc, err = bsondoc.Marshal(document); err != nil {
		return nil, "", fmt.Errorf("encode a document: %w", err)
	}
	own, err := idOf(text(doc))
	switch {
	case errors.Is(err, errNoID) && id != "":
		own = id
	case err != nil:
		return nil, "", err
	}
	own = strings.Clone(own)
	front := appendElement(nil, "_id", value{bson.TypeString, own})
	if len(doc) >= 4+len(front) && string(doc[4:4+len(front)]) == string(front) {
		return doc, own, nil
	}
	ordered, at := begin(make([]byte, 0, len(doc)+len(front)))
	ordered = append(ordered, front...)
	for rest, err := open(text(doc)); rest != ""; {
		var one element
		if err == nil {
			one, err = rest.next()
		}
		if err != nil {
			return nil, "", err
		}
		if one.name != "_id" {
			ordered = append(ordered, one.raw...)
		}
	}
	return finish(ordered, at), own, nil
}

// update changes the documents that match a filter: the first one, or all.
func (c *changes) update(ctx context.Context, filter, update bson.D, one bool) ([]version, error) {
	edits, err := compileUpdate(update)
	if err != nil {
		return nil, err
	}
	rows, err := c.find(ctx, filter, one)
	if err != nil {
		return nil, err
	}
	versions := make([]version, 0, len(rows))
	var changed []version
	for _, r := range rows {
		err := c.document(r, func(doc []byte) error {
			after, err := edits.apply(make([]byte, 0, len(doc)+64), text(doc))
			if err != nil {
				return err
			}
			v := version{r, r.id, after}
			if versions = append(versions, v); string(after) != string(doc) {
				changed = append(changed, v)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	for _, v := range changed {
		if id, err := idOf(text(v.doc)); err != nil || id != v.id {
			return nil, errors.Join(errors.New("an update can't change an _id"), err)
		}
	}
	return versions, c.put(changed)
}

// put writes new versions of documents, all of them or none.
func (c *changes) put(all []version) error {
	if len(all) == 0 {
		return nil
	}
	if err := c.create(); err != nil {
		return err
	}
	rows := make([]*row, len(all))
	datas := make([][]byte, len(all))
	for i, v := range all {
		cells, err := c.t.cells.read(text(v.doc))
		if err != nil {
			return err
		}
		n := c.next + int64(i)
		datas[i] = encodeRow(v.id, cells)
		if rows[i], err = decodeRow(n, checksum(c.id, n, datas[i]), string(datas[i])); err != nil {
			return err
		}
	}
	if err := c.checkUnique(rows); err != nil {
		return err
	}
	conn := c.t.db.conn
	for i, r := range rows {
		if all[i].old != nil {
			if err := c.remove(all[i].old); err != nil {
				return err
			}
		}
		if err := conn.run(c.insertRow, r.n, r.sum, datas[i]); err != nil {
			return err
		}
		if err := conn.run(c.insertDoc, r.n, checksum(c.id, r.n, all[i].doc), all[i].doc); err != nil {
			return err
		}
		c.rows[r.id] = r
	}
	c.next += int64(len(rows))
	return nil
}

// remove deletes a row. The next commit deletes its document.
func (c *changes) remove(r *row) error {
	c.garbage = append(c.garbage, place{c.id, r.n})
	return c.t.db.conn.run(c.deleteRow, r.n)
}

// find returns the rows that match a filter after these changes: the first one, or all.
func (c *changes) find(ctx context.Context, filter bson.D, one bool) ([]*row, error) {
	f, err := c.t.compile(filter)
	if err != nil {
		return nil, err
	}
	q := &query{filter: f}
	if one && len(c.rows) == 0 {
		q.limit = 1
	}
	rows, err := c.t.find(ctx, q)
	if err != nil {
		return nil, err
	}
	if len(c.rows) > 0 {
		rows = slices.DeleteFunc(rows, func(r *row) bool {
			_, changed := c.rows[r.id]
			return changed
		})
		for _, r := range c.rows {
			if r != nil && f.accepts(r) {
				rows = append(rows, r)
			}
		}
		slices.SortFunc(rows, byID)
	}
	if f.documents() {
		if rows, err = c.filterDocuments(f, rows, one); err != nil {
			return nil, err
		}
	}
	if one && len(rows) > 1 {
		rows = rows[:1]
	}
	return rows, nil
}

// filterDocuments returns those rows whose documents match a filter.
func (c *changes) filterDocuments(f *filter, rows []*row, one bool) (found []*row, err error) {
	for _, r := range rows {
		err := c.document(r, func(doc []byte) error {
			ok, err := f.holdsFor(r, text(doc))
			if ok {
				found = append(found, r)
			}
			return err
		})
		if err != nil || one && len(found) > 0 {
			return found, err
		}
	}
	return found, nil
}
