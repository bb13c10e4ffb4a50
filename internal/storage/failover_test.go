package storage_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sen/internal/content"
	"sen/internal/newsroom"
	"sen/internal/storage"
	"sen/internal/testkit"
)

// TestFailover kills the primary of a replica set of three during 2,000 writes. Every acknowledged write is there
// afterwards, none is there twice, and the writers got no error other than UNAVAILABLE.
func TestFailover(t *testing.T) {
	if os.Getenv("SEN_MONGOD") == "" {
		t.Skip("no mongod: run `make test`, or set SEN_MONGOD")
	}
	const writes, writers = 2000, 16
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	set, err := testkit.StartReplicaSet(ctx, t.TempDir(), 3)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := set.Remove(); err != nil {
			t.Error(err)
		}
	})
	store := testkit.Store(t, testkit.Engine{URI: set.URI("failover")})
	room := newsroom.New(store, newsroom.Options{Log: testkit.Log(t)})
	var begun, unavailable atomic.Int64
	var mu sync.Mutex
	acknowledged := map[content.ID]string{}
	halfway := make(chan struct{})
	var tasks sync.WaitGroup
	for range writers {
		tasks.Go(func() {
			for {
				n := begun.Add(1)
				if n == writes/2 {
					close(halfway)
				}
				if n > writes {
					return
				}
				says := fmt.Sprintf("Thẻ số %d", n)
				change := newsroom.Change{Action: content.ActionCreate, Kind: content.KindTag, Input: name(says), Key: says}
				for ctx.Err() == nil {
					outcome, err := room.Do(crashActor(), nil, change)
					if content.CodeOf(err) == content.CodeUnavailable && err != nil {
						unavailable.Add(1)
						time.Sleep(200 * time.Millisecond)
						continue // with the same key, the effect of the first attempt is not repeated
					}
					if err != nil || len(outcome.Problems) > 0 {
						t.Errorf("a writer got an error other than UNAVAILABLE: %v %+v", err, outcome)
						return
					}
					mu.Lock()
					acknowledged[outcome.ID] = says
					mu.Unlock()
					break
				}
			}
		})
	}
	<-halfway
	primary, err := set.Primary(ctx)
	if err == nil {
		err = primary.Kill()
	}
	if err != nil {
		t.Fatal(err)
	}
	tasks.Wait()
	t.Logf("%d writes failed as UNAVAILABLE and were retried", unavailable.Load())
	if len(acknowledged) != writes {
		t.Errorf("%d of %d writes were acknowledged", len(acknowledged), writes)
	}
	if _, _, err := store.Sweep(ctx, time.Now(), true); err != nil {
		t.Fatal(err)
	}
	there := map[string]content.ID{}
	list := storage.List[*content.TagFilter]{Stage: content.StageDraft, Fields: []string{"name"}, Order: "CREATED_AT_ASC"}
	for {
		hundred := 100
		list.First = &hundred
		pages, err := store.Tags.Pages(ctx, list, []storage.Within{{}})
		if err != nil {
			t.Fatal(err)
		}
		for _, tag := range pages[0].Nodes {
			says := tag.Name["vi"]
			if before, twice := there[says]; twice {
				t.Errorf("%q exists twice: %s and %s", says, before, tag.ID)
			}
			there[says] = tag.ID
			if copied, _, err := store.Tags.RevisionCopy(ctx, tag.ID, 1); copied == nil || err != nil {
				t.Errorf("%s has no revision: %v", tag.ID, err)
			}
		}
		if len(pages[0].Nodes) < hundred {
			break
		}
		list.After = *pages[0].PageInfo.EndCursor
	}
	for id, says := range acknowledged {
		if there[says] != id {
			t.Errorf("%q was acknowledged as %s and is %q", says, id, there[says])
		}
	}
	if len(there) != writes {
		t.Errorf("%d tags are there after %d writes", len(there), writes)
	}
}
