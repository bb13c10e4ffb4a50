package service

import (
	"context"
	"strconv"
	"time"

	"sen/internal/content"
	"sen/internal/search"
)

// The years that a filter by year reaches.
const minYear, maxYear = 1900, 2200

// Scope is where a search looks.
type Scope struct {
	// Kinds are the kinds to search in; all if there are none.
	Kinds  []content.Kind
	Filter *content.SearchFilter
	// Drafts are the kinds of which working copies are searched instead of published ones.
	Drafts []content.Kind
	Locale content.Locale
}

// stages returns the stages that have documents of a scope.
func (sc Scope) stages() []search.Stage {
	if len(sc.Drafts) == 0 {
		return []search.Stage{search.Published}
	}
	return []search.Stage{search.Published, search.Drafts}
}

// query returns the query for the documents of a scope.
func (s *Service) query(ctx context.Context, sc Scope) (search.Query, error) {
	var all search.AllOf
	if len(sc.Kinds) > 0 {
		all = append(all, search.KeyIs{Key: search.KeyKind, Values: names(sc.Kinds)})
	}
	if len(sc.Drafts) > 0 {
		working := search.KeyIs{Key: search.KeyKind, Values: names(sc.Drafts)}
		all = append(all, search.AnyOf{
			search.AllOf{working, not(search.KeyChanged, changed), not(search.KeyStatus, string(content.StateTrashed))},
			search.AllOf{search.Not{Query: working}, not(search.KeyChanged, draft)},
		})
	}
	if f := sc.Filter; f != nil {
		filter, err := s.filter(ctx, f, sc.Drafts)
		if err != nil {
			return nil, err
		}
		all = append(all, filter...)
	}
	return all, nil
}

func not(key search.Key, value string) search.Query {
	return search.Not{Query: search.KeyIs{Key: key, Values: []string{value}}}
}

func names(kinds []content.Kind) []string {
	all := make([]string, len(kinds))
	for i, kind := range kinds {
		all[i] = string(kind)
	}
	return all
}

// filter turns a filter into queries, all of which must hold.
func (s *Service) filter(
	ctx context.Context, f *content.SearchFilter, drafts []content.Kind,
) (all search.AllOf, err error) {
	for _, link := range []struct {
		key  search.Key
		kind content.Kind
		by   *content.SearchLinkFilter
	}{
		{search.KeySection, content.KindSection, f.Section},
		{search.KeyTag, content.KindTag, f.Tags},
		{search.KeyOrganization, content.KindOrganization, f.Organizations},
		{search.KeyAuthor, content.KindAuthor, f.Authors},
		{search.KeyEvent, content.KindEvent, f.Events},
		{search.KeyProgram, content.KindProgram, f.Programs},
	} {
		if link.by == nil {
			continue
		}
		q, err := s.link(ctx, link.key, link.kind, link.by, drafts)
		if err != nil {
			return nil, err
		}
		all = append(all, q)
	}
	for _, times := range []struct {
		time search.Time
		by   *content.DateTimeFilter
	}{
		{search.TimeCreated, f.CreatedAt},
		{search.TimeUpdated, f.UpdatedAt},
		{search.TimePublished, f.PublishedAt},
		{search.TimeStarts, f.StartsAt},
	} {
		if times.by != nil {
			all = append(all, between(times.time, times.by)...)
		}
	}
	all = append(all, matches(search.KeyStatus, f.Status)...)
	all = append(all, matches(search.KeyLevel, f.Level)...)
	if f.Year != nil {
		all = append(all, years(f.Year)...)
	}
	return all, nil
}

// link turns a filter by a link into a query.
func (s *Service) link(
	ctx context.Context, key search.Key, kind content.Kind, by *content.SearchLinkFilter, drafts []content.Kind,
) (search.Query, error) {
	if n := len(by.IDs) + len(by.Slugs); n > content.MaxFilterValues {
		return nil, content.Errorf(content.CodeBadUserInput,
			"The filter has %d values in one list; at most %d are allowed.", n, content.MaxFilterValues)
	}
	ids, lost, err := s.store.Resolve(ctx, kind, by.IDs, by.Slugs, drafts)
	if err != nil {
		return nil, err
	}
	if by.All == nil || !*by.All {
		return search.KeyIs{Key: key, Values: values(ids)}, nil
	}
	var all search.AllOf
	for _, id := range ids {
		all = append(all, search.KeyIs{Key: key, Values: []string{string(id)}})
	}
	if lost || len(ids) == 0 {
		return search.KeyIs{Key: key}, nil // which matches nothing
	}
	return all, nil
}

// equal turns a comparison for equality into queries. is selects what has one of some values.
func equal[V any](m *content.Match[V], is func(values ...V) search.Query) (all search.AllOf) {
	if m.Eq != nil {
		all = append(all, is(*m.Eq))
	}
	if m.Ne != nil {
		all = append(all, search.Not{Query: is(*m.Ne)})
	}
	if m.In != nil {
		all = append(all, is(m.In...))
	}
	if m.NotIn != nil {
		all = append(all, search.Not{Query: is(m.NotIn...)})
	}
	return all
}

// matches turns a comparison of a key for equality into queries.
func matches[V ~string](key search.Key, m *content.Match[V]) search.AllOf {
	if m == nil {
		return nil
	}
	return equal(m, func(values ...V) search.Query {
		texts := make([]string, len(values))
		for i, v := range values {
			texts[i] = string(v)
		}
		return search.KeyIs{Key: key, Values: texts}
	})
}

// between turns a comparison of times into queries.
func between(field search.Time, r *content.DateTimeFilter) (all search.AllOf) {
	within := func(from, to *int64) search.Query { return search.Between{Time: field, From: from, To: to} }
	at := func(t time.Time, shift int64) *int64 {
		ms := t.UnixMilli() + shift
		return &ms
	}
	all = equal(&r.Match, func(times ...time.Time) search.Query {
		some := search.AnyOf{}
		for _, t := range times {
			some = append(some, within(at(t, 0), at(t, 0)))
		}
		return some
	})
	if r.Exists != nil {
		there := within(nil, nil)
		if !*r.Exists {
			there = search.Not{Query: there}
		}
		all = append(all, there)
	}
	if r.Gt != nil {
		all = append(all, within(at(*r.Gt, 1), nil))
	}
	if r.Gte != nil {
		all = append(all, within(at(*r.Gte, 0), nil))
	}
	if r.Lt != nil {
		all = append(all, within(nil, at(*r.Lt, -1)))
	}
	if r.Lte != nil {
		all = append(all, within(nil, at(*r.Lte, 0)))
	}
	return all
}

// years turns a comparison of years into queries. The index has years as texts, so a range is the list of its years.
func years(r *content.IntFilter) (all search.AllOf) {
	from, to := minYear, maxYear
	if r.Gt != nil {
		from = max(from, *r.Gt+1)
	}
	if r.Gte != nil {
		from = max(from, *r.Gte)
	}
	if r.Lt != nil {
		to = min(to, *r.Lt-1)
	}
	if r.Lte != nil {
		to = min(to, *r.Lte)
	}
	var every []string
	for year := from; year <= to; year++ {
		every = append(every, strconv.Itoa(year))
	}
	any := search.KeyIs{Key: search.KeyYear, Values: every}
	if from > minYear || to < maxYear || r.Exists != nil && *r.Exists {
		all = append(all, any)
	}
	if r.Exists != nil && !*r.Exists {
		all = append(all, search.Not{Query: any})
	}
	texts := content.Match[string]{In: yearTexts(r.In), NotIn: yearTexts(r.NotIn)}
	if r.Eq != nil {
		texts.Eq = new(strconv.Itoa(*r.Eq))
	}
	if r.Ne != nil {
		texts.Ne = new(strconv.Itoa(*r.Ne))
	}
	return append(all, matches(search.KeyYear, &texts)...)
}

func yearTexts(years []int) []string {
	if years == nil {
		return nil
	}
	texts := make([]string, len(years))
	for i, year := range years {
		texts[i] = strconv.Itoa(year)
	}
	return texts
}
