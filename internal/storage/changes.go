package storage

import (
	"context"
	"strings"

	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/feed"
	"sen/internal/storage/query"
)

// Follow reports to the [Store.Feed] the changes that other programs make, until the context ends.
func (s *Store) Follow(ctx context.Context) { s.Feed.Follow(ctx, s.changes) }

// changes translates an event of the engine into the changes that readers see.
func (s *Store) changes(ctx context.Context, e engine.Event) []feed.Change {
	if e.Lost {
		s.checkSoon(ctx)
		return []feed.Change{{}}
	}
	if e.Table == settings {
		if err := s.ReadSite(ctx); err != nil {
			s.log.WarnContext(ctx, "the site's settings could not be read again", "err", err)
		}
		return []feed.Change{{}}
	}
	c := s.named(e.Table)
	if c == nil || c.Kind() == s.Revisions.Kind() {
		return nil
	}
	change := feed.Change{Kind: c.Kind(), ID: content.ID(e.ID)}
	if e.Fields != nil && !touchesLive(e.Fields) {
		s.Feed.Wrote(change)
		return nil
	}
	return []feed.Change{change}
}

// touchesLive reports whether an update of these fields changes something that readers see.
func touchesLive(fields []string) bool {
	for _, field := range fields {
		if field == "live" || strings.HasPrefix(field, query.Live) {
			return true
		}
	}
	return false
}
