package mongodb_test

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
