package query

import (
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
)

// hint names the index by which a list is read, by its keys; nil leaves the choice to the planner of the engine. The
// index is named where nothing but ranges bounds the list, or one value of a link, or of two links that have an index
// together: for these lists the planner would try several indexes each time, and at times choose one that makes it sort
// in memory. Where a filter says more, the planner knows better.
func (k *Kind) hint(p *Page, within Within) bson.D {
	fixed, ranges, simple := p.bounds(within)
	switch {
	case !simple:
		return nil
	case len(fixed) == 0:
		return indexOf(nil, p.Order.Path)
	case ranges || p.At != k.View(content.StagePublished).At: // working copies have no index for each link
		return nil
	}
	links := k.indexed(fixed, p.Order.Field)
	if links == nil {
		return nil
	}
	paths := make([]string, len(links))
	for i, link := range links {
		paths[i] = p.At + link
	}
	return indexOf(paths, p.Order.Path)
}

// indexed are the links with which an index of published copies begins that goes on with an order, in its order: the
// one or two that a list is bounded by. It is nil if there is no such index ([Kind.Indexes]).
func (k *Kind) indexed(fixed []string, order string) []string {
	if len(fixed) == 1 && order == k.Orders[k.Ranked[fixed[0]]].Field {
		return fixed
	}
	if order != k.base().Field {
		return nil
	}
	if len(fixed) == 1 && slices.Contains(k.Relations, fixed[0]) {
		return fixed
	}
	for _, pair := range k.Together {
		if len(fixed) == 2 && slices.Contains(fixed, pair[0]) && slices.Contains(fixed, pair[1]) {
			return pair[:]
		}
	}
	return nil
}

// commonHint is the hint of all lists that are read by one command; nil if they differ.
func (k *Kind) commonHint(p *Page, parents []Within) bson.D {
	first := k.hint(p, parents[0])
	for _, w := range parents[1:] {
		if hint := k.hint(p, w); first == nil || hint == nil || hint[0].Key != first[0].Key {
			return nil
		}
	}
	return first
}

// soleLink is the link that tells the elements of one parent's list from those of others, where it is in the index of
// the hint: bare places are read from that alone then. It is the zero value where there is no such link.
func (k *Kind) soleLink(p *Page, w Within, hint bson.D) (tell bson.E) {
	if !p.Bare || len(hint) != 3 || !k.Single[strings.TrimPrefix(hint[0].Key, p.At)] {
		return tell
	}
	if len(w.Any) > 0 && w.Any[0].path(p.View) == hint[0].Key {
		return bson.E{Key: hint[0].Key, Value: string(w.Any[0].IDs[0])}
	}
	return tell
}
