package content

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// FieldChange is one field in which two copies of an entry differ. Each language of a text is a field: its path is the
// field's name, a dot, and the language.
type FieldChange struct {
	Path string
	// Before and After are the values as JSON; nil for none.
	Before, After *string
}

// derivedFields are fields of all kinds that are computed from other fields, or are counters. Diff skips them, and the
// derived fields of each kind ([Descriptor.Derived]).
var derivedFields = []string{"version", "createdAt", "updatedAt", "publishedAt", "formerSlugs", "linkedMedia"}

// Diff lists the fields in which two copies of an entry, or of the site's settings, differ, in the order of
// their paths. A nil copy has no fields.
func Diff(before, after any) ([]*FieldChange, error) {
	old, err := flatten(before)
	if err != nil {
		return nil, err
	}
	changed, err := flatten(after)
	if err != nil {
		return nil, err
	}
	changes := []*FieldChange{}
	for path, was := range old {
		is, ok := changed[path]
		if ok && bytes.Equal(was, is) {
			continue
		}
		changes = append(changes, &FieldChange{path, jsonText(was), jsonText(is)})
	}
	for path, is := range changed {
		if _, ok := old[path]; !ok {
			changes = append(changes, &FieldChange{path, nil, jsonText(is)})
		}
	}
	slices.SortFunc(changes, func(a, b *FieldChange) int { return strings.Compare(a.Path, b.Path) })
	return changes, nil
}

func jsonText(raw json.RawMessage) *string {
	if raw == nil {
		return nil
	}
	s := string(raw)
	return &s
}

// flatten returns the fields of a copy as JSON. Each language of a text is a field.
func flatten(c any) (map[string]json.RawMessage, error) {
	fields := map[string]json.RawMessage{}
	if c == nil {
		return fields, nil
	}
	raw, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("write an entry as JSON: %w", err)
	}
	var top map[string]json.RawMessage
	if err := json.Unmarshal(raw, &top); err != nil {
		return nil, fmt.Errorf("write an entry as JSON: %w", err)
	}
	localized, derived := localizedFields(c), derivedFields
	if entry, ok := c.(Content); ok {
		derived = slices.Concat(derived, entry.Kind().Descriptor().Derived)
	}
	for name, value := range top {
		switch {
		case slices.Contains(derived, name):
		case localized[name]:
			var texts map[string]json.RawMessage
			if err := json.Unmarshal(value, &texts); err != nil {
				return nil, fmt.Errorf("write an entry as JSON: %w", err)
			}
			for locale, text := range texts {
				fields[name+"."+locale] = text
			}
		default:
			fields[name] = value
		}
	}
	return fields, nil
}
