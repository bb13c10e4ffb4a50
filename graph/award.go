package graph

import (
	"sen/internal/content"
	"sen/internal/storage"
)

// winners limits a list of awards to those of a round, ordered by rank.
func winners(a *content.AwardRound) storage.Within {
	w := linked("round", a.ID)
	w.Order = "RANK_ASC"
	return w
}

func registerAwardSeries(r *Resolver) {
	kind(r, r.store.AwardSeries, map[string]relation{
		"organizations": many[*content.Organization]("organizations",
			func(s *content.AwardSeries) []content.ID { return s.OrganizationIDs }),
		"rounds": list(r.lists(content.KindAwardRound),
			func(s *content.AwardSeries) storage.Within { return linked("series", s.ID) }),
		"awards": list(r.lists(content.KindAward),
			func(s *content.AwardSeries) storage.Within { return linked("series", s.ID) }),
	})
}

func registerAwardRound(r *Resolver) {
	kind(r, r.store.AwardRounds, map[string]relation{
		"series":   one(func(a *content.AwardRound) content.ID { return a.SeriesID }, "series"),
		"ceremony": one(func(a *content.AwardRound) content.ID { return a.CeremonyID }, "ceremony"),
		"awards":   list(r.lists(content.KindAward), winners),
	})
}

func registerAward(r *Resolver) {
	kind(r, r.store.Awards, map[string]relation{
		"round":  one(func(a *content.Award) content.ID { return a.RoundID }, "round"),
		"series": one(func(a *content.Award) content.ID { return a.SeriesID }, "series"),
		"event":  one(func(a *content.Award) content.ID { return a.EventID }, "event"),
		"articles": list(r.lists(content.KindArticle),
			func(a *content.Award) storage.Within { return linked("awards", a.ID) }),
	})
	r.relate("Decision", map[string]relation{
		"issuer":   one(func(d *content.Decision) content.ID { return d.IssuerID }),
		"document": one(func(d *content.Decision) content.ID { return d.DocumentID }),
	})
	r.relate("Product", map[string]relation{
		"image": one(func(p *content.Product) content.ID { return p.ImageID }),
	})
	r.relate("AwardRecipient", map[string]relation{
		"organization": one(func(a *content.AwardRecipient) content.ID { return a.OrganizationID }),
		"author":       one(func(a *content.AwardRecipient) content.ID { return a.AuthorID }),
	})
}
