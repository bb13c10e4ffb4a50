// Package cache keeps what was made from content until that changes: answers as bytes, values of other sorts, and the journal
// of what changed.
package cache

import (
	"context"
	"sync"

	"sen/internal/content"
)

// Tag names what an answer was made from: one entry, or everything of a kind that
// readers can see.
type Tag string

// Entry is the tag of one entry, there or not.
func Entry(id content.ID) Tag { return Tag(id) }

// Kind is the tag of whatever depends on more than one entry of a kind: its lists, and what was
// not found. An id has an underscore, a kind has none.
func Kind(kind content.Kind) Tag { return Tag(kind) }

// Tags collects what is read for an answer.
type Tags struct {
	// outer collects what this one does, and more.
	outer *Tags
	mu    sync.Mutex
	set   map[Tag]struct{}
}

type tagsKey struct{}

// Collect gives a context in which whatever is read is noted, also by those who collect already.
func Collect(ctx context.Context) (context.Context, *Tags) {
	t := &Tags{outer: tagsOf(ctx), set: map[Tag]struct{}{}}
	return context.WithValue(ctx, tagsKey{}, t), t
}

// tagsOf is what collects in a context, nil if nothing does.
func tagsOf(ctx context.Context) *Tags {
	t, _ := ctx.Value(tagsKey{}).(*Tags)
	return t
}

// Note adds tags to what is collected in a context, if anything is.
func Note(ctx context.Context, tags ...Tag) {
	for t := tagsOf(ctx); t != nil; t = t.outer {
		t.add(tags)
	}
}

func (t *Tags) add(tags []Tag) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, tag := range tags {
		t.set[tag] = struct{}{}
	}
}

// All are the tags that were noted.
func (t *Tags) All() []Tag {
	t.mu.Lock()
	defer t.mu.Unlock()
	tags := make([]Tag, 0, len(t.set))
	for tag := range t.set {
		tags = append(tags, tag)
	}
	return tags
}
