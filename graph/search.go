package graph

import (
	"encoding/base64"
	"encoding/json"

	"sen/graph/scalar"
	"sen/internal/content"
	"sen/internal/richtext"
	"sen/internal/search"
	"sen/internal/search/service"
)

// The limits of a search's arguments.
const (
	maxSuggestions = 20
	maxFacets      = 6
	maxHighlights  = 3
)

func registerSearch(r *Resolver) {
	r.relate("Query", map[string]relation{
		"search":  {load: r.find},
		"suggest": {load: r.suggest},
	})
	r.relate("SearchConnection", map[string]relation{
		"facets": {load: func(c *call) ([]any, error) {
			by := deref(argument[[]content.SearchFacet](c, "by"))
			if len(by) > maxFacets {
				return nil, content.Errorf(content.CodeBadUserInput, "by has %d members; at most %d are allowed.", len(by),
					maxFacets)
			}
			answers := make([]any, len(c.objs))
			for i, obj := range c.objs {
				counts, err := r.counts(c, obj.(*content.SearchConnection).Of.(service.Question), by)
				if err != nil {
					return nil, err
				}
				answers[i] = counts
			}
			return answers, nil
		}},
	})
}

// scope returns where the call's search looks.
func (c *call) scope() service.Scope {
	sc := service.Scope{
		Kinds: deref(argument[[]content.Kind](c, "kinds")), Filter: argument[content.SearchFilter](c, "filter"),
		Locale: scalar.Locale(c.ctx),
	}
	if scalar.Stage(c.ctx) == content.StageDraft && c.rq.actor.Preview == "" {
		sc.Drafts = c.rq.draftKinds()
	}
	return sc
}

// find answers a search with a page of hits. Every hit is read from the store: one that the actor can't see, because
// the index is behind the store, is left out.
func (r *Resolver) find(c *call) ([]any, error) {
	size, err := searchSize(c, content.DefaultPage, content.MaxPage)
	if err != nil {
		return nil, err
	}
	q := service.Question{Scope: c.scope(), Text: deref(argument[string](c, "query"))}
	if q.After, err = searchPlace(deref(argument[string](c, "after"))); err != nil {
		return nil, err
	}
	if err := c.rq.spend(size); err != nil {
		return nil, err
	}
	c.rq.searches()
	page := &content.SearchConnection{Of: q}
	page.PageInfo.HasPreviousPage = q.After != nil
	for q.Size = size + 1; ; { // until the page is full, because hits may be left out
		answer, err := r.search.Find(c.ctx, q)
		if err != nil {
			return nil, err
		}
		if err := c.addHits(page, answer, size); err != nil {
			return nil, err
		}
		if q.After == page.Of.(service.Question).After {
			page.TotalCount, page.Suggestion = answer.Total, c.suggestion(page, answer)
		}
		more := len(answer.Hits) == q.Size
		if page.PageInfo.HasNextPage || !more {
			break
		}
		q.After = &answer.Hits[len(answer.Hits)-1]
	}
	if n := len(page.Edges); n > 0 {
		page.PageInfo.StartCursor, page.PageInfo.EndCursor = &page.Edges[0].Cursor, &page.Edges[n-1].Cursor
	}
	return []any{page}, nil
}

// addHits adds the visible hits of an answer to a page of a size, and notes whether there are more.
func (c *call) addHits(page *content.SearchConnection, answer *search.Answer, size int) error {
	found, err := c.entries(search.IDs(answer.Hits), c.hitFields)
	if err != nil {
		return err
	}
	marking := c.selectsHighlights()
	for i, hit := range answer.Hits {
		if found[i] == nil {
			continue
		}
		if len(page.Edges) == size {
			page.PageInfo.HasNextPage = true
			break
		}
		edge := &content.SearchEdge{Cursor: searchCursor(hit), Node: found[i], Score: float64(hit.Score)}
		if marking {
			edge.Highlights = c.highlights(found[i], answer)
		}
		page.Edges = append(page.Edges, edge)
	}
	return nil
}

// suggestion returns the corrected text of a search, spelled as in the labels of its hits; nil if there is none.
func (c *call) suggestion(page *content.SearchConnection, answer *search.Answer) *string {
	if answer.Suggestion == "" {
		return nil
	}
	labels := make([]string, len(page.Edges))
	for i, e := range page.Edges {
		labels[i], _ = e.Node.Label().In(scalar.Chain(c.ctx))
	}
	spelled := search.Spell(answer.Suggestion, labels)
	return &spelled
}

// selected returns the selections of a field, below some other ones, on the objects of a type.
func (rq *request) selected(object, field string, above ...*node) (found []*node) {
	for _, n := range above {
		for _, below := range rq.selectionBelow(n, object).nodes {
			if below.field.Name == field {
				found = append(found, below)
			}
		}
	}
	return found
}

// fieldsAt returns the stored fields of a kind that some selections of entries need, with those of its label.
func (rq *request) fieldsAt(kind content.Kind, entries ...*node) []string {
	fields := rq.sources[kind].labelFields()
	for _, n := range entries {
		fields = union(fields, rq.selectionBelow(n, string(kind)).stored)
	}
	return fields
}

// hitFields returns the stored fields of a kind that a search reads of its hits.
func (c *call) hitFields(kind content.Kind) []string {
	edges := c.rq.selected("SearchConnection", "edges", c.node)
	fields := c.rq.fieldsAt(kind, append(c.rq.selected("SearchEdge", "node", edges...),
		c.rq.selected("SearchConnection", "nodes", c.node)...)...)
	if c.selectsHighlights() {
		fields = union(fields, c.rq.sources[kind].StoredFields())
	}
	return fields
}

// selectsHighlights reports whether the highlights of a search are selected.
func (c *call) selectsHighlights() bool {
	edges := c.rq.selected("SearchConnection", "edges", c.node)
	return len(c.rq.selected("SearchEdge", "highlights", edges...)) > 0
}

// highlights returns the texts of an entry in which a search found something.
func (c *call) highlights(e content.Content, answer *search.Answer) []*content.SearchHighlight {
	all := []*content.SearchHighlight{}
	chain := scalar.Chain(c.ctx)
	for _, text := range e.Searched().Texts {
		plain, _ := text.Text.In(chain)
		if text.Body != nil {
			plain = ""
			if body := text.Body.In(chain); body != nil {
				plain = richtext.Text(body.Stored)
			}
		}
		fragment, ranges := answer.Highlighter.Highlight(plain)
		if len(ranges) == 0 {
			continue
		}
		h := &content.SearchHighlight{Field: text.Field, Text: fragment}
		for _, r := range ranges {
			h.Ranges = append(h.Ranges, &content.SearchRange{Start: r.Start, Length: r.Length})
		}
		if all = append(all, h); len(all) == maxHighlights {
			break
		}
	}
	return all
}

// suggest answers with the entries that complete what a reader types.
func (r *Resolver) suggest(c *call) ([]any, error) {
	size, err := searchSize(c, 8, maxSuggestions)
	if err != nil {
		return nil, err
	}
	if err := c.rq.spend(size); err != nil {
		return nil, err
	}
	c.rq.searches()
	found, err := r.search.Suggest(c.ctx, c.scope(), deref(argument[string](c, "prefix")), size)
	if err != nil {
		return nil, err
	}
	shown, err := c.entries(search.IDs(found), c.suggestionFields)
	if err != nil {
		return nil, err
	}
	suggestions := []*content.Suggestion{}
	for _, e := range shown {
		if e != nil {
			text, _ := e.Label().In(scalar.Chain(c.ctx))
			suggestions = append(suggestions, &content.Suggestion{Text: text, Node: e})
		}
	}
	return []any{suggestions}, nil
}

// suggestionFields returns the stored fields of a kind that the selection of suggestions needs.
func (c *call) suggestionFields(kind content.Kind) []string {
	return c.rq.fieldsAt(kind, c.rq.selected("Suggestion", "node", c.node)...)
}

// searchSize returns the argument first of a search.
func searchSize(c *call, without, most int) (int, error) {
	first := argument[int](c, "first")
	if first == nil {
		return without, nil
	}
	if *first < 0 || *first > most {
		return 0, content.Errorf(content.CodeBadUserInput, "first is %d; it must be from 0 to %d.", *first, most)
	}
	return *first, nil
}

// searchCursorVersion starts every cursor of a search.
const searchCursorVersion = "h1"

// searchCursor encodes the place of a hit.
func searchCursor(p search.Place) string {
	raw, _ := json.Marshal([]any{searchCursorVersion, p.Score, p.Time, p.ID})
	return base64.RawURLEncoding.EncodeToString(raw)
}

// searchPlace decodes a cursor; nil for an empty one.
func searchPlace(cursor string) (*search.Place, error) {
	if cursor == "" {
		return nil, nil //nolint:nilnil // no cursor is no error
	}
	var p search.Place
	var version string
	parts := []any{&version, &p.Score, &p.Time, &p.ID}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || json.Unmarshal(raw, &parts) != nil || version != searchCursorVersion || len(parts) != 4 {
		return nil, content.Errorf(content.CodeBadUserInput,
			"The cursor is not one of this search. Take cursors from pageInfo or edges of the same search.")
	}
	return &p, nil
}
