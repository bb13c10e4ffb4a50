package query

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

// ChosenOrder is the order of a list whose elements somebody chose: that of the choice. It is no order of any kind's
// own and can't be asked for by name; a list that was chosen has it where no other one is asked for.
const ChosenOrder content.Order = "CHOSEN"

// SortKey is a value by which lists are ordered.
type SortKey struct {
	Field string
	// Localized is true where each language has a key of its own, among the keys that the store works out.
	Localized bool
	// Absent tells which copies may have none.
	Absent Absence
	// read takes the value out of a cursor's JSON form; nil is that of a copy without one.
	read func(json.RawMessage) (any, error)
}

// Absence tells which copies may have no value to be ordered by. They come before all that have one.
type Absence int

// Most orders have a value in every copy, so that their pages need no rule for what is missing.
const (
	Nowhere Absence = iota
	InDrafts
	Anywhere
)

// Moment orders by a stored time.
func Moment(field string) SortKey { return SortKey{Field: field, read: valueOf[time.Time]} }

// Number orders by a stored integer.
func Number(field string) SortKey { return SortKey{Field: field, read: valueOf[int64]} }

// Plain orders by a text as it is stored, such as a [content.Date].
func Plain(field string) SortKey { return SortKey{Field: field, read: valueOf[string]} }

// Alphabet orders by a key that is kept under a name for each language: the collation key of a text, or a [composed]
// one.
func Alphabet(name string) SortKey {
	key := Plain(Keys + "sort." + name)
	key.Localized = true
	return key
}

// Optional orders by a key that copies may lack, whether they are published or not.
func Optional(key SortKey) SortKey {
	key.Absent = Anywhere
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

// WithCommon adds the orders that every kind has.
func WithCommon(own map[string]SortKey) map[string]SortKey {
	own["UPDATED_AT"] = Moment("updatedAt")
	own["CREATED_AT"] = Moment("createdAt")
	published := Moment("publishedAt")
	published.Absent = InDrafts
	own["PUBLISHED_AT"] = published
	return own
}

// Ordering is an order that a list is read in.
type Ordering struct {
	SortKey
	// name binds cursors to the order: the kind, the order without its direction, the language.
	name string
	Path string
	// Steps are the names on the path.
	Steps []string
	Desc  bool
	// gaps tells that there may be copies without a value.
	gaps bool
}

// splitOrder takes the direction off the name of an order.
func splitOrder(name content.Order) (base string, desc bool) {
	base, desc = strings.CutSuffix(string(name), "_DESC")
	return strings.TrimSuffix(base, "_ASC"), desc
}

// Sort is the order as the engine wants it; reversed to read a page from its end.
func (o Ordering) Sort(reversed bool) bson.D {
	direction := 1
	if o.Desc != reversed {
		direction = -1
	}
	return bson.D{{Key: o.Path, Value: direction}, {Key: "_id", Value: direction}}
}

// Place is where an element stands in an order.
type Place struct {
	Value any
	ID    content.ID
}

// Is tells whether two places are equal.
func (p Place) Is(other Place) bool {
	a, isTime := p.Value.(time.Time)
	if b, ok := other.Value.(time.Time); ok && isTime {
		return p.ID == other.ID && a.Equal(b)
	}
	return p.ID == other.ID && p.Value == other.Value
}

// Side is a part of a list, seen from a place in it.
type Side struct {
	Place
	// Behind is the part that comes later in the order; else the earlier one.
	Behind bool
	// With takes the place itself in.
	With bool
}

// conditions hold for the part of a list. The bound on the value stands alone, so
// that an index can start there whatever stands in front of it; the `$or` only
// parts what has the same value.
func (o Ordering) conditions(s Side) bson.D {
	strict := "$gt"
	if o.Desc == s.Behind {
		strict = "$lt"
	}
	last := strict
	if s.With {
		last += "e"
	}
	same := bson.D{{Key: o.Path, Value: s.Value}, {Key: "_id", Value: bson.D{{Key: last, Value: s.ID}}}}
	switch {
	case s.Value == nil && strict == "$lt":
		return same
	case s.Value == nil:
		return bson.D{{Key: "$or", Value: bson.A{bson.D{{Key: o.Path, Value: bson.D{{Key: "$ne", Value: nil}}}}, same}}}
	case strict == "$lt" && o.gaps: // a comparison with a value passes by what has none
		return bson.D{{Key: "$or", Value: bson.A{
			bson.D{{Key: o.Path, Value: bson.D{{Key: strict, Value: s.Value}}}}, bson.D{{Key: o.Path, Value: nil}}, same,
		}}}
	}
	return bson.D{
		{Key: o.Path, Value: bson.D{{Key: strict + "e", Value: s.Value}}},
		{Key: "$or", Value: bson.A{
			bson.D{{Key: o.Path, Value: bson.D{{Key: strict, Value: s.Value}}}},
			bson.D{{Key: "_id", Value: bson.D{{Key: last, Value: s.ID}}}},
		}},
	}
}

// cursorVersion starts every cursor; another form of cursors takes another one.
const cursorVersion = "s1"

// Cursor encodes a place for clients, to whom it is opaque.
func (o Ordering) Cursor(p Place) (string, error) {
	var room, coded [256]byte
	raw := append(room[:0], `["`+cursorVersion+`",`...)
	raw = append(strconv.AppendQuote(raw, o.name), ',') // names and ids have nothing that JSON writes otherwise
	switch v := p.Value.(type) {
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
	raw = append(strconv.AppendQuote(append(raw, ','), string(p.ID)), ']')
	return string(base64.RawURLEncoding.AppendEncode(coded[:0], raw)), nil
}

// maxCursor bounds a cursor in bytes; ours are far shorter.
const maxCursor = 4000

// Place decodes a cursor. One of another list, order or language is a BAD_USER_INPUT.
func (o Ordering) Place(cursor string) (Place, error) {
	var parts []json.RawMessage
	var version, name string
	var id content.ID
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	bad := content.Errorf(content.CodeBadUserInput,
		"The cursor is not one of this list. Take cursors from pageInfo or edges of the same list.")
	if err != nil || len(cursor) > maxCursor || json.Unmarshal(raw, &parts) != nil || len(parts) != 4 {
		return Place{}, bad
	}
	if json.Unmarshal(parts[0], &version) != nil || version != cursorVersion ||
		json.Unmarshal(parts[1], &name) != nil || json.Unmarshal(parts[3], &id) != nil {
		return Place{}, bad
	}
	if name != o.name {
		return Place{}, content.Errorf(content.CodeBadUserInput, "The cursor belongs to another order (%s). "+
			"Start again without a cursor when the order or the language changes.", clip(name))
	}
	value, err := o.read(parts[2])
	if err != nil {
		return Place{}, bad
	}
	return Place{value, id}, nil
}

// clip shortens what came from a client for a message.
func clip(s string) string {
	if len(s) > 60 {
		return s[:60] + "…"
	}
	return s
}
