package storage_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"sen/internal/storage"
	"sen/internal/testkit"
)

// TestMove moves a site to another store: everything is there except sessions. The site is written during the first
// move, which leaves a store that is refused until another move completes.
func TestMove(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		ctx := context.Background()
		from, target := testkit.SampleStore(t, e), testkit.MongoDB(t)
		key, err := from.SigningKey(ctx, []byte("a key of the site"))
		if err != nil {
			t.Fatal(err)
		}
		testkit.Insert(t, e, "accounts", `{"_id": "account_a", "login": "a", "name": "A", "role": "ADMIN"}`)
		testkit.Insert(t, e, "sessions", `{"_id": "s", "account": "account_a"}`)
		open := func() *storage.Store {
			store := storage.New(storage.Options{Engine: target.Open(t), Log: testkit.Log(t)})
			t.Cleanup(store.Close)
			return store
		}
		to, written := open(), false
		_, err = from.Move(ctx, to, func(part string, _ int) {
			if !written && strings.HasPrefix(part, "indexes of ") {
				written = true
				testkit.Set(t, e, "tags", "tag_cnnttb", `{"draft.slug": "khac"}`)
			}
		})
		if err == nil || !strings.Contains(err.Error(), "tags differ") {
			t.Fatalf("the site was written while the first move succeeded: %v", err)
		}
		if err := to.Prepare(ctx); err == nil || !strings.Contains(err.Error(), "sen move") {
			t.Fatalf("a store that differs is accepted: %v", err)
		}
		moved, err := from.Move(ctx, to, func(string, int) {})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range moved {
			n := testkit.Count(t, target, m.Table)
			if m.Table == "settings" { // the store's identity is not moved
				n--
			}
			if n != m.Documents || m.Table == "sessions" {
				t.Errorf("%s: there are %d documents, and %d are reported", m.Table, n, m.Documents)
			}
		}
		if len(moved) < 15 || testkit.Count(t, target, "accounts") != 1 || testkit.Count(t, target, "sessions") != 0 {
			t.Errorf("the first move succeeded: %v", moved)
		}
		if err := to.Prepare(ctx); err != nil {
			t.Errorf("the complete store is refused: %v", err)
		}
		if again, err := to.SigningKey(ctx, []byte("another")); err != nil || string(again) != string(key) {
			t.Errorf("the signing key was not moved: %q, %v", again, err)
		}
		if _, err := from.Move(ctx, to, func(string, int) {}); !errors.Is(err, storage.ErrNotEmpty) {
			t.Errorf("a move into a store with a site: %v", err)
		}
	})
}
