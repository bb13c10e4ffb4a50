package graph

import (
	"context"

	"sen/internal/content"
	"sen/internal/storage"
)

func registerEvent(r *Resolver) {
	type T = *content.Event
	kind(r, r.store.Events, map[string]relation{
		"body": richText("body", func(e T) content.RichText { return e.Body }),

		"startsOn": value(func(_ context.Context, e T) any { return e.StartsOn() }, "startsAt", "startsOn",
			"timeZone"),
		"startsPrecision": value(func(_ context.Context, e T) any { return e.StartsPrecision() }, "startsOn"),
		"endsOn":          value(func(_ context.Context, e T) any { return e.EndsOn() }, "endsAt", "endsOn", "timeZone"),
		"endsPrecision":   value(func(_ context.Context, e T) any { return e.EndsPrecision() }, "endsAt", "endsOn"),

		"cover":      one(func(e T) content.ID { return e.CoverID }, "cover"),
		"organizers": many[*content.Organization]("organizers", func(e T) []content.ID { return e.OrganizerIDs }),
		"programs":   many[*content.Program]("programs", func(e T) []content.ID { return e.ProgramIDs }),
		"tags":       many[*content.Tag]("tags", func(e T) []content.ID { return e.TagIDs }),
		"documents":  many[*content.Media]("documents", func(e T) []content.ID { return e.DocumentIDs }),

		"awards":   list(r.lists(content.KindAward), func(e T) storage.Within { return linked("event", e.ID) }),
		"articles": list(r.lists(content.KindArticle), func(e T) storage.Within { return linked("events", e.ID) }),
	})
	r.relate("Participant", map[string]relation{
		"author": one(func(p *content.Participant) content.ID { return p.AuthorID }),
	})
	r.relate("Position", map[string]relation{
		"organization": one(func(p *content.Position) content.ID { return p.OrganizationID }),
	})
}
