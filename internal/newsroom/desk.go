package newsroom

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sen/internal/content"
	"sen/internal/mongodb"
)

// desk makes the changes of one kind, whatever its Go type.
type desk interface {
	Kind() content.Kind
	// do makes a change that the actor may make to some entry of the kind.
	do(ctx context.Context, w *work) (*Outcome, error)
	// at is an entry as a revision left it; nil when its copy is gone.
	at(ctx context.Context, r *content.Revision) (content.Content, error)
	// copies reads entries of the kind at a stage.
	copies(ctx context.Context, ids []content.ID, stage content.Stage) (map[content.ID]content.Content, error)
	// Taken tells whether a slug of the kind belongs to another entry than one.
	Taken(ctx context.Context, slug string, than content.ID) (bool, error)
	// UsedBy lists for each of some entries those of the kind that link to it.
	UsedBy(ctx context.Context, ids []content.ID, most int) (map[content.ID][]content.ID, error)
	// IDs lists the ids of all entries of the kind.
	IDs(ctx context.Context) ([]content.ID, error)
	// labels reads entries of the kind as the newsroom has them, the trash among them, with no more than their labels.
	labels(ctx context.Context, ids []content.ID) (map[content.ID]content.Content, error)
	// cycles finds entries of the kind that stand below themselves.
	cycles(ctx context.Context, c *checking) error
	// check looks at every entry of the kind.
	check(ctx context.Context, c *checking) error
	// due makes the changes that are to happen by themselves, and tells how many it made.
	due(ctx context.Context, n *Newsroom) (int, error)
}

// kindDesk is the desk of one kind.
type kindDesk[T, F any] struct {
	*mongodb.Collection[T, F]
	n *Newsroom
}

func newDesk[T, F any](n *Newsroom, c *mongodb.Collection[T, F]) desk { return &kindDesk[T, F]{c, n} }

// as is a copy as content of any kind.
func as[T any](copied *T) content.Content { return any(copied).(content.Content) }

func (d *kindDesk[T, F]) copies(ctx context.Context, ids []content.ID, stage content.Stage) (map[content.ID]content.Content, error) {
	return d.some(ctx, ids, stage, d.StoredFields())
}

// labelFields are what labels are made from, and the texts of a medium that stand in for those of its uses.
var labelFields = []string{"title", "name", "fileName", "alt", "caption"}

func (d *kindDesk[T, F]) labels(ctx context.Context, ids []content.ID) (map[content.ID]content.Content, error) {
	fields := slices.DeleteFunc(slices.Clone(labelFields), func(name string) bool { return !slices.Contains(d.StoredFields(), name) })
	return d.some(ctx, ids, content.StageDraft, fields)
}

// some reads entries at a stage with some stored fields.
func (d *kindDesk[T, F]) some(ctx context.Context, ids []content.ID, stage content.Stage, fields []string) (map[content.ID]content.Content, error) {
	found, err := d.ByIDs(ctx, ids, stage, fields)
	all := make(map[content.ID]content.Content, len(found))
	for id, e := range found {
		all[id] = as(e)
	}
	return all, err
}

func (d *kindDesk[T, F]) at(ctx context.Context, r *content.Revision) (content.Content, error) {
	copied, err := d.RevisionCopy(ctx, r.Entry, r.Version)
	if copied == nil || err != nil {
		return nil, err
	}
	as(copied).Common().Editing = &content.Editing{State: r.State, UpdatedBy: r.By}
	return as(copied), nil
}

// attempts bounds how often a change begins anew because another came first.
const attempts = 10

func (d *kindDesk[T, F]) do(ctx context.Context, w *work) (*Outcome, error) {
	for range attempts {
		outcome, err := d.attempt(ctx, w)
		var taken *mongodb.SlugTakenError
		switch {
		case errors.Is(err, mongodb.ErrStale), errors.Is(err, mongodb.ErrAttempted), err == nil && outcome.Conflict != nil:
			if w.Key != "" { // the other one may be the same change, sent at the same time
				if done, err := w.replay(ctx, d); done != nil || err != nil {
					return done, err
				}
			}
			if err == nil {
				return outcome, nil
			}
			continue
		case errors.As(err, &taken):
			w.refuse(content.ProblemTaken, []string{"input", "slug"}, msgTaken, taken.Slug)
			return &Outcome{}, nil
		}
		return outcome, err
	}
	return nil, failed(content.CodeConflict, msgBusy)
}

// attempt makes a change once. With problems in the report nothing was written.
func (d *kindDesk[T, F]) attempt(ctx context.Context, w *work) (*Outcome, error) {
	w.problems, w.notices = nil, nil
	w.why()
	if w.Action == content.ActionCreate {
		return d.create(ctx, w)
	}
	before, err := d.Entry(ctx, w.ID)
	if err != nil {
		return nil, err
	}
	if before == nil {
		w.refuse(content.ProblemNotFound, []string{"id"}, msgNotFound, w.ID)
		return &Outcome{}, nil
	}
	if !mayTo(w.actor, w.Action, w.Kind, &before.Editing) {
		return nil, forbidden(w.Action)
	}
	if w.Version == 0 && w.Action == content.ActionRestoreRevision {
		w.Version = before.Version
	}
	if before.Version != w.Version {
		conflict, err := d.conflict(ctx, w, before)
		if conflict != nil || err != nil {
			return &Outcome{Conflict: conflict}, err
		}
	}
	step, ok := legal(w.Action, &before.Editing)
	if !ok {
		w.refuse(content.ProblemIllegalMove, []string{"id"}, msgIllegalMove, w.Action, before.State)
		return &Outcome{}, nil
	}
	if w.Action == content.ActionTrash && w.Kind == content.KindMedia || w.Action == content.ActionDeleteForever {
		if used, err := w.usedElsewhere(ctx, w.ID); used || err != nil {
			return &Outcome{}, err
		}
	}
	if w.Action == content.ActionDeleteForever {
		return &Outcome{ID: before.ID}, d.delete(ctx, w, before)
	}
	after, err := d.next(ctx, w, before, step)
	if err != nil || len(w.problems) > 0 {
		return &Outcome{}, err
	}
	if same, err := d.unchanged(ctx, w, before, after); same || err != nil {
		return seen(before), err
	}
	if err := w.publishWith(ctx); err != nil || len(w.problems) > 0 {
		return &Outcome{}, err
	}
	if err := d.Save(ctx, before, after, w.entry(after.UpdatedAt)); err != nil {
		return nil, err
	}
	return d.saved(ctx, w, before, after)
}

// followTime is how long what follows from a change may take, whether or not the client waits for it.
const followTime = 30 * time.Second

// saved is the outcome of a change that was written, once what follows from it is done.
func (d *kindDesk[T, F]) saved(ctx context.Context, w *work, before, after *content.Entry[T]) (*Outcome, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), followTime)
	defer cancel()
	if err := d.catchUp(ctx, before, after); err != nil {
		return nil, err
	}
	if before != nil {
		if err := w.follow(ctx, before, after); err != nil {
			return nil, err
		}
	}
	return seen(after), nil
}

// seen is an entry as the outcome of a change shows it.
func seen[T any](e *content.Entry[T]) *Outcome {
	base := as(e.Draft).Common()
	e.LiveVersion = 0
	if e.Live != nil {
		e.LiveVersion = as(e.Live).Common().Version
	}
	base.ID, base.Editing, e.Editing.ID = e.ID, &e.Editing, e.ID
	return &Outcome{Content: as(e.Draft), ID: e.ID}
}

// unchanged tells whether a save would leave everything as it is. Then nothing is written: no version, no revision,
// no step of the workflow. Under an idempotency key a receipt is kept in the place of the revision.
func (d *kindDesk[T, F]) unchanged(ctx context.Context, w *work, before, after *content.Entry[T]) (bool, error) {
	if w.Action != content.ActionUpdate && w.Action != content.ActionRestoreRevision {
		return false, nil
	}
	changes, err := content.Diff(as(before.Draft), as(after.Draft))
	if len(changes) > 0 || err != nil {
		return false, err
	}
	if w.Key == "" {
		return true, nil
	}
	r := w.entry(w.now())
	r.Entry, r.Of, r.Version, r.State = before.ID, w.Kind, before.Version, before.State
	return true, w.store.KeepReceipt(ctx, r)
}

// words is an enum's value as words.
func words(name string) string { return strings.ToLower(strings.ReplaceAll(name, "_", " ")) }

// create makes a new entry. A slug that was made from the title makes way for one that
// is there; one that the editor chose does not.
func (d *kindDesk[T, F]) create(ctx context.Context, w *work) (*Outcome, error) {
	now := w.now()
	after := &content.Entry[T]{ID: content.NewID(w.Kind, now), Version: 1, Draft: new(T), CreatedAt: now, UpdatedAt: now}
	after.State, after.CreatedBy, after.UpdatedBy = content.StateDraft, w.actor.Person(), w.actor.Person()
	base := as(after.Draft).Common()
	base.ID, base.Version, base.CreatedAt, base.UpdatedAt = after.ID, 1, now, now
	if w.prepare != nil {
		w.prepare(as(after.Draft))
		after.ID = base.ID
	}
	fresh(as(after.Draft), w.store.Site())
	if err := w.read(ctx, as(after.Draft)); err != nil {
		return nil, err
	}
	made := base.Slug == ""
	stem := w.stem(as(after.Draft))
	if made {
		base.Slug = stem
	}
	if len(w.problems) > 0 {
		return &Outcome{}, nil
	}
	for try := 2; ; try++ {
		err := d.Save(ctx, nil, after, w.entry(now))
		if taken := new(mongodb.SlugTakenError); made && errors.As(err, &taken) && try < 100 {
			base.Slug = fmt.Sprintf("%s-%d", stem, try)
			if try > 5 { // many of one name: go on by chance, not by counting
				base.Slug = stem + "-" + strings.ToLower(string(content.NewID(w.Kind, now))[len(after.ID)-6:])
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		return d.saved(ctx, w, nil, after)
	}
}

// next is what a step makes of an entry.
func (d *kindDesk[T, F]) next(ctx context.Context, w *work, before *content.Entry[T], step move) (*content.Entry[T], error) {
	now := w.now()
	after := *before
	copied, err := clone(before.Draft)
	if err != nil {
		return nil, err
	}
	after.Draft = copied
	after.Version, after.UpdatedAt, after.UpdatedBy = before.Version+1, now, w.actor.Person()
	base := as(after.Draft).Common()
	base.ID, base.Version = after.ID, after.Version
	to := step.to
	later := w.At != nil && w.At.After(now)
	if later {
		to = step.later
	}
	switch {
	case w.At == nil:
	case !step.timed:
		w.refuse(content.ProblemInvalid, []string{"at"}, msgPast)
	case !w.At.After(time.Unix(0, 0)): // what readers see has a time behind it
		w.refuse(content.ProblemInvalid, []string{"at"}, msgInvalid)
	case to == content.StateScheduled && before.UnpublishAt != nil && !w.At.Before(*before.UnpublishAt):
		w.refuse(content.ProblemInvalid, []string{"at"}, msgOrder)
	}
	switch w.Action {
	case content.ActionUpdate:
		if err := w.read(ctx, as(after.Draft)); err != nil {
			return nil, err
		}
		renamed(as(before.Draft).Common(), base, after.PublicSlugs)
		base.UpdatedAt = now
	case content.ActionRestoreRevision:
		if err := d.restored(ctx, w, &after); err != nil || len(w.problems) > 0 {
			return nil, err
		}
	case content.ActionRestore: // what it links to may have been deleted while it was out of sight
		if err := w.prune(ctx, as(after.Draft), "id"); err != nil {
			return nil, err
		}
		if err := w.derive(ctx, as(after.Draft), content.StageDraft); err != nil {
			return nil, err
		}
	case content.ActionReject:
		if w.why() == "" {
			w.refuse(content.ProblemRequired, []string{"note"}, msgNote)
		}
	case content.ActionCorrect:
		d.corrected(w, &after, now)
	case content.ActionUnpublish:
		switch {
		case later && before.PublishAt != nil && !w.At.After(*before.PublishAt):
			w.refuse(content.ProblemInvalid, []string{"at"}, msgOrder)
		case later:
			after.UnpublishAt, to = w.At, "" // until then nothing changes
		case before.Live == nil: // nothing can be taken back yet
			w.refuse(content.ProblemRequired, []string{"at"}, msgRequired)
		}
	}
	if to == content.StateScheduled {
		after.PublishAt = w.At
	} else if to != "" && to != before.State {
		after.PublishAt = nil
	}
	switch {
	case to == content.StatePublished:
		if err := d.publish(ctx, w, &after, now); err != nil {
			return nil, err
		}
	case w.Action == content.ActionUnpublish && !later, to == content.StateArchived, to == content.StateTrashed:
		after.Live, after.UnpublishAt, after.Previews = nil, nil, newMark()
	case w.Action == content.ActionReject && after.Live == nil:
		after.UnpublishAt = nil // it belonged to the publication that was called off
	}
	after.TrashedAt = nil
	if to == content.StateTrashed {
		after.TrashedAt = &now
	}
	if to != "" {
		after.State = settled(to, after.Live != nil)
	}
	switch {
	case to == content.StatePublished:
		err = w.checkShown(ctx, as(after.Draft), nil)
	case after.State == content.StateScheduled && (to != "" || w.Action == content.ActionUpdate):
		err = w.checkShown(ctx, as(after.Draft), after.PublishAt)
	}
	return &after, err
}

// publish shows the working copy to readers.
func (d *kindDesk[T, F]) publish(ctx context.Context, w *work, after *content.Entry[T], now time.Time) error {
	w.whole(as(after.Draft))
	base := as(after.Draft).Common()
	base.UpdatedAt = now
	onceSeen(base, after.PublicSlugs)
	if base.PublishedAt.IsZero() {
		base.PublishedAt = now
		if w.At != nil { // it is past, or just came
			base.PublishedAt = *w.At
		}
	}
	live, err := clone(after.Draft)
	if err != nil {
		return err
	}
	w.ownAddresses(as(live))
	if err := w.derive(ctx, as(live), content.StagePublished); err != nil {
		return err
	}
	after.Live = live
	if !slices.Contains(after.PublicSlugs, base.Slug) {
		after.PublicSlugs = append(slices.Clone(after.PublicSlugs), base.Slug)
	}
	return nil
}

// restored takes the content of a revision as the draft; its name in addresses stays.
func (d *kindDesk[T, F]) restored(ctx context.Context, w *work, after *content.Entry[T]) error {
	old, err := d.RevisionCopy(ctx, after.ID, w.Change.Revision)
	if err != nil {
		return err
	}
	if old == nil {
		w.refuse(content.ProblemNotFound, []string{"revision"}, msgNoRevision, w.Change.Revision)
		return nil
	}
	base, present := as(old).Common(), as(after.Draft).Common()
	*base = content.Base{
		ID: after.ID, Slug: present.Slug, FormerSlugs: present.FormerSlugs, Version: after.Version,
		CreatedAt: present.CreatedAt, UpdatedAt: after.UpdatedAt, PublishedAt: present.PublishedAt,
	}
	after.Draft = old
	complete := newReport(nil)
	check(as(old), complete)
	if err := w.prune(ctx, as(old), "revision"); err != nil {
		return err
	}
	pruned := newReport(nil)
	if check(as(old), pruned); len(pruned.problems) > len(complete.problems) {
		w.refuse(content.ProblemInvalid, []string{"revision"}, msgNothingWithout)
		return nil
	}
	w.reduce(as(old), "revision")
	w.ownAddresses(as(old))
	return w.derive(ctx, as(old), content.StageDraft)
}

// corrected adds a correction that readers see.
func (d *kindDesk[T, F]) corrected(w *work, after *content.Entry[T], now time.Time) {
	article, ok := as(after.Draft).(*content.Article)
	if !ok {
		w.refuse(content.ProblemIllegalMove, []string{"id"}, msgOnlyArticles)
		return
	}
	note := w.why()
	if note == "" {
		w.refuse(content.ProblemRequired, []string{"note"}, msgNote)
		return
	}
	article.Corrections = append(article.Corrections, &content.Correction{At: now, Note: note})
}

func (d *kindDesk[T, F]) delete(ctx context.Context, w *work, before *content.Entry[T]) error {
	if len(w.problems) > 0 {
		return nil
	}
	if err := d.Delete(ctx, before, w.entry(w.now())); err != nil {
		return err
	}
	if w.Kind == content.KindMedia {
		return w.store.DeleteFiles(ctx, before.ID)
	}
	return nil
}

// clone copies a copy, so that nothing is shared.
func clone[T any](copied *T) (*T, error) {
	raw, err := json.Marshal(copied)
	if err != nil {
		return nil, fmt.Errorf("copy an entry: %w", err)
	}
	fresh := new(T)
	if err := json.Unmarshal(raw, fresh); err != nil {
		return nil, fmt.Errorf("copy an entry: %w", err)
	}
	as(fresh).Common().ID = as(copied).Common().ID
	return fresh, nil
}

// Revision is the working copy that an entry had at a version; nil when that version
// never was, or its content is gone.
func (n *Newsroom) Revision(ctx context.Context, id content.ID, version int) (content.Content, error) {
	kind, ok := id.Kind()
	if !ok {
		return nil, nil
	}
	return n.desks[kind].at(ctx, &content.Revision{Entry: id, Version: version})
}
