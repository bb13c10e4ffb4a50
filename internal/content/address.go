package content

import (
	"net/url"
	"reflect"
	"strings"
)

// MediumIn finds the medium of a path such as "/media/media_…/anh.jpg".
func MediumIn(path string) (ID, bool) {
	_, rest, ok := strings.Cut(path, "/media/")
	name, _, _ := strings.Cut(rest, "/")
	kind, known := ID(name).Kind()
	return ID(name), ok && known && kind == KindMedia
}

// Signed tells whether an address of a medium's file carries a signature, which shows drafts and
// sizes to those who have it.
func Signed(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Query().Has("s")
}

// EachAddress visits the addresses that an entry leads to, those of running text and those of type
// [URL], with the name of the field of the entry that each stands in, and puts what visit answers
// in their place.
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
	case reflect.Map: // of bodies by their language, which share their blocks
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
