package newsroom

import (
	"context"
	"errors"
	"slices"
	"time"

	"sen/internal/auth"
	"sen/internal/content"
	"sen/internal/entries"
)

// scheduler is the actor of scheduled changes.
var scheduler = &content.Actor{ID: "schedule", Name: "schedule", Role: content.RoleAdmin}

// RunDue makes the scheduled changes that are due and returns how many it made. Any number of servers may call it: the
// version check of the entry lets only one of them succeed.
func (n *Newsroom) RunDue(ctx context.Context) (made int, err error) {
	ctx = auth.WithActor(ctx, scheduler)
	for _, kind := range slices.Backward(content.Kinds()) { // media are published before the entries that show them
		count, failed := n.due(ctx, n.kinds[kind])
		made, err = made+count, errors.Join(err, failed)
	}
	return made, err
}

// due makes the scheduled changes of one kind and returns how many it made.
func (n *Newsroom) due(ctx context.Context, of entries.Collection) (made int, err error) {
	now := n.now()
	ids, err := of.Due(ctx, now)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		e, ok, readErr := of.Entry(ctx, id)
		if !ok {
			err = errors.Join(err, readErr)
			continue
		}
		c := Change{ID: id, Version: e.Version}
		switch {
		case e.UnpublishAt != nil && !e.UnpublishAt.After(now) && e.Live != nil:
			c.Action = content.ActionUnpublish
		case e.State == content.StateScheduled && e.PublishAt != nil && !e.PublishAt.After(now):
			c.Action, c.At = content.ActionPublish, e.PublishAt
		default:
			continue
		}
		outcome, failed := n.Do(ctx, nil, c)
		switch {
		case failed != nil || outcome.Conflict != nil: // on a conflict, another server was first
		case len(outcome.Problems) > 0:
			n.log.WarnContext(ctx, "a scheduled change was refused", "entry", id, "action", c.Action, "problem",
				outcome.Problems[0].Message)
		default:
			made++
			for _, notice := range outcome.Notices {
				n.log.WarnContext(ctx, "a scheduled change was made with a notice", "entry", id, "notice", notice.Message)
			}
		}
		err = errors.Join(err, failed)
	}
	return made, err
}

// tick is the interval between two searches for due changes. A scheduled change happens at most this late.
const tick = time.Second

// sweep marks or removes the revisions that changes and crashes left open, removes claims of slugs that no entry has,
// and updates the derived fields that changes left outdated.
func (n *Newsroom) sweep(ctx context.Context, now time.Time) {
	if _, removed, err := n.store.Sweep(ctx, now, false); err != nil {
		n.log.WarnContext(ctx, "revisions could not be swept", "err", err)
	} else if removed > 0 {
		n.log.InfoContext(ctx, "revisions and claims of slugs that crashes left open were removed", "removed", removed)
	}
	if err := n.derived.Finish(ctx); err != nil && ctx.Err() == nil {
		n.log.WarnContext(ctx, "fields derived from changed entries could not be updated yet", "err", err)
	}
}

// Keep makes due changes and sweeps up after crashes, until the context ends. It also runs [Newsroom.PrepareTexts] at
// its start.
func (n *Newsroom) Keep(ctx context.Context) {
	ticks := time.NewTicker(tick)
	defer ticks.Stop()
	go n.prepareTexts(ctx)
	var swept time.Time
	for {
		if now := n.now(); now.Sub(swept) > time.Minute {
			swept = now
			n.sweep(ctx, now)
		}
		if err := n.store.ReadSite(ctx); err != nil && ctx.Err() == nil {
			n.log.WarnContext(ctx, "the site's settings could not be read again", "err", err)
		}
		if n.store.MayBeDue(n.now()) {
			made, err := n.RunDue(ctx)
			if err != nil && ctx.Err() == nil {
				n.log.ErrorContext(ctx, "scheduled changes could not be made yet", "err", err)
			}
			if made > 0 {
				n.log.InfoContext(ctx, "published or withdrawn by schedule", "entries", made)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
	}
}
