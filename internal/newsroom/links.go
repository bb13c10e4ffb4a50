package newsroom

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"sen/internal/auth"
	"sen/internal/content"
	"sen/internal/messages"
	"sen/internal/people"
)

// usable reports whether an entry exists and is not in the trash.
func usable(c content.Content) bool {
	return c != nil && c.Common().Editing.State != content.StateTrashed
}

// pruneLinks removes links to deleted entries from a copy, with a notice for each. A copy that was in the trash or in
// the history can have such links. Links to entries in the trash stay, also with a notice.
func (w *work) pruneLinks(ctx context.Context, c content.Content, argument string) error {
	links := linksOf(c)
	there, err := w.linked(ctx, links)
	if err != nil {
		return err
	}
	for _, id := range links {
		if there[id] == nil {
			w.report.NoticeOf([]content.ID{id}, content.NoticeLost, []string{argument}, messages.Gone, id)
		} else if !usable(there[id]) {
			w.report.NoticeOf([]content.ID{id}, content.NoticeHidden, []string{argument}, messages.InTrash, w.name(there[id]))
		}
	}
	content.Unlink(c, func(id content.ID) bool { return there[id] == nil })
	return nil
}

// dedupeRelations removes duplicates from the relations of a copy, and links of an entry to itself, with a notice for
// each.
func (w *work) dedupeRelations(c content.Content, path ...string) {
	for _, dropped := range content.Reduce(c) {
		m := messages.Twice
		if dropped.ID == c.Common().ID {
			m = messages.Itself
		}
		w.report.Notice(content.NoticeLost, append(slices.Clone(path), dropped.Field), m, dropped.ID)
	}
}

// name returns the name of an entry for a message: its label in quotes, or its id.
func (w *work) name(c content.Content) string {
	label, _ := c.Label().In(w.room.store.Site().Languages.Chain(w.change.Locale))
	if label == "" {
		return string(c.Common().ID)
	}
	return "“" + label + "”"
}

// maxNamed is how many entries a message names at most.
const maxNamed = 10

// noticeHidden adds a notice that lists the linked entries which readers don't see when they see the copy. Readers
// would find gaps there.
func (w *work) noticeHidden(ctx context.Context) error {
	if w.visible == nil {
		return nil
	}
	from, links := w.visible.from, linksOf(w.visible.Content)
	there, err := w.linked(ctx, links)
	if err != nil {
		return err
	}
	var hidden []content.ID
	var names []string
	for _, id := range links {
		if slices.Contains(w.change.With, id) || slices.Contains(w.change.together, id) || shownFrom(there[id], from) {
			continue
		}
		hidden = append(hidden, id)
		if there[id] != nil && len(names) < maxNamed {
			names = append(names, fmt.Sprintf("%s (%s)", w.name(there[id]), id))
		}
	}
	if len(hidden) == 0 {
		return nil
	}
	if more := len(hidden) - len(names); more > 0 {
		names = append(names, "+"+strconv.Itoa(more))
	}
	w.report.NoticeOf(hidden, content.NoticeHidden, []string{"id"}, messages.Hidden, strings.Join(names, ", "))
	return nil
}

// shownFrom reports whether readers see an entry at a time; nil means now.
func shownFrom(c content.Content, from *time.Time) bool {
	if c == nil {
		return false
	}
	e := c.Common().Editing
	if from == nil {
		return e.LiveVersion > 0
	}
	ends := e.UnpublishAt != nil && !e.UnpublishAt.After(*from)
	begins := e.State == content.StateScheduled && e.PublishAt != nil && !e.PublishAt.After(*from)
	return (e.LiveVersion > 0 || begins) && !ends
}

// publishing lists the actions that show a copy to readers.
var publishing = []content.Action{content.ActionPublish, content.ActionApprove, content.ActionCorrect}

// checkWith checks the entries that are to be published with this one. It refuses those that can't be published and
// returns those that are to be published.
func (w *work) checkWith(ctx context.Context) (due []content.Content, err error) {
	if len(w.change.With) == 0 {
		return nil, nil
	}
	if !slices.Contains(publishing, w.change.Action) {
		w.report.Refuse(content.ProblemInvalid, []string{"with"}, messages.With)
		return nil, nil
	}
	if len(w.change.With) > content.MaxPage {
		w.report.Refuse(content.ProblemTooLong, []string{"with"}, messages.TooMany, len(w.change.With), content.MaxPage)
		return nil, nil
	}
	there, err := w.linked(ctx, w.change.With)
	if err != nil {
		return nil, err
	}
	for i, id := range w.change.With {
		path := []string{"with", strconv.Itoa(i)}
		kind, _ := id.Kind()
		found := there[id]
		if found == nil {
			w.report.Refuse(content.ProblemNotFound, path, messages.NotFound, id)
			continue
		}
		e := found.Common().Editing
		_, possible := findMove(content.ActionPublish, e)
		switch {
		case id == w.change.ID, slices.Contains(w.change.With[:i], id), e.State == content.StatePublished:
		case !people.MayTo(w.actor, content.ActionPublish, kind, e):
			w.report.Refuse(content.ProblemForbidden, path, messages.Forbidden, content.ActionPublish)
		case !possible:
			w.report.Refuse(content.ProblemIllegalMove, path, messages.IllegalMove, content.ActionPublish, e.State)
		default:
			due = append(due, found)
		}
	}
	return due, nil
}

// publishWith publishes the entries of Change.With before the entry itself, so that readers never see a gap. Entries
// that are already public stay unchanged.
func (w *work) publishWith(ctx context.Context) error {
	due, err := w.checkWith(ctx)
	if err != nil || len(w.report.Problems) > 0 {
		return err
	}
	for _, c := range due {
		base := c.Common()
		if w.change.At != nil && shownFrom(c, w.change.At) && base.Editing.State == content.StateScheduled {
			continue
		}
		outcome, err := w.room.Do(auth.WithActor(ctx, w.actor), w.chain, Change{
			Action: content.ActionPublish, ID: base.ID, Version: base.Version, At: w.change.At,
			together: append(slices.Clone(w.change.With), w.change.ID),
		})
		if err != nil {
			return err
		}
		path := []string{"with", strconv.Itoa(slices.Index(w.change.With, base.ID))}
		for _, p := range outcome.Problems {
			p.Path = path
			w.report.Add(p)
		}
		for _, p := range outcome.Notices {
			p.Path = path
			w.report.AddNotice(p)
		}
		if len(w.report.Problems) > 0 {
			return nil
		}
	}
	return nil
}
