package newsroom_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
	"sen/internal/newsroom"
	"sen/internal/storage"
	"sen/internal/testkit"
)

// TestSameKeyConcurrently sends the same creations to two programs at the same time. The clocks of the programs differ
// by 12 s. Each creation has its own key; several have the same name. Each key must make one entry, and each entry must
// have its own slug.
func TestSameKeyConcurrently(t *testing.T) {
	const keys, alike = 60, 3
	e := testkit.MongoDB(t)
	right, ahead := testkit.StoreWithClock(t, e, 0), testkit.StoreWithClock(t, e, 12*time.Second)
	for order, programs := range [][]*storage.Store{{right, ahead}, {ahead, right}} {
		rooms := make([]*newsroom.Newsroom, len(programs))
		outcomes := make([][]*newsroom.Outcome, len(programs))
		for p, store := range programs {
			rooms[p], outcomes[p] = newsroom.New(store, newsroom.Options{Log: testkit.Log(t)}), make([]*newsroom.Outcome, keys)
		}
		var tasks sync.WaitGroup
		begin := make(chan struct{})
		for k := range keys {
			for p, room := range rooms {
				tasks.Go(func() {
					<-begin
					change := newsroom.Change{
						Action: content.ActionCreate, Kind: content.KindTag, Key: fmt.Sprintf("key %d %d", order, k),
						Input: newsroom.Input{"name": text(fmt.Sprintf("Thẻ %d %d", order, k/alike))},
					}
					outcome, err := room.Do(editor(context.Background()), vietnamese, change)
					if err != nil || len(outcome.Problems) > 0 || outcome.Content == nil {
						t.Errorf("%s in program %d: %v, %+v", change.Key, p, err, outcome)
						return
					}
					outcomes[p][k] = outcome
				})
			}
		}
		close(begin)
		tasks.Wait()
		if t.Failed() {
			return
		}
		slugs := map[string]content.ID{}
		for k := range keys {
			one, other := outcomes[0][k], outcomes[1][k]
			if one.ID != other.ID || one.Content.Common().Slug != other.Content.Common().Slug {
				t.Errorf("one key made %s (%s) and %s (%s)", one.ID, one.Content.Common().Slug, other.ID,
					other.Content.Common().Slug)
			}
			if held, ok := slugs[one.Content.Common().Slug]; ok {
				t.Errorf("%s and %s both have the slug %s", held, one.ID, one.Content.Common().Slug)
			}
			slugs[one.Content.Common().Slug] = one.ID
		}
		ids, err := right.Tags.IDs(t.Context())
		if err != nil || len(ids) != (order+1)*keys {
			t.Errorf("%d keys made %d entries: %v", (order+1)*keys, len(ids), err)
		}
	}
	if found := findings(t, right); len(found) > 0 {
		t.Errorf("the store is inconsistent: %v", found)
	}
}

// TestClocksThatDiffer lets two programs write to one database. Their clocks differ by two minutes. A slug that one
// program has just claimed is not taken by the other, one idempotency key makes one entry, and nothing is published
// early.
func TestClocksThatDiffer(t *testing.T) {
	e := testkit.MongoDB(t)
	room := func(off time.Duration) *newsroom.Newsroom {
		return newsroom.New(testkit.StoreWithClock(t, e, off), newsroom.Options{Log: testkit.Log(t)})
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
	if second := do(ahead,
		newsroom.Change{Action: content.ActionCreate, Kind: content.KindTag, Input: name, Key: "k"}); second.ID != first.ID {
		t.Errorf("one key made %s and %s", first.ID, second.ID)
	}
	// A running write of another program has claimed a slug.
	testkit.Insert(t, e, "routes",
		fmt.Sprintf(`{"_id": "Tag:dang-luu", "entry": "tag_x", "open": true, "at": {"$date": %q}}`,
			time.Now().UTC().Format(time.RFC3339Nano)))
	if _, err := ahead.Do(ctx, vietnamese,
		newsroom.Change{
			Action: content.ActionCreate, Kind: content.KindTag,
			Input: newsroom.Input{"name": text("Đang lưu")},
		}); err != nil {
		t.Fatal(err)
	}
	claimed := testkit.Database(t, e).Collection("routes").FindOne(t.Context(),
		bson.D{{Key: "_id", Value: "Tag:dang-luu"}})
	if raw, err := claimed.Raw(); err != nil || raw.Lookup("entry").StringValue() != "tag_x" {
		t.Errorf("a slug that was just claimed went to another entry: %s, %v", raw, err)
	}
	at := time.Now().Add(time.Minute)
	do(right, newsroom.Change{Action: content.ActionPublish, ID: first.ID, Version: 1, At: &at})
	if n, err := ahead.RunDue(ctx); n != 0 || err != nil {
		t.Errorf("%d entries were published a minute early: %v", n, err)
	}
}
