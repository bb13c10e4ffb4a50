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

// ChosenOrder is the order of a list whose elements an editor chose: the order of that choice. It belongs to no kind
// and can't be requested by name. Such a list has it if no other order is requested.
const ChosenOrder content.Order = "CHOSEN"

// RelevanceOrder is the order of a list that is limited by a search: the best match first. Every kind has it.
const RelevanceOrder content.Order = "RELEVANCE"

// SortKey is a value by which lists are ordered.
type SortKey struct {
	Field string
	// Localized means that each language has its own key, among the keys that the store computes.
	Localized bool
	// Absent says which copies may lack the value.
	Absent Absence
	// read decodes the value from a cursor's JSON form. nil stands for a copy without the value.
	read func(json.RawMessage) (any, error)
}

// Absence says which copies may lack the value by which they are ordered. Those copies sort before all others.
type Absence int

// The values of [Absence]. Most orders have a value in every copy (Nowhere), so that their pages need no condition
// for missing values.
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

// Alphabet orders by a key that is stored for each language under a name: the collation key of a text, or a composed
// one.
func Alphabet(name string) SortKey {
	key := Plain(Keys + "sort." + name)
	key.Localized = true
	return key
}

// Optional orders by a key that any copy may lack, published or not.
func Optional(key SortKey) SortKey {
	key.Absent = Anywhere
	return key
}

// valueOf decodes the value in a cursor.
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

// Ordering is a resolved order: a sort key, its path and the direction.
type Ordering struct {
	SortKey
	// name binds cursors to the order. It consists of the kind, the order without its direction, and the language.
	name string
	Path string
	// Steps are the names in Path.
	Steps []string
	Desc  bool
	// gaps means that some copies may lack the value.
	gaps bool
}

// splitOrder separates the direction from the name of an order.
func splitOrder(name content.Order) (base string, desc bool) {
	base, desc = strings.CutSuffix(string(name), "_DESC")
	return strings.TrimSuffix(base, "_ASC"), desc
}

// Sort returns the order in the form of the engine; reversed to read a page from its end.
func (o Ordering) Sort(reversed bool) bson.D {
	direction := 1
	if o.Desc != reversed {
		direction = -1
	}
	return bson.D{{Key: o.Path, Value: direction}, {Key: "_id", Value: direction}}
}

// Place is the position of an element in an order.
type Place struct {
	Value any
	ID    content.ID
}

// Equal reports whether two places are the same position.
func (p Place) Equal(other Place) bool {
	a, isTime := p.Value.(time.Time)
	if b, ok := other.Value.(time.Time); ok && isTime {
		return p.ID == other.ID && a.Equal(b)
	}
	return p.ID == other.ID && p.Value == other.Value
}

// Side is the part of a list on one side of a place.
type Side struct {
	Place
	// Behind means the part that comes later in the order; otherwise it is the earlier part.
	Behind bool
	// With includes the place itself.
	With bool
}

// conditions match the elements of a side. The bound on the value is a separate condition, so that a scan of an index
// can start there whatever fields the index begins with. The `$or` only separates elements with the same value.
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
	case strict == "$lt" && o.gaps: // a comparison with a value matches no missing value
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

// cursorVersion starts every cursor. It must change with the format of cursors.
const cursorVersion = "s1"

// Cursor encodes a place for clients. They must not interpret it.
func (o Ordering) Cursor(p Place) (string, error) {
	var room, coded [256]byte
	raw := append(room[:0], `["`+cursorVersion+`",`...)
	raw = append(strconv.AppendQuote(raw, o.name), ',') // names and ids have no characters that JSON escapes differently
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

// maxCursor is the greatest length of a cursor in bytes. The store's own cursors are far shorter.
const maxCursor = 4000

// Place decodes a cursor. For a cursor of another list, order or language it returns BAD_USER_INPUT.
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

// clip shortens a client's text for an error message.
func clip(s string) string {
	if len(s) > 60 {
		return s[:60] + "…"
	}
	return s
}
