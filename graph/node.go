package graph

import (
	"net/http"

	"sen/internal/content"
)

func registerNode(r *Resolver) {
	r.relate("Query", map[string]relation{
		"node": {load: func(c *call) ([]any, error) {
			return c.byIDs([]content.ID{deref(argument[content.ID](c, "id"))})
		}},
		"nodes": {load: func(c *call) ([]any, error) {
			ids := deref(argument[[]content.ID](c, "ids"))
			if len(ids) > content.MaxPage {
				return nil, content.Errorf(content.CodeBadUserInput, "ids has %d members; at most %d are allowed.", len(ids),
					content.MaxPage)
			}
			found, err := c.byIDs(ids)
			nodes := make([]content.Content, len(ids))
			for i := range found {
				nodes[i], _ = found[i].(content.Content)
			}
			return []any{nodes}, err
		}},
		"route": {load: r.route},
	})
}

// byIDs reads entries of any kind with the selected fields, in the order of the ids. It has nil for an entry that does
// not exist or that the actor can't see.
func (c *call) byIDs(ids []content.ID) ([]any, error) {
	entries, err := c.entries(ids, c.stored)
	found := make([]any, len(entries))
	for i, e := range entries {
		if e != nil {
			found[i] = e
		}
	}
	return found, err
}

// entries reads entries of any kind with some stored fields of each kind, in the order of the ids. It has nil for an
// entry that does not exist or that the actor can't see.
func (c *call) entries(ids []content.ID, fields func(content.Kind) []string) ([]content.Content, error) {
	var all []*wanted
	for _, id := range ids {
		kind, ok := id.Kind()
		if !ok {
			continue
		}
		w := wantedOf(&all, kind, c.rq.stageOf(c.ctx, id))
		if w.ids == nil {
			w.fields = fields(kind)
		}
		w.ids = append(w.ids, id)
	}
	if err := c.rq.load(c.ctx, all...); err != nil {
		return nil, err
	}
	found := make([]content.Content, len(ids))
	for i, id := range ids {
		found[i] = c.entry(id)
	}
	return found, nil
}

// route answers with the entry at an address of the site.
func (r *Resolver) route(c *call) ([]any, error) {
	kind, slug, ok := content.ParsePath(deref(argument[string](c, "path")))
	if !ok {
		return []any{nil}, nil
	}
	var fields []string
	for _, n := range c.rq.selectionBelow(c.node, "Route").nodes {
		if n.field.Name == "content" {
			fields = union(fields, c.rq.selectionBelow(n, string(kind)).stored)
		}
	}
	found, err := r.sources[kind].bySlug(c.ctx, slug, c.rq.listStage(c.ctx, kind), fields)
	if err != nil {
		return nil, err
	}
	if found == nil {
		withdrawn, err := r.sources[kind].Withdrawn(c.ctx, slug)
		if err != nil || !withdrawn {
			return []any{nil}, err
		}
		return []any{&Route{Status: http.StatusGone}}, nil
	}
	path := content.Path(found)
	route := &Route{Status: http.StatusOK, Location: &path, Content: found}
	if found.Common().Slug != slug {
		route.Status = http.StatusMovedPermanently
	}
	return []any{route}, nil
}
