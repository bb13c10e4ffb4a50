package storage

import (
	"context"
	"sync/atomic"
	"time"

	"sen/internal/content"
)

// Times that several programs compare (claims, holds, schedules, the ends of sessions) are the store's: programs whose
// clocks differ would take what another one has just claimed for old, and publish too early.

// clock tells the store's time.
type clock struct {
	local func() time.Time
	// ahead is how far the store's clock is ahead of the local one, in nanoseconds, and doubt how wrong that may be.
	ahead, doubt atomic.Int64
}

// maxSkew is how much a program's clock may differ from the store's for it to be ready.
const maxSkew = 5 * time.Second

// slowAnswer is how long the store may take to tell its time for the answer to replace one that is there.
const slowAnswer = 500 * time.Millisecond

// Now is the store's time.
func (s *Store) Now() time.Time { return s.clock.local().Add(s.Skew()) }

// Skew is how far the store's clock is ahead of this program's, as it was measured last; 0 on a local engine.
func (s *Store) Skew() time.Duration { return time.Duration(s.clock.ahead.Load()) }

// measure asks the store for its time. What the answer took is taken for the same both ways.
func (s *Store) measure(ctx context.Context) {
	began := s.clock.local()
	now, err := s.guard.Now(ctx)
	if err != nil {
		return
	}
	took := s.clock.local().Sub(began)
	ahead := now.Sub(began.Add(took / 2))
	if took > slowAnswer && s.clock.doubt.Load() != 0 {
		return
	}
	before := s.Skew()
	s.clock.ahead.Store(int64(ahead))
	s.clock.doubt.Store(int64(took/2) + 1)
	if was, is := before.Abs() >= maxSkew, ahead.Abs() >= maxSkew; is && !was {
		s.log.ErrorContext(ctx, "this machine's clock and the store's differ too much", "ahead", ahead)
	} else if was && !is {
		s.log.InfoContext(ctx, "this machine's clock and the store's agree again", "ahead", ahead)
	} else if ahead.Abs() >= time.Second && (ahead-before).Abs() >= time.Second {
		s.log.WarnContext(ctx, "this machine's clock and the store's differ", "ahead", ahead)
	}
}

// refuseSkew tells that this program's clock is too far from the store's.
func (s *Store) refuseSkew() error {
	if skew := s.Skew(); skew.Abs()-time.Duration(s.clock.doubt.Load()) >= maxSkew {
		return content.Errorf(content.CodeUnavailable,
			"This server's clock and the database's differ by %s. Set both by a time server.", skew.Abs().Round(100*time.Millisecond))
	}
	return nil
}
