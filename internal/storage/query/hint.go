package query

import (
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
)

// hint names, by its keys, the index with which a list is read. It returns nil if the planner of the engine is to
// choose. It names an index if the list is limited only by ranges, by one value of a link, or by two links with a
// common index. For these lists the planner would try several indexes each time, and would sometimes choose one that
// requires a sort in memory. With more conditions, the planner chooses better.
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

// indexed returns the one or two links by which a list is limited, in the order in which an index of published copies
// begins with them and goes on with the given order. It returns nil if there is no such index ([Kind.Indexes]).
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

// commonHint returns the hint of all lists that one command reads, or nil if they differ.
func (k *Kind) commonHint(p *Page, parents []Within) bson.D {
	first := k.hint(p, parents[0])
	for _, w := range parents[1:] {
		if hint := k.hint(p, w); first == nil || hint == nil || hint[0].Key != first[0].Key {
			return nil
		}
	}
	return first
}

// discriminator returns the link whose value distinguishes the elements of one parent's list from those of the other
// lists, if it is part of the index of the hint: then ids and sort keys are read from the index alone. It returns the
// zero value if there is no such link.
func (k *Kind) discriminator(p *Page, w Within, hint bson.D) (discriminator bson.E) {
	if !p.Bare || len(hint) != 3 || !k.Single[strings.TrimPrefix(hint[0].Key, p.At)] {
		return discriminator
	}
	if len(w.Any) > 0 && w.Any[0].path(p.View) == hint[0].Key {
		return bson.E{Key: hint[0].Key, Value: string(w.Any[0].IDs[0])}
	}
	return discriminator
}
