package storage_test

import (
	"context"
	"testing"
	"time"

	"sen/internal/storage"
	"sen/internal/storage/lease"
	"sen/internal/testkit"
)

// TestHolds takes the lease on a file. Others wait while it is renewed. They take over the lease of a program that
// ended. A retry of the same change takes it over at once, which ends the work of the earlier attempt.
func TestHolds(t *testing.T) {
	lease.Term = 2 * time.Second
	t.Cleanup(func() { lease.Term = 30 * time.Second })
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		first := testkit.Store(t, e)
		second := first
		if e.Name != "embedded" { // the embedded engine has only one program
			second = testkit.Store(t, e)
		}
		hold := func(s *storage.Store, ctx context.Context, sum, change string) *lease.Hold {
			t.Helper()
			h, err := s.Holds.File(ctx, sum, change)
			if err != nil {
				t.Fatal(err)
			}
			return h
		}
		dead, end := context.WithCancel(t.Context())
		hold(first, dead, "left", "")
		end()
		held := hold(first, t.Context(), "held", "one")
		for _, change := range []string{"", "two"} {
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			if h, err := second.Holds.File(ctx, "held", change); err == nil {
				t.Errorf("%q got the lease of a file while another change renews it", change)
				h.Release()
			}
			cancel()
		}
		held.Release()
		hold(second, t.Context(), "held", "").Release()
		if e.Name == "embedded" {
			return
		}
		if h := hold(second, t.Context(), "left", ""); !h.TakenOver {
			t.Error("the lease does not say that the file was taken over")
		}
		before := hold(first, t.Context(), "again", "one")
		retry := hold(second, t.Context(), "again", "one")
		<-before.Context.Done()
		if before.Lost() == nil || retry.Lost() != nil {
			t.Errorf("a retry took over: the first attempt %v, the retry %v", before.Lost(), retry.Lost())
		}
		before.Release()
		retry.Release()
	})
}
