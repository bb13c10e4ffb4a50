package graph

import (
	"context"
	"slices"

	"sen/graph/scalar"
	"sen/internal/content"
	"sen/internal/storage"
)

// source reads entries of one kind, whatever their Go type is.
type source interface {
	pager
	// byIDs reads entries at a stage with some stored fields, in the order of the ids; nil for an entry that does not
	// exist.
	byIDs(ctx context.Context, ids []content.ID, stage content.Stage, fields []string) ([]content.Content, error)
	// reading prepares such a read. The returned function gives the entries after the store has executed the lookup.
	reading(ctx context.Context, ids []content.ID, stage content.Stage, fields []string) (*storage.Lookup,
		func() []content.Content)
	// bySlug reads the entry with a present or former slug at a stage; nil if there is none.
	bySlug(ctx context.Context, slug string, stage content.Stage, fields []string) (content.Content, error)
	// Withdrawn reports whether a slug belongs to an entry that was published once and is not published any more.
	Withdrawn(ctx context.Context, slug string) (bool, error)
	// StoredFields returns the names of the stored fields of the kind.
	StoredFields() []string
	// labelFields returns the stored fields from which the label is computed; they are always read.
	labelFields() []string
}

// pager reads lists of one kind.
type pager interface {
	// pages reads, for each parent, the page that the call's arguments ask for.
	pages(c *call, parents []storage.Within) ([]any, error)
	// firstElements reads, for each parent, the first elements of a plain list.
	firstElements(c *call, parents []storage.Within) ([]any, error)
}

// lists returns the pager of a kind. The kind may be registered later.
func (r *Resolver) lists(k content.Kind) pager { return lazyPager{r, k} }

type lazyPager struct {
	r    *Resolver
	kind content.Kind
}

func (l lazyPager) pages(c *call, parents []storage.Within) ([]any, error) {
	return l.r.sources[l.kind].pages(c, parents)
}

func (l lazyPager) firstElements(c *call, parents []storage.Within) ([]any, error) {
	return l.r.sources[l.kind].firstElements(c, parents)
}

// kindSource is the source and the pager of one kind.
type kindSource[T any, F content.Filter[F]] struct {
	*storage.Collection[T, F]
	label []string
	// order is the order if the client asks for none; if empty, the default order of the kind.
	order content.Order
}

func (s *kindSource[T, F]) labelFields() []string { return s.label }

func (s *kindSource[T, F]) byIDs(
	ctx context.Context, ids []content.ID, stage content.Stage, fields []string,
) ([]content.Content, error) {
	found, err := s.Cached(ctx, ids, stage, fields)
	return contents(ids, found), err
}

func (s *kindSource[T, F]) reading(
	ctx context.Context, ids []content.ID, stage content.Stage, fields []string,
) (*storage.Lookup, func() []content.Content) {
	lookup, found := s.CachedLookup(ctx, ids, stage, fields)
	return lookup, func() []content.Content { return contents(ids, found()) }
}

// contents converts entries to content.Content; nil for an entry that was not found.
func contents[T any](ids []content.ID, found []T) []content.Content {
	entries := make([]content.Content, len(ids))
	for i, e := range found {
		if !content.IsNil(e) {
			entries[i] = content.As(e)
		}
	}
	return entries
}

func (s *kindSource[T, F]) bySlug(
	ctx context.Context, slug string, stage content.Stage, fields []string,
) (content.Content, error) {
	found, ok, err := s.BySlug(ctx, slug, stage, fields)
	if !ok || err != nil {
		return nil, err
	}
	return content.As(found), nil
}

// byArguments answers a root field with the entry that `id` or `slug` names.
func (s *kindSource[T, F]) byArguments() relation {
	return relation{load: func(c *call) ([]any, error) {
		id, slug := argument[content.ID](c, "id"), argument[string](c, "slug")
		if (id == nil) == (slug == nil) {
			return nil, content.Errorf(content.CodeBadUserInput, "Give exactly one of id and slug.")
		}
		fields := c.stored(s.Kind())
		stage := scalar.Stage(c.ctx)
		var found content.Content
		var err error
		if slug != nil {
			found, err = s.bySlug(c.ctx, *slug, stage, fields)
		} else if kind, ok := id.Kind(); ok && kind == s.Kind() {
			var entries []content.Content
			entries, err = s.byIDs(c.ctx, []content.ID{*id}, stage, fields)
			found = entries[0]
		}
		if err == nil && c.rq.listStage(c.ctx, s.Kind()) != stage &&
			(found == nil || c.rq.stageOf(c.ctx, found.Common().ID) != stage) {
			return nil, errDrafts // the same error whether the entry exists or not
		}
		if found == nil || err != nil {
			return []any{nil}, err
		}
		return []any{found}, nil
	}}
}

// maxParents is the largest number of parents whose pages are read by one command.
const maxParents = 200

func (s *kindSource[T, F]) pages(c *call, parents []storage.Within) ([]any, error) {
	if asked := scalar.Stage(c.ctx); c.objs[0] == nil && asked != c.rq.listStage(c.ctx, s.Kind()) &&
		c.rq.actor.Preview == "" {
		return nil, errDrafts
	}
	ask := storage.List[F]{
		First: argument[int](c, "first"), Last: argument[int](c, "last"), Offset: argument[int](c, "offset"),
		After: deref(argument[string](c, "after")), Before: deref(argument[string](c, "before")),
		Filter: deref(argument[F](c, "filter")), Order: s.order,
		Locale: scalar.Locale(c.ctx), Stage: c.rq.listStage(c.ctx, s.Kind()),
	}
	if ask.Stage == content.StageDraft {
		ask.Drafts = c.rq.draftKinds()
	}
	if ask.Search = deref(argument[string](c, "search")); ask.Search != "" {
		c.rq.searches()
	}
	if order := argument[content.Order](c, "orderBy"); order != nil {
		ask.Order = *order
	}
	s.selected(c, &ask)
	return eachPage(c, s, ask, parents, func(page *content.Connection[T]) any { return page })
}

func (s *kindSource[T, F]) firstElements(c *call, parents []storage.Within) ([]any, error) {
	most := content.MaxPage
	ask := storage.List[F]{
		First: &most, Locale: scalar.Locale(c.ctx), Stage: c.rq.listStage(c.ctx, s.Kind()),
		Fields: c.stored(s.Kind()),
	}
	return eachPage(c, s, ask, parents, func(page *content.Connection[T]) any { return page.Nodes })
}

// eachPage reads a page for each parent. It answers with what from returns for the page.
func eachPage[T any, F content.Filter[F]](c *call, s *kindSource[T, F], ask storage.List[F], parents []storage.Within,
	from func(*content.Connection[T]) any,
) ([]any, error) {
	if err := c.rq.spend(len(parents) * ask.Size()); err != nil {
		return nil, err
	}
	answers := make([]any, 0, len(parents))
	for some := range slices.Chunk(parents, maxParents) {
		pages, err := s.Pages(c.ctx, ask, some)
		if err != nil {
			return nil, err
		}
		for _, page := range pages {
			answers = append(answers, from(page))
		}
	}
	return answers, nil
}

// selected sets which parts of the page are selected.
func (s *kindSource[T, F]) selected(c *call, ask *storage.List[F]) {
	object := string(s.Kind())
	elements := func(n *node) { ask.Fields = union(ask.Fields, c.rq.selectionBelow(n, object).stored) }
	for _, n := range c.rq.selectionBelow(c.node, object+"Connection").nodes {
		switch n.field.Name {
		case "totalCount":
			ask.Total = true
		case "pageInfo":
			for _, info := range c.rq.selectionBelow(n, "PageInfo").nodes {
				ask.Next = ask.Next || info.field.Name == "hasNextPage"
				ask.Previous = ask.Previous || info.field.Name == "hasPreviousPage"
			}
		case "nodes":
			elements(n)
		case "edges":
			for _, edge := range c.rq.selectionBelow(n, object+"Edge").nodes {
				if edge.field.Name == "node" {
					elements(edge)
				}
			}
		}
	}
}

// argument returns an argument of the call's field; nil if it was not given.
func argument[V any](c *call, name string) *V {
	switch v := c.args[name].(type) {
	case *V:
		return v
	case V:
		return &v
	}
	return nil
}

func deref[V any](p *V) (v V) {
	if p != nil {
		v = *p
	}
	return v
}

// union returns a set of names that contains the names of both.
func union(a, b []string) []string {
	for _, name := range b {
		if !slices.Contains(a, name) {
			a = append(a, name)
		}
	}
	return a
}
