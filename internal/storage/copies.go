package storage

import (
	"fmt"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/storage/query"
)

// envelope is an entry of which a part was read.
type envelope[T any] struct {
	ID              content.ID `json:"_id"`
	Live            T          `json:"live"`
	Draft           T          `json:"draft"`
	content.Editing `json:",inline"`
}

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
