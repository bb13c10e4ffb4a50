package newsroom

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"sen/internal/content"
	"sen/internal/messages"
	"sen/internal/richtext"
)

// read applies the input to the struct that to points at.
func (r *reader) read(input Input, to any, path ...string) {
	r.object(reflect.ValueOf(to).Elem(), input, path)
}

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

// value reads a value into a field of any type.
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

// list reads a list. A single value counts as a list with one member.
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
	r.dedupe(v, path)
	if spans, ok := fresh.Interface().(content.Spans); ok {
		spans = richtext.Spans(spans)
		v.Set(reflect.ValueOf(spans))
		r.refusePlaceholder(spans, path)
	}
}

// moment reads a time and rounds it down to milliseconds.
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
	if t = t.UTC().Truncate(time.Millisecond); !content.Storable(t) { // the store has milliseconds and a range of years
		r.report.Refuse(content.ProblemInvalid, path, messages.Moment)
	}
	*to = t
}
