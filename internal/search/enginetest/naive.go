// Package enginetest tests search engines: it compares them with an engine that looks at every document. Only tests
// import it.
package enginetest

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"sen/internal/content"
	"sen/internal/search"
)

// Naive is a search engine in memory that looks at every document for every request.
type Naive struct {
	mu     sync.RWMutex
	stages map[search.Stage]map[content.ID]*search.Change
	// Finds counts calls of Find.
	Finds int
}

// NewNaive returns an empty engine.
func NewNaive() *Naive { return &Naive{stages: map[search.Stage]map[content.ID]*search.Change{}} }

// Write implements [search.Engine].
func (n *Naive) Write(ctx context.Context, changes []search.Change) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, c := range changes {
		in := n.stages[c.Stage]
		if in == nil {
			in = map[content.ID]*search.Change{}
			n.stages[c.Stage] = in
		}
		if old := in[c.ID]; old == nil || old.Version <= c.Version {
			in[c.ID] = &c
		}
	}
	return nil
}

// each calls a function with the documents of some stages.
func (n *Naive) each(ctx context.Context, stages []search.Stage, f func(id content.ID, d *search.Document)) error {
	n.mu.RLock()
	defer n.mu.RUnlock()
	for _, stage := range stages {
		for id, c := range n.stages[stage] {
			if c.Document != nil {
				f(id, c.Document)
			}
		}
	}
	return ctx.Err()
}

// Find implements [search.Engine].
func (n *Naive) Find(ctx context.Context, r search.Request) (*search.Result, error) {
	n.mu.Lock()
	n.Finds++
	n.mu.Unlock()
	var hits []search.Place
	counts := map[search.Key]map[string]int{}
	err := n.each(ctx, r.Stages, func(id content.ID, d *search.Document) {
		if !selects(r.Match, d) {
			return
		}
		score := 0
		for _, b := range r.Boosts {
			if selects(b.Query, d) {
				score += b.Weight
			}
		}
		hits = append(hits, search.Place{Score: score, Time: d.Times[search.TimeSort], ID: id})
		for key := range r.Facets {
			if counts[key] == nil {
				counts[key] = map[string]int{}
			}
			for _, value := range slices.Compact(slices.Sorted(slices.Values(d.Keys[key]))) {
				counts[key][value]++
			}
		}
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(hits, comparePlaces)
	result := &search.Result{Total: len(hits), Facets: map[search.Key][]search.Bucket{}}
	for key, size := range r.Facets {
		buckets := []search.Bucket{}
		for value, count := range counts[key] {
			buckets = append(buckets, search.Bucket{Value: value, Count: count})
		}
		slices.SortFunc(buckets, func(a, b search.Bucket) int {
			return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
		})
		result.Facets[key] = buckets[:min(size, len(buckets))]
	}
	if r.After != nil {
		hits = slices.DeleteFunc(hits, func(p search.Place) bool { return comparePlaces(p, *r.After) <= 0 })
	}
	result.Hits = hits[:min(r.Size, len(hits))]
	return result, nil
}

// comparePlaces orders hits.
func comparePlaces(a, b search.Place) int {
	return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.Time, a.Time), cmp.Compare(a.ID, b.ID))
}

// selects reports whether a query selects a document.
func selects(query search.Query, d *search.Document) bool {
	is := func(q search.Query) bool { return selects(q, d) }
	switch q := query.(type) {
	case search.Term:
		return slices.Contains(d.Tokens[q.Field], q.Text)
	case search.Prefix:
		return slices.ContainsFunc(d.Tokens[q.Field], func(s string) bool { return strings.HasPrefix(s, q.Text) })
	case search.KeyIs:
		return slices.ContainsFunc(d.Keys[q.Key], func(s string) bool { return slices.Contains(q.Values, s) })
	case search.Between:
		at, ok := d.Times[q.Time]
		return ok && (q.From == nil || at >= *q.From) && (q.To == nil || at <= *q.To)
	case search.AllOf:
		return !slices.ContainsFunc(q, func(q search.Query) bool { return !is(q) })
	case search.AnyOf:
		return slices.ContainsFunc(q, is)
	case search.Not:
		return !is(q.Query)
	case search.AtLeast:
		found := 0
		for _, one := range q.Of {
			if is(one) {
				found++
			}
		}
		return found >= q.N
	case search.Everything:
		return true
	}
	panic("unknown query")
}

// Frequencies implements [search.Engine].
func (n *Naive) Frequencies(
	ctx context.Context, stages []search.Stage, terms []search.Term,
) (total int, counts []int, err error) {
	counts = make([]int, len(terms))
	err = n.each(ctx, stages, func(_ content.ID, d *search.Document) {
		total++
		for i, t := range terms {
			if selects(t, d) {
				counts[i]++
			}
		}
	})
	return total, counts, err
}

// Expand implements [search.Engine].
func (n *Naive) Expand(
	ctx context.Context, stages []search.Stage, e search.Expansion, limit int,
) ([]search.Expanded, error) {
	counts := map[string]int{}
	err := n.each(ctx, stages, func(_ content.ID, d *search.Document) {
		for _, token := range slices.Compact(slices.Sorted(slices.Values(d.Tokens[e.Field]))) {
			if !e.Typo && strings.HasPrefix(token, e.Text) || e.Typo && edits([]rune(e.Text), []rune(token)) == 1 {
				counts[token]++
			}
		}
	})
	var expanded []search.Expanded
	for _, token := range slices.Sorted(maps.Keys(counts)) {
		expanded = append(expanded, search.Expanded{Text: token, Count: counts[token]})
	}
	slices.SortStableFunc(expanded, func(a, b search.Expanded) int { return b.Count - a.Count })
	return expanded[:min(limit, len(expanded))], err
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

// Signatures implements [search.Engine].
func (n *Naive) Signatures(ctx context.Context, stage search.Stage, each func(content.ID, string) error) (err error) {
	failed := n.each(ctx, []search.Stage{stage}, func(id content.ID, d *search.Document) {
		if err == nil {
			err = each(id, d.Signature)
		}
	})
	return cmp.Or(failed, err)
}

// Documents implements [search.Engine].
func (n *Naive) Documents(ctx context.Context, stage search.Stage) (count int, err error) {
	err = n.each(ctx, []search.Stage{stage}, func(content.ID, *search.Document) { count++ })
	return count, err
}

// Close implements [search.Engine].
func (*Naive) Close() error { return nil }
