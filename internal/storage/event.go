package storage

import "sen/internal/content"

// events is what the store knows of events.
func events() spec[*content.Event, *content.EventFilter] {
	return spec[*content.Event, *content.EventFilter]{
		kind: content.KindEvent, name: "events",
		texts: map[string]func(*content.Event) content.Text{
			"name": func(e *content.Event) content.Text { return e.Name },
		},
		orders:    withCommon(map[string]sortKey{"NAME": alphabet("name"), "STARTS_AT": moment("startsAt")}),
		order:     "STARTS_AT_DESC",
		relations: []string{"organizers", "programs", "tags"},
		values:    []string{"type", "eventStatus"},
		filter: func(w *where, f *content.EventFilter) {
			w.text("name", f.Name)
			match(w, w.at+"type", f.Type)
			match(w, w.at+"eventStatus", f.EventStatus)
			compare(w, "startsAt", f.StartsAt)
			compare(w, "endsAt", f.EndsAt)
			w.relation("organizers", content.KindOrganization, f.Organizers)
			w.relation("programs", content.KindProgram, f.Programs)
			w.relation("tags", content.KindTag, f.Tags)
		},
	}
}
