package storage_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
	"sen/internal/storage"
	"sen/internal/testkit"
)

// watched returns a store with the sample content that is watched and follows changes.
func watched(t *testing.T, e testkit.Engine) *storage.Store {
	t.Helper()
	store := testkit.SampleStore(t, e)
	testkit.Follow(t, store)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		store.Watch(ctx)
	}()
	t.Cleanup(func() {
		stop()
		<-done
	})
	return store
}

// why returns the error of Ready, or "" if the store is ready.
func why(store *storage.Store) string {
	if err := store.Ready(context.Background()); err != nil {
		return err.Error()
	}
	return ""
}

// read reads the tags as readers see them.
func read(store *storage.Store) (int, error) {
	pages, err := store.Tags.Pages(context.Background(), storage.List[*content.TagFilter]{Fields: []string{"name"}},
		[]storage.Within{{}})
	if err != nil {
		return 0, err
	}
	return len(pages[0].Nodes), nil
}

// TestDroppedDatabase drops the database of a running store, replaces it by another one, and restores the first one.
// Nothing is read, cached or written until the store's own database is there again, with its indexes.
func TestDroppedDatabase(t *testing.T) {
	storage.SetRestored(time.Second)
	t.Cleanup(func() { storage.SetRestored(5 * time.Second) })
	e := testkit.MongoDB(t)
	store := watched(t, e)
	db := testkit.Database(t, e)
	saved := map[string][]any{}
	names, err := db.ListCollectionNames(t.Context(), bson.D{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		var all []bson.Raw
		cursor, err := db.Collection(name).Find(t.Context(), bson.D{})
		if err == nil {
			err = cursor.All(t.Context(), &all)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, doc := range all {
			saved[name] = append(saved[name], doc)
		}
	}
	before, err := read(store)
	if err != nil || before == 0 || !store.Feed.Current() {
		t.Fatalf("%d tags: %v", before, err)
	}
	gone := func() bool { return strings.Contains(why(store), "dropped or replaced") }
	testkit.Drop(t, e)
	testkit.Eventually(t, "a dropped database is not ready", gone)
	if n, err := read(store); content.CodeOf(err) != content.CodeUnavailable {
		t.Errorf("%d tags are read from a dropped database: %v", n, err)
	}
	if store.Feed.Current() {
		t.Error("cached content of a dropped database is returned")
	}
	if err := store.AddAccount(t.Context(),
		&content.Account{ID: "account_x", Login: "x"}); content.CodeOf(err) != content.CodeUnavailable {
		t.Errorf("a write into a dropped database: %v", err)
	}
	another := storage.New(storage.Options{Engine: e.Open(t), Log: testkit.Log(t)})
	t.Cleanup(another.Close)
	if err := another.Prepare(t.Context()); err != nil { // this makes another store in its place
		t.Fatal(err)
	}
	if time.Sleep(3 * time.Second); !gone() {
		t.Error("another database is accepted as the store's own")
	}
	testkit.Drop(t, e)
	for name, docs := range saved {
		if len(docs) == 0 {
			continue
		}
		if _, err := db.Collection(name).InsertMany(t.Context(), docs); err != nil {
			t.Fatal(err)
		}
	}
	testkit.Eventually(t, "the restored database is ready", func() bool { return why(store) == "" })
	testkit.Eventually(t, "changes are heard of again", store.Feed.Current)
	if n, err := read(store); err != nil || n != before {
		t.Errorf("%d tags are there again, not %d: %v", n, before, err)
	}
	hasLoginIndex(t, e)
}

// hasLoginIndex fails unless the second of two accounts with one login is refused.
func hasLoginIndex(t *testing.T, e testkit.Engine) {
	t.Helper()
	specs, err := testkit.Database(t, e).Collection("accounts").Indexes().ListSpecifications(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range specs {
		if spec.Name == "login_1" && spec.Unique != nil && *spec.Unique {
			return
		}
	}
	t.Error("the index of logins is missing")
}

// TestDroppedIndexes drops indexes of a running store: the store makes them again.
func TestDroppedIndexes(t *testing.T) {
	e := testkit.MongoDB(t)
	store := watched(t, e)
	db := testkit.Database(t, e)
	for _, name := range []string{"accounts", "tags"} {
		if err := db.Collection(name).Indexes().DropAll(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	testkit.Eventually(t, "the indexes are there again", func() bool {
		specs, err := db.Collection("accounts").Indexes().ListSpecifications(t.Context())
		return err == nil && len(specs) > 1
	})
	testkit.Eventually(t, "the store is ready", func() bool { return why(store) == "" })
	hasLoginIndex(t, e)
	if n, err := read(store); err != nil || n == 0 {
		t.Errorf("%d tags: %v", n, err)
	}
}

// TestFillingStopsServing starts to fill a store that another program serves: the program refuses to answer until the
// filling is done.
func TestFillingStopsServing(t *testing.T) {
	e := testkit.MongoDB(t)
	store := watched(t, e)
	testkit.Insert(t, e, "settings",
		`{"_id": "unfinished", "what": "import", "since": {"$date": "2026-01-01T00:00:00Z"}, "by": "x"}`)
	testkit.Eventually(t, "the store is not ready",
		func() bool { return strings.Contains(why(store), "has not come to its end") })
	if _, err := read(store); content.CodeOf(err) != content.CodeUnavailable {
		t.Errorf("an incomplete site is read: %v", err)
	}
	testkit.Remove(t, e, "settings", "unfinished")
	testkit.Eventually(t, "the store is ready", func() bool { return why(store) == "" })
}

// TestMissingCollection removes one collection of a running store: nothing is read, cached or written any more. The
// store resumes by itself when the same collection is there again, and after a restart if another one is in its
// place.
func TestMissingCollection(t *testing.T) {
	rename := func(t *testing.T, e testkit.Engine, from, to string) {
		t.Helper()
		db := testkit.Database(t, e)
		command := bson.D{{Key: "renameCollection", Value: db.Name() + "." + from}, {Key: "to", Value: db.Name() + "." + to}}
		if err := db.Client().Database("admin").RunCommand(t.Context(), command).Err(); err != nil {
			t.Fatal(err)
		}
	}
	drop := func(t *testing.T, e testkit.Engine) {
		t.Helper()
		if err := testkit.Database(t, e).Collection("tags").Drop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	taken := func(t *testing.T, store *storage.Store) {
		t.Helper()
		testkit.Eventually(t, "the store is not ready",
			func() bool { return strings.Contains(why(store), "collection tags was dropped") })
		if n, err := read(store); content.CodeOf(err) != content.CodeUnavailable {
			t.Errorf("%d tags are read: %v", n, err)
		}
		if store.Feed.Current() {
			t.Error("cached content is returned")
		}
		if err := store.AddAccount(t.Context(),
			&content.Account{ID: "account_x", Login: "x"}); content.CodeOf(err) != content.CodeUnavailable {
			t.Errorf("a write into a damaged store: %v", err)
		}
	}
	t.Run("renamed", func(t *testing.T) {
		e := testkit.MongoDB(t)
		store := watched(t, e)
		before, err := read(store)
		if err != nil || before == 0 {
			t.Fatal(before, err)
		}
		rename(t, e, "tags", "labels")
		taken(t, store)
		rename(t, e, "labels", "tags")
		testkit.Eventually(t, "the store is ready", func() bool { return why(store) == "" })
		if n, err := read(store); err != nil || n != before {
			t.Errorf("%d tags are there again, not %d: %v", n, before, err)
		}
	})
	t.Run("dropped, and made again by a write", func(t *testing.T) {
		e := testkit.MongoDB(t)
		store := watched(t, e)
		drop(t, e)
		testkit.Insert(t, e, "tags", `{"_id": "tag_new"}`)
		taken(t, store)
	})
	t.Run("dropped", func(t *testing.T) {
		e := testkit.MongoDB(t)
		store := watched(t, e)
		drop(t, e)
		taken(t, store)
		testkit.Insert(t, e, "tags", `{"_id": "tag_new"}`)
		if time.Sleep(3 * time.Second); why(store) == "" {
			t.Error("another collection is accepted as the store's own")
		}
		restarted := testkit.Store(t, e)
		if err := restarted.Ready(t.Context()); err != nil {
			t.Error(err)
		}
	})
	t.Run("one that is made again", func(t *testing.T) {
		e := testkit.MongoDB(t)
		store := watched(t, e)
		if err := testkit.Database(t, e).Collection("sessions").Drop(t.Context()); err != nil {
			t.Fatal(err)
		}
		testkit.Eventually(t, "its indexes are there again", func() bool {
			specs, err := testkit.Database(t, e).Collection("sessions").Indexes().ListSpecifications(t.Context())
			return err == nil && len(specs) > 1
		})
		testkit.Eventually(t, "the store is ready", func() bool { return why(store) == "" })
	})
}
