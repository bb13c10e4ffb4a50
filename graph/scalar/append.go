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

// Place is where in an answer a value stands, as far as its form depends on that.
type Place struct {
	// Locale is the language that was asked for.
	Locale content.Locale
	// Chain is the languages that may answer, the asked one first.
	Chain []content.Locale
	// Zone is the zone in which moments are written.
	Zone *time.Location
	// Bad is set by what is appended and can't be a value of its type.
	Bad bool
}

// PlaceOf is the place of the field being answered.
func PlaceOf(ctx context.Context) Place {
	r, locale := reading(ctx), Locale(ctx)
	return Place{Locale: locale, Chain: r.chain(locale), Zone: r.Zone}
}

// Append appends a value to an answer, as JSON.
type Append[V any] func(b []byte, at *Place, v V) []byte

// written makes of an Append what gqlgen writes a value by.
func written[V any](appended Append[V], v V) graphql.ContextMarshaler {
	return graphql.ContextWriterFunc(func(ctx context.Context, w io.Writer) error {
		at := PlaceOf(ctx)
		_, err := w.Write(appended(nil, &at, v))
		return err
	})
}

// AppendString appends a plain text, an id, a day, a language or an address; an empty one is null, [Empty] is empty.
func AppendString[V ~string](b []byte, at *Place, v V) []byte {
	switch v {
	case "":
		return append(b, "null"...)
	case Empty:
		v = ""
	}
	return AppendQuoted(b, at, v)
}

// escaped are the letters that a backslash stands before in JSON, by the byte that they stand for.
var escaped = [256]byte{'\t': 't', '\r': 'r', '\n': 'n', '\\': '\\', '"': '"'}

// AppendQuoted appends a text, an empty one too, with the escapes that RFC 8259 §7 asks for.
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

// bare tells of eight bytes at once that none has to be escaped. A byte less than n, or
// that differs from n by nothing, borrows from its highest bit (Anderson, Bit Twiddling
// Hacks, "Determine if a word has a byte less than n"); borrows beyond that can only make
// it ask byte by byte.
func bare[V ~string](v V) bool {
	const each, high = 0x0101010101010101, 0x8080808080808080
	w := uint64(v[0]) | uint64(v[1])<<8 | uint64(v[2])<<16 | uint64(v[3])<<24 |
		uint64(v[4])<<32 | uint64(v[5])<<40 | uint64(v[6])<<48 | uint64(v[7])<<56
	quote, slash := w^each*'"', w^each*'\\'
	return ((w-each*' ')&^w|(quote-each)&^quote|(slash-each)&^slash)&high == 0
}

// AppendInt appends a whole number.
func AppendInt(b []byte, _ *Place, n int) []byte { return strconv.AppendInt(b, int64(n), 10) }

// AppendInt64 appends a size; one beyond 32 bits is cut there, which is 2 GiB.
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

// AppendDateTime appends a moment in the site's zone; the zero one is null. Offsets have no seconds (RFC 3339 §5.6), and
// years have four digits: a moment for which the zone has another offset, such as its local mean time of a hundred years
// ago, or another year than 0001 to 9999, is written in UTC.
func AppendDateTime(b []byte, at *Place, t time.Time) []byte {
	if t.IsZero() {
		return append(b, "null"...)
	}
	t = t.Truncate(time.Millisecond).In(at.Zone)
	if _, offset := t.Zone(); offset%60 != 0 || t.Year() < 1 || t.Year() > 9999 {
		t = t.UTC()
	}
	if t.After(content.LastMoment) { // stored before it was refused
		t = content.LastMoment
	}
	// To the millisecond, by the one layout that package time writes without reading it.
	return append(t.AppendFormat(append(b, '"'), time.RFC3339Nano), '"')
}

// AppendText appends a text in the language of its place; where there is none in any
// language it is null.
func AppendText(b []byte, at *Place, t content.Text) []byte {
	s, _ := t.In(at.Chain)
	return AppendString(b, at, s)
}

// AppendMinutes appends the minutes of the language of its place; null where there are none.
func AppendMinutes(b []byte, at *Place, m content.Minutes) []byte {
	if n := m.In(at.Chain); n > 0 {
		return AppendInt(b, at, n)
	}
	return append(b, "null"...)
}

// Optional appends what a pointer leads to; nil is null.
func Optional[V any](one Append[V]) Append[*V] {
	return func(b []byte, at *Place, v *V) []byte {
		if v == nil {
			return append(b, "null"...)
		}
		return one(b, at, *v)
	}
}

// Listed appends a list. An element that is null makes it bad: no list of the schema has such.
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

// OptionalList appends a list; a nil one is null.
func OptionalList[V any](one Append[V]) Append[[]V] {
	listed := Listed(one)
	return func(b []byte, at *Place, list []V) []byte {
		if list == nil {
			return append(b, "null"...)
		}
		return listed(b, at, list)
	}
}
