package newsroom

import (
	"context"
	"errors"
	"slices"
	"time"

	"sen/internal/auth"
	"sen/internal/content"
)

// clockwork is who publishes at a set time.
var clockwork = &content.Actor{ID: "schedule", Name: "schedule", Role: content.RoleAdmin}

// RunDue makes the changes that are to happen by themselves by now, and tells how many it
// made. Any number of servers may call it: the entry's version lets one of them win.
func (n *Newsroom) RunDue(ctx context.Context) (made int, err error) {
	ctx = auth.WithActor(ctx, clockwork)
	for _, kind := range slices.Backward(content.Kinds()) { // media come before what shows them
		some, failed := n.desks[kind].due(ctx, n)
		made, err = made+some, errors.Join(err, failed)
	}
	return made, err
}

// due implements [desk].
func (d *kindDesk[T, F]) due(ctx context.Context, n *Newsroom) (made int, err error) {
	now := n.now()
	ids, err := d.Due(ctx, now)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		e, ok, readErr := d.Entry(ctx, id)
		if !ok {
			err = errors.Join(err, readErr)
			continue
		}
		c := Change{ID: id, Version: e.Version}
		switch {
		case e.UnpublishAt != nil && !e.UnpublishAt.After(now) && !content.IsNil(e.Live):
			c.Action = content.ActionUnpublish
		case e.State == content.StateScheduled && e.PublishAt != nil && !e.PublishAt.After(now):
			c.Action, c.At = content.ActionPublish, e.PublishAt
		default:
			continue
		}
		outcome, failed := n.Do(ctx, nil, c)
		switch {
		case failed != nil || outcome.Conflict != nil: // another server was first
		case len(outcome.Problems) > 0:
			n.log.WarnContext(ctx, "what is due is refused", "entry", id, "action", c.Action, "problem", outcome.Problems[0].Message)
		default:
			made++
			for _, notice := range outcome.Notices {
				n.log.WarnContext(ctx, "published by schedule", "entry", id, "notice", notice.Message)
			}
		}
		err = errors.Join(err, failed)
	}
	return made, err
}

// tick is how often what is due is looked for: it bounds how late it happens.
const tick = time.Second

// sweep settles what changes and crashes left open, and does what follows from them.
func (n *Newsroom) sweep(ctx context.Context, now time.Time) {
	if _, removed, err := n.store.Sweep(ctx, now, false); err != nil {
		n.log.WarnContext(ctx, "revisions could not be swept", "err", err)
	} else if removed > 0 {
		n.log.InfoContext(ctx, "what a crash left open was removed", "removed", removed)
	}
	if err := n.Finish(ctx); err != nil && ctx.Err() == nil {
		n.log.WarnContext(ctx, "what follows from changes could not be done yet", "err", err)
	}
}

// Keep makes what is due happen and sweeps what crashes left open, until the context ends. It begins with [Newsroom.PrepareTexts].
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
			n.log.WarnContext(ctx, "the site's settings could not be read anew", "err", err)
		}
		if n.store.MayBeDue(n.now()) {
			made, err := n.RunDue(ctx)
			if err != nil && ctx.Err() == nil {
				n.log.ErrorContext(ctx, "what is due could not be done yet", "err", err)
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
