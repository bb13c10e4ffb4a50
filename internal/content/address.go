package content

import (
	"net/url"
	"reflect"
	"strings"
)

// MediumIn returns the id of the medium in a path such as "/media/media_…/anh.jpg".
func MediumIn(path string) (ID, bool) {
	_, rest, ok := strings.Cut(path, "/media/")
	name, _, _ := strings.Cut(rest, "/")
	kind, known := ID(name).Kind()
	return ID(name), ok && known && kind == KindMedia
}

// Signed reports whether the address of a medium's file has a signature. A signature gives access to the file of a
// draft and to sizes of pictures.
func Signed(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Query().Has("s")
}

// EachAddress calls visit for each address in an entry: the links of running text and the fields of type [URL]. Field
// is the name of the entry's field that contains the address. The result of visit replaces the address.
func EachAddress(c Content, visit func(address, field string) string) {
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		if v.Type().Field(i).Type != reflect.TypeFor[Base]() {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			eachAddress(v.Field(i), name, visit)
		}
	}
}

func eachAddress(v reflect.Value, field string, visit func(address, field string) string) {
	change := func(address reflect.Value) {
		if before := address.String(); before != "" {
			if after := visit(before, field); after != before {
				address.SetString(after)
			}
		}
	}
	switch v.Kind() {
	case reflect.String:
		if v.Type() == reflect.TypeFor[URL]() {
			change(v)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			eachAddress(v.Elem(), field, visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			eachAddress(v.Index(i), field, visit)
		}
	case reflect.Map: // bodies by language: a copied map shares the blocks, so they are changed in place
		for _, key := range v.MapKeys() {
			if inner := v.MapIndex(key); inner.Kind() == reflect.Slice {
				eachAddress(inner, field, visit)
			}
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[Span]() {
			change(v.FieldByName("Link"))
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				eachAddress(v.Field(i), field, visit)
			}
		}
	}
}
