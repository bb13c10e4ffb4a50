package storage

import (
	"context"
	"maps"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/cache"
	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/query"
)

// Matcher finds the entries that match a search.
type Matcher interface {
	// Match returns the ids of at most [content.MaxMatches] entries of a kind: the best ones first. If they are more,
	// and newest is true, they are the newest ones instead, in any order. A text that can't be searched is a
	// BAD_USER_INPUT.
	Match(ctx context.Context, s Search, kind content.Kind, newest bool) ([]content.ID, error)
}

// Search is what a reader searches for.
type Search struct {
	Text string
	// Locale is the language of the reader. Stage is the copy that is searched.
	Locale content.Locale
	Stage  content.Stage
}

// SetMatcher sets what finds the entries of a search. It must be called before the store is used.
func (s *Store) SetMatcher(m Matcher) { s.matcher = m }

// errNoSearch means that a list is ordered by relevance, but not limited by a search.
var errNoSearch = content.Errorf(content.CodeBadUserInput,
	"The order RELEVANCE needs the argument `search`. Give it, or another order.")

// match finds the entries of a list's search. It does nothing for a list without a search. Without a matcher it
// compares texts.
func (c *Collection[T, F]) match(ctx context.Context, l *List[F]) (err error) {
	if l.Search == "" {
		if l.Order == query.RelevanceOrder {
			return errNoSearch
		}
		return nil
	}
	cache.Note(ctx, cache.Search)
	s := Search{l.Search, l.Locale, l.Stage}
	if c.store.matcher == nil {
		l.matches, err = c.Containing(ctx, s, content.MaxMatches)
	} else {
		l.matches, err = c.store.matcher.Match(ctx, s, c.kind, l.Order != query.RelevanceOrder)
	}
	return err
}

// byRelevance reads one page for each of some parents, with the best matches of the search first. It reads which of
// the matches belong to each list, and sorts them in memory.
func (c *Collection[T, F]) byRelevance(
	ctx context.Context, l List[F], p *query.Page, parents []Within,
) ([]readPage[T], error) {
	queries := make([]engine.Query, len(parents))
	for i, w := range parents {
		queries[i] = engine.Query{Filter: p.Filter(w, nil), Fields: idOnly, Batch: len(l.matches)}
	}
	seen := make([]map[content.ID]T, len(parents))
	for i := range seen {
		seen[i] = map[content.ID]T{}
	}
	if len(l.matches) > 0 {
		err := c.read(p.View).FindEach(ctx, queries, func(i int, doc bson.Raw) error {
			var unread T
			seen[i][content.ID(bsondoc.ID(doc))] = unread
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	pages := make([]readPage[T], len(parents))
	for i := range pages {
		var err error
		if pages[i], err = chosenPage(p, l.matches, seen[i]); err != nil {
			return nil, err
		}
	}
	return pages, nil
}

// Containing lists entries whose texts contain a text, ignoring case and accents: the newest publications first, at
// most limit. It stands in for a search without an index. An empty text selects all entries. It compares only the texts
// that filters compare: labels and other short ones.
func (c *Collection[T, F]) Containing(ctx context.Context, s Search, limit int) ([]content.ID, error) {
	l := List[F]{Stage: s.Stage, Locale: s.Locale, Order: "PUBLISHED_AT_DESC"}
	p, err := c.check(ctx, l)
	if err != nil {
		return nil, err
	}
	var any bson.A
	for _, text := range slices.Sorted(maps.Keys(c.texts)) {
		w := &query.Where{View: p.View, Chain: c.store.Site().Languages.Chain(s.Locale)}
		w.Text(text, &content.StringFilter{Contains: &s.Text})
		any = append(any, w.Conds...)
	}
	if p.Bare = true; s.Text != "" {
		p.Conds = append(p.Conds, bson.D{{Key: "$or", Value: any}})
	}
	rows, err := c.rows(ctx, p, []Within{{}}, nil, 0, limit)
	if err != nil {
		return nil, err
	}
	ids := make([]content.ID, len(rows[0]))
	for i, r := range rows[0] {
		ids[i] = r.ID
	}
	return ids, nil
}

// Resolve returns the entries of a kind that some ids and slugs name. lost means that one of them names no entry that
// the actor can see. drafts are the kinds of which the actor sees working copies.
func (s *Store) Resolve(
	ctx context.Context, kind content.Kind, ids []content.ID, slugs []string, drafts []content.Kind,
) (found []content.ID, lost bool, err error) {
	w := &where{lookups: &lookups{store: s, drafts: drafts}}
	w.targets(kind, ids, slugs)
	if w.asked.none() {
		return nil, len(ids) > 0, nil
	}
	if err := w.answer(ctx); err != nil {
		return nil, false, err
	}
	found, lost = w.targets(kind, ids, slugs)
	return found, lost, nil
}
