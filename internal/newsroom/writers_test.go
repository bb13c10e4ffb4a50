package newsroom_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sen/internal/auth"
	"sen/internal/content"
	"sen/internal/newsroom"
	"sen/internal/storage"
	"sen/internal/testkit"
	"sen/internal/upkeep"
)

// editor returns a context with an editor as the actor.
func editor(ctx context.Context) context.Context {
	return auth.WithActor(ctx, &content.Actor{ID: "account_editor", Name: "Editor", Role: content.RoleEditor})
}

// vietnamese is the language chain for the messages.
var vietnamese = []content.Locale{"vi"}

// makeTags creates tags for a test to change.
func makeTags(t testing.TB, room *newsroom.Newsroom, n int) (ids []content.ID) {
	t.Helper()
	for i := range n {
		outcome, err := room.Do(editor(context.Background()), vietnamese, newsroom.Change{
			Action: content.ActionCreate, Kind: content.KindTag, Input: newsroom.Input{"name": text(fmt.Sprintf("Thẻ %d", i))},
		})
		if err != nil || len(outcome.Problems) > 0 {
			t.Fatal(err, outcome)
		}
		ids = append(ids, outcome.ID)
	}
	return ids
}

// text returns the input of a text in the site's default language.
func text(s string) any { return map[string]any{"text": s} }

// findings returns the findings of a check whose clock is one hour ahead.
func findings(t *testing.T, store *storage.Store) (found []upkeep.Finding) {
	t.Helper()
	err := upkeep.Check(context.Background(), store, upkeep.CheckOptions{
		Now:   func() time.Time { return time.Now().Add(time.Hour) },
		Found: func(f upkeep.Finding) { found = append(found, f) }, Progress: func(string, int) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// describe returns a change of a tag's description.
func describe(id content.ID, version int, description string) newsroom.Change {
	return newsroom.Change{
		Action: content.ActionUpdate, ID: id, Version: version,
		Input: newsroom.Input{"description": text(description)},
	}
}

// TestConcurrentWriters lets 200 writers change ten entries at the same time. Every accepted change has a revision, the
// versions have no gaps and no duplicates, and the final state is the last accepted one.
func TestConcurrentWriters(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.Store(t, e)
		room := newsroom.New(store, newsroom.Options{Log: testkit.Log(t)})
		ids := makeTags(t, room, 10)
		var mu sync.Mutex
		accepted := map[content.ID]map[int]string{} // the description in each version
		var conflicts atomic.Int64
		var writers sync.WaitGroup
		for n := range 200 {
			writers.Go(func() {
				id := ids[rand.IntN(len(ids))]
				for attempt := range 20 { // like a client: read again, then try again
					var found map[content.ID]*content.Tag
					err := patiently(func() (err error) {
						found, err = store.Tags.ByIDs(context.Background(), []content.ID{id}, content.StageDraft, nil)
						return err
					})
					if err != nil || found[id] == nil {
						t.Error(err)
						return
					}
					version, says := found[id].Version, fmt.Sprintf("Người viết %d", n)
					change := describe(id, version, says)
					change.Key = fmt.Sprintf("writer %d, attempt %d", n, attempt)
					var outcome *newsroom.Outcome
					err = patiently(func() (err error) {
						outcome, err = room.Do(editor(context.Background()), vietnamese, change)
						return err
					})
					if err != nil {
						t.Error(err)
						return
					}
					if outcome.Conflict != nil {
						conflicts.Add(1)
						time.Sleep(rand.N(time.Duration(attempt+1) * 2 * time.Second)) // a person reads the other change
						continue
					}
					if len(outcome.Problems) > 0 {
						t.Error(outcome.Problems)
						return
					}
					mu.Lock()
					if accepted[id] == nil {
						accepted[id] = map[int]string{}
					}
					if before, twice := accepted[id][outcome.Content.Common().Version]; twice {
						t.Errorf("%s: version %d was accepted twice: %q, %q", id, version+1, before, says)
					}
					accepted[id][outcome.Content.Common().Version] = says
					mu.Unlock()
					return
				}
			})
		}
		writers.Wait()
		t.Logf("%d conflicts", conflicts.Load())
		for _, id := range ids {
			checkRevisions(t, store, id, accepted[id])
		}
		if _, removed, err := store.Sweep(context.Background(), testkit.NewClock().Now(), true); removed > 0 || err != nil {
			t.Errorf("%d failed revisions were left open: %v", removed, err)
		}
	})
}

// patiently repeats a call while the store is too busy, like a client. The idempotency key of a change prevents it from
// being made twice.
func patiently(do func() error) error {
	for {
		err := do()
		refused := new(content.Error)
		if !errors.As(err, &refused) || refused.Code != content.CodeUnavailable {
			return err
		}
		time.Sleep(rand.N(time.Second))
	}
}

// checkRevisions checks that every accepted change of an entry has a revision, and that the entry is in the state of
// the last one.
func checkRevisions(t *testing.T, store *storage.Store, id content.ID, accepted map[int]string) {
	t.Helper()
	e, _, err := store.Tags.Entry(context.Background(), id)
	if err != nil || e == nil {
		t.Fatal(err)
	}
	if e.Version != len(accepted)+1 {
		t.Errorf("%s has version %d after %d accepted changes", id, e.Version, len(accepted))
	}
	for version := 2; version <= e.Version; version++ {
		copied, _, err := store.Tags.RevisionCopy(context.Background(), id, version)
		if err != nil || copied == nil {
			t.Errorf("%s has no revision %d: %v", id, version, err)
			continue
		}
		if got := copied.Description["vi"]; got != accepted[version] {
			t.Errorf("%s, revision %d says %q; %q was accepted", id, version, got, accepted[version])
		}
	}
	if got := e.Draft.Description["vi"]; len(accepted) > 0 && got != accepted[e.Version] {
		t.Errorf("%s says %q; %q was accepted last", id, got, accepted[e.Version])
	}
	all := 100
	pages, err := store.Revisions.Pages(context.Background(),
		storage.List[*content.RevisionFilter]{First: &all, Asked: storage.Asked{Total: true}},
		[]storage.Within{{Any: []storage.Link{{Field: "entry", IDs: []content.ID{id}}}}})
	if err != nil || pages[0].TotalCount != e.Version {
		t.Errorf("%s has version %d and %d revisions: %v", id, e.Version, pages[0].TotalCount, err)
	}
}

// TestConcurrentMoves moves three sections below each other at the same time. Each move alone is valid; together they
// form a cycle. One of them is refused, and the other two update the ancestors.
func TestConcurrentMoves(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.Store(t, e)
		room := newsroom.New(store, newsroom.Options{Log: testkit.Log(t)})
		for round := range 5 {
			var ids []content.ID
			for i := range 3 {
				outcome, err := room.Do(editor(context.Background()), vietnamese, newsroom.Change{
					Action: content.ActionCreate, Kind: content.KindSection,
					Input: newsroom.Input{"name": text(fmt.Sprintf("Mục %d.%d", round, i))},
				})
				if err != nil || len(outcome.Problems) > 0 {
					t.Fatal(err, outcome)
				}
				ids = append(ids, outcome.ID)
			}
			var movers sync.WaitGroup
			var moved, refused atomic.Int64
			for i, id := range ids {
				movers.Go(func() {
					move := newsroom.Change{
						Action: content.ActionUpdate, ID: id, Version: 1,
						Input: newsroom.Input{"parent": string(ids[(i+1)%3])},
					}
					outcome, err := room.Do(editor(context.Background()), vietnamese, move)
					switch {
					case err != nil:
						t.Error(err)
					case len(outcome.Problems) == 0:
						moved.Add(1)
					case outcome.Problems[0].Code == content.ProblemCycle:
						refused.Add(1)
					default:
						t.Error(outcome.Problems)
					}
				})
			}
			movers.Wait()
			if moved.Load() != 2 || refused.Load() != 1 {
				t.Errorf("of three moves that form a cycle, %d were made and %d refused", moved.Load(), refused.Load())
			}
		}
		if found := findings(t, store); len(found) > 0 {
			t.Errorf("the tree is inconsistent: %v", found)
		}
	})
}

// TestRestoreUpdatesBreadcrumb moves the section of an article in the trash. The restored article has the breadcrumb of
// the section's new place.
func TestRestoreUpdatesBreadcrumb(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.Store(t, e)
		room := newsroom.New(store, newsroom.Options{Log: testkit.Log(t)})
		do := func(c newsroom.Change) content.ID {
			t.Helper()
			outcome, err := room.Do(editor(context.Background()), vietnamese, c)
			if err != nil || len(outcome.Problems) > 0 || outcome.Conflict != nil {
				t.Fatal(err, outcome)
			}
			return outcome.ID
		}
		section := func(name string) content.ID {
			return do(newsroom.Change{
				Action: content.ActionCreate, Kind: content.KindSection,
				Input: newsroom.Input{"name": text(name)},
			})
		}
		above, below := section("Trên"), section("Dưới")
		article := do(newsroom.Change{
			Action: content.ActionCreate, Kind: content.KindArticle,
			Input: newsroom.Input{"title": text("Bài"), "section": string(below)},
		})
		do(newsroom.Change{Action: content.ActionTrash, ID: article, Version: 1})
		do(newsroom.Change{
			Action: content.ActionUpdate, ID: below, Version: 1,
			Input: newsroom.Input{"parent": string(above)},
		})
		do(newsroom.Change{Action: content.ActionRestore, ID: article, Version: 2})
		found, _, err := store.Articles.Entry(context.Background(), article)
		if err != nil {
			t.Fatal(err)
		}
		if want := []content.ID{above, below}; !slices.Equal(found.Draft.BreadcrumbIDs, want) {
			t.Errorf("the breadcrumb is %v, want %v", found.Draft.BreadcrumbIDs, want)
		}
	})
}
