package search

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"sen/internal/content"
)

// naive is an Engine in memory that looks at every document for every request.
type naive struct {
	mu     sync.RWMutex
	stages map[Stage]map[content.ID]*Change
	// finds counts calls of Find.
	finds int
}

func newNaive() *naive { return &naive{stages: map[Stage]map[content.ID]*Change{}} }

func (n *naive) Write(_ context.Context, changes []Change) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, c := range changes {
		in := n.stages[c.Stage]
		if in == nil {
			in = map[content.ID]*Change{}
			n.stages[c.Stage] = in
		}
		if old := in[c.ID]; old == nil || old.Version <= c.Version {
			in[c.ID] = &c
		}
	}
	return nil
}

// each calls a function with the documents of some stages.
func (n *naive) each(stages []Stage, f func(id content.ID, d *Document)) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	for _, stage := range stages {
		for id, c := range n.stages[stage] {
			if c.Document != nil {
				f(id, c.Document)
			}
		}
	}
}

func (n *naive) Find(_ context.Context, r Request) (*Result, error) {
	n.mu.Lock()
	n.finds++
	n.mu.Unlock()
	var hits []Place
	counts := map[Key]map[string]int{}
	n.each(r.Stages, func(id content.ID, d *Document) {
		if !selects(r.Match, d) {
			return
		}
		score := 0
		for _, b := range r.Boosts {
			if selects(b.Query, d) {
				score += b.Weight
			}
		}
		hits = append(hits, Place{score, d.Times[TimeSort], id})
		for key := range r.Facets {
			if counts[key] == nil {
				counts[key] = map[string]int{}
			}
			for _, value := range d.Keys[key] {
				counts[key][value]++
			}
		}
	})
	slices.SortFunc(hits, comparePlaces)
	result := &Result{Total: len(hits), Facets: map[Key][]Bucket{}}
	for key, size := range r.Facets {
		buckets := []Bucket{}
		for value, count := range counts[key] {
			buckets = append(buckets, Bucket{value, count})
		}
		slices.SortFunc(buckets, func(a, b Bucket) int {
			return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
		})
		result.Facets[key] = buckets[:min(size, len(buckets))]
	}
	if r.After != nil {
		hits = slices.DeleteFunc(hits, func(p Place) bool { return comparePlaces(p, *r.After) <= 0 })
	}
	result.Hits = hits[:min(r.Size, len(hits))]
	return result, nil
}

// comparePlaces orders hits.
func comparePlaces(a, b Place) int {
	return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.Time, a.Time), cmp.Compare(a.ID, b.ID))
}

// selects reports whether a query selects a document.
func selects(query Query, d *Document) bool {
	is := func(q Query) bool { return selects(q, d) }
	switch q := query.(type) {
	case Term:
		return slices.Contains(d.Tokens[q.Field], q.Text)
	case Prefix:
		return slices.ContainsFunc(d.Tokens[q.Field], func(s string) bool { return strings.HasPrefix(s, q.Text) })
	case KeyIs:
		return slices.ContainsFunc(d.Keys[q.Key], func(s string) bool { return slices.Contains(q.Values, s) })
	case Between:
		at, ok := d.Times[q.Time]
		return ok && (q.From == nil || at >= *q.From) && (q.To == nil || at <= *q.To)
	case AllOf:
		return !slices.ContainsFunc(q, func(q Query) bool { return !is(q) })
	case AnyOf:
		return slices.ContainsFunc(q, is)
	case Not:
		return !is(q.Query)
	case AtLeast:
		found := 0
		for _, one := range q.Of {
			if is(one) {
				found++
			}
		}
		return found >= q.N
	case Everything:
		return true
	}
	panic("unknown query")
}

func (n *naive) Frequencies(_ context.Context, stages []Stage, terms []Term) (total int, counts []int, err error) {
	counts = make([]int, len(terms))
	n.each(stages, func(_ content.ID, d *Document) {
		total++
		for i, t := range terms {
			if selects(t, d) {
				counts[i]++
			}
		}
	})
	return total, counts, nil
}

func (n *naive) Expand(_ context.Context, stages []Stage, e Expansion, limit int) ([]Expanded, error) {
	counts := map[string]int{}
	n.each(stages, func(_ content.ID, d *Document) {
		for _, token := range d.Tokens[e.Field] {
			if !e.Typo && strings.HasPrefix(token, e.Text) || e.Typo && edits([]rune(e.Text), []rune(token)) == 1 {
				counts[token]++
			}
		}
	})
	var expanded []Expanded
	for _, token := range slices.Sorted(maps.Keys(counts)) {
		expanded = append(expanded, Expanded{token, counts[token]})
	}
	slices.SortStableFunc(expanded, func(a, b Expanded) int { return b.Count - a.Count })
	return expanded[:min(limit, len(expanded))], nil
}

// edits returns the number of edits between two words.
func edits(a, b []rune) int {
	if len(a) == 0 || len(b) == 0 {
		return len(a) + len(b)
	}
	if a[0] == b[0] {
		return edits(a[1:], b[1:])
	}
	if len(a)-len(b) > 1 || len(b)-len(a) > 1 {
		return 2 // or more: it makes no difference here
	}
	return 1 + min(editsAtMost(a[1:], b), editsAtMost(a, b[1:]), editsAtMost(a[1:], b[1:]))
}

// editsAtMost returns 0 if two words are the same, otherwise 1.
func editsAtMost(a, b []rune) int {
	if slices.Equal(a, b) {
		return 0
	}
	return 1
}

func (n *naive) Signatures(_ context.Context, stage Stage, each func(content.ID, string) error) (err error) {
	n.each([]Stage{stage}, func(id content.ID, d *Document) {
		if err == nil {
			err = each(id, d.Signature)
		}
	})
	return err
}

func (n *naive) Documents(_ context.Context, stage Stage) (count int, err error) {
	n.each([]Stage{stage}, func(content.ID, *Document) { count++ })
	return count, nil
}

func (*naive) Close() error { return nil }
