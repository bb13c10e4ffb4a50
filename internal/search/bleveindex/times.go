package bleveindex

import (
	"fmt"
	"strconv"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// times caches the times by which the documents of each segment are ordered. A segment never changes.
type times struct {
	mu sync.Mutex
	// bySegment has the times of a segment, by the numbers of its documents.
	bySegment map[uint64][]int64
}

// maxFormer is the number of former segments whose times are kept, for readers that still use them.
const maxFormer = 16

// keep forgets the times of segments that are none of the present ones, if there are too many.
func (t *times) keep(present []*part) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.bySegment) <= len(present)+maxFormer {
		return
	}
	kept := map[uint64][]int64{}
	for _, p := range present {
		if at, ok := t.bySegment[p.Id()]; ok {
			kept[p.Id()] = at
		}
	}
	t.bySegment = kept
}

// of returns the times of the documents of a segment.
func (t *times) of(p *part) ([]int64, error) {
	t.mu.Lock()
	at, ok := t.bySegment[p.Id()]
	t.mu.Unlock()
	if ok {
		return at, nil
	}
	at = make([]int64, p.Segment().Count())
	all := roaring.New()
	all.AddRange(0, uint64(len(at)))
	var wrong error
	err := p.values(orderField, all, func(doc uint32, text string) {
		n, err := strconv.ParseUint(text, 16, 64)
		if err != nil {
			wrong = err
		}
		at[doc] = int64(n ^ 1<<63) //nolint:gosec // the opposite of orderText
	})
	if err == nil {
		err = wrong
	}
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bySegment[p.Id()] = at
	return at, nil
}

// values calls a function with each value that some documents of a segment have in a field.
func (p *part) values(field string, docs *roaring.Bitmap, each func(doc uint32, value string)) error {
	visitable, ok := p.Segment().(segment.DocValueVisitable)
	if !ok {
		return fmt.Errorf("a segment of the type %T has no values", p.Segment())
	}
	var state segment.DocVisitState
	var err error
	for doc := range roaring.Values(docs) {
		state, err = visitable.VisitDocValues(uint64(doc), []string{field},
			func(_ string, term []byte) { each(doc, string(term)) }, state)
		if err != nil {
			return err
		}
	}
	return nil
}
