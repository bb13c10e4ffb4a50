package storage_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"sen/internal/sample"
	"sen/internal/storage"
	"sen/internal/testkit"
	"sen/internal/upkeep"
)

// putSample writes the sample content into a store that is not prepared.
func putSample(t *testing.T, store *storage.Store) bool {
	t.Helper()
	bundle, err := sample.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	filled, err := store.FillSample(t.Context(),
		func(ctx context.Context) error { return upkeep.Import(ctx, store, bundle) })
	if err != nil {
		t.Fatal(err)
	}
	return filled
}

// unready opens a store without preparing it.
func unready(t *testing.T, where string) *storage.Store {
	t.Helper()
	e := testkit.Engine{Name: "mongodb", URI: where}
	if !strings.Contains(where, "://") {
		e = testkit.EmbeddedAt(t, where)
	}
	store := storage.New(storage.Options{Engine: e.Open(t), Log: testkit.Log(t)})
	t.Cleanup(store.Close)
	return store
}

// TestSampleChild is the program that TestSampleAndCrash kills.
func TestSampleChild(t *testing.T) {
	step := os.Getenv(crashAt)
	if step == "" {
		t.Skip("it runs only as the child of TestSampleAndCrash")
	}
	storage.SetFault(func(done string) {
		if done == step {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	})
	t.Fatal("it lives on", putSample(t, unready(t, os.Getenv(crashStore))))
}

// TestSampleAndCrash kills the program while it writes the sample content: the store is refused, and the next start
// writes the whole sample again.
func TestSampleAndCrash(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		for _, step := range []string{"file written", "entries put"} {
			t.Run(step, func(t *testing.T) {
				where := filepath.Join(t.TempDir(), "data")
				if e.Name == "mongodb" {
					where = testkit.MongoDB(t).URI
				}
				killed(t, "TestSampleChild", crashAt+"="+step, crashStore+"="+where)
				store := unready(t, where)
				if err := store.Prepare(t.Context()); err == nil || !strings.Contains(err.Error(), "sample content of this store") {
					t.Fatalf("an incomplete sample is served: %v", err)
				}
				if !putSample(t, store) {
					t.Fatal("the sample is not written again")
				}
				if err := store.Prepare(t.Context()); err != nil {
					t.Fatal(err)
				}
				bundle, err := sample.Bundle()
				if err != nil {
					t.Fatal(err)
				}
				revisions, err := store.Revisions.IDs(t.Context())
				if want := len(bundle.Items) + 1; err != nil || len(revisions) != want { // one is the revision of the site
					t.Errorf("%d of %d entries and settings are there: %v", len(revisions), want, err)
				}
				err = upkeep.Check(t.Context(), store, upkeep.CheckOptions{
					Found: func(f upkeep.Finding) { t.Errorf("a check finds: %+v", f) }, Progress: func(string, int) {},
				})
				if err != nil {
					t.Error(err)
				}
				if putSample(t, store) {
					t.Error("the sample is written again into a store that has it")
				}
			})
		}
	})
}
