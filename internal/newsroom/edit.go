package newsroom

import (
	"context"
	"maps"
	"slices"
	"strings"

	"sen/internal/content"
	"sen/internal/messages"
)

// read applies the input to a copy and reports every problem.
func (w *work) read(ctx context.Context, c content.Content) error {
	site := w.room.store.Site()
	r := &reader{report: w.report, languages: site.Languages, locale: w.change.Locale, own: &w.room.own}
	if r.locale == "" {
		r.locale = site.Languages.Default
	}
	input := w.change.Input
	if w.change.Action == content.ActionCreate { // for a new entry, null means the same as absent
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
	w.dedupeRelations(c, "input")
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

// checkSlug refuses an invalid slug. Normally the save reports a slug that is taken. When the change has other
// problems, there is no save; then checkSlug reports it, so that the editor sees all problems at once.
func (w *work) checkSlug(ctx context.Context, base *content.Base) error {
	at := []string{"input", "slug"}
	slug, given := w.change.Input["slug"]
	switch {
	case given && slug == nil && w.change.Action == content.ActionUpdate: // an entry always has a slug
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

// checkLinks refuses links to entries that don't exist, are in the trash, or are of another kind. It returns the
// entries it found.
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
		w.remember(content.StageDraft, c)
	}
	for _, l := range links {
		if kind, ok := l.id.Kind(); ok && (l.kind == "*" || string(kind) == l.kind) && !usable(there[l.id]) {
			w.report.Refuse(content.ProblemNotFound, l.path, messages.NotFound, l.id)
		}
	}
	return there, nil
}

// slugFromLabel returns a slug made from the entry's label, or from the end of its id if the label gives none.
func (w *work) slugFromLabel(c content.Content) string {
	label, _ := c.Label().In(w.room.store.Site().Languages.Chain(""))
	if slug := content.Slug(label); slug != "" {
		return slug
	}
	id := string(c.Common().ID)
	return id[strings.IndexByte(id, '_')+1:]
}

// keepFormerSlug records the old slug of an entry when the slug changes. A slug under which readers saw the entry still
// finds it; a slug that only a draft had becomes free.
func keepFormerSlug(before, after *content.Base, public []string) {
	if after.Slug == before.Slug {
		return
	}
	after.FormerSlugs = slices.DeleteFunc(slices.Clone(after.FormerSlugs), func(s string) bool { return s == after.Slug })
	after.FormerSlugs = append(after.FormerSlugs, before.Slug)
	dropUnseenSlugs(after, public)
}

// dropUnseenSlugs removes the former slugs under which readers never saw the entry.
func dropUnseenSlugs(base *content.Base, public []string) {
	base.FormerSlugs = slices.DeleteFunc(slices.Clone(base.FormerSlugs),
		func(s string) bool { return !slices.Contains(public, s) })
}

// checks implements [content.Checker]: it reports what a kind finds wrong with a copy, in words for an editor.
type checks struct{ report *messages.Report }

// check reports missing values of a copy, and values that contradict each other.
func check(c content.Content, r *messages.Report) { c.Check(checks{r}) }

func (checks) at(path []string) []string { return append([]string{"input"}, path...) }

// Need implements [content.Checker]. If the value has a problem of its own, Need does not report it as missing.
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

// checkComplete refuses a copy that lacks required values. An imported copy, or one made by an older version of the
// program, may lack some.
func (w *work) checkComplete(c content.Content) {
	lacks := messages.New(w.chain)
	check(c, lacks)
	for _, p := range lacks.Problems {
		w.report.Add(content.Problem{
			Code: p.Code, Message: strings.Join(p.Path[1:], ".") + ": " + p.Message,
			Path: []string{"id"},
		})
	}
}

// ownAddresses processes the program's own addresses in a copy: it removes signatures, refuses previews, and records
// the media to which they link.
func (w *work) ownAddresses(c content.Content) {
	var media []content.ID
	content.EachAddress(c, func(address, field string) string {
		at := []string{"input", field}
		if w.room.own.isPreview(address) &&
			!slices.ContainsFunc(w.report.Problems,
				func(p content.Problem) bool { return p.Message == w.report.Text(messages.PreviewAddress) }) {
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
