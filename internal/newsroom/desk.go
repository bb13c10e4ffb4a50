package newsroom

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage"
	"sen/internal/storage/batch"
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
	// IDs lists the ids of all entries of the kind.
	IDs(ctx context.Context) ([]content.ID, error)
	// finish has entries of the kind take over again what they took over from others.
	finish(ctx context.Context, ids []content.ID) error
	// below brings what is kept of those above up to date in the entries below one, and lists them.
	below(ctx context.Context, above []content.ID, stage content.Stage) ([]content.ID, error)
	// rederive works out anew what entries of the kind that link to some others over a field took over from them.
	rederive(ctx context.Context, stage content.Stage, field string, to []content.ID) error
	// cycles finds entries of the kind that stand below themselves.
	cycles(ctx context.Context, c *checking) error
	// check looks at every entry of the kind.
	check(ctx context.Context, c *checking) error
	// due makes the changes that are to happen by themselves, and tells how many it made.
	due(ctx context.Context, n *Newsroom) (int, error)
}

// kindDesk is the desk of one kind.
type kindDesk[T any, F content.Filter[F]] struct {
	*storage.Collection[T, F]
	n *Newsroom
}

func newDesk[T any, F content.Filter[F]](n *Newsroom, c *storage.Collection[T, F]) desk {
	return &kindDesk[T, F]{c, n}
}

func (d *kindDesk[T, F]) copies(ctx context.Context, ids []content.ID, stage content.Stage) (map[content.ID]content.Content, error) {
	found, err := d.ByIDs(ctx, ids, stage, d.StoredFields())
	all := make(map[content.ID]content.Content, len(found))
	for id, e := range found {
		all[id] = content.As(e)
	}
	return all, err
}

func (d *kindDesk[T, F]) at(ctx context.Context, r *content.Revision) (content.Content, error) {
	copied, ok, err := d.RevisionCopy(ctx, r.Entry, r.Version)
	if !ok || err != nil {
		return nil, err
	}
	content.As(copied).Common().Editing = &content.Editing{State: r.State, UpdatedBy: r.By}
	return content.As(copied), nil
}

// attempts bounds how often a change begins anew because another came first.
const attempts = 10

func (d *kindDesk[T, F]) do(ctx context.Context, w *work) (*Outcome, error) {
	for n := range attempts {
		began := time.Now()
		outcome, err := d.attempt(ctx, w)
		var taken *storage.SlugTakenError
		switch {
		case errors.Is(err, storage.ErrStale), errors.Is(err, storage.ErrAttempted), err == nil && outcome.Conflict != nil:
			if w.Key != "" { // the other one may be the same change, sent at the same time
				if done, err := w.replay(ctx, d); done != nil || err != nil {
					return done, err
				}
			}
			if err == nil {
				return outcome, nil
			}
			if end, ends := ctx.Deadline(); ends && time.Until(end) < 2*time.Since(began) {
				return nil, failed(content.CodeConflict, msgBusy) // there is no time for another attempt
			}
			if err := backOff(ctx, n); err != nil {
				return nil, engine.Late(err)
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

// backOff waits before the next attempt: at random, and longer each time, so that changes that ran into each other do not do so
// again and again.
func backOff(ctx context.Context, attempt int) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(rand.N(4 * time.Millisecond << min(attempt, 6))):
		return nil
	}
}

// attempt makes a change once. With problems in the report nothing was written.
func (d *kindDesk[T, F]) attempt(ctx context.Context, w *work) (*Outcome, error) {
	w.problems, w.notices = nil, nil
	w.there, w.above, w.was, w.shown = nil, nil, nil, nil
	w.why()
	if w.Action == content.ActionCreate {
		return d.create(ctx, w)
	}
	before, ok, err := d.Entry(ctx, w.ID)
	if err != nil {
		return nil, err
	}
	if !ok {
		w.refuse(content.ProblemNotFound, []string{"id"}, msgNotFound, w.ID)
		return &Outcome{}, nil
	}
	if before.Head == w.revision { // another attempt of the same change came first
		return nil, storage.ErrAttempted
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
		if _, err := w.checkWith(ctx); err != nil {
			return nil, err
		}
		return &Outcome{ID: before.ID}, d.delete(ctx, w, before)
	}
	w.was = content.As(before.Draft)
	after, err := d.next(ctx, w, before, step)
	if err != nil || len(w.problems) > 0 {
		return &Outcome{}, err
	}
	if same, err := d.unchanged(ctx, w, before, after); same || err != nil {
		return seen(before), errors.Join(err, w.tellHidden(ctx))
	}
	if err := w.publishWith(ctx); err != nil || len(w.problems) > 0 {
		return &Outcome{}, err
	}
	r := w.entry(after.UpdatedAt)
	r.Follows = follows(before, after)
	if err := d.Save(ctx, before, after, r, w.now()); err != nil {
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
	if err := d.catchUp(ctx, w, before, after); err != nil {
		return nil, err
	}
	if stages := given(before, after); len(stages) > 0 {
		if _, err := batch.Join(ctx, "follow", gift{after.ID, w.revision, stages}, w.followAll); err != nil {
			return nil, err
		}
	}
	return seen(after), w.tellHidden(ctx)
}

// seen is an entry as the outcome of a change shows it.
func seen[T any](e *content.Entry[T]) *Outcome {
	base := content.As(e.Draft).Common()
	e.LiveVersion = 0
	if !content.IsNil(e.Live) {
		e.LiveVersion = content.As(e.Live).Common().Version
	}
	base.ID, base.Editing, e.Editing.ID = e.ID, &e.Editing, e.ID
	return &Outcome{Content: content.As(e.Draft), ID: e.ID}
}

// unchanged tells whether a save would leave everything as it is. Then nothing is written: no version, no revision,
// no step of the workflow. Under an idempotency key a receipt is kept in the place of the revision.
func (d *kindDesk[T, F]) unchanged(ctx context.Context, w *work, before, after *content.Entry[T]) (bool, error) {
	if w.Action != content.ActionUpdate && w.Action != content.ActionRestoreRevision {
		return false, nil
	}
	changes, err := content.Diff(content.As(before.Draft), content.As(after.Draft))
	if len(changes) > 0 || err != nil {
		return false, err
	}
	if w.Key == "" {
		return true, nil
	}
	r := w.entry(w.moment())
	r.Entry, r.Of, r.Version, r.State = before.ID, w.Kind, before.Version, before.State
	return true, w.store.KeepReceipt(ctx, r)
}

// words is an enum's value as words.
func words(name string) string { return strings.ToLower(strings.ReplaceAll(name, "_", " ")) }

// create makes a new entry. A slug that was made from the title makes way for one that
// is there; one that the editor chose does not.
func (d *kindDesk[T, F]) create(ctx context.Context, w *work) (*Outcome, error) {
	now := w.moment()
	after := &content.Entry[T]{ID: w.newID(now), Version: 1, Draft: d.New(), CreatedAt: now, UpdatedAt: now}
	after.State, after.CreatedBy, after.UpdatedBy = content.StateDraft, w.actor.Person(), w.actor.Person()
	base := content.As(after.Draft).Common()
	base.ID, base.Version, base.CreatedAt, base.UpdatedAt = after.ID, 1, now, now
	if w.prepare != nil {
		w.prepare(content.As(after.Draft))
		after.ID = base.ID
	}
	content.As(after.Draft).SetDefaults(w.store.Site())
	if err := w.read(ctx, content.As(after.Draft)); err != nil {
		return nil, err
	}
	made := base.Slug == ""
	stem := w.stem(content.As(after.Draft))
	if made {
		base.Slug = stem
	}
	if len(w.problems) > 0 {
		return &Outcome{}, nil
	}
	for try := 2; ; try++ {
		r := w.entry(now)
		r.Follows = follows(nil, after)
		err := d.Save(ctx, nil, after, r, w.now())
		if taken := new(storage.SlugTakenError); made && errors.As(err, &taken) && try < 100 {
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

// Revision is the working copy that an entry had at a version; nil when that version
// never was, or its content is gone.
func (n *Newsroom) Revision(ctx context.Context, id content.ID, version int) (content.Content, error) {
	kind, ok := id.Kind()
	if !ok {
		return nil, nil
	}
	return n.desks[kind].at(ctx, &content.Revision{Entry: id, Version: version})
}
