package service

import (
	"context"
	"errors"

	"sen/internal/cache"
	"sen/internal/content"
	"sen/internal/search"
	"sen/internal/storage"
	"sen/internal/storage/feed"
)

// Question is a search.
type Question struct {
	Scope
	// Text is what the reader searches for; empty for everything in the scope.
	Text string
	// Size is the largest number of hits. After is the place after which they begin; nil for the first ones.
	Size  int
	After *search.Place
}

// Find answers a search. The hits may include entries that were changed or removed a moment ago: the caller must read
// them from the store. If the index can't be reached, Find compares the labels in the store.
func (s *Service) Find(ctx context.Context, q Question) (answer *search.Answer, err error) {
	cache.Note(ctx, cache.Search)
	ctx, end := s.begin(ctx, "search")
	defer func() {
		hits := 0
		if answer != nil {
			hits = len(answer.Hits)
		}
		end(hits, err)
	}()
	asked, err := s.question(ctx, q)
	if err != nil {
		return nil, err
	}
	if answer, err = s.search(ctx, asked); s.unavailable(ctx, err) {
		return s.contained(ctx, q)
	}
	return answer, err
}

// errNoIndex means that the service has no index, or waits until it can be reached.
var errNoIndex = errors.New("there is no search index")

// reachable returns errNoIndex while the index must not be asked. So a search does not wait for a server that is down.
func (s *Service) reachable() error {
	if s.engine == nil || s.degraded.Load() {
		return errNoIndex
	}
	return nil
}

// search asks the engine.
func (s *Service) search(ctx context.Context, q search.Question) (*search.Answer, error) {
	if err := s.reachable(); err != nil {
		return nil, err
	}
	return search.Search(ctx, s.engine, q)
}

// question turns a search into one for the engine.
func (s *Service) question(ctx context.Context, q Question) (asked search.Question, err error) {
	filter, err := s.query(ctx, q.Scope)
	if err != nil {
		return asked, err
	}
	stages := q.stages()
	return search.Question{
		Text: q.Text, Locales: s.locales(), Stages: stages, Abbreviations: s.abbreviationsOf(q.Scope),
		Filter: filter, Size: q.Size, After: q.After,
	}, nil
}

// abbreviationsOf returns the abbreviations that readers of a scope may know.
func (s *Service) abbreviationsOf(sc Scope) (all []*search.Abbreviations) {
	for _, stage := range sc.stages() {
		all = append(all, s.abbreviations[stage])
	}
	return all
}

// unavailable reports whether an error means that the index can't be reached. From then on the service is degraded,
// until it has compared the index with the store again.
func (s *Service) unavailable(ctx context.Context, err error) bool {
	if err == nil || ctx.Err() != nil || content.CodeOf(err) == content.CodeBadUserInput {
		return false
	}
	if errors.Is(err, errNoIndex) {
		return true
	}
	if !s.degraded.Swap(true) {
		s.log.WarnContext(ctx, "the search index can't be reached; searches compare labels in the store", "err", err)
		s.store.Feed.Changed(feed.Change{Search: true})
	}
	s.requestScan()
	return true
}

// facetSize is the largest number of values of a facet.
const facetSize = 50

// Count counts all hits of a search by the values of some keys.
func (s *Service) Count(ctx context.Context, q Question, by []search.Key) (map[search.Key][]search.Bucket, error) {
	cache.Note(ctx, cache.Search)
	q.Size, q.After = 0, nil
	asked, err := s.question(ctx, q)
	if err != nil {
		return nil, err
	}
	asked.Facets = map[search.Key]int{}
	for _, key := range by {
		asked.Facets[key] = facetSize
	}
	answer, err := s.search(ctx, asked)
	if s.unavailable(ctx, err) {
		return map[search.Key][]search.Bucket{}, nil
	}
	if err != nil {
		return nil, err
	}
	return answer.Facets, nil
}

// Suggest returns the entries of a scope that complete a text, the best first.
func (s *Service) Suggest(ctx context.Context, sc Scope, prefix string, n int) (hits []search.Place, err error) {
	cache.Note(ctx, cache.Search)
	ctx, end := s.begin(ctx, "suggest")
	defer func() { end(len(hits), err) }()
	asked, err := s.question(ctx, Question{Scope: sc, Text: prefix, Size: n})
	if err != nil {
		return nil, err
	}
	if err = s.reachable(); err == nil {
		hits, err = search.Suggest(ctx, s.engine, asked)
	}
	if s.unavailable(ctx, err) {
		answer, err := s.contained(ctx, Question{Scope: sc, Text: prefix, Size: n})
		if err != nil {
			return nil, err
		}
		return answer.Hits, nil
	}
	return hits, err
}

// Match implements [storage.Matcher].
func (s *Service) Match(
	ctx context.Context, of storage.Search, kind content.Kind, newest bool,
) (ids []content.ID, err error) {
	ctx, end := s.begin(ctx, "search list")
	defer func() { end(len(ids), err) }()
	sc := Scope{Kinds: []content.Kind{kind}, Locale: of.Locale}
	if of.Stage == content.StageDraft {
		sc.Drafts = sc.Kinds
	}
	asked, err := s.question(ctx, Question{Scope: sc, Text: of.Text, Size: content.MaxMatches})
	if err != nil {
		return nil, err
	}
	asked.Newest = newest
	answer, err := s.search(ctx, asked)
	if s.unavailable(ctx, err) {
		return s.kinds[kind].Containing(ctx, of, content.MaxMatches)
	}
	if err != nil {
		return nil, err
	}
	return search.IDs(answer.Hits), nil
}
