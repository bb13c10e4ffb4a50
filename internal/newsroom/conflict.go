package newsroom

import (
	"context"
	"slices"
	"strings"

	"sen/internal/content"
)

// conflict says what a stale change ran into; nil when it can be joined with what came
// in between: then the work goes on from the present version.
func (d *kindDesk[T, F]) conflict(ctx context.Context, w *work, present *content.Entry[T]) (*Conflict, error) {
	seen, err := d.RevisionCopy(ctx, w.ID, w.Version)
	if err != nil {
		return nil, err
	}
	c := &Conflict{Version: present.Version, Fields: []string{}}
	mergeable := w.Merge && w.Action == content.ActionUpdate && seen != nil && w.Version < present.Version
	if seen != nil {
		changes, err := content.Diff(as(seen), as(present.Draft))
		if err != nil {
			return nil, err
		}
		touched := w.touched()
		for _, change := range changes {
			c.Fields = append(c.Fields, change.Path)
			if slices.ContainsFunc(touched, func(t string) bool { return overlaps(t, change.Path) }) {
				mergeable = false
			}
		}
	}
	if mergeable {
		w.notice(content.NoticeMerged, []string{"version"}, msgMerged, present.Version)
		return nil, nil
	}
	w.refuse(content.ProblemConflict, []string{"version"}, msgStale, present.Version, w.Version)
	return c, nil
}

// touched are the fields that the input changes: a text by its languages.
func (w *work) touched() (fields []string) {
	for name, value := range w.Input {
		members, ok := value.([]any)
		if !ok {
			members = []any{value}
		}
		localized := len(members) > 0
		var locales []string
		for _, member := range members {
			text, ok := member.(map[string]any)
			if !ok || !isLocalized(text) {
				localized = false
				break
			}
			locale := str(text["locale"])
			if locale == "" {
				locale = string(w.Locale)
			}
			locales = append(locales, name+"."+locale)
		}
		if localized {
			fields = append(fields, locales...)
		} else {
			fields = append(fields, name)
		}
	}
	return fields
}

// isLocalized tells whether a value is a text, or a body, of one language.
func isLocalized(fields map[string]any) bool {
	for name := range fields {
		if !slices.Contains([]string{"locale", "text", "blocks", "markdown", "html"}, name) {
			return false
		}
	}
	return true
}

// overlaps tells whether two paths of fields lead to the same place.
func overlaps(a, b string) bool {
	return a == b || strings.HasPrefix(a, b+".") || strings.HasPrefix(b, a+".")
}
