package storage_test

import (
	"context"
	"testing"
	"time"

	"sen/internal/testkit"
)

// TestDueAfterFailure checks that after a failed search for due entries the next search is not skipped, also on a local
// engine.
func TestDueAfterFailure(t *testing.T) {
	store := testkit.Store(t, testkit.Embedded(t))
	now := time.Now()
	if !store.MayBeDue(now) || store.MayBeDue(now) {
		t.Fatal("no first search is needed")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := store.Tags.Due(ctx, now); err == nil {
		t.Fatal("the cancelled search succeeded")
	}
	if !store.MayBeDue(now) {
		t.Error("no search is needed after one that failed")
	}
}
