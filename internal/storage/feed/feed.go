// Package feed tells of changes of what readers see, whoever made them.
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

// Change tells that readers see something else of an entry now. The zero change tells
// that this may be so of any.
type Change struct {
	Kind content.Kind
	ID   content.ID
}

// Tags are what changed: the entry, and whatever is made from several of its kind; none where anything may have.
func (c Change) Tags() []cache.Tag {
	if c.ID == "" {
		return nil
	}
	return []cache.Tag{cache.Entry(c.ID), cache.Kind(c.Kind)}
}

// Feed notes changes in a journal and tells listeners of them: those of this program at once, those of others by the
// engine's change stream.
type Feed struct {
	// Journal knows when what readers see changed last.
	Journal *cache.Journal
	engine  *guard.Engine

	mu        sync.RWMutex
	listeners []func([]Change)
	// beat is a moment, in Unix nanoseconds: of all changes before it was told; 0 while the change stream is lost.
	beat atomic.Int64
	// heard is when the change stream last told of something, in Unix nanoseconds.
	heard atomic.Int64
}

// New makes the feed of an engine, with a journal.
func New(e *guard.Engine) *Feed {
	f := &Feed{engine: e}
	f.Journal = cache.NewJournal(f.Current)
	return f
}

// OnChange calls a function for every change from now on. It must not block.
func (f *Feed) OnChange(listener func([]Change)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.listeners = append(f.listeners, listener)
}

// Changed notes changes in the journal, and then tells of them.
func (f *Feed) Changed(changes ...Change) {
	for _, change := range changes {
		if tags := change.Tags(); tags != nil {
			f.Journal.Change(tags...)
		} else {
			f.Journal.ChangeAll()
		}
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	for _, listener := range f.listeners {
		listener(changes)
	}
}

// Silence is how far the change stream may lag behind before it counts as lost.
const Silence = 2 * time.Second

// Current tells whether every change is being told of: on a local engine always, since all writes pass through this
// program; else while the change stream keeps up and nothing is wrong with the store.
func (f *Feed) Current() bool {
	return f.engine.Local() || f.Lag() < Silence && f.engine.Check() == nil
}

// Lag is how far the change stream lags behind: of all changes before that the listeners were told.
func (f *Feed) Lag() time.Duration {
	if f.engine.Local() {
		return 0
	}
	return time.Since(time.Unix(0, f.beat.Load()))
}

// Quiet tells whether the change stream has told of nothing for some time.
func (f *Feed) Quiet(since time.Duration) bool {
	return time.Since(time.Unix(0, f.heard.Load())) > since
}

// Follow tells of the changes that other programs make, until the context ends. Changes says what an event of the
// engine changes for readers.
func (f *Feed) Follow(ctx context.Context, changes func(context.Context, engine.Event) []Change) {
	f.engine.Follow(ctx, engine.Follower{
		Changed: func(ctx context.Context, e engine.Event) {
			f.heard.Store(time.Now().UnixNano())
			if all := changes(ctx, e); all != nil {
				f.Changed(all...)
			}
		},
		Caught: func(at time.Time) {
			if at.IsZero() {
				f.beat.Store(0)
			} else {
				f.beat.Store(at.UnixNano())
			}
		},
	})
}
