package storage

import (
	"fmt"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/storage/query"
)

// decode reads the copy that a view shows, nil where there is none.
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

// fill completes a decoded copy with what stands beside it.
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

// versionOf is the version of a copy, 0 for none.
func versionOf[T any](copied T) int {
	if content.IsNil(copied) {
		return 0
	}
	return common(copied).Version
}

// common is what a copy shares with all kinds.
func common[T any](copied T) *content.Base { return content.As(copied).Common() }

// complete fills both copies of an entry with what stands in its envelope.
func (c *Collection[T, F]) complete(e *content.Entry[T]) {
	c.fill(e.ID, e.Live, nil)
	e.LiveVersion = versionOf(e.Live)
	c.fill(e.ID, e.Draft, &e.Editing)
}

// Linked is an entry as far as others that link to it depend on it.
type Linked struct {
	// Draft is the working copy with its labels, with what others take over from it, and with what the newsroom keeps
	// beside it. Live is the copy that readers see with what others take over from it; nil while they see nothing.
	Draft, Live content.Content
}

// At is the copy that stands for the entry at a stage: what is not published stands for itself as a draft.
func (l Linked) At(stage content.Stage) content.Content {
	if stage != content.StageDraft && l.Live != nil {
		return l.Live
	}
	return l.Draft
}
