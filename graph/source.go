package graph

import (
	"context"
	"slices"

	"sen/graph/scalar"
	"sen/internal/content"
	"sen/internal/storage"
)

// source is where entries of one kind are read from, whatever their Go type.
type source interface {
	pager
	// byIDs reads entries at a stage with some stored fields, in the order of the ids; nil for what is not there.
	byIDs(ctx context.Context, ids []content.ID, stage content.Stage, fields []string) ([]content.Content, error)
	// reading begins such a read: the entries are there when the store made the lookup.
	reading(ctx context.Context, ids []content.ID, stage content.Stage, fields []string) (*storage.Lookup, func() []content.Content)
	// bySlug reads the entry with a present or former slug at a stage; nil for none.
	bySlug(ctx context.Context, slug string, stage content.Stage, fields []string) (content.Content, error)
	// Withdrawn tells whether a slug is of what once was published and is not any more.
	Withdrawn(ctx context.Context, slug string) (bool, error)
	// StoredFields names what an entry of the kind is stored with.
	StoredFields() []string
	// labelFields names what the label is made from; it is always read.
	labelFields() []string
}

// pager reads lists of one kind.
type pager interface {
	// pages reads the page that the call's arguments ask for, for each parent.
	pages(c *call, parents []storage.Within) ([]any, error)
	// firsts reads the first elements of a plain list, for each parent.
	firsts(c *call, parents []storage.Within) ([]any, error)
}

// lists is the pager of a kind; it may be registered later.
func (r *Resolver) lists(k content.Kind) pager { return later{r, k} }

type later struct {
	r    *Resolver
	kind content.Kind
}

func (l later) pages(c *call, parents []storage.Within) ([]any, error) {
	return l.r.sources[l.kind].pages(c, parents)
}

func (l later) firsts(c *call, parents []storage.Within) ([]any, error) {
	return l.r.sources[l.kind].firsts(c, parents)
}

// kindSource is the source and the pager of one kind.
type kindSource[T any, F content.Filter[F]] struct {
	*storage.Collection[T, F]
	label []string
	// order is the order where none is asked for; empty is the kind's own.
	order content.Order
}

func (s *kindSource[T, F]) labelFields() []string { return s.label }

func (s *kindSource[T, F]) byIDs(ctx context.Context, ids []content.ID, stage content.Stage, fields []string) ([]content.Content, error) {
	found, err := s.Cached(ctx, ids, stage, fields)
	return contents(ids, found), err
}

func (s *kindSource[T, F]) reading(ctx context.Context, ids []content.ID, stage content.Stage, fields []string) (*storage.Lookup, func() []content.Content) {
	lookup, found := s.CachedLookup(ctx, ids, stage, fields)
	return lookup, func() []content.Content { return contents(ids, found()) }
}

// contents are entries as what all kinds are; nil for what was not found.
func contents[T any](ids []content.ID, found []T) []content.Content {
	entries := make([]content.Content, len(ids))
	for i, e := range found {
		if !content.IsNil(e) {
			entries[i] = content.As(e)
		}
	}
	return entries
}

func (s *kindSource[T, F]) bySlug(ctx context.Context, slug string, stage content.Stage, fields []string) (content.Content, error) {
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
		if err == nil && c.rq.listStage(c.ctx, s.Kind()) != stage && (found == nil || c.rq.stageOf(c.ctx, found.Common().ID) != stage) {
			return nil, errDrafts // whether it is there or not
		}
		if found == nil || err != nil {
			return []any{nil}, err
		}
		return []any{found}, nil
	}}
}

// maxParents is how many parents' pages are asked for by one command.
const maxParents = 200

func (s *kindSource[T, F]) pages(c *call, parents []storage.Within) ([]any, error) {
	if asked := scalar.Stage(c.ctx); c.objs[0] == nil && asked != c.rq.listStage(c.ctx, s.Kind()) && c.rq.actor.Preview == "" {
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
	if order := argument[content.Order](c, "orderBy"); order != nil {
		ask.Order = *order
	}
	s.selected(c, &ask)
	return eachPage(c, s, ask, parents, func(page *content.Connection[T]) any { return page })
}

func (s *kindSource[T, F]) firsts(c *call, parents []storage.Within) ([]any, error) {
	most := content.MaxPage
	ask := storage.List[F]{First: &most, Locale: scalar.Locale(c.ctx), Stage: c.rq.listStage(c.ctx, s.Kind()), Fields: c.stored(s.Kind())}
	return eachPage(c, s, ask, parents, func(page *content.Connection[T]) any { return page.Nodes })
}

// eachPage reads a page for each parent and answers with what is made from it.
func eachPage[T any, F content.Filter[F]](c *call, s *kindSource[T, F], ask storage.List[F], parents []storage.Within, from func(*content.Connection[T]) any) ([]any, error) {
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

// selected notes what of the page is asked for.
func (s *kindSource[T, F]) selected(c *call, ask *storage.List[F]) {
	object := string(s.Kind())
	elements := func(n *node) { ask.Fields = union(ask.Fields, c.rq.on(n, object).stored) }
	for _, n := range c.rq.on(c.node, object+"Connection").nodes {
		switch n.field.Name {
		case "totalCount":
			ask.Total = true
		case "pageInfo":
			for _, info := range c.rq.on(n, "PageInfo").nodes {
				ask.Next = ask.Next || info.field.Name == "hasNextPage"
				ask.Previous = ask.Previous || info.field.Name == "hasPreviousPage"
			}
		case "nodes":
			elements(n)
		case "edges":
			for _, edge := range c.rq.on(n, object+"Edge").nodes {
				if edge.field.Name == "node" {
					elements(edge)
				}
			}
		}
	}
}

// argument is an argument of the call's field, nil when it was not given.
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

// union is a set of names that has those of both.
func union(a, b []string) []string {
	for _, name := range b {
		if !slices.Contains(a, name) {
			a = append(a, name)
		}
	}
	return a
}
