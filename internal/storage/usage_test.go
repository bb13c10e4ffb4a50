package storage_test

import (
	"fmt"
	"slices"
	"testing"

	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/testkit"
)

// TestUsedBy reads the users of several entries at once. One entry has far more users than are requested.
func TestUsedBy(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.Store(t, e)
		putArticles(t, store, 60) // all odd articles have tag_1, every fifth has tag_6
		ids := []content.ID{"tag_1", "tag_6", "tag_none"}
		for _, most := range []int{3, 100} {
			ctx, trips := engine.CountTrips(t.Context())
			users, err := store.UsedBy(ctx, ids, most)
			if err != nil {
				t.Fatal(err)
			}
			if trips.Count() > 2 {
				t.Errorf("at most %d: %d round trips", most, trips.Count())
			}
			for id, all := range map[content.ID]int{"tag_1": 30, "tag_6": 12, "tag_none": 0} {
				if len(users[id]) != min(all, most) {
					t.Errorf("at most %d: %s is used by %v", most, id, users[id])
				}
				for _, user := range users[id] {
					var n int
					if _, err := fmt.Sscanf(string(user), "article_%d", &n); err != nil ||
						!slices.Contains([]string{fmt.Sprintf("tag_%d", n%2), fmt.Sprintf("tag_%d", 2+n%5)}, string(id)) {
						t.Errorf("%s does not use %s", user, id)
					}
				}
				if unique := slices.Compact(slices.Sorted(slices.Values(users[id]))); len(unique) != len(users[id]) {
					t.Errorf("%s: some users are listed twice: %v", id, users[id])
				}
			}
		}
	})
}
