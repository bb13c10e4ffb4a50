// Package lease has what several programs share that use one store: its time, and leases on files.
package lease

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"sen/internal/content"
	"sen/internal/engine"
)

// Times that several programs compare (claims, leases, schedules, the ends of sessions) are the store's. Programs
// whose clocks differ would otherwise treat a new claim of another program as old, and publish too early.

// Clock estimates the store's time.
type Clock struct {
	local func() time.Time
	log   *slog.Logger
	// ahead is how far the store's clock is ahead of the local one. doubt is the greatest possible error of that. Both
	// are in nanoseconds.
	ahead, doubt atomic.Int64
}

// NewClock returns a clock that shows the local time until [Clock.Measure] has measured the store's.
func NewClock(local func() time.Time, log *slog.Logger) *Clock { return &Clock{local: local, log: log} }

// maxSkew is the greatest difference between a program's clock and the store's at which the program is ready.
const maxSkew = 5 * time.Second

// slowAnswer is the longest time that the store may take to report its time, if the answer is to replace an earlier
// measurement.
const slowAnswer = 500 * time.Millisecond

// Now returns the store's time.
func (c *Clock) Now() time.Time { return c.local().Add(c.Skew()) }

// Skew returns how far the store's clock was ahead of this program's at the last measurement. It is 0 on a local
// engine.
func (c *Clock) Skew() time.Duration { return time.Duration(c.ahead.Load()) }

// Measure asks the engine for its time. It assumes that the request and the answer took equally long. An error leaves
// the clock as it is.
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

// Check returns UNAVAILABLE if this program's clock differs too much from the store's.
func (c *Clock) Check() error {
	if skew := c.Skew(); skew.Abs()-time.Duration(c.doubt.Load()) >= maxSkew {
		return content.Errorf(content.CodeUnavailable,
			"This server's clock and the database's differ by %s. Set both by a time server.",
			skew.Abs().Round(100*time.Millisecond))
	}
	return nil
}
