package newsroom_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
	"sen/internal/newsroom"
	"sen/internal/storage"
	"sen/internal/testkit"
)

// TestClocksThatDiffer has two programs write to one database whose clocks differ by two minutes: a slug that one has just
// claimed is not taken by the other, the same idempotency key makes one entry, and nothing is published early.
func TestClocksThatDiffer(t *testing.T) {
	e := testkit.MongoDB(t)
	room := func(off time.Duration) *newsroom.Newsroom {
		store := storage.New(storage.Options{Engine: e.Open(t), Log: testkit.Log(t), Clock: func() time.Time { return time.Now().Add(off) }})
		t.Cleanup(store.Close)
		if err := store.Prepare(t.Context()); err != nil {
			t.Fatal(err)
		}
		return newsroom.New(store, newsroom.Options{Log: testkit.Log(t)})
	}
	right, ahead := room(0), room(2*time.Minute)
	ctx := editor(context.Background())
	do := func(n *newsroom.Newsroom, c newsroom.Change) *newsroom.Outcome {
		t.Helper()
		outcome, err := n.Do(ctx, vietnamese, c)
		if err != nil || len(outcome.Problems) > 0 {
			t.Fatal(err, outcome)
		}
		return outcome
	}
	name := newsroom.Input{"name": text("Thẻ")}
	first := do(right, newsroom.Change{Action: content.ActionCreate, Kind: content.KindTag, Input: name, Key: "k"})
	if second := do(ahead, newsroom.Change{Action: content.ActionCreate, Kind: content.KindTag, Input: name, Key: "k"}); second.ID != first.ID {
		t.Errorf("one key made %s and %s", first.ID, second.ID)
	}
	// A write that is under way elsewhere has claimed a slug.
	testkit.Insert(t, e, "routes", fmt.Sprintf(`{"_id": "Tag:dang-luu", "entry": "tag_x", "open": true, "at": {"$date": %q}}`, time.Now().UTC().Format(time.RFC3339Nano)))
	if _, err := ahead.Do(ctx, vietnamese, newsroom.Change{Action: content.ActionCreate, Kind: content.KindTag, Input: newsroom.Input{"name": text("Đang lưu")}}); err != nil {
		t.Fatal(err)
	}
	claimed := testkit.Database(t, e).Collection("routes").FindOne(t.Context(), bson.D{{Key: "_id", Value: "Tag:dang-luu"}})
	if raw, err := claimed.Raw(); err != nil || raw.Lookup("entry").StringValue() != "tag_x" {
		t.Errorf("a slug that was just claimed went to another entry: %s, %v", raw, err)
	}
	at := time.Now().Add(time.Minute)
	do(right, newsroom.Change{Action: content.ActionPublish, ID: first.ID, Version: 1, At: &at})
	if n, err := ahead.RunDue(ctx); n != 0 || err != nil {
		t.Errorf("%d entries were published a minute early: %v", n, err)
	}
}
