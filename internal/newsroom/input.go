package newsroom

import (
	"fmt"
	"reflect"
	"time"

	"sen/internal/content"
	"sen/internal/messages"
)

// The limits for the input of an editor.
const (
	maxLine   = 500    // characters of a text of one line, such as a title or a name
	maxText   = 20_000 // characters of any other text
	maxList   = 300    // members of a list
	maxBlocks = 2_000  // blocks of a body
)

// Input is the input of a client for an entry: values by the names of its fields. A field that is absent stays as it
// is; a null field is cleared. An object is changed field by field; a list is replaced as a whole.
type Input map[string]any

// NewInput converts values of Go types (pointers and slices of maps among them) to the types that encoding/json decodes
// to. Absent and null fields stay distinct.
func NewInput(fields map[string]any) Input {
	in := Input{}
	for name, value := range fields {
		in[name] = plain(reflect.ValueOf(value))
	}
	return in
}

// plain converts one value for [NewInput].
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

// reader reads input into a copy of an entry and reports every problem. The schema has already checked the types of the
// values; the reader checks their meaning.
type reader struct {
	report    *messages.Report
	languages content.Languages
	// locale is the language of a text that gives no language.
	locale content.Locale
	// own recognizes the program's own addresses; nil leaves all addresses unchanged.
	own *siteURL
	// forms are the bodies that were converted from Markdown or HTML.
	forms [][]content.Block
	// links are the entries to which the input links.
	links []link
}

// link is a reference in the input to an entry.
type link struct {
	id   content.ID
	kind string // the required kind of the entry; "*" allows any
	path []string
}

// str returns a single value as text; nil gives "".
func str(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	return fmt.Sprint(value)
}
