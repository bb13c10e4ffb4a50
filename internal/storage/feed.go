package storage

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sen/internal/cache"
	"sen/internal/content"
	"sen/internal/engine"
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

// feed tells of changes, of this program's at once and of others' by a change stream.
type feed struct {
	mu        sync.RWMutex
	listeners []func([]Change)
	// beat is a moment, in Unix nanoseconds: of all changes before it was told; 0 while the change stream is lost.
	beat atomic.Int64
	// heard is when something was last told of, in Unix nanoseconds.
	heard atomic.Int64
}

// quiet tells that nothing has been told of for so long that a restore counts as done.
func (f *feed) quiet() bool { return time.Since(time.Unix(0, f.heard.Load())) > restored }

// OnChange has a function told of every change from now on. It must not block.
func (s *Store) OnChange(listener func([]Change)) {
	s.feed.mu.Lock()
	defer s.feed.mu.Unlock()
	s.feed.listeners = append(s.feed.listeners, listener)
}

// Journal knows when what readers see changed last.
func (s *Store) Journal() *cache.Journal { return s.journal }

// changed notes changes, and tells of them.
func (s *Store) changed(changes ...Change) {
	for _, change := range changes {
		if tags := change.Tags(); tags != nil {
			s.journal.Change(tags...)
		} else {
			s.journal.ChangeAll()
		}
	}
	s.feed.mu.RLock()
	defer s.feed.mu.RUnlock()
	for _, listener := range s.feed.listeners {
		listener(changes)
	}
}

// silence is how far the change stream may lag behind before it counts as lost.
const silence = 2 * time.Second

// Current tells whether every change is being told of: on the embedded engine always, since all writes
// pass through this program; else while the change stream keeps up.
func (s *Store) Current() bool {
	return s.engine.Local() || s.FeedLag() < silence && s.guard.check() == nil
}

// FeedLag is how far the change stream lags behind: of all changes before that the listeners were told.
func (s *Store) FeedLag() time.Duration {
	if s.engine.Local() {
		return 0
	}
	return time.Since(time.Unix(0, s.feed.beat.Load()))
}

// Follow tells of the changes that other programs make, until the context ends.
func (s *Store) Follow(ctx context.Context) {
	s.engine.Follow(ctx, engine.Follower{
		Changed: func(ctx context.Context, e engine.Event) {
			s.feed.heard.Store(time.Now().UnixNano())
			if changes := s.changes(ctx, e); changes != nil {
				s.changed(changes...)
			}
		},
		Caught: func(at time.Time) {
			if at.IsZero() {
				s.feed.beat.Store(0)
			} else {
				s.feed.beat.Store(at.UnixNano())
			}
		},
	})
}

// changes are what an event changes for readers.
func (s *Store) changes(ctx context.Context, e engine.Event) []Change {
	if e.Lost {
		s.suspect(ctx)
		return []Change{{}}
	}
	if e.Table == settings {
		if err := s.ReadSite(ctx); err != nil {
			s.log.WarnContext(ctx, "the site's settings could not be read anew", "err", err)
		}
		return []Change{{}}
	}
	if e.Fields != nil && !touchesLive(e.Fields) {
		return nil
	}
	if c := s.named(e.Table); c != nil && c.Kind() != s.Revisions.Kind() {
		return []Change{{c.Kind(), content.ID(e.ID)}}
	}
	return nil
}

// touchesLive tells whether an update changes something that readers see.
func touchesLive(fields []string) bool {
	for _, field := range fields {
		if field == "live" || strings.HasPrefix(field, live) {
			return true
		}
	}
	return false
}
