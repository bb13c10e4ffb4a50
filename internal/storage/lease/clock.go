// Package lease has what several programs that use one store share: its time, and leases on files.
package lease

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"sen/internal/content"
	"sen/internal/engine"
)

// Times that several programs compare (claims, holds, schedules, the ends of sessions) are the store's: programs whose
// clocks differ would take what another one has just claimed for old, and publish too early.

// Clock tells the store's time.
type Clock struct {
	local func() time.Time
	log   *slog.Logger
	// ahead is how far the store's clock is ahead of the local one, in nanoseconds, and doubt how wrong that may be.
	ahead, doubt atomic.Int64
}

// NewClock makes a clock that goes by the local one until it is measured ([Clock.Measure]).
func NewClock(local func() time.Time, log *slog.Logger) *Clock { return &Clock{local: local, log: log} }

// maxSkew is how much a program's clock may differ from the store's for it to be ready.
const maxSkew = 5 * time.Second

// slowAnswer is how long the store may take to tell its time for the answer to replace one that is there.
const slowAnswer = 500 * time.Millisecond

// Now is the store's time.
func (c *Clock) Now() time.Time { return c.local().Add(c.Skew()) }

// Skew is how far the store's clock is ahead of this program's, as it was measured last; 0 on a local engine.
func (c *Clock) Skew() time.Duration { return time.Duration(c.ahead.Load()) }

// Measure asks the engine for its time. It assumes that the question and the answer took as long as each other. An
// error leaves the clock as it is.
func (c *Clock) Measure(ctx context.Context, e engine.Engine) {
	began := c.local()
	now, err := e.Now(ctx)
	if err != nil {
		return
	}
	took := c.local().Sub(began)
	ahead := now.Sub(began.Add(took / 2))
	if took > slowAnswer && c.doubt.Load() != 0 {
		return
	}
	before := c.Skew()
	c.ahead.Store(int64(ahead))
	c.doubt.Store(int64(took/2) + 1)
	if was, is := before.Abs() >= maxSkew, ahead.Abs() >= maxSkew; is && !was {
		c.log.ErrorContext(ctx, "this machine's clock and the store's differ too much", "ahead", ahead)
	} else if was && !is {
		c.log.InfoContext(ctx, "this machine's clock and the store's agree again", "ahead", ahead)
	} else if ahead.Abs() >= time.Second && (ahead-before).Abs() >= time.Second {
		c.log.WarnContext(ctx, "this machine's clock and the store's differ", "ahead", ahead)
	}
}

// Check is an UNAVAILABLE if this program's clock is too far from the store's.
func (c *Clock) Check() error {
	if skew := c.Skew(); skew.Abs()-time.Duration(c.doubt.Load()) >= maxSkew {
		return content.Errorf(content.CodeUnavailable,
			"This server's clock and the database's differ by %s. Set both by a time server.", skew.Abs().Round(100*time.Millisecond))
	}
	return nil
}
