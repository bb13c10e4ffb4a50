// Package feed reports the changes of what readers see, whichever program made them.
package feed

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"sen/internal/cache"
	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/guard"
)

// Change means that readers now see an entry differently. The zero Change means that any entry may have changed.
type Change struct {
	Kind content.Kind
	ID   content.ID
	// Search means that searches may now find something else, and nothing else has changed.
	Search bool
}

// Tags returns the cache tags that a change invalidates: the entry, and everything that is made from several entries
// of its kind. It returns none if anything may have changed.
func (c Change) Tags() []cache.Tag {
	if c.Search {
		return []cache.Tag{cache.Search}
	}
	if c.ID == "" {
		return nil
	}
	return []cache.Tag{cache.Entry(c.ID), cache.Kind(c.Kind)}
}

// Feed records changes in a journal and reports them to listeners: those of this program at once, those of other
// programs through the engine's change stream.
type Feed struct {
	// Journal records when what readers see changed last.
	Journal *cache.Journal
	engine  *guard.Engine

	mu        sync.RWMutex
	listeners []func([]Change)
	// writeListeners hear of changes of working copies, too.
	writeListeners []func([]Change)
	// beat is a time in Unix nanoseconds: all changes before it have been reported. It is 0 while the change stream is
	// lost.
	beat atomic.Int64
	// heard is the time of the last report of the change stream, in Unix nanoseconds.
	heard atomic.Int64
}

// New returns the feed of an engine, with an empty journal.
func New(e *guard.Engine) *Feed {
	f := &Feed{engine: e}
	f.Journal = cache.NewJournal(f.Current)
	return f
}

// OnChange registers a function that is called for every change from now on. The function must not block.
func (f *Feed) OnChange(listener func([]Change)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.listeners = append(f.listeners, listener)
}

// OnWrite registers a function that is called for every write of an entry from now on, also if readers see no
// difference. The function must not block.
func (f *Feed) OnWrite(listener func([]Change)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.writeListeners = append(f.writeListeners, listener)
}

// Wrote reports writes that readers can't see to the listeners of writes.
func (f *Feed) Wrote(changes ...Change) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	for _, listener := range f.writeListeners {
		listener(changes)
	}
}

// Changed records changes in the journal and then reports them to the listeners.
func (f *Feed) Changed(changes ...Change) {
	for _, change := range changes {
		if tags := change.Tags(); tags != nil {
			f.Journal.Change(tags...)
		} else {
			f.Journal.ChangeAll()
		}
	}
	f.Wrote(changes...)
	f.mu.RLock()
	defer f.mu.RUnlock()
	for _, listener := range f.listeners {
		listener(changes)
	}
}

// Silence is how far the change stream may lag behind before it counts as lost.
const Silence = 2 * time.Second

// Current reports whether every change is being reported. On a local engine that is always so, since all writes pass
// through this program. On a server it is so while the change stream keeps up and nothing is wrong with the store.
func (f *Feed) Current() bool {
	return f.engine.Local() || f.Lag() < Silence && f.engine.Check() == nil
}

// Lag returns how far the change stream lags behind: the listeners know of all changes that are older than that.
func (f *Feed) Lag() time.Duration {
	if f.engine.Local() {
		return 0
	}
	return time.Since(time.Unix(0, f.beat.Load()))
}

// Quiet reports whether the change stream has reported nothing for some time.
func (f *Feed) Quiet(since time.Duration) bool {
	return time.Since(time.Unix(0, f.heard.Load())) > since
}

// Follow reports the changes that other programs make, until the context ends. The function changes translates an
// event of the engine into changes for readers.
func (f *Feed) Follow(ctx context.Context, changes func(context.Context, engine.Event) []Change) {
	f.engine.Follow(ctx, engine.Follower{
		Changed: func(ctx context.Context, e engine.Event) {
			f.heard.Store(time.Now().UnixNano())
			if all := changes(ctx, e); all != nil {
				f.Changed(all...)
			}
		},
		CaughtUp: func(at time.Time) {
			if at.IsZero() {
				f.beat.Store(0)
			} else {
				f.beat.Store(at.UnixNano())
			}
		},
	})
}
