package batch

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
)

// TestTogether checks that steps of one kind are made by one call, in the order of their members, even if other
// members end earlier.
func TestTogether(t *testing.T) {
	var calls atomic.Int32
	double := func(_ context.Context, in []int) ([]int, error) { //nolint:unparam // steps may fail
		calls.Add(1)
		if !slices.IsSorted(in) {
			t.Errorf("the members' steps are made in the order %v", in)
		}
		out := make([]int, len(in))
		for i, n := range in {
			out[i] = 2 * n
		}
		return out, nil
	}
	fails := func(context.Context, []int) ([]int, error) { return nil, fmt.Errorf("no") }
	Together(t.Context(), 20, func(ctx context.Context, i int) {
		if i%5 == 0 {
			return
		}
		for range i % 3 {
			if out, err := Join(ctx, "double", i, double); out != 2*i || err != nil {
				t.Errorf("%d doubled is %d: %v", i, out, err)
			}
		}
		if _, err := Join(ctx, "fails", i, fails); err == nil {
			t.Error("a combined step failed, and one of its callers got no error")
		}
	})
	if calls.Load() != 2 {
		t.Errorf("two rounds were made in %d steps", calls.Load())
	}
}
