package storage_test

import (
	"strings"
	"testing"
	"time"

	"sen/internal/testkit"
)

// TestClocks opens a database from programs whose clocks differ: all return the database's time, and those whose
// clock is wrong by 5 s or more are not ready.
func TestClocks(t *testing.T) {
	e := testkit.MongoDB(t)
	for _, off := range []time.Duration{
		0, 2 * time.Second, -2 * time.Second, 12 * time.Second, -70 * time.Second,
		time.Hour,
	} {
		store := testkit.StoreWithClock(t, e, off)
		if wrong := time.Until(store.Now()).Abs(); wrong > time.Second {
			t.Errorf("a program whose clock is wrong by %s returns a time that is wrong by %s", off, wrong)
		}
		err := store.Ready(t.Context())
		if tooFar := off.Abs() > 5*time.Second; tooFar != (err != nil) || tooFar && !strings.Contains(err.Error(), "clock") {
			t.Errorf("a program whose clock is wrong by %s: %v", off, err)
		}
	}
}
