package storage

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"golang.org/x/sync/errgroup"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/engine"
)

// Line is a document of an archive, and where it stands there.
type Line struct {
	Number     int
	Collection string
	// Document is extended JSON.
	Document []byte
}

// Lines gives the lines of an archive one after the other; false behind the last one.
type Lines func() (line Line, ok bool, err error)

// A batch has restoreBatch documents at most, and ends with the one that brings it to restoreBytes. Batches of one
// collection are worked on at the same time, two for each processor: one is written while the next one is worked out.
const (
	restoreBatch = 500
	restoreBytes = 4 << 20
)

// batches gives the lines to a function, some of one collection at a time, in several goroutines. It begins a collection
// when the ones before are done.
func batches(ctx context.Context, next Lines, do func(context.Context, []Line) error) error {
	var batch []Line
	size := 0
	tasks, taskCtx := errgroup.WithContext(ctx)
	begin := func() {
		tasks, taskCtx = errgroup.WithContext(ctx)
		tasks.SetLimit(2 * runtime.GOMAXPROCS(0))
	}
	begin()
	flush := func() {
		if full := batch; len(full) > 0 {
			within := taskCtx
			tasks.Go(func() error { return do(within, full) })
		}
		batch, size = nil, 0
	}
	for taskCtx.Err() == nil {
		line, ok, err := next()
		if err != nil {
			_ = tasks.Wait()
			return err
		}
		if !ok {
			break
		}
		switch {
		case len(batch) > 0 && line.Collection != batch[0].Collection:
			flush()
			if err := tasks.Wait(); err != nil {
				return err
			}
			begin()
		case len(batch) == restoreBatch || size >= restoreBytes:
			flush()
		}
		batch, size = append(batch, line), size+len(line.Document)
	}
	flush()
	if err := tasks.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

// parsed is the document of a line, in both forms.
func parsed(line Line) (doc bson.D, raw bson.Raw, err error) {
	if err := bson.UnmarshalExtJSON(line.Document, false, &doc); err != nil {
		return nil, nil, fmt.Errorf("it can't be read: %w", err)
	}
	raw, err = bsondoc.Marshal(doc)
	return doc, raw, err
}

// restoring is an archive on its way into a store.
type restoring struct {
	*Store
	mu sync.Mutex
	// public are the ids of the claims by which readers see an entry, with it.
	public map[string]content.ID
	// part is what is written, done how many documents of it are.
	part string
	done int
	tell func(part string, done int)
}

// Restore writes the lines of an archive that was inspected, with documents of some tables, into an empty store and makes it ready to serve: with the forms
// of all texts and with the claims that are public (see [Store.Rekey]), so that nothing has to be read again. It tells
// how many documents of a collection are written; 0 stands for its indexes, which are made at the end. It tells at least
// every second, also while nothing new is done. Until it is done the store is unfinished: [Store.Prepare] refuses it.
// A store that an earlier one left unfinished is emptied first.
func (s *Store) Restore(ctx context.Context, tables []string, next Lines, tell func(part string, done int)) error {
	return s.filling(ctx, "import", tables, func(ctx context.Context) error {
		r := &restoring{Store: s, public: map[string]content.ID{}, tell: tell}
		defer r.tick()()
		if err := batches(ctx, next, r.write); err != nil {
			return err
		}
		return s.prepare(ctx, func(table string) { r.progress("indexes of "+table, 0) })
	})
}

// progress takes in that some more documents are written, and tells.
func (r *restoring) progress(part string, more int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if part != r.part {
		r.part, r.done = part, 0
	}
	r.done += more
	r.tell(r.part, r.done)
}

// tick tells every second how far the work is, until it is stopped.
func (r *restoring) tick() (stop func()) {
	ticker, end := time.NewTicker(time.Second), make(chan struct{})
	var ticking sync.WaitGroup
	ticking.Go(func() {
		for {
			select {
			case <-end:
				return
			case <-ticker.C:
				r.mu.Lock()
				if r.part != "" {
					r.tell(r.part, r.done)
				}
				r.mu.Unlock()
			}
		}
	})
	return func() {
		ticker.Stop()
		close(end)
		ticking.Wait()
	}
}

// write writes a batch.
func (r *restoring) write(ctx context.Context, batch []Line) error {
	changes := make([]engine.Change, len(batch))
	for i, line := range batch {
		doc, raw, err := parsed(line)
		if err == nil {
			doc, err = r.complete(line.Collection, doc, raw)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", line.Number, err)
		}
		changes[i] = engine.Insert(doc)
	}
	ctx, cancel := context.WithTimeout(ctx, putTimeout)
	defer cancel()
	if err := r.Store.write(ctx, batch[0].Collection, changes...); err != nil {
		return fmt.Errorf("write %s: %w", batch[0].Collection, err)
	}
	r.progress(batch[0].Collection, len(batch))
	return nil
}

// complete adds to a document what no archive has.
func (r *restoring) complete(collection string, doc bson.D, raw bson.Raw) (bson.D, error) {
	switch collection {
	case settings:
		var site content.Site
		err := bsondoc.Unmarshal(raw, &site)
		if err == nil {
			r.takeSite(&site)
		}
		return doc, err
	case routes:
		doc = withoutForms(routes, doc)
		id, entry := bsondoc.ID(raw), raw.Lookup("entry").StringValue()
		r.mu.Lock()
		defer r.mu.Unlock()
		if public, ok := r.public[id]; ok && string(public) == entry {
			doc = append(doc, bson.E{Key: publicField, Value: true})
		}
		return doc, nil
	}
	c := r.named(collection)
	if c == nil {
		return doc, nil
	}
	whole, public, err := c.restored(raw, withoutForms(collection, doc), r.Site().Languages)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range public {
		r.public[id] = content.ID(bsondoc.ID(raw))
	}
	return whole, err
}

// named is the collection of entries, or of revisions, with a name; nil for none.
func (s *Store) named(name string) collection {
	for _, c := range s.collections() {
		if c.collectionName() == name {
			return c
		}
	}
	return nil
}

// restored is the document of an entry with the forms of its texts, and the ids of the claims by which readers see it.
func (c *Collection[T, F]) restored(raw bson.Raw, doc bson.D, languages content.Languages) (whole bson.D, public []string, err error) {
	if c.whole {
		return doc, nil, nil
	}
	var e content.Entry[T]
	if err := c.entryDecoder().Decode(bsondoc.Document(raw), &e); err != nil {
		return nil, nil, err
	}
	for i, field := range doc {
		copied := map[string]*T{"live": e.Live, "draft": e.Draft}[field.Key]
		if stored, ok := field.Value.(bson.D); ok && copied != nil {
			stored = append(stored, bson.E{Key: "keys", Value: c.textKeys(copied, languages)})
			doc[i].Value = stored
		}
	}
	return doc, c.publicIDs(e.Live), nil
}
