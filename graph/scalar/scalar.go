// Package scalar writes and reads the schema's scalars: how a Go value is shown to a client, and which values of a
// client are accepted.
package scalar

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"golang.org/x/text/language"

	"sen/internal/content"
)

// MarshalID writes an id; the empty id is null.
func MarshalID(id content.ID) graphql.Marshaler { return MarshalString(string(id)) }

// UnmarshalID reads an id: a string, or an integer, which the specification allows. It copies the text, like all
// texts: a literal is a part of its document's text, which would stay in memory as long as the id is used as a key.
func UnmarshalID(v any) (content.ID, error) {
	switch v := v.(type) {
	case string:
		return content.ID(strings.Clone(v)), nil
	case json.Number:
		return content.ID(v), nil
	case int64:
		return content.ID(strconv.FormatInt(v, 10)), nil
	}
	return "", fmt.Errorf("an ID must be a string")
}

// Empty is a text that exists but is empty, such as the text of a body that has only pictures. No stored text has
// this value.
const Empty = "\x00"

// MarshalString writes a plain text. An empty text is null, because a missing value is never shown as an empty
// string.
func MarshalString(s string) graphql.Marshaler {
	switch s {
	case "":
		return graphql.Null
	case Empty:
		return graphql.MarshalString("")
	}
	return graphql.MarshalString(s)
}

// UnmarshalString reads a plain text.
func UnmarshalString(v any) (string, error) {
	s, ok := v.(string)
	if !ok {
		return "", fmt.Errorf("a String must be a string")
	}
	return strings.Clone(s), nil
}

// MarshalInt writes a whole number.
func MarshalInt(n int) graphql.Marshaler { return graphql.MarshalInt(n) }

// UnmarshalInt reads a whole number of 32 bits, as the specification defines Int. In JSON the number may have a zero
// fraction: languages with a single number type write 1 as 1.0 or 1e0.
func UnmarshalInt(v any) (int, error) {
	var f float64
	switch n := v.(type) {
	case json.Number:
		var err error
		if f, err = strconv.ParseFloat(string(n), 64); err != nil {
			f = math.NaN()
		}
	case int64:
		f = float64(n)
	case float64:
		f = n
	default:
		f = math.NaN()
	}
	if f != math.Trunc(f) || f < math.MinInt32 || f > math.MaxInt32 {
		return 0, fmt.Errorf("an Int must be a whole number of 32 bits")
	}
	return int(f), nil
}

// MarshalInt64 writes a size in bytes. A size beyond 32 bits becomes the largest Int, 2 GiB.
func MarshalInt64(n int64) graphql.Marshaler {
	return graphql.MarshalInt64(min(n, math.MaxInt32))
}

// UnmarshalInt64 reads a size.
func UnmarshalInt64(v any) (int64, error) {
	n, err := UnmarshalInt(v)
	return int64(n), err
}

// MarshalDateTime writes a time in the site's time zone; the zero time is null.
func MarshalDateTime(t time.Time) graphql.ContextMarshaler {
	return written(AppendDateTime, t)
}

// dateTime matches RFC 3339's date-time (§5.6). Package time is less strict: it also accepts hours of one digit, and
// commas.
var dateTime = regexp.MustCompile(`^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$`)

// UnmarshalDateTime reads a time with its offset. In UTC its year must be 0001 to 9999.
func UnmarshalDateTime(_ context.Context, v any) (time.Time, error) {
	s, _ := v.(string)
	t, err := time.Parse(time.RFC3339, strings.ToUpper(s))
	if err != nil || !dateTime.MatchString(s) {
		return time.Time{},
			fmt.Errorf("a DateTime must be written as RFC 3339 has it, with an offset: 2020-12-02T07:30:00+07:00")
	}
	if t.Before(time.Time{}) || t.After(content.LastMoment.Add(time.Millisecond-1)) {
		return time.Time{}, fmt.Errorf("a DateTime must be of the years 0001 to 9999 in UTC")
	}
	return t, nil
}

// MarshalDate writes a day; the empty day is null.
func MarshalDate(d content.Date) graphql.Marshaler { return MarshalString(string(d)) }

// UnmarshalDate reads a day.
func UnmarshalDate(v any) (content.Date, error) {
	s, _ := v.(string)
	if _, ok := content.Date(s).Time(); !ok {
		return "", fmt.Errorf("a Date must be a day of the years 0001 to 9999, written as 2020-12-02")
	}
	return content.Date(strings.Clone(s)), nil
}

// MarshalLocale writes a language.
func MarshalLocale(l content.Locale) graphql.Marshaler { return MarshalString(string(l)) }

// UnmarshalLocale reads a language; it converts upper and lower case to the usual ones.
func UnmarshalLocale(v any) (content.Locale, error) {
	s, _ := v.(string)
	l, err := ParseLocale(s)
	if err != nil {
		return "", err
	}
	return l, nil
}

// ParseLocale reads a language tag.
func ParseLocale(s string) (content.Locale, error) {
	tag, err := language.Parse(s)
	if err != nil || len(s) > 35 { // RFC 5646 §4.4.1: every tag in use has at most 35 characters
		return "", fmt.Errorf("a Locale must be a BCP 47 tag such as vi or en-GB")
	}
	return content.Locale(tag.String()), nil
}

// MarshalURL writes an address; the empty address is null.
func MarshalURL(u content.URL) graphql.Marshaler { return MarshalString(string(u)) }

// UnmarshalURL reads an address.
func UnmarshalURL(v any) (content.URL, error) {
	s, _ := v.(string)
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", fmt.Errorf("a URL must be absolute, with http or https")
	}
	return content.URL(strings.Clone(s)), nil
}

// MarshalText writes a text in the language of its place; it is null if no language of the chain has it.
func MarshalText(t content.Text) graphql.ContextMarshaler {
	return written(AppendText, t)
}

// UnmarshalText is never called: no input has a text in several languages yet.
func UnmarshalText(context.Context, any) (content.Text, error) {
	return nil, fmt.Errorf("a text can't be given here")
}

// MarshalMinutes writes the minutes of the language of its place; null if there are none.
func MarshalMinutes(m content.Minutes) graphql.ContextMarshaler {
	return written(AppendMinutes, m)
}

// UnmarshalMinutes is never called: minutes are computed and not given.
func UnmarshalMinutes(context.Context, any) (content.Minutes, error) {
	return nil, fmt.Errorf("minutes can't be given")
}
