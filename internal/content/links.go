package content

import (
	"reflect"
	"strings"
)

// Links lists the ids that an entry names, wherever they stand in it, in no
// particular order and without its own.
func Links(c Content) []ID {
	var ids []ID
	var walk func(reflect.Value)
	walk = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.String:
			if v.Type() == reflect.TypeFor[ID]() && v.Len() > 0 {
				ids = append(ids, ID(v.String()))
			}
		case reflect.Pointer, reflect.Interface:
			if !v.IsNil() {
				walk(v.Elem())
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i))
			}
		case reflect.Map:
			for _, key := range v.MapKeys() {
				walk(v.MapIndex(key))
			}
		case reflect.Struct:
			if v.Type() == reflect.TypeFor[Base]() {
				return
			}
			for i := range v.NumField() {
				if v.Type().Field(i).IsExported() {
					walk(v.Field(i))
				}
			}
		}
	}
	walk(reflect.ValueOf(c))
	return ids
}

// localizedFields are the names of an entry's fields that are written by language.
func localizedFields(c Content) map[string]bool {
	fields := map[string]bool{}
	t := reflect.TypeOf(c).Elem()
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Type == reflect.TypeFor[Text]() || f.Type == reflect.TypeFor[RichText]() {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			fields[name] = true
		}
	}
	return fields
}
