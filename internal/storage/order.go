package storage

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
)

// sortKey is a value that lists are ordered by.
type sortKey struct {
	field string
	// localized is true where each language has a key of its own, among the keys that the store works out.
	localized bool
	// absent tells which copies may have none.
	absent absence
	// read takes the value out of a cursor's JSON form; nil is that of a copy without one.
	read func(json.RawMessage) (any, error)
}

// absence tells which copies may have no value to be ordered by. They stand before all that have one.
type absence int

// Most orders have a value in every copy, so that their pages need no rule for what is missing.
const (
	nowhere absence = iota
	inDrafts
	anywhere
)

func moment(field string) sortKey { return sortKey{field: field, read: valueOf[time.Time]} }
func number(field string) sortKey { return sortKey{field: field, read: valueOf[int64]} }

// plain orders by a text as it is stored, such as a [content.Date].
func plain(field string) sortKey { return sortKey{field: field, read: valueOf[string]} }

// alphabet orders by a key that is kept under a name for each language: the collation key of a text, or a [composed] one.
func alphabet(name string) sortKey {
	key := plain(keys + "sort." + name)
	key.localized = true
	return key
}

// optional orders by a key that copies may have none of, whether they are published or not.
func optional(key sortKey) sortKey {
	key.absent = anywhere
	return key
}

// valueOf reads a value of a cursor.
func valueOf[V any](raw json.RawMessage) (any, error) {
	var v *V
	if err := json.Unmarshal(raw, &v); err != nil || v == nil {
		return nil, err
	}
	return *v, nil
}

// composed is a sort key that is made of several values of a copy: first, as text, and then the collation key of a text.
type composed[T any] struct {
	first func(T) string
	then  string
}

// withCommon adds the orders that every kind has.
func withCommon(own map[string]sortKey) map[string]sortKey {
	own["UPDATED_AT"] = moment("updatedAt")
	own["CREATED_AT"] = moment("createdAt")
	published := moment("publishedAt")
	published.absent = inDrafts
	own["PUBLISHED_AT"] = published
	return own
}

// ordering is an order that a list is read in.
type ordering struct {
	sortKey
	// name binds cursors to the order: the kind, the order without its direction, the language.
	name string
	path string
	// steps are the names on the path.
	steps []string
	desc  bool
	// gaps tells that there may be copies without a value.
	gaps bool
}

// splitOrder takes the direction off the name of an order.
func splitOrder(name content.Order) (base string, desc bool) {
	base, desc = strings.CutSuffix(string(name), "_DESC")
	return strings.TrimSuffix(base, "_ASC"), desc
}

// ordering resolves the name of an order for a language of the site.
func (c *Collection[T, F]) ordering(v view, name content.Order, locale content.Locale) (ordering, error) {
	switch name {
	case chosenOrder:
		return ordering{sortKey: number(""), name: string(c.kind) + "/" + string(name)}, nil
	case "":
		name = c.order
	}
	base, desc := splitOrder(name)
	key, ok := c.orders[base]
	if !ok {
		return ordering{}, content.Errorf(content.CodeBadUserInput, "There is no order %q for this list.", name)
	}
	gaps := key.absent == anywhere || key.absent == inDrafts && v.editing ||
		key.localized && c.store.rekeying.Load() > 0 // which not all have yet
	o := ordering{sortKey: key, path: v.at + key.field, desc: desc, gaps: gaps, name: string(c.kind) + "/" + string(name)}
	if key.localized {
		o.path += "." + string(locale)
		o.name += "/" + string(locale)
	}
	o.steps = strings.Split(o.path, ".")
	return o, nil
}

// sort is the order as the engine wants it; reversed to read a page from its end.
func (o ordering) sort(reversed bool) bson.D {
	direction := 1
	if o.desc != reversed {
		direction = -1
	}
	return bson.D{{Key: o.path, Value: direction}, {Key: "_id", Value: direction}}
}

// place is where an element stands in an order.
type place struct {
	value any
	id    content.ID
}

// is tells whether both are the same place.
func (p place) is(other place) bool {
	a, isTime := p.value.(time.Time)
	if b, ok := other.value.(time.Time); ok && isTime {
		return p.id == other.id && a.Equal(b)
	}
	return p.id == other.id && p.value == other.value
}

// side is a part of a list, seen from a place in it.
type side struct {
	place
	// behind is the part that comes later in the order; else the earlier one.
	behind bool
	// with takes the place itself in.
	with bool
}

// conditions hold for the part of a list. The bound on the value stands alone, so
// that an index can start there whatever stands in front of it; the `$or` only
// parts what has the same value.
func (o ordering) conditions(s side) bson.D {
	strict := "$gt"
	if o.desc == s.behind {
		strict = "$lt"
	}
	last := strict
	if s.with {
		last += "e"
	}
	same := bson.D{{Key: o.path, Value: s.value}, {Key: "_id", Value: bson.D{{Key: last, Value: s.id}}}}
	switch {
	case s.value == nil && strict == "$lt":
		return same
	case s.value == nil:
		return bson.D{{Key: "$or", Value: bson.A{bson.D{{Key: o.path, Value: bson.D{{Key: "$ne", Value: nil}}}}, same}}}
	case strict == "$lt" && o.gaps: // a comparison with a value passes by what has none
		return bson.D{{Key: "$or", Value: bson.A{bson.D{{Key: o.path, Value: bson.D{{Key: strict, Value: s.value}}}}, bson.D{{Key: o.path, Value: nil}}, same}}}
	}
	return bson.D{
		{Key: o.path, Value: bson.D{{Key: strict + "e", Value: s.value}}},
		{Key: "$or", Value: bson.A{
			bson.D{{Key: o.path, Value: bson.D{{Key: strict, Value: s.value}}}},
			bson.D{{Key: "_id", Value: bson.D{{Key: last, Value: s.id}}}},
		}},
	}
}

// cursorVersion starts every cursor; another form of cursors takes another one.
const cursorVersion = "s1"

// cursor writes a place down for clients: what it means is ours alone.
func (o ordering) cursor(p place) (string, error) {
	var room, coded [256]byte
	raw := append(room[:0], `["`+cursorVersion+`",`...)
	raw = append(strconv.AppendQuote(raw, o.name), ',') // names and ids have nothing that JSON writes otherwise
	switch v := p.value.(type) {
	case time.Time:
		raw = append(v.AppendFormat(append(raw, '"'), time.RFC3339Nano), '"')
	case int64:
		raw = strconv.AppendInt(raw, v, 10)
	default:
		value, err := json.Marshal(v)
		if err != nil {
			return "", fmt.Errorf("write a cursor: %w", err)
		}
		raw = append(raw, value...)
	}
	raw = append(strconv.AppendQuote(append(raw, ','), string(p.id)), ']')
	return string(base64.RawURLEncoding.AppendEncode(coded[:0], raw)), nil
}

// maxCursor bounds a cursor in bytes; ours are far shorter.
const maxCursor = 4000

// place reads a cursor. One that is not ours, or belongs to another order, is refused.
func (o ordering) place(cursor string) (place, error) {
	var parts []json.RawMessage
	var version, name string
	var id content.ID
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	bad := content.Errorf(content.CodeBadUserInput, "The cursor is not one of this list. Take cursors from pageInfo or edges of the same list.")
	if err != nil || len(cursor) > maxCursor || json.Unmarshal(raw, &parts) != nil || len(parts) != 4 {
		return place{}, bad
	}
	if json.Unmarshal(parts[0], &version) != nil || version != cursorVersion ||
		json.Unmarshal(parts[1], &name) != nil || json.Unmarshal(parts[3], &id) != nil {
		return place{}, bad
	}
	if name != o.name {
		return place{}, content.Errorf(content.CodeBadUserInput, "The cursor belongs to another order (%s). Start again without a cursor when the order or the language changes.", clip(name))
	}
	value, err := o.read(parts[2])
	if err != nil {
		return place{}, bad
	}
	return place{value, id}, nil
}

// clip shortens what came from a client for a message.
func clip(s string) string {
	if len(s) > 60 {
		return s[:60] + "…"
	}
	return s
}
