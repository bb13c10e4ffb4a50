package scalar

import (
	"context"
	"io"
	"math"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"sen/internal/content"
)

// Place has the properties of a place in an answer on which the form of a value depends.
type Place struct {
	// Locale is the requested language.
	Locale content.Locale
	// Chain has the languages that may answer, the requested one first.
	Chain []content.Locale
	// Zone is the time zone in which times are written.
	Zone *time.Location
	// Bad is set if an appended value is not valid for its type.
	Bad bool
}

// PlaceOf returns the place of the field that is being answered.
func PlaceOf(ctx context.Context) Place {
	r, locale := reading(ctx), Locale(ctx)
	return Place{Locale: locale, Chain: r.chain(locale), Zone: r.Zone}
}

// Append appends a value to an answer, as JSON.
type Append[V any] func(b []byte, at *Place, v V) []byte

// written converts an Append to the marshaler that gqlgen uses.
func written[V any](appended Append[V], v V) graphql.ContextMarshaler {
	return graphql.ContextWriterFunc(func(ctx context.Context, w io.Writer) error {
		at := PlaceOf(ctx)
		_, err := w.Write(appended(nil, &at, v))
		return err
	})
}

// AppendString appends a plain text, an id, a day, a language or an address. An empty text becomes null, and [Empty]
// becomes an empty text.
func AppendString[V ~string](b []byte, at *Place, v V) []byte {
	switch v {
	case "":
		return append(b, "null"...)
	case Empty:
		v = ""
	}
	return AppendQuoted(b, at, v)
}

// escaped has the letter that follows the backslash in JSON, for each byte that is escaped in this way.
var escaped = [256]byte{'\t': 't', '\r': 'r', '\n': 'n', '\\': '\\', '"': '"'}

// AppendQuoted appends a text, even an empty one, with the escapes that RFC 8259 §7 demands.
func AppendQuoted[V ~string](b []byte, _ *Place, v V) []byte {
	const hex = "0123456789ABCDEF"
	b = append(b, '"')
	start := 0
	for i := 0; i < len(v); i++ {
		for len(v)-i >= 8 && bare(v[i:i+8]) {
			i += 8
		}
		if i == len(v) {
			break
		}
		c := v[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, v[start:i]...)
		start = i + 1
		if letter := escaped[c]; letter != 0 {
			b = append(b, '\\', letter)
		} else {
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
		}
	}
	return append(append(b, v[start:]...), '"')
}

// bare reports for eight bytes at once that none has to be escaped. Subtracting n from a byte below n, or 1 from a
// zero difference, borrows from the byte's highest bit (Anderson, Bit Twiddling Hacks, "Determine if a word has a
// byte less than n"). A borrow can reach the next byte too: bare then reports false although nothing has to be
// escaped, and the caller checks byte by byte.
func bare[V ~string](v V) bool {
	const each, high = 0x0101010101010101, 0x8080808080808080
	w := uint64(v[0]) | uint64(v[1])<<8 | uint64(v[2])<<16 | uint64(v[3])<<24 |
		uint64(v[4])<<32 | uint64(v[5])<<40 | uint64(v[6])<<48 | uint64(v[7])<<56
	quote, slash := w^each*'"', w^each*'\\'
	return ((w-each*' ')&^w|(quote-each)&^quote|(slash-each)&^slash)&high == 0
}

// AppendInt appends a whole number.
func AppendInt(b []byte, _ *Place, n int) []byte { return strconv.AppendInt(b, int64(n), 10) }

// AppendInt64 appends a size in bytes. A size beyond 32 bits becomes the largest Int, 2 GiB.
func AppendInt64(b []byte, _ *Place, n int64) []byte {
	return strconv.AppendInt(b, min(n, math.MaxInt32), 10)
}

// AppendFloat appends a number.
func AppendFloat(b []byte, at *Place, f float64) []byte {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		at.Bad = true
		return b
	}
	return strconv.AppendFloat(b, f, 'g', -1, 64)
}

// AppendBoolean appends true or false.
func AppendBoolean(b []byte, _ *Place, v bool) []byte { return strconv.AppendBool(b, v) }

// AppendDateTime appends a time in the site's time zone; the zero time becomes null. Offsets have no seconds (RFC
// 3339 §5.6), and years have four digits. So a time is written in UTC if the zone's offset has seconds, such as the
// local mean time of a hundred years ago, or if the year is not 0001 to 9999.
func AppendDateTime(b []byte, at *Place, t time.Time) []byte {
	if t.IsZero() {
		return append(b, "null"...)
	}
	t = t.Truncate(time.Millisecond).In(at.Zone)
	if _, offset := t.Zone(); offset%60 != 0 || t.Year() < 1 || t.Year() > 9999 {
		t = t.UTC()
	}
	if t.After(content.LastMoment) { // stored before such times were refused
		t = content.LastMoment
	}
	// The time has milliseconds. RFC3339Nano is the one layout that package time writes without parsing it.
	return append(t.AppendFormat(append(b, '"'), time.RFC3339Nano), '"')
}

// AppendText appends a text in the language of its place; it is null if no language of the chain has it.
func AppendText(b []byte, at *Place, t content.Text) []byte {
	s, _ := t.In(at.Chain)
	return AppendString(b, at, s)
}

// AppendMinutes appends the minutes of the language of its place; null if there are none.
func AppendMinutes(b []byte, at *Place, m content.Minutes) []byte {
	if n := m.In(at.Chain); n > 0 {
		return AppendInt(b, at, n)
	}
	return append(b, "null"...)
}

// Optional appends the value behind a pointer; nil becomes null.
func Optional[V any](one Append[V]) Append[*V] {
	return func(b []byte, at *Place, v *V) []byte {
		if v == nil {
			return append(b, "null"...)
		}
		return one(b, at, *v)
	}
}

// Listed appends a list. A null element sets [Place.Bad], because no list of the schema allows one.
func Listed[V any](one Append[V]) Append[[]V] {
	return func(b []byte, at *Place, list []V) []byte {
		b = append(b, '[')
		for i, v := range list {
			if i > 0 {
				b = append(b, ',')
			}
			start := len(b)
			b = one(b, at, v)
			at.Bad = at.Bad || string(b[start:]) == "null"
		}
		return append(b, ']')
	}
}

// OptionalList appends a list; a nil list becomes null.
func OptionalList[V any](one Append[V]) Append[[]V] {
	listed := Listed(one)
	return func(b []byte, at *Place, list []V) []byte {
		if list == nil {
			return append(b, "null"...)
		}
		return listed(b, at, list)
	}
}
