package storage

import (
	"sen/internal/content"
	"sen/internal/storage/query"
)

// events describes how the store keeps events.
func events() spec[*content.Event, *content.EventFilter] {
	return spec[*content.Event, *content.EventFilter]{
		kind: content.KindEvent, name: "events",
		texts: map[string]func(*content.Event) content.Text{
			"name": func(e *content.Event) content.Text { return e.Name },
		},
		orders: query.WithCommon(map[string]query.SortKey{
			"NAME":      query.Alphabet("name"),
			"STARTS_AT": query.Moment("startsAt"),
		}),
		order:     "STARTS_AT_DESC",
		relations: []string{"organizers", "programs", "tags"},
		values:    []string{"type", "eventStatus"},
		filter: func(w *where, f *content.EventFilter) {
			w.Text("name", f.Name)
			query.Match(w.Where, w.At+"type", f.Type)
			query.Match(w.Where, w.At+"eventStatus", f.EventStatus)
			query.Compare(w.Where, "startsAt", f.StartsAt)
			query.Compare(w.Where, "endsAt", f.EndsAt)
			relation(w, "organizers", w.store.Organizations, f.Organizers)
			relation(w, "programs", w.store.Programs, f.Programs)
			relation(w, "tags", w.store.Tags, f.Tags)
		},
	}
}
