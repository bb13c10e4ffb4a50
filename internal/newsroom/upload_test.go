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

// TestConcurrentUploads sends one file several times at the same time, to different servers if the engine allows
// several. It becomes one medium.
func TestConcurrentUploads(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		rooms := []*newsroom.Newsroom{newsroom.New(testkit.Store(t, e), newsroom.Options{Log: testkit.Log(t)})}
		if e.Name != "embedded" { // the embedded engine has one server
			rooms = append(rooms, newsroom.New(testkit.Store(t, e), newsroom.Options{Log: testkit.Log(t)}))
		}
		const text = "Danh sách sản phẩm\n"
		var mu sync.Mutex
		media := map[content.ID]int{}
		duplicates := 0
		var senders sync.WaitGroup
		for i := range 4 {
			senders.Go(func() {
				outcome, err := rooms[i%len(rooms)].Upload(editor(context.Background()), vietnamese, newsroom.Upload{
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
