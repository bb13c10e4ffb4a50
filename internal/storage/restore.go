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

// Line is one line of an archive: a document and its position.
type Line struct {
	Number     int
	Collection string
	// Document is extended JSON.
	Document []byte
}

// Lines returns the next line of an archive. After the last line, ok is false.
type Lines func() (line Line, ok bool, err error)

// A batch has at most restoreBatch documents, and ends with the document that brings it to restoreBytes. Two batches
// for each processor are processed in parallel: while one is written, the next one is computed.
const (
	restoreBatch = 500
	restoreBytes = 4 << 20
)

// batcher collects items into batches and calls a function with each batch, in several goroutines.
type batcher[T any] struct {
	do    func(context.Context, []T) error
	tasks *errgroup.Group
	ctx   context.Context //nolint:containedctx // it ends when a batch fails
	batch []T
	size  int
}

func newBatcher[T any](ctx context.Context, do func(context.Context, []T) error) *batcher[T] {
	b := &batcher[T]{do: do}
	b.tasks, b.ctx = errgroup.WithContext(ctx)
	b.tasks.SetLimit(2 * runtime.GOMAXPROCS(0))
	return b
}

// add adds an item of size bytes. It returns an error if the work is over: the context has ended, or a batch has
// failed.
func (b *batcher[T]) add(one T, size int) error {
	b.batch, b.size = append(b.batch, one), b.size+size
	if len(b.batch) == restoreBatch || b.size >= restoreBytes {
		b.flush()
	}
	return b.ctx.Err()
}

func (b *batcher[T]) flush() {
	if full := b.batch; len(full) > 0 {
		b.tasks.Go(func() error { return b.do(b.ctx, full) })
	}
	b.batch, b.size = nil, 0
}

// wait waits until all batches are done.
func (b *batcher[T]) wait() error {
	b.flush()
	return b.tasks.Wait()
}

// batches calls a function with batches of lines of one collection, in several goroutines. It starts a collection
// after the one before is done.
func batches(ctx context.Context, next Lines, do func(context.Context, []Line) error) error {
	b, collection := newBatcher(ctx, do), ""
	for {
		line, ok, err := next()
		if err != nil {
			_ = b.wait()
			return err
		}
		if ok && line.Collection != collection {
			if err := b.wait(); err != nil {
				return err
			}
			b, collection = newBatcher(ctx, do), line.Collection
		}
		if !ok || b.add(line, len(line.Document)) != nil {
			break
		}
	}
	if err := b.wait(); err != nil {
		return err
	}
	return ctx.Err()
}

// parsed returns the document of a line in both forms.
func parsed(line Line) (doc bson.D, raw bson.Raw, err error) {
	if err := bson.UnmarshalExtJSON(line.Document, false, &doc); err != nil {
		return nil, nil, fmt.Errorf("it can't be read: %w", err)
	}
	raw, err = bsondoc.Marshal(doc)
	return doc, raw, err
}

// restoring is the state of a Restore or a Move.
type restoring struct {
	*Store
	mu sync.Mutex
	// public are the claims by which readers see an entry: the id of the claim and the entry.
	public map[string]content.ID
	// part is the collection that is being written. done is the number of its documents that are written.
	part string
	done int
	tell func(part string, done int)
}

// Restore writes the lines of an inspected archive, whose documents belong to tables, into an empty store and makes
// it ready to serve. It adds the keys of all texts and marks the public claims (see [Store.Rekey]), so that no entry
// must be read again. It calls tell with a collection and the number of its documents that are written; 0 stands for
// the indexes of a collection, which are made at the end. It calls tell at least every second, even without progress.
// Until Restore is done the store is marked as unfinished, and [Store.Prepare] refuses it. A store that an earlier
// Restore left unfinished is emptied first.
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

// progress adds to the number of written documents and reports it.
func (r *restoring) progress(part string, more int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if part != r.part {
		r.part, r.done = part, 0
	}
	r.done += more
	r.tell(r.part, r.done)
}

// tick reports the progress every second until it is stopped.
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
	return r.put(ctx, batch[0].Collection, changes)
}

// put makes a batch of changes of a table and reports the progress.
func (r *restoring) put(ctx context.Context, table string, changes []engine.Change) error {
	ctx, cancel := context.WithTimeout(ctx, putTimeout)
	defer cancel()
	if err := r.Store.write(ctx, table, changes...); err != nil {
		return fmt.Errorf("write %s: %w", table, err)
	}
	r.progress(table, len(changes))
	return nil
}

// complete adds to a document the parts that an archive does not have.
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

// restored returns the document of an entry with the keys of its texts, and the ids of the claims by which readers
// see the entry.
func (c *Collection[T, F]) restored(
	raw bson.Raw, doc bson.D, languages content.Languages,
) (whole bson.D, public []string, err error) {
	if c.whole {
		return doc, nil, nil
	}
	var e content.Entry[T]
	if err := c.entryDecoder().Decode(bsondoc.Document(raw), &e); err != nil {
		return nil, nil, err
	}
	for i, field := range doc {
		copied := map[string]T{"live": e.Live, "draft": e.Draft}[field.Key]
		if stored, ok := field.Value.(bson.D); ok && !content.IsNil(copied) {
			stored = append(stored, bson.E{Key: "keys", Value: c.textKeys(copied, languages)})
			doc[i].Value = stored
		}
	}
	return doc, c.publicIDs(e.Live), nil
}
