package newsroom_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"sen/internal/content"
	"sen/internal/newsroom"
	"sen/internal/testkit"
)

// TestUploadTwiceAtOnce sends one file several times at the same moment, as an impatient editor does:
// it becomes one medium.
func TestUploadTwiceAtOnce(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		room := newsroom.New(testkit.Store(t, e), newsroom.Options{Log: testkit.Log(t)})
		const text = "Danh sách sản phẩm\n"
		var mu sync.Mutex
		media := map[content.ID]int{}
		duplicates := 0
		var senders sync.WaitGroup
		for range 4 {
			senders.Go(func() {
				outcome, err := room.Upload(editor(context.Background()), vietnamese, newsroom.Upload{
					File: strings.NewReader(text), Size: int64(len(text)), Name: "danh-sach.txt",
				})
				if err != nil || len(outcome.Problems) > 0 {
					t.Error(err, outcome)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				media[outcome.ID]++
				duplicates += len(outcome.Notices)
			})
		}
		senders.Wait()
		if len(media) != 1 || duplicates != 3 {
			t.Errorf("one file sent four times became %v, %d were told to be there already", media, duplicates)
		}
	})
}
