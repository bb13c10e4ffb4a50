// Package cache keeps results in memory until the content from which they were made changes: answers as bytes, values
// of other types, and the journal of changes.
package cache

import (
	"context"
	"sync"

	"sen/internal/content"
)

// Tag names content from which an answer was made: one entry, or all entries of a kind that readers can see.
type Tag string

// Entry returns the tag of one entry, whether it exists or not.
func Entry(id content.ID) Tag { return Tag(id) }

// Kind returns the tag of everything that depends on more than one entry of a kind: its lists, and look-ups that
// found nothing. An id contains an underscore and the name of a kind does not, so the two types of tags can't be
// equal.
func Kind(kind content.Kind) Tag { return Tag(kind) }

// Search is the tag of everything that depends on the index of the search. No kind has this name.
const Search Tag = "(search)"

// Tags collects the tags of the content that is read for an answer.
type Tags struct {
	// outer is the collector of the surrounding context. It gets the same tags.
	outer *Tags
	mu    sync.Mutex
	set   map[Tag]struct{}
}

type tagsKey struct{}

// Collect returns a context in which the tags of what is read are collected. A collector of the given context gets
// them too.
func Collect(ctx context.Context) (context.Context, *Tags) {
	t := &Tags{outer: tagsOf(ctx), set: map[Tag]struct{}{}}
	return context.WithValue(ctx, tagsKey{}, t), t
}

// tagsOf returns the collector of a context, or nil.
func tagsOf(ctx context.Context) *Tags {
	t, _ := ctx.Value(tagsKey{}).(*Tags)
	return t
}

// Note adds tags to the collector of a context, if there is one.
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

// All returns the collected tags.
func (t *Tags) All() []Tag {
	t.mu.Lock()
	defer t.mu.Unlock()
	tags := make([]Tag, 0, len(t.set))
	for tag := range t.set {
		tags = append(tags, tag)
	}
	return tags
}
