package content

import "reflect"

// Clone returns a deep copy of c. It copies the stored fields and the id, but not the other fields that the store fills
// in (those with the tag `json:"-"`).
func Clone(c Content) Content {
	v := reflect.ValueOf(c)
	fresh := reflect.New(v.Type().Elem())
	cloneTo(fresh.Elem(), v.Elem())
	cloned := fresh.Interface().(Content)
	cloned.Common().ID = c.Common().ID
	return cloned
}

// Clone returns a deep copy of the settings.
func (s *Site) Clone() *Site {
	cloned := new(Site)
	cloneTo(reflect.ValueOf(cloned).Elem(), reflect.ValueOf(s).Elem())
	return cloned
}

// cloneTo sets a value to a deep copy of another value.
func cloneTo(to, from reflect.Value) {
	switch from.Kind() {
	case reflect.Pointer:
		if !from.IsNil() {
			to.Set(reflect.New(from.Type().Elem()))
			cloneTo(to.Elem(), from.Elem())
		}
	case reflect.Slice:
		if !from.IsNil() {
			to.Set(reflect.MakeSlice(from.Type(), from.Len(), from.Len()))
			for i := range from.Len() {
				cloneTo(to.Index(i), from.Index(i))
			}
		}
	case reflect.Map:
		if !from.IsNil() {
			to.Set(reflect.MakeMapWithSize(from.Type(), from.Len()))
			for _, key := range from.MapKeys() {
				value := reflect.New(from.Type().Elem()).Elem()
				cloneTo(value, from.MapIndex(key))
				to.SetMapIndex(key, value)
			}
		}
	case reflect.Struct:
		t := from.Type()
		if t.NumField() > 0 && !t.Field(0).IsExported() { // time.Time, which is copied as a value
			to.Set(from)
			return
		}
		for i := range t.NumField() {
			if t.Field(i).Tag.Get("json") != "-" {
				cloneTo(to.Field(i), from.Field(i))
			}
		}
	default:
		to.Set(from)
	}
}
