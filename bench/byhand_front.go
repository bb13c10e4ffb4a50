package main

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"golang.org/x/sync/errgroup"
)

// award holds the fields of an award that are read.
type award struct {
	Title      text
	Year       int
	Level      string
	Recipients []struct {
		Name         text
		Organization string
	}
	Round string
}

// event holds the fields of an event that are read.
type event struct {
	Slug       string
	Name       text
	StartsAt   time.Time `bson:"startsAt"`
	Organizers []string
}

type (
	recipientShown = authorShown
	awardShown     struct {
		ID         string           `json:"id,omitempty"`
		Title      string           `json:"title"`
		Year       int              `json:"year"`
		Level      string           `json:"level"`
		Recipients []recipientShown `json:"recipients"`
		Round      *nameShown       `json:"round"`
	}
	eventShown struct {
		Name       string      `json:"name"`
		Path       string      `json:"path"`
		StartsAt   time.Time   `json:"startsAt"`
		Organizers []nameShown `json:"organizers"`
	}
	teaserShown struct {
		Title         string        `json:"title"`
		Path          string        `json:"path"`
		Lead          string        `json:"lead"`
		PublishedAt   time.Time     `json:"publishedAt"`
		Cover         *thumbShown   `json:"cover"`
		Authors       []authorShown `json:"authors"`
		Organizations []nameShown   `json:"organizations"`
	}
	sectionShown struct {
		Name     string             `json:"name"`
		Path     string             `json:"path"`
		Articles nodes[teaserShown] `json:"articles"`
	}
	// nodes is a list without page information.
	nodes[T any] struct {
		Nodes []T `json:"nodes"`
	}
)

var (
	awardFields  = fields("title", "year", "level", "recipients", "round")
	teaserFields = fields("title", "slug", "lead", "publishedAt", "authors", "organizations", "cover")
	eventFields  = fields("name", "slug", "startsAt", "organizers")
	// someYear matches any year, which every published award has; somePlace matches any position of a section.
	someYear  = liveEquals("year", atLeast(0))
	somePlace = liveEquals("position", atLeast(0))
)

func roundOf(a *award) []string { return []string{a.Round} }

func recipientsOf(a *award) (ids []string) {
	for _, r := range a.Recipients {
		ids = append(ids, r.Organization)
	}
	return ids
}

func showAward(a *award, id string, organizations, rounds map[string]*named) awardShown {
	shown := awardShown{
		ID: id, Title: a.Title.String(), Year: a.Year, Level: a.Level,
		Recipients: make([]recipientShown, len(a.Recipients)), Round: one(a.Round, rounds, showName),
	}
	for i, r := range a.Recipients {
		shown.Recipients[i] = recipientShown{r.Name.String(), one(r.Organization, organizations, showName)}
	}
	return shown
}

// awardsOfYear serves fifty awards of a year.
func (h *byHand) awardsOfYear(ctx context.Context, r *http.Request) (any, error) {
	year, err := strconv.Atoi(r.URL.Query().Get("year"))
	if err != nil {
		return nil, err
	}
	found, err := find[award](ctx, h, "awards", bson.D{liveEquals("year", year)}, orderBy("year", -1), 50, awardFields)
	if err != nil {
		return nil, err
	}
	organizations, rounds := map[string]*named{}, map[string]*named{}
	tasks, taskCtx := errgroup.WithContext(ctx)
	tasks.Go(func() error {
		return join(taskCtx, h, "organizations", collect(found, recipientsOf), nameOnly, organizations)
	})
	tasks.Go(func() error { return join(taskCtx, h, "awardRounds", collect(found, roundOf), nameOnly, rounds) })
	if err := tasks.Wait(); err != nil {
		return nil, err
	}
	shown := make([]awardShown, len(found))
	for i := range found {
		shown[i] = showAward(&found[i].Live, found[i].ID, organizations, rounds)
	}
	return map[string]any{"awards": nodes[awardShown]{shown}}, nil
}

// front holds the data that the front page is made from.
type front struct {
	sections []stored[named]
	articles [][]stored[article]
	events   []stored[event]
	awards   []stored[award]

	authors, organizations, rounds map[string]*named
	covers                         map[string]*medium
}

// front serves the front page. It reads the lists, then the entries that they refer to, level by level.
func (h *byHand) front(ctx context.Context) (any, error) {
	f := &front{
		authors: map[string]*named{}, organizations: map[string]*named{}, rounds: map[string]*named{},
		covers: map[string]*medium{},
	}
	for _, level := range []func(context.Context, *byHand, *errgroup.Group){f.lists, f.within, f.linked, f.employers} {
		tasks, taskCtx := errgroup.WithContext(ctx)
		level(taskCtx, h, tasks)
		if err := tasks.Wait(); err != nil {
			return nil, err
		}
	}
	return f.shown(h.zone), nil
}

// lists reads the three lists.
func (f *front) lists(ctx context.Context, h *byHand, tasks *errgroup.Group) {
	tasks.Go(func() (err error) {
		f.sections, err = find[named](ctx, h, "sections", bson.D{somePlace}, orderBy("position", 1), 5, nameAndSlug)
		return err
	})
	tasks.Go(func() (err error) {
		since := time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC)
		f.events, err = find[event](ctx, h, "events", bson.D{liveEquals("startsAt", atLeast(since))}, orderBy("startsAt", 1),
			5, eventFields)
		return err
	})
	tasks.Go(func() (err error) {
		f.awards, err = find[award](ctx, h, "awards", bson.D{someYear}, orderBy("year", -1), 10, awardFields)
		return err
	})
}

// within reads the articles of the sections, and the entries that events and awards refer to.
func (f *front) within(ctx context.Context, h *byHand, tasks *errgroup.Group) {
	f.articles = make([][]stored[article], len(f.sections))
	for i := range f.sections {
		tasks.Go(func() (err error) {
			f.articles[i],
				err = find[article](ctx, h, "articles", bson.D{liveEquals("section", f.sections[i].ID), anyPublished}, latestFirst,
				6, teaserFields)
			return err
		})
	}
	tasks.Go(func() error {
		ids := append(collect(f.events, func(e *event) []string { return e.Organizers }), collect(f.awards, recipientsOf)...)
		return join(ctx, h, "organizations", ids, nameOnly, f.organizations)
	})
	tasks.Go(func() error { return join(ctx, h, "awardRounds", collect(f.awards, roundOf), nameOnly, f.rounds) })
}

// linked reads the entries that the articles refer to.
func (f *front) linked(ctx context.Context, h *byHand, tasks *errgroup.Group) {
	var authors, organizations, covers []string
	for _, of := range f.articles {
		authors = append(authors, collect(of, authorsOf)...)
		organizations = append(organizations, collect(of, organizationsOf)...)
		covers = append(covers, collect(of, coverOf)...)
	}
	tasks.Go(func() error { return join(ctx, h, "media", covers, thumbFields, f.covers) })
	tasks.Go(func() error { return join(ctx, h, "authors", authors, nameAndCompany, f.authors) })
	tasks.Go(func() error { return join(ctx, h, "organizations", organizations, nameOnly, f.organizations) })
}

// employers reads the organizations of the authors, if they were not read before.
func (f *front) employers(ctx context.Context, h *byHand, tasks *errgroup.Group) {
	tasks.Go(func() error {
		return join(ctx, h, "organizations", employers(f.authors), nameOnly, f.organizations)
	})
}

func (f *front) shown(zone *time.Location) any {
	sections := make([]sectionShown, len(f.sections))
	for i, s := range f.sections {
		sections[i] = sectionShown{Name: s.Live.Name.String(), Path: "/sections/" + s.Live.Slug}
		sections[i].Articles.Nodes = make([]teaserShown, len(f.articles[i]))
		for j := range f.articles[i] {
			a := &f.articles[i][j].Live
			sections[i].Articles.Nodes[j] = teaserShown{
				a.Title.String(), "/articles/" + a.Slug, a.Lead.String(), a.PublishedAt.In(zone), showThumb(a.Cover, f.covers),
				pick(a.Authors, f.authors, showAuthor(f.organizations)), pick(a.Organizations, f.organizations, showName),
			}
		}
	}
	events := make([]eventShown, len(f.events))
	for i := range f.events {
		e := &f.events[i].Live
		events[i] = eventShown{
			e.Name.String(), "/events/" + e.Slug, e.StartsAt.In(zone),
			pick(e.Organizers, f.organizations, showName),
		}
	}
	awards := make([]awardShown, len(f.awards))
	for i := range f.awards {
		awards[i] = showAward(&f.awards[i].Live, "", f.organizations, f.rounds)
	}
	return map[string]any{
		"sections": nodes[sectionShown]{sections}, "events": nodes[eventShown]{events},
		"awards": nodes[awardShown]{awards},
	}
}
