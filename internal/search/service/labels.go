package service

import (
	"context"
	"slices"

	"sen/internal/content"
	"sen/internal/search"
	"sen/internal/storage"
)

// contained answers a search from the store, if there is no index: the entries whose labels contain the text, the
// newest of each kind, the kinds in their order.
func (s *Service) contained(ctx context.Context, q Question) (*search.Answer, error) {
	answer := &search.Answer{
		Result: &search.Result{}, Highlighter: search.NewHighlighter(q.Text, s.locales(), s.abbreviationsOf(q.Scope)...),
	}
	var filter search.AllOf
	if q.Filter != nil {
		var err error
		if filter, err = s.filter(ctx, q.Filter, q.Drafts); err != nil {
			return nil, err
		}
	}
	for _, kind := range content.Kinds() {
		if len(q.Kinds) > 0 && !slices.Contains(q.Kinds, kind) {
			continue
		}
		ids, err := s.labelled(ctx, kind, q, filter)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			answer.Hits = append(answer.Hits, search.Place{ID: id, Time: -int64(len(answer.Hits))})
		}
	}
	answer.Total = len(answer.Hits)
	if q.After != nil {
		answer.Hits = slices.DeleteFunc(answer.Hits, func(p search.Place) bool { return p.Time >= q.After.Time })
	}
	answer.Hits = answer.Hits[:min(q.Size, len(answer.Hits))]
	return answer, nil
}

// labelled lists the entries of a kind whose labels contain the text of a search, at most a page of them, without those
// that do not fit its filter.
func (s *Service) labelled(
	ctx context.Context, kind content.Kind, q Question, filter search.AllOf,
) ([]content.ID, error) {
	stage := q.stage(kind)
	ids, err := s.kinds[kind].Containing(ctx, storage.Search{Text: q.Text, Locale: q.Locale, Stage: stage},
		content.MaxPage)
	if err != nil || len(filter) == 0 || len(ids) == 0 {
		return ids, err
	}
	copies, err := s.kinds[kind].Copies(ctx, ids, stage)
	return slices.DeleteFunc(ids, func(id content.ID) bool {
		copied, ok := copies[id]
		return !ok || !selects(filter, filtered(copied))
	}), err
}

// stage returns the copy of the entries of a kind that a scope has.
func (sc Scope) stage(kind content.Kind) content.Stage {
	if slices.Contains(sc.Drafts, kind) {
		return content.StageDraft
	}
	return content.StagePublished
}

// selects reports whether a filter selects a document. It knows the queries that [Service.filter] makes.
func selects(q search.Query, d *search.Document) bool {
	switch q := q.(type) {
	case search.KeyIs:
		return slices.ContainsFunc(q.Values, func(value string) bool { return slices.Contains(d.Keys[q.Key], value) })
	case search.Between:
		at, ok := d.Times[q.Time]
		return ok && (q.From == nil || at >= *q.From) && (q.To == nil || at <= *q.To)
	case search.AllOf:
		return !slices.ContainsFunc(q, func(one search.Query) bool { return !selects(one, d) })
	case search.AnyOf:
		return slices.ContainsFunc(q, func(one search.Query) bool { return selects(one, d) })
	case search.Not:
		return !selects(q.Query, d)
	}
	return false
}
