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
	if w.Merge && w.Action == content.ActionUpdate && w.Version < present.Version {
		seen, ok, err := d.RevisionCopy(ctx, w.ID, w.Version)
		if err != nil {
			return nil, err
		}
		if ok {
			changes, err := content.Diff(content.As(seen), content.As(present.Draft))
			if err != nil {
				return nil, err
			}
			joins := !w.touches(changes)
			if !joins {
				if joins, err = d.agrees(ctx, w, present, changes); err != nil {
					return nil, err
				}
			}
			if joins {
				w.notice(content.NoticeMerged, []string{"version"}, msgMerged, present.Version)
				return nil, nil
			}
		}
	}
	w.refuse(content.ProblemConflict, []string{"version"}, msgStale, present.Version, w.Version)
	return &Conflict{Version: present.Version, Seen: w.Version, ID: w.ID}, nil
}

// agrees tells whether the input sets those fields that were changed meanwhile to what they are already.
func (d *kindDesk[T, F]) agrees(ctx context.Context, w *work, present *content.Entry[T], meanwhile []*content.FieldChange) (bool, error) {
	trial := *w
	trial.report = newReport(w.chain)
	copied, err := d.clone(present.Draft)
	if err != nil {
		return false, err
	}
	if err := trial.read(ctx, content.As(copied)); err != nil || len(trial.problems) > 0 {
		return false, err
	}
	mine, err := content.Diff(content.As(present.Draft), content.As(copied))
	return !slices.ContainsFunc(mine, func(m *content.FieldChange) bool {
		return slices.ContainsFunc(meanwhile, func(change *content.FieldChange) bool { return overlaps(m.Path, change.Path) })
	}), err
}

// ChangedSince lists the fields in which the working copy of an entry differs from what it
// was at a version, or, without an id, the site's settings do; none when that version never was.
func (n *Newsroom) ChangedSince(ctx context.Context, id content.ID, version int) ([]string, error) {
	if id == "" {
		return n.siteChangedSince(ctx, version)
	}
	fields := []string{}
	seen, err := n.Revision(ctx, id, version)
	if seen == nil || err != nil {
		return fields, err
	}
	kind, _ := id.Kind()
	present, err := n.desks[kind].copies(ctx, []content.ID{id}, content.StageDraft)
	if present[id] == nil || err != nil {
		return fields, err
	}
	return differing(seen, present[id])
}

// differing are the fields in which two copies differ.
func differing(before, after any) ([]string, error) {
	fields := []string{}
	changes, err := content.Diff(before, after)
	for _, change := range changes {
		fields = append(fields, change.Path)
	}
	return fields, err
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
