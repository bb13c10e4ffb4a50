package content

import (
	"reflect"
	"slices"
	"strings"
)

// Links lists all ids to which an entry links, from all its fields, in no particular order and without its own id.
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

// localizedFields returns the names of a struct's fields that have a value for each language.
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

// Dropped is a link that was removed from a field.
type Dropped struct {
	// Field is the name of the field.
	Field string
	ID    ID
}

// Reduce removes repeated ids and the entry's own id from the fields of an entry that have a list of ids. It returns
// the removed links.
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

// Unlink removes the links for which gone returns true from all fields of an entry, and reports whether there were any.
// It removes an id from a list, and it removes a block or a gallery picture whose medium is gone. Any other link is set
// to the empty id. Text that was linked to the file of a medium stays, without the link.
func Unlink(c Content, gone func(ID) bool) bool {
	u := unlinker{gone: gone}
	base := c.Common()
	linked := base.LinkedMediaIDs
	if base.LinkedMediaIDs = u.ids(linked); u.found {
		EachAddress(c, func(address, _ string) string {
			if id, ok := MediumIn(address); ok && gone(id) && slices.Contains(linked, id) {
				return ""
			}
			return address
		})
	}
	u.value(reflect.ValueOf(c).Elem())
	return u.found
}

// unlinker removes links from an entry.
type unlinker struct {
	gone func(ID) bool
	// found reports that a link was removed.
	found bool
}

// value removes links from a value and from everything in it.
func (u *unlinker) value(v reflect.Value) {
	switch to := v.Addr().Interface().(type) {
	case *Base: // has only links to the files of media, which Unlink removes
		return
	case *ID:
		if u.lost(*to) {
			*to = ""
		}
		return
	case *[]ID:
		*to = u.ids(*to)
		return
	case *RichText:
		for locale, blocks := range *to {
			(*to)[locale] = u.blocks(blocks)
		}
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			u.value(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			u.value(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				u.value(v.Field(i))
			}
		}
	}
}

// lost reports whether a link must be removed, and records it in found.
func (u *unlinker) lost(id ID) bool {
	lost := id != "" && u.gone(id)
	u.found = u.found || lost
	return lost
}

// ids returns a list without the links that must be removed.
func (u *unlinker) ids(ids []ID) []ID { return slices.DeleteFunc(slices.Clone(ids), u.lost) }

// blocks returns a body without the blocks and pictures whose medium is gone. No other blocks have ids.
func (u *unlinker) blocks(blocks []Block) []Block {
	return slices.DeleteFunc(slices.Clone(blocks), func(b Block) bool {
		switch {
		case b.Image != nil:
			return u.lost(b.Image.MediaID)
		case b.File != nil:
			return u.lost(b.File.MediaID)
		case b.Gallery != nil:
			b.Gallery.Images = slices.DeleteFunc(slices.Clone(b.Gallery.Images),
				func(i *ImageBlock) bool { return u.lost(i.MediaID) })
		}
		return false
	})
}
