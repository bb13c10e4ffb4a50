package bleveindex

import (
	"context"
	"fmt"
	"runtime"
	"strings"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/document"
	index "github.com/blevesearch/bleve_index_api"
	"golang.org/x/sync/errgroup"

	"sen/internal/content"
	"sen/internal/search"
)

// The fields that only this package has: the signature, and the time for the order as a text that sorts like it.
const (
	signatureField = "signature"
	orderField     = "order"
)

// Write implements [search.Engine]. When it returns, the changes are on the disk.
func (x *Index) Write(ctx context.Context, changes []search.Change) (err error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.closed {
		return errClosed
	}
	defer recovered(&err)
	byStage := map[search.Stage][]search.Change{}
	for _, c := range changes {
		byStage[c.Stage] = append(byStage[c.Stage], c)
	}
	for name, some := range byStage {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := x.stages[name].write(ctx, some); err != nil {
			return fmt.Errorf("write to the search index: %w", err)
		}
	}
	return nil
}

// write writes the changes of one stage, except those of older versions.
func (s *stage) write(ctx context.Context, changes []search.Change) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	reader, err := s.Reader()
	if err != nil {
		return err
	}
	defer func() { _ = reader.Close() }()
	batch := index.NewBatch()
	written := map[content.ID]int64{}
	for _, c := range changes {
		before, known := s.versions[c.ID]
		if v, again := written[c.ID]; again {
			before, known = v, true
		}
		if known && before > c.Version {
			continue
		}
		if c.Document != nil {
			batch.Update(stored(c.ID, c.Document))
		} else if there, err := reader.InternalID(string(c.ID)); err != nil {
			return err
		} else if _, again := written[c.ID]; there != nil || again {
			batch.Delete(string(c.ID))
		}
		written[c.ID] = c.Version
	}
	if err := s.apply(ctx, batch); err != nil {
		return err
	}
	for id, version := range written {
		s.versions[id] = version
	}
	return nil
}

// minPart is the smallest number of documents for which a part of a batch is worth a segment of its own.
const minPart = 100

// apply writes a batch. It divides a large one, because bleve makes a segment on one processor.
func (s *stage) apply(ctx context.Context, batch *index.Batch) error {
	parts := max(1, min(runtime.GOMAXPROCS(0), len(batch.IndexOps)/minPart))
	if parts == 1 {
		return s.batch(ctx, batch)
	}
	divided := make([]*index.Batch, parts)
	for i := range divided {
		divided[i] = index.NewBatch()
	}
	n := 0
	for id, doc := range batch.IndexOps {
		divided[n%parts].IndexOps[id] = doc
		n++
	}
	var tasks errgroup.Group
	for _, part := range divided {
		tasks.Go(func() error { return s.batch(ctx, part) })
	}
	return tasks.Wait()
}

// batch writes a batch. It does not wait longer than the context: bleve waits for ever if its files are damaged.
func (s *stage) batch(ctx context.Context, b *index.Batch) error {
	done := make(chan error, 1)
	go func() {
		var err error
		defer func() { done <- err }()
		defer recovered(&err)
		err = s.Batch(b)
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// stored returns a document in bleve's form.
func stored(id content.ID, d *search.Document) *document.Document {
	const indexed = index.IndexField | index.SkipFreqNorm
	doc := document.NewDocument(string(id))
	for field, tokens := range d.Tokens {
		if len(tokens) > 0 {
			doc.AddField(document.NewTextFieldCustom(string(field), nil, []byte(strings.Join(tokens, " ")), indexed, words{}))
		}
	}
	keys := func(field string, options index.FieldIndexingOptions, values ...string) {
		for _, value := range values {
			doc.AddField(document.NewTextFieldCustom(field, nil, []byte(value), options, whole{}))
		}
	}
	for key, values := range d.Keys {
		keys(string(key), indexed|index.DocValues, values...)
	}
	for name, at := range d.Times {
		keys(timeField(name), indexed, orderText(at))
	}
	keys(signatureField, indexed|index.DocValues, d.Signature)
	keys(orderField, indexed|index.DocValues, orderText(d.Times[search.TimeSort]))
	return doc
}

// timeField returns the field of a time. Its name is not that of a key.
func timeField(t search.Time) string { return "time " + string(t) }

// orderText returns a time as a text that sorts like the time: its number as eight bytes in hexadecimal, with the sign
// bit flipped.
func orderText(at int64) string {
	return fmt.Sprintf("%016x", uint64(at)^1<<63) //nolint:gosec // all bits are kept
}

// words splits a text at its spaces.
type words struct{}

// Analyze implements analysis.Analyzer.
func (words) Analyze(text []byte) analysis.TokenStream {
	var tokens analysis.TokenStream
	at := 0
	for word := range strings.SplitSeq(string(text), " ") {
		tokens = append(tokens, &analysis.Token{
			Start: at, End: at + len(word), Term: []byte(word), Position: len(tokens) + 1,
		})
		at += len(word) + 1
	}
	return tokens
}

// whole takes a text as one token.
type whole struct{}

// Analyze implements analysis.Analyzer.
func (whole) Analyze(text []byte) analysis.TokenStream {
	return analysis.TokenStream{{End: len(text), Term: text, Position: 1}}
}
