package newsroom

import (
	"context"
	"maps"
	"slices"
	"strings"

	"sen/internal/content"
	"sen/internal/messages"
)

// read changes a copy by the input and reports everything that is wrong with it.
func (w *work) read(ctx context.Context, c content.Content) error {
	site := w.room.store.Site()
	r := &reader{report: w.report, languages: site.Languages, locale: w.change.Locale, own: &w.room.own}
	if r.locale == "" {
		r.locale = site.Languages.Default
	}
	input := w.change.Input
	if w.change.Action == content.ActionCreate { // null is as good as nothing where there is nothing yet
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
	slug, given := w.change.Input["slug"]
	switch {
	case given && slug == nil && w.change.Action == content.ActionUpdate: // an entry has one for ever
		w.report.Refuse(content.ProblemRequired, at, messages.Required)
	case slug == nil:
	case !content.ValidSlug(base.Slug):
		w.report.Refuse(content.ProblemInvalid, at, messages.Slug, content.MaxSlug)
	case len(w.report.Problems) > 0:
		taken, err := w.of.Taken(ctx, base.Slug, base.ID)
		if taken {
			w.report.Refuse(content.ProblemTaken, at, messages.Taken, base.Slug)
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
			w.report.Refuse(content.ProblemInvalid, l.path, messages.WrongKind, l.id, l.kind)
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
			w.report.Refuse(content.ProblemNotFound, l.path, messages.NotFound, l.id)
		}
	}
	return there, nil
}

// stem is the slug that an entry's title makes; the end of its id where it makes none.
func (w *work) stem(c content.Content) string {
	label, _ := c.Label().In(w.room.store.Site().Languages.Chain(""))
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

// checks words what a kind says of a copy, for an editor.
type checks struct{ report *messages.Report }

// check reports what is missing in a copy, and what does not fit together in it.
func check(c content.Content, r *messages.Report) { c.Check(checks{r}) }

func (checks) at(path []string) []string { return append([]string{"input"}, path...) }

// Need implements [content.Checker]. What is wrong inside a value is told instead of that there is none.
func (c checks) Need(there bool, path ...string) {
	at := c.at(path)
	if !there && !slices.ContainsFunc(c.report.Problems, func(p content.Problem) bool {
		return len(p.Path) >= len(at) && slices.Equal(p.Path[:len(at)], at)
	}) {
		c.report.Refuse(content.ProblemRequired, at, messages.Required)
	}
}

// Count implements [content.Checker].
func (c checks) Count(n *int, most int, path ...string) {
	if n != nil && (*n < 1 || *n > most) {
		c.report.Refuse(content.ProblemInvalid, c.at(path), messages.Range, 1, most)
	}
}

// Degrees implements [content.Checker].
func (c checks) Degrees(v *float64, most float64, path ...string) {
	if v != nil && (*v < -most || *v > most) {
		c.report.Refuse(content.ProblemInvalid, c.at(path), messages.Range, -most, most)
	}
}

// Ordered implements [content.Checker].
func (c checks) Ordered(inOrder bool, path ...string) {
	if !inOrder {
		c.report.Refuse(content.ProblemInvalid, c.at(path), messages.Order)
	}
}

// OneOf implements [content.Checker].
func (c checks) OneOf(right bool, fields string, path ...string) {
	if !right {
		c.report.Refuse(content.ProblemInvalid, c.at(path), messages.OneOf, fields)
	}
}

// TimeZone implements [content.Checker].
func (c checks) TimeZone(name string, path ...string) {
	if _, err := content.Zone(name); err != nil {
		c.report.Refuse(content.ProblemInvalid, c.at(path), messages.TimeZone, name)
	}
}

// whole refuses what lacks something that it needs, as a copy may that was imported or made by an older program.
func (w *work) whole(c content.Content) {
	lacks := messages.New(w.chain)
	check(c, lacks)
	for _, p := range lacks.Problems {
		w.report.Add(content.Problem{Code: p.Code, Message: strings.Join(p.Path[1:], ".") + ": " + p.Message, Path: []string{"id"}})
	}
}

// ownAddresses sees to the addresses of this program that an entry leads to: signatures are taken out,
// previews are refused, and the media are noted as ones that it links to.
func (w *work) ownAddresses(c content.Content) {
	var media []content.ID
	content.EachAddress(c, func(address, field string) string {
		at := []string{"input", field}
		if w.room.own.isPreview(address) && !slices.ContainsFunc(w.report.Problems, func(p content.Problem) bool { return p.Message == w.report.Text(messages.PreviewAddress) }) {
			w.report.Refuse(content.ProblemInvalid, at, messages.PreviewAddress)
		}
		if id, ours := w.room.own.mediumAt(address); ours {
			media = append(media, id)
		}
		stable, signed := w.room.own.unsigned(address)
		if signed {
			w.report.Notice(content.NoticeRepaired, at, messages.SignedAddress)
		}
		return stable
	})
	slices.Sort(media)
	c.Common().LinkedMediaIDs = slices.Compact(media)
}
