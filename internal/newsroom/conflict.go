package newsroom

import (
	"context"
	"slices"
	"strings"

	"sen/internal/content"
	"sen/internal/entries"
	"sen/internal/messages"
)

// canMerge reports whether a stale change can be combined with the changes made since the version that the actor saw.
// If so, the change continues from the present version.
func (w *work) canMerge(ctx context.Context, present *entries.Entry) (bool, error) {
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
		joins, err = w.setsPresentValues(ctx, present, changes)
	}
	if joins && err == nil {
		w.report.Notice(content.NoticeMerged, []string{"version"}, messages.Merged, present.Version)
	}
	return joins, err
}

// setsPresentValues reports whether the input leaves unchanged every field that others changed in the meantime, because
// it sets the value that the field already has.
func (w *work) setsPresentValues(
	ctx context.Context, present *entries.Entry, meanwhile []*content.FieldChange,
) (bool, error) {
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

// touches reports whether the input sets a field that is among the changed ones.
func (w *work) touches(changes []*content.FieldChange) bool {
	touched := w.touched()
	return slices.ContainsFunc(changes, func(change *content.FieldChange) bool {
		return slices.ContainsFunc(touched, func(t string) bool { return overlaps(t, change.Path) })
	})
}

// touched lists the fields that the input sets. A text counts separately in each language.
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

// dayOrMoment maps each field of an event to the field that it replaces.
var dayOrMoment = map[string]string{
	"startsAt": "startsOn", "startsOn": "startsAt", "endsAt": "endsOn",
	"endsOn": "endsAt",
}

// isLocalized reports whether a value is a text or a body in one language.
func isLocalized(fields map[string]any) bool {
	for name := range fields {
		if !slices.Contains([]string{"locale", "text", "blocks", "markdown", "html"}, name) {
			return false
		}
	}
	return true
}

// overlaps reports whether two field paths are equal, or one contains the other.
func overlaps(a, b string) bool {
	return a == b || strings.HasPrefix(a, b+".") || strings.HasPrefix(b, a+".")
}
