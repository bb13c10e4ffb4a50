package newsroom

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"sen/internal/content"
	"sen/internal/messages"
	"sen/internal/richtext"
)

// Bounds of what an editor sends.
const (
	maxLine   = 500    // characters of a title, a name, and what else is one line
	maxText   = 20_000 // characters of any other text
	maxList   = 300    // members of a list
	maxBlocks = 2_000  // blocks of a body
)

// Input is what a client sends of an entry, by the names of its fields. What is not
// in it stays as it is, and what is null is cleared. An object is changed field by
// field; a list is replaced as a whole.
type Input map[string]any

// NewInput takes a value that was decoded into Go's types, pointers and slices of maps
// among them, as plain as JSON has it: absent and null stay apart.
func NewInput(fields map[string]any) Input {
	in := Input{}
	for name, value := range fields {
		in[name] = plain(reflect.ValueOf(value))
	}
	return in
}

func plain(v reflect.Value) any {
	if !v.IsValid() {
		return nil
	}
	if t, ok := v.Interface().(time.Time); ok {
		return t
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return plain(v.Elem())
	case reflect.Slice:
		if v.IsNil() {
			return nil
		}
		list := make([]any, v.Len())
		for i := range list {
			list[i] = plain(v.Index(i))
		}
		return list
	case reflect.Map:
		if v.IsNil() {
			return nil
		}
		fields := map[string]any{}
		for _, key := range v.MapKeys() {
			fields[key.String()] = plain(v.MapIndex(key))
		}
		return fields
	case reflect.String:
		return v.String()
	}
	return v.Interface()
}

// reader reads input into a copy of an entry and reports everything that is wrong.
// The schema has checked the types of the values; their meaning is checked here.
type reader struct {
	report    *messages.Report
	languages content.Languages
	// locale is the language of a text that names none.
	locale content.Locale
	// own tells which addresses are the program's own; nil leaves addresses as they are.
	own *siteURL
	// forms are the bodies that were made of Markdown or HTML.
	forms [][]content.Block
	// links are the entries that the input names.
	links []link
}

// link is an entry that an input names.
type link struct {
	id   content.ID
	kind string // the kind that it must be of; "*" for any
	path []string
}

// read changes what to points at by the input.
func (r *reader) read(input Input, to any, path ...string) {
	r.object(reflect.ValueOf(to).Elem(), input, path)
}

// object reads the fields of an object.
func (r *reader) object(v reflect.Value, fields map[string]any, path []string) {
	t := v.Type()
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			r.object(v.Field(i), fields, path)
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if value, ok := fields[name]; ok && name != "-" {
			r.value(v.Field(i), value, f.Tag, append(slices.Clone(path), name))
		}
	}
	if block, ok := v.Addr().Interface().(*content.Block); ok {
		r.block(block, fields, path)
	}
}

// value reads one value of any type.
func (r *reader) value(v reflect.Value, value any, tag reflect.StructTag, path []string) {
	switch to := v.Addr().Interface().(type) {
	case *content.Text:
		r.texts(to, value, tag, path)
		return
	case *content.RichText:
		r.bodies(to, value, path)
		return
	case *content.ID:
		*to = content.ID(str(value))
		if *to != "" {
			r.links = append(r.links, link{*to, tag.Get("link"), path})
		}
		return
	case *time.Time:
		r.moment(to, value, path)
		return
	}
	if value == nil {
		v.SetZero()
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		fresh := reflect.New(v.Type().Elem())
		if !v.IsNil() {
			fresh.Elem().Set(v.Elem()) // an object is changed field by field
		}
		r.value(fresh.Elem(), value, tag, path)
		v.Set(fresh)
	case reflect.Slice:
		r.list(v, value, tag, path)
	case reflect.Struct:
		if fields, ok := value.(map[string]any); ok {
			r.object(v, fields, path)
		} else {
			r.report.Refuse(content.ProblemInvalid, path, messages.Invalid)
		}
	case reflect.String:
		v.SetString(r.clean(str(value), tag.Get("lint"), path))
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(str(value), 10, 64)
		if err != nil {
			r.report.Refuse(content.ProblemInvalid, path, messages.Invalid)
		}
		v.SetInt(n)
	case reflect.Float64:
		n, err := strconv.ParseFloat(str(value), 64)
		if err != nil {
			r.report.Refuse(content.ProblemInvalid, path, messages.Invalid)
		}
		v.SetFloat(n)
	case reflect.Bool:
		b, _ := value.(bool)
		v.SetBool(b)
	default:
		panic("newsroom: no input is read into a " + v.Type().String())
	}
}

// str is a single value as it is written.
func str(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	return fmt.Sprint(value)
}

// list reads a list; a single value stands for a list of one.
func (r *reader) list(v reflect.Value, value any, tag reflect.StructTag, path []string) {
	members, ok := value.([]any)
	if !ok {
		members = []any{value}
	}
	most := maxList
	if v.Type().Elem() == reflect.TypeFor[content.Block]() {
		most = maxBlocks
	}
	if len(members) > most {
		r.report.Refuse(content.ProblemTooLong, path, messages.TooMany, len(members), most)
		return
	}
	fresh := reflect.MakeSlice(v.Type(), len(members), len(members))
	for i, member := range members {
		r.value(fresh.Index(i), member, tag, append(slices.Clone(path), strconv.Itoa(i)))
	}
	v.Set(fresh)
	r.once(v, path)
	if spans, ok := fresh.Interface().(content.Spans); ok {
		spans = richtext.Spans(spans)
		v.Set(reflect.ValueOf(spans))
		r.run(spans, path)
	}
}

func (r *reader) moment(to *time.Time, value any, path []string) {
	*to = time.Time{}
	if value == nil {
		return
	}
	t, ok := value.(time.Time)
	if !ok {
		r.report.Refuse(content.ProblemInvalid, path, messages.Invalid)
		return
	}
	if t = t.UTC().Truncate(time.Millisecond); !content.Storable(t) { // what the store keeps
		r.report.Refuse(content.ProblemInvalid, path, messages.Moment)
	}
	*to = t
}

// localized calls read for each language that is given, with what is given in it. A null
// clears all languages.
func (r *reader) localized(value any, path []string, read func(content.Locale, map[string]any, []string)) {
	members, ok := value.([]any)
	if !ok {
		members = []any{value}
	}
	var seen []content.Locale
	for i, member := range members {
		fields, _ := member.(map[string]any)
		at := path
		if ok {
			at = append(slices.Clone(path), strconv.Itoa(i))
		}
		locale := content.Locale(str(fields["locale"]))
		if locale == "" {
			locale = r.locale
		}
		if !slices.Contains(r.languages.Locales, locale) {
			r.report.Refuse(content.ProblemInvalid, append(slices.Clone(at), "locale"), messages.Locale, locale)
			continue
		}
		if slices.Contains(seen, locale) {
			r.report.Refuse(content.ProblemInvalid, append(slices.Clone(at), "locale"), messages.LocaleTwice, locale)
			continue
		}
		seen = append(seen, locale)
		read(locale, fields, at)
	}
}

// texts reads a text in some languages; those that are not given stay.
func (r *reader) texts(to *content.Text, value any, tag reflect.StructTag, path []string) {
	if value == nil {
		*to = nil
		return
	}
	text := content.Text{}
	for l, s := range *to {
		text[l] = s
	}
	r.localized(value, path, func(locale content.Locale, fields map[string]any, at []string) {
		if fields["text"] == nil {
			delete(text, locale)
			return
		}
		if text[locale] = r.clean(str(fields["text"]), or(tag.Get("lint"), "text"), append(slices.Clone(at), "text")); text[locale] == "" {
			delete(text, locale)
		}
	})
	*to = text
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// blanks ends lines alike, as [content.Lint] does.
var blanks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

// clean is a text as it is kept: what can be mended is, and said; the rest is refused.
func (r *reader) clean(s, lint string, path []string) string {
	most := maxText
	if lint == "line" {
		most = maxLine
	}
	if n := utf8.RuneCountInString(s); n > most {
		r.report.Refuse(content.ProblemTooLong, path, messages.TooLong, n, most)
		return s
	}
	s = r.addresses(s, path)
	var before, after string
	if lint == "span" { // the blanks around a run of text part it from its neighbours
		core := strings.TrimSpace(s)
		if core == "" {
			return blanks.Replace(s)
		}
		before, after, _ = strings.Cut(s, core)
		before, after = blanks.Replace(before), blanks.Replace(after)
		s = core
	}
	kept, findings := content.Lint(s, lint == "line")
	for _, f := range findings {
		switch f.Code {
		case content.FindingPlaceholder:
			if lint != "span" { // see run
				r.report.Refuse(content.ProblemPlaceholder, path, messages.Placeholder, f.Text)
			}
		case content.FindingBlank:
			if lint != "" { // an optional plain text may be empty
				r.report.Refuse(content.ProblemRequired, path, messages.Blank)
			}
		case content.FindingControl:
			r.report.Notice(content.NoticeRepaired, path, messages.RepairedControl)
		case content.FindingDecomposed:
			r.report.Notice(content.NoticeRepaired, path, messages.RepairedNFD)
		case content.FindingMojibake:
			if f.Repaired {
				r.report.Notice(content.NoticeRepaired, path, messages.RepairedMojibake)
			} else {
				r.report.Refuse(content.ProblemMojibake, path, messages.Mojibake)
			}
		}
	}
	return before + kept + after
}
