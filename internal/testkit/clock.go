package testkit

import (
	"context"
	"sync"
	"testing"
	"time"
)

// Clock is the time in a test. It stands still until [Clock.Forward] moves it.
type Clock struct {
	// Due runs the scheduled work after the time has moved. It may be nil.
	Due func(context.Context) (int, error)

	mu sync.Mutex
	at time.Time
}

// NewClock returns a clock that shows noon of 1 January 2026, UTC.
func NewClock() *Clock {
	return &Clock{at: time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)}
}

// Now returns the time of the clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Forward moves the clock by a duration such as "1h30m", and runs Due.
func (c *Clock) Forward(t testing.TB, by string) {
	t.Helper()
	d, err := time.ParseDuration(by)
	if err != nil {
		t.Fatal(err)
	}
	c.mu.Lock()
	c.at = c.at.Add(d)
	c.mu.Unlock()
	if c.Due != nil {
		if _, err := c.Due(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}
