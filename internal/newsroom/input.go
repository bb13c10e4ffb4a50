package newsroom

import (
	"fmt"
	"reflect"
	"time"

	"sen/internal/content"
	"sen/internal/messages"
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
