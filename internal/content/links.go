package content

import (
	"reflect"
	"slices"
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
			if base, ok := v.Interface().(Base); ok {
				ids = append(ids, base.LinkedMediaIDs...)
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

// localizedFields are the names of a struct's fields that are written by language.
func localizedFields(c any) map[string]bool {
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

// Dropped is a link that was taken out of a field.
type Dropped struct {
	// Field is the name of the field.
	Field string
	ID    ID
}

// Reduce takes out of the relations of an entry, its fields with a list of ids, what stands there a second time and the
// entry itself, and tells what it took.
func Reduce(c Content) (dropped []Dropped) {
	own := c.Common().ID
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		ids, ok := v.Field(i).Addr().Interface().(*[]ID)
		if !ok {
			continue
		}
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		kept := make([]ID, 0, len(*ids))
		for _, id := range *ids {
			if id == own || slices.Contains(kept, id) {
				dropped = append(dropped, Dropped{name, id})
			} else {
				kept = append(kept, id)
			}
		}
		if len(kept) < len(*ids) {
			*ids = kept
		}
	}
	return dropped
}

// Unlink takes the links that gone holds for out of an entry, wherever they stand in it, and
// tells whether there were any. A block or a member of a list that is nothing without its
// link goes with it; words that led to the file of a medium stay.
func Unlink(c Content, gone func(ID) bool) bool {
	base := c.Common()
	linked := base.LinkedMediaIDs
	base.LinkedMediaIDs = slices.DeleteFunc(slices.Clone(linked), gone)
	found := len(base.LinkedMediaIDs) < len(linked)
	if found {
		EachAddress(c, func(address, _ string) string {
			if id, ok := MediumIn(address); ok && gone(id) && slices.Contains(linked, id) {
				return ""
			}
			return address
		})
	}
	var walk func(reflect.Value) (drop bool)
	walk = func(v reflect.Value) bool {
		switch v.Kind() {
		case reflect.String:
			if v.Type() == reflect.TypeFor[ID]() && v.Len() > 0 && gone(ID(v.String())) {
				found = true
				v.SetString("")
				return true
			}
		case reflect.Pointer:
			return !v.IsNil() && walk(v.Elem()) && v.Elem().Type() == reflect.TypeFor[ImageBlock]()
		case reflect.Slice:
			kept := reflect.MakeSlice(v.Type(), 0, v.Len())
			for i := range v.Len() {
				if !walk(v.Index(i)) {
					kept = reflect.Append(kept, v.Index(i))
				}
			}
			if kept.Len() < v.Len() {
				v.Set(kept)
			}
		case reflect.Map:
			for _, key := range v.MapKeys() {
				inner := reflect.New(v.Type().Elem()).Elem()
				inner.Set(v.MapIndex(key))
				walk(inner)
				v.SetMapIndex(key, inner)
			}
		case reflect.Struct:
			if v.Type() == reflect.TypeFor[Base]() {
				return false
			}
			drop := false
			for i := range v.NumField() {
				if v.Type().Field(i).IsExported() && walk(v.Field(i)) {
					drop = true
				}
			}
			switch v.Interface().(type) {
			case ImageBlock, FileBlock:
				return drop
			case Block:
				block := v.Interface().(Block)
				return block.Image != nil && block.Image.MediaID == "" || block.File != nil && block.File.MediaID == ""
			}
		}
		return false
	}
	walk(reflect.ValueOf(c).Elem())
	return found
}
