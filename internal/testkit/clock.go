package testkit

import (
	"context"
	"sync"
	"testing"
	"time"
)

// Clock is the time of a test: it stands still until it is told to go on.
type Clock struct {
	// Due does what is due when time goes on; nil for nothing.
	Due func(context.Context) (int, error)

	mu sync.Mutex
	at time.Time
}

// NewClock is a clock at noon of the first day of 2026, in UTC.
func NewClock() *Clock {
	return &Clock{at: time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)}
}

// Now tells the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Forward lets some time pass, such as "1h30m", and what is due by then happen.
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
