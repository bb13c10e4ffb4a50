package newsroom

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"sen/internal/content"
	"sen/internal/richtext"
)

// read changes a copy by the input and reports everything that is wrong with it.
func (w *work) read(ctx context.Context, c content.Content) error {
	site := w.store.Site()
	r := &reader{report: w.report, languages: site.Languages, locale: w.Locale, newsroom: w.Newsroom}
	if r.locale == "" {
		r.locale = site.Languages.Default
	}
	input := w.Input
	if w.Action == content.ActionCreate { // null is as good as nothing where there is nothing yet
		input = maps.Clone(input)
		maps.DeleteFunc(input, func(_ string, value any) bool { return value == nil })
	}
	if e, ok := c.(*content.Event); ok {
		before := *e
		r.read(input, c, "input")
		r.days(e, before, input)
	} else {
		r.read(input, c, "input")
	}
	w.reduce(c, "input")
	check(c, w.report)
	w.ownAddresses(c)
	for _, id := range c.Common().LinkedMediaIDs {
		r.links = append(r.links, link{id, string(content.KindMedia), []string{"input"}})
	}
	found, err := w.checkLinks(ctx, r.links)
	if err != nil {
		return err
	}
	for _, blocks := range r.forms {
		leaveToMedia(blocks, found)
	}
	if err := w.derive(ctx, c, content.StageDraft); err != nil {
		return err
	}
	return w.checkSlug(ctx, c.Common())
}

// checkSlug refuses a slug that can't be one. One that is taken is told when the entry is saved,
// and here when it will not be: what is wrong is told all at once.
func (w *work) checkSlug(ctx context.Context, base *content.Base) error {
	at := []string{"input", "slug"}
	slug, given := w.Input["slug"]
	switch {
	case given && slug == nil && w.Action == content.ActionUpdate: // an entry has one for ever
		w.refuse(content.ProblemRequired, at, msgRequired)
	case slug == nil:
	case !content.ValidSlug(base.Slug):
		w.refuse(content.ProblemInvalid, at, msgSlug, content.MaxSlug)
	case len(w.problems) > 0:
		taken, err := w.desks[w.Kind].Taken(ctx, base.Slug, base.ID)
		if taken {
			w.refuse(content.ProblemTaken, at, msgTaken, base.Slug)
		}
		return err
	}
	return nil
}

// checkLinks refuses links to what is not there, is in the trash, or is of another kind, and gives what was found.
func (w *work) checkLinks(ctx context.Context, links []link) (map[content.ID]content.Content, error) {
	var ids []content.ID
	for _, l := range links {
		if kind, ok := l.id.Kind(); !ok || l.kind != "*" && string(kind) != l.kind {
			w.refuse(content.ProblemInvalid, l.path, msgWrongKind, l.id, l.kind)
			continue
		}
		ids = append(ids, l.id)
	}
	there, err := w.linked(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, c := range there {
		w.learn(content.StageDraft, c)
	}
	for _, l := range links {
		if kind, ok := l.id.Kind(); ok && (l.kind == "*" || string(kind) == l.kind) && !inWorkOrKept(there[l.id]) {
			w.refuse(content.ProblemNotFound, l.path, msgNotFound, l.id)
		}
	}
	return there, nil
}

// stem is the slug that an entry's title makes; the end of its id where it makes none.
func (w *work) stem(c content.Content) string {
	label, _ := c.Label().In(w.store.Site().Languages.Chain(""))
	if slug := content.Slug(label); slug != "" {
		return slug
	}
	id := string(c.Common().ID)
	return id[strings.IndexByte(id, '_')+1:]
}

// renamed keeps the former slug of an entry that takes another one, where readers saw the entry with it; it goes on
// answering. One that only a draft had is free again.
func renamed(before, after *content.Base, public []string) {
	if after.Slug == before.Slug {
		return
	}
	after.FormerSlugs = slices.DeleteFunc(slices.Clone(after.FormerSlugs), func(s string) bool { return s == after.Slug })
	after.FormerSlugs = append(after.FormerSlugs, before.Slug)
	onceSeen(after, public)
}

// onceSeen leaves of the former slugs those under which readers saw the entry.
func onceSeen(base *content.Base, public []string) {
	base.FormerSlugs = slices.DeleteFunc(slices.Clone(base.FormerSlugs), func(s string) bool { return !slices.Contains(public, s) })
}

// readingMinutes counts how long each language's body takes to read.
func readingMinutes(body content.RichText) content.Minutes {
	minutes := content.Minutes{}
	for locale, blocks := range body {
		if n := richtext.ReadingMinutes(richtext.Text(blocks)); n > 0 {
			minutes[locale] = n
		}
	}
	return minutes
}

// fresh sets what a new entry has when nothing is said.
func fresh(c content.Content, site *content.Site) {
	switch e := c.(type) {
	case *content.Event:
		e.Type, e.EventStatus, e.TimeZone = content.EventOther, content.EventScheduled, site.TimeZone
	case *content.AwardRound:
		e.Phase = content.PhaseNominating
	case *content.Award:
		e.Outcome = content.OutcomeNominated
	}
}

// check reports what is missing in a copy, and what does not fit together in it.
func check(c content.Content, r *report) {
	at := func(path ...string) []string { return append([]string{"input"}, path...) }
	need := func(there bool, path ...string) {
		if !there && !slices.ContainsFunc(r.problems, func(p content.Problem) bool {
			return len(p.Path) > len(path) && slices.Equal(p.Path[:len(path)+1], at(path...))
		}) {
			r.refuse(content.ProblemRequired, at(path...), msgRequired)
		}
	}
	counts := func(n *int, most int, path ...string) { // from 1
		if n != nil && (*n < 1 || *n > most) {
			r.refuse(content.ProblemInvalid, at(path...), msgRange, 1, most)
		}
	}
	if c.Kind() != content.KindMedia {
		need(!c.Label().Empty(), labelName(c.Kind()))
	}
	switch e := c.(type) {
	case *content.Event:
		checkEvent(e, r, need, at)
	case *content.Program:
		counts(e.StartYear, 9999, "startYear")
		counts(e.EndYear, 9999, "endYear")
		if e.StartYear != nil && e.EndYear != nil && *e.EndYear < *e.StartYear {
			r.refuse(content.ProblemInvalid, at("endYear"), msgOrder)
		}
	case *content.AwardRound:
		need(e.SeriesID != "", "series")
		need(e.Level != "", "level")
		need(e.Phase != "", "phase")
		if need(e.Year != 0, "year"); e.Year != 0 {
			counts(&e.Year, 9999, "year")
		}
	case *content.Award:
		need(e.RoundID != "", "round")
		need(e.Outcome != "", "outcome")
		counts(e.Rank, 10_000, "rank")
		for i, recipient := range e.Recipients {
			if recipient.OrganizationID != "" && recipient.AuthorID != "" {
				r.refuse(content.ProblemInvalid, at("recipients", strconv.Itoa(i)), msgOneOf, "organization, author")
			}
			need(!recipient.Name.Empty(), "recipients", strconv.Itoa(i), "name")
		}
		if e.Product != nil {
			need(!e.Product.Name.Empty(), "product", "name")
		}
	}
}

// whole refuses what lacks something that it needs, as a copy may that was imported or made by an older program.
func (w *work) whole(c content.Content) {
	lacks := &report{vietnamese: w.vietnamese}
	check(c, lacks)
	for _, p := range lacks.problems {
		w.problems = told(w.problems, content.Problem{Code: p.Code, Message: strings.Join(p.Path[1:], ".") + ": " + p.Message, Path: []string{"id"}})
	}
}

// labelName is the name of the field that a kind is shown by.
func labelName(kind content.Kind) string {
	switch kind {
	case content.KindArticle, content.KindAward, content.KindMedia:
		return "title"
	}
	return "name"
}

// checkEvent is check for events.
func checkEvent(e *content.Event, r *report, need func(bool, ...string), at func(...string) []string) {
	if e.StartsOnDay == "" {
		need(!e.StartsAt.IsZero(), "startsAt")
	}
	need(e.Type != "", "type")
	need(e.EventStatus != "", "eventStatus")
	if e.EndsAt != nil && e.EndsAt.Before(e.StartsAt) {
		r.refuse(content.ProblemInvalid, at(endName(e)), msgOrder)
	}
	if _, err := content.Zone(e.TimeZone); err != nil {
		r.refuse(content.ProblemInvalid, at("timeZone"), msgTimeZone, e.TimeZone)
	}
	if p := e.Place; p != nil {
		need(!p.Name.Empty(), "place", "name")
		degrees := func(v *float64, most float64, name string) {
			if v != nil && (*v < -most || *v > most) {
				r.refuse(content.ProblemInvalid, at("place", name), msgRange, -most, most)
			}
		}
		degrees(p.Latitude, 90, "latitude")
		degrees(p.Longitude, 180, "longitude")
	}
	participants := func(all []*content.Participant, path ...string) {
		for i, p := range all {
			where := append(slices.Clone(path), strconv.Itoa(i))
			need(!p.Name.Empty(), append(slices.Clone(where), "name")...)
			need(p.Role != "", append(slices.Clone(where), "role")...)
			for k, position := range p.Positions {
				need(!position.Title.Empty(), append(slices.Clone(where), "positions", strconv.Itoa(k), "title")...)
			}
		}
	}
	participants(e.Participants, "participants")
	for i, item := range e.Agenda {
		need(!item.Title.Empty(), "agenda", strconv.Itoa(i), "title")
		if item.StartsAt != nil && item.EndsAt != nil && item.EndsAt.Before(*item.StartsAt) {
			r.refuse(content.ProblemInvalid, at("agenda", strconv.Itoa(i), "endsAt"), msgOrder)
		}
		participants(item.Speakers, "agenda", strconv.Itoa(i), "speakers")
	}
}
