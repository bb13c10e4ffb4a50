package query

import (
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
)

// Arguments are the paging arguments of a list. nil and "" mean that an argument is not given.
type Arguments struct {
	First, Last, Offset *int
	After, Before       string
}

// Page describes which part of a list is read, and how.
type Page struct {
	View
	Order Ordering
	// Conds are the conditions of the list's filter.
	Conds bson.A
	// After and Before are the places of the cursors, or nil.
	After, Before *Place
	// Skip is the number of elements to leave out at the beginning. Limit is the greatest number of elements on the
	// page.
	Skip, Limit int
	// Reversed means that the page is read from the end of the list.
	Reversed bool
	// Fields are the stored fields to read of each element.
	Fields []string
	// Bare means that only the ids and sort keys of the elements are read.
	Bare bool
	// Linked are the fields with links that have no index of their own, but are found by the index of the links of
	// both copies. It is nil if each has an index.
	Linked []string
}

// NewPage checks which arguments stand together, and that their numbers are in range. An error is a BAD_USER_INPUT.
// [Page.Between] resolves the cursors.
func NewPage(a Arguments) (*Page, error) {
	refuse := func(format string, args ...any) (*Page, error) {
		return nil, content.Errorf(content.CodeBadUserInput, format, args...)
	}
	p := &Page{Limit: content.DefaultPage, Reversed: a.Last != nil}
	for _, n := range []struct {
		name  string
		value *int
	}{{"first", a.First}, {"last", a.Last}} {
		if n.value == nil {
			continue
		}
		if *n.value < 0 || *n.value > content.MaxPage {
			return refuse("%s is %d; it must be from 0 to %d.", n.name, *n.value, content.MaxPage)
		}
		p.Limit = *n.value
	}
	switch {
	case a.First != nil && a.Last != nil:
		return refuse("first and last can't stand together.")
	case a.Offset == nil:
	case a.After != "" || a.Before != "" || a.Last != nil:
		return refuse("offset can't stand together with after, before or last.")
	case *a.Offset < 0 || *a.Offset > content.MaxOffset:
		return refuse("offset is %d; it must be from 0 to %d. Further on, go by cursor.", *a.Offset, content.MaxOffset)
	default:
		p.Skip = *a.Offset
	}
	return p, nil
}

// Between sets the order of the page, and the places of its cursors, which must belong to that order. An empty cursor
// is ignored.
func (p *Page) Between(o Ordering, after, before string) (err error) {
	p.Order = o
	for _, cursor := range []struct {
		text string
		to   **Place
	}{{after, &p.After}, {before, &p.Before}} {
		if cursor.text == "" {
			continue
		}
		at, err := o.Place(cursor.text)
		if err != nil {
			return err
		}
		*cursor.to = &at
	}
	return nil
}

// Sides returns the parts of the list that contain the page: behind the cursor `after`, and before the cursor
// `before`.
func (p *Page) Sides() (sides []Side) {
	if p.After != nil {
		sides = append(sides, Side{Place: *p.After, Behind: true})
	}
	if p.Before != nil {
		sides = append(sides, Side{Place: *p.Before})
	}
	return sides
}

// Filter joins the conditions of a page. Conditions on different fields are put next to each other, since the engine
// derives the bounds of an index scan only from such conditions.
func (p *Page) Filter(within Within, sides []Side) bson.D {
	conds := append(within.conditions(p.View), p.Conds...)
	conds = append(conds, p.linking(conds)...)
	for _, s := range sides {
		conds = append(conds, p.Order.conditions(s))
	}
	conds = append(conds, p.Shown)
	filter := bson.D{}
	var rest bson.A
	for _, c := range conds {
		flat := c.(bson.D)
		if slices.ContainsFunc(flat, func(e bson.E) bool {
			return slices.ContainsFunc(filter, func(have bson.E) bool { return have.Key == e.Key })
		}) {
			rest = append(rest, flat)
			continue
		}
		filter = append(filter, flat...)
	}
	if rest != nil {
		filter = append(filter, bson.E{Key: "$and", Value: rest})
	}
	return filter
}

// linking adds a condition on the field `links` for each condition on a link of a working copy. The single links of
// working copies have no index; `links`, the links of both copies together, has one.
func (p *Page) linking(conds bson.A) (both bson.A) {
	for _, cond := range conds {
		field, operator := simple(cond.(bson.D))
		linked := slices.Contains(p.Linked, strings.TrimPrefix(field, p.At))
		if linked && (operator == "$eq" || operator == "$in") {
			both = append(both, bson.D{{Key: "links", Value: cond.(bson.D)[0].Value}})
		}
	}
	return both
}

// Projection returns the fields to read of an element: those that are requested, and the sort key.
func (p *Page) Projection() bson.D {
	if p.Bare {
		return bson.D{{Key: p.Order.Path, Value: 1}}
	}
	read := p.View.Projection(p.Fields)
	if !slices.ContainsFunc(read, func(e bson.E) bool { return e.Key == p.Order.Path }) {
		read = append(read, bson.E{Key: p.Order.Path, Value: 1})
	}
	return read
}

// ordersByShown reports whether the sort key is the field by which a view decides what is shown. Then everything that
// is not shown is at one end of the order.
func (p *Page) ordersByShown() bool { return len(p.Shown) == 1 && p.Shown[0].Key == p.Order.Path }

// bounds returns the fields of a list that are limited to one value, and whether the list is also limited by ranges.
// isSimple is false if the list has any other condition.
func (p *Page) bounds(within Within) (fixed []string, ranges, isSimple bool) {
	for _, cond := range append(within.conditions(p.View), p.Conds...) {
		field, operator := simple(cond.(bson.D))
		switch {
		case slices.Contains([]string{"$gt", "$gte", "$lt", "$lte"}, operator),
			operator == "$eq" && field == p.Order.Path:
			ranges = true
		case operator == "$eq":
			fixed = append(fixed, strings.TrimPrefix(field, p.At))
		default:
			return nil, false, false
		}
	}
	return fixed, ranges, true
}

// simple returns the field and the operator of a condition that compares one field. Both are empty for any other
// condition.
func simple(cond bson.D) (field, operator string) {
	if test, ok := cond[0].Value.(bson.D); ok && len(cond) == 1 && len(test) == 1 && cond[0].Key != "_id" {
		return cond[0].Key, test[0].Key
	}
	return "", ""
}
