package storage_test

import (
	"context"
	"testing"

	"sen/internal/testkit"
)

// TestPrepareTwice prepares a store again, as every start after the first does.
func TestPrepareTwice(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.Store(t, e)
		putArticles(t, store, 12)
		if err := store.Prepare(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

// TestCloseEndsTheBackground closes a store while background work of a request runs: Close cancels the work and waits
// for it.
func TestCloseEndsTheBackground(t *testing.T) {
	store := testkit.Store(t, testkit.Embedded(t))
	request, done := context.WithCancel(t.Context())
	ended := false
	store.Go(request, func(ctx context.Context) {
		<-ctx.Done()
		ended = store.Ready(context.Background()) == nil // the connections are still open
	})
	done() // the work outlasts the request
	store.Close()
	if !ended {
		t.Error("the store was closed before the work had ended")
	}
}
