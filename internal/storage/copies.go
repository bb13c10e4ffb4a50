package storage

import (
	"fmt"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/storage/query"
)

// decode decodes the copy that a view shows, or returns nil if there is none.
func (c *Collection[T, F]) decode(v query.View, doc bsondoc.Element) (id content.ID, copied T, err error) {
	if c.whole {
		whole := c.make()
		id, _ := doc.At("_id").Text()
		return content.ID(id), whole, c.decoder.Decode(doc, whole)
	}
	var e envelope[T]
	if err := c.decoder.Decode(doc, &e); err != nil {
		return "", copied, fmt.Errorf("decode an entry of %s: %w", c.name, err)
	}
	if v.Editing {
		e.LiveVersion = versionOf(e.Live)
		return e.ID, c.fill(e.ID, e.Draft, &e.Editing), nil
	}
	return e.ID, c.fill(e.ID, e.Live, nil), nil
}

// fill sets the fields of a decoded copy that are stored in the envelope.
func (c *Collection[T, F]) fill(id content.ID, copied T, editing *content.Editing) T {
	if content.IsNil(copied) {
		return copied
	}
	base := common(copied)
	base.ID, base.Editing = id, editing
	if editing != nil {
		editing.ID = id
	}
	return copied
}

// versionOf returns the version of a copy, or 0 for nil.
func versionOf[T any](copied T) int {
	if content.IsNil(copied) {
		return 0
	}
	return common(copied).Version
}

// common returns the fields of a copy that all kinds have.
func common[T any](copied T) *content.Base { return content.As(copied).Common() }

// complete sets, in both copies of an entry, the fields that are stored in its envelope.
func (c *Collection[T, F]) complete(e *content.Entry[T]) {
	c.fill(e.ID, e.Live, nil)
	e.LiveVersion = versionOf(e.Live)
	c.fill(e.ID, e.Draft, &e.Editing)
}

// Linked holds the parts of an entry on which the entries that link to it depend.
type Linked struct {
	// Draft is the working copy with its labels, the values that other entries derive from it, and the fields of the
	// envelope for editors. Live is the copy that readers see, with the values that other entries derive from it; it
	// is nil while readers don't see the entry.
	Draft, Live content.Content
}

// At returns the copy that represents the entry at a stage. If the entry is not published, that is always the draft.
func (l Linked) At(stage content.Stage) content.Content {
	if stage != content.StageDraft && l.Live != nil {
		return l.Live
	}
	return l.Draft
}
