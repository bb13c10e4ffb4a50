package newsroom

import (
	"context"
	"slices"
	"strings"

	"sen/internal/content"
	"sen/internal/entries"
	"sen/internal/messages"
)

// joins tells whether a stale change can be joined with what came in between. Then the change goes on from the present
// version.
func (w *work) joins(ctx context.Context, present *entries.Entry) (bool, error) {
	if !w.change.Merge || w.change.Action != content.ActionUpdate || w.change.Version >= present.Version {
		return false, nil
	}
	seen, ok, err := w.of.Revision(ctx, w.change.ID, w.change.Version)
	if !ok || err != nil {
		return false, err
	}
	changes, err := content.Diff(seen, present.Draft)
	if err != nil {
		return false, err
	}
	joins := !w.touches(changes)
	if !joins {
		joins, err = w.agrees(ctx, present, changes)
	}
	if joins && err == nil {
		w.report.Notice(content.NoticeMerged, []string{"version"}, messages.Merged, present.Version)
	}
	return joins, err
}

// agrees tells whether the input sets those fields that were changed meanwhile to what they are already.
func (w *work) agrees(ctx context.Context, present *entries.Entry, meanwhile []*content.FieldChange) (bool, error) {
	trial := *w
	trial.report = messages.New(w.chain)
	copied := content.Clone(present.Draft)
	if err := trial.read(ctx, copied); err != nil || len(trial.report.Problems) > 0 {
		return false, err
	}
	mine, err := content.Diff(present.Draft, copied)
	return !slices.ContainsFunc(mine, func(m *content.FieldChange) bool {
		return slices.ContainsFunc(meanwhile, func(change *content.FieldChange) bool { return overlaps(m.Path, change.Path) })
	}), err
}

// touches tells whether the input changes a field of those that were changed.
func (w *work) touches(changes []*content.FieldChange) bool {
	touched := w.touched()
	return slices.ContainsFunc(changes, func(change *content.FieldChange) bool {
		return slices.ContainsFunc(touched, func(t string) bool { return overlaps(t, change.Path) })
	})
}

// touched are the fields that the input changes: a text by its languages.
func (w *work) touched() (fields []string) {
	for name, value := range w.change.Input {
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
				locale = string(w.change.Locale)
			}
			locales = append(locales, name+"."+locale)
		}
		if localized {
			fields = append(fields, locales...)
		} else {
			fields = append(fields, name)
		}
		if instead := dayOrMoment[name]; instead != "" {
			fields = append(fields, instead)
		}
	}
	return fields
}

// dayOrMoment are the fields that take the place of each other.
var dayOrMoment = map[string]string{"startsAt": "startsOn", "startsOn": "startsAt", "endsAt": "endsOn", "endsOn": "endsAt"}

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
