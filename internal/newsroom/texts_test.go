package newsroom_test

import (
	"context"
	"testing"
	"time"

	"sen/internal/content"
	"sen/internal/newsroom"
	"sen/internal/storage"
	"sen/internal/testkit"
)

// TestOutdatedTextsAreRekeyed runs a newsroom on a store with texts that an older program prepared. After a while
// filters find them, without any request for it.
func TestOutdatedTextsAreRekeyed(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.SampleStore(t, e)
		testkit.Set(t, e, "tags", "tag_cnnttb",
			`{"live.keys": {"fold": {"name": {"vi": "ðong thap"}}}, "draft.keys": {"fold": {"name": {"vi": "ðong thap"}}}}`)
		found := func() bool {
			t.Helper()
			pages, err := store.Tags.Pages(t.Context(),
				storage.List[*content.TagFilter]{Filter: &content.TagFilter{Name: &content.StringFilter{Contains: new("cnnttb")}}},
				[]storage.Within{{}})
			if err != nil {
				t.Fatal(err)
			}
			return len(pages[0].Nodes) > 0
		}
		if found() {
			t.Fatal("the tag is found before its text was prepared: the test proves nothing")
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			newsroom.New(store, newsroom.Options{Log: testkit.Log(t)}).Keep(ctx)
		}()
		for !found() {
			time.Sleep(10 * time.Millisecond)
		}
		stop()
		<-done
	})
}
