package bleveindex

import (
	"cmp"
	"context"
	"slices"

	index "github.com/blevesearch/bleve_index_api"

	"sen/internal/content"
	"sen/internal/search"
)

// checkEvery is the number of documents between two checks of the context.
const checkEvery = 4096

// Frequencies implements [search.Engine].
func (x *Index) Frequencies(
	ctx context.Context, names []search.Stage, terms []search.Term,
) (total int, frequencies []int, err error) {
	frequencies = make([]int, len(terms))
	err = x.reading(ctx, names, func(readers []index.IndexReader) error {
		for _, r := range readers {
			n, err := r.DocCount()
			if err != nil {
				return err
			}
			total += int(n) //nolint:gosec // far below the largest int
			for i, term := range terms {
				n, err := frequency(ctx, r, term.Field, term.Text)
				if err != nil {
					return err
				}
				frequencies[i] += n
			}
		}
		return nil
	})
	return total, frequencies, err
}

// frequency returns the number of documents that have a term in a field.
func frequency(ctx context.Context, r index.IndexReader, field search.Field, text string) (int, error) {
	docs, err := r.TermFieldReader(ctx, []byte(text), string(field), false, false, false)
	if err != nil {
		return 0, err
	}
	return int(docs.Count()), docs.Close() //nolint:gosec // far below the largest int
}

// Expand implements [search.Engine].
func (x *Index) Expand(
	ctx context.Context, names []search.Stage, e search.Expansion, limit int,
) (all []search.Expanded, err error) {
	counts := map[string]int{}
	err = x.reading(ctx, names, func(readers []index.IndexReader) error {
		for _, r := range readers {
			expand := beginning
			if e.Typo {
				expand = similar
			}
			if err := expand(ctx, r, e, counts); err != nil {
				return err
			}
		}
		return nil
	})
	for text, n := range counts {
		if n > 0 && (!e.Typo || text != e.Text && !swapped(e.Text, text)) {
			all = append(all, search.Expanded{Text: text, Count: n})
		}
	}
	slices.SortFunc(all, func(a, b search.Expanded) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Text, b.Text))
	})
	return all[:min(len(all), limit)], err
}

// beginning counts the documents of each term that begins with the text of an expansion. The dictionary of a segment
// has the counts, unless documents of it were removed.
func beginning(ctx context.Context, r index.IndexReader, e search.Expansion, counts map[string]int) error {
	for _, p := range partsOf(ctx, r) {
		removed := p.Deleted() != nil && !p.Deleted().IsEmpty()
		err := p.terms(string(e.Field), e.Text, func(text string, count uint64) error {
			if removed {
				set, err := p.term(string(e.Field), text)
				if err != nil {
					return err
				}
				count = set.GetCardinality()
			}
			counts[text] += int(count) //nolint:gosec // far below the largest int
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// similar counts the documents of each term that is one edit away from the text of an expansion. Bleve does not count
// them.
func similar(ctx context.Context, r index.IndexReader, e search.Expansion, counts map[string]int) error {
	var terms []string
	err := eachTerm(func() (index.FieldDict, error) {
		return r.(index.IndexReaderFuzzy).FieldDictFuzzy(string(e.Field), e.Text, 1, "")
	}, func(d *index.DictEntry) { terms = append(terms, d.Term) })
	for _, text := range terms {
		if err != nil {
			break
		}
		var n int
		n, err = frequency(ctx, r, e.Field, text)
		counts[text] += n
	}
	return err
}

// swapped reports whether two similar words differ by two letters in the other order, which bleve counts as one edit.
func swapped(a, b string) bool {
	x, y := []rune(a), []rune(b)
	if len(x) != len(y) {
		return false
	}
	different := 0
	for i := range x {
		if x[i] != y[i] {
			different++
		}
	}
	return different > 1
}

// Signatures implements [search.Engine].
func (x *Index) Signatures(
	ctx context.Context, name search.Stage, each func(id content.ID, signature string) error,
) error {
	return x.reading(ctx, []search.Stage{name}, func(readers []index.IndexReader) error {
		r := readers[0]
		values, err := r.DocValueReader([]string{signatureField})
		if err != nil {
			return err
		}
		docs, err := r.DocIDReaderAll()
		if err != nil {
			return err
		}
		defer func() { _ = docs.Close() }()
		for n := 1; ; n++ {
			at, err := docs.Next()
			if at == nil || err != nil {
				return err
			}
			if n%checkEvery == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			id, err := r.ExternalID(at)
			if err != nil {
				return err
			}
			signature := ""
			err = values.VisitDocValues(at, func(_ string, term []byte) { signature = string(term) })
			if err == nil {
				err = each(content.ID(id), signature)
			}
			if err != nil {
				return err
			}
		}
	})
}

// eachTerm calls a function with each term of a dictionary.
func eachTerm(open func() (index.FieldDict, error), each func(*index.DictEntry)) error {
	dict, err := open()
	if err != nil {
		return err
	}
	defer func() { _ = dict.Close() }()
	for {
		e, err := dict.Next()
		if e == nil || err != nil {
			return err
		}
		each(e)
	}
}
