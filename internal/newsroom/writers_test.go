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
)

// editor is a context in which an editor acts.
func editor(ctx context.Context) context.Context {
	return auth.WithActor(ctx, &content.Actor{ID: "account_editor", Name: "Editor", Role: content.RoleEditor})
}

// vietnamese is the languages in which messages come.
var vietnamese = []content.Locale{"vi"}

// makeTags makes tags to be changed.
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

// text is a text of the site's default language, as an input has it.
func text(s string) any { return map[string]any{"text": s} }

// describe is a change of a tag's description.
func describe(id content.ID, version int, description string) newsroom.Change {
	return newsroom.Change{Action: content.ActionUpdate, ID: id, Version: version, Input: newsroom.Input{"description": text(description)}}
}

// TestConcurrentWriters lets two hundred writers change ten entries at once: every
// accepted change is a revision, no version is skipped or twice there, and the last state
// is the last accepted one.
func TestConcurrentWriters(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.Store(t, e)
		room := newsroom.New(store, newsroom.Options{Log: testkit.Log(t)})
		ids := makeTags(t, room, 10)
		var mu sync.Mutex
		accepted := map[content.ID]map[int]string{} // what each version says
		var conflicts atomic.Int64
		var writers sync.WaitGroup
		for n := range 200 {
			writers.Go(func() {
				id := ids[rand.IntN(len(ids))]
				for attempt := range 20 { // as a client does: read again, try again
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
						time.Sleep(rand.N(time.Duration(attempt+1) * 2 * time.Second)) // a person reads what the other one wrote
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
			whole(t, store, id, accepted[id])
		}
		if _, removed, err := store.Sweep(context.Background(), testkit.NewClock().Now(), true); removed > 0 || err != nil {
			t.Errorf("%d revisions that did not come to be were left open: %v", removed, err)
		}
	})
}

// patiently does something again while the store is too busy, as a client does; a change has a
// key that keeps it from being made twice.
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

// whole sees that an entry's revisions are every accepted change, and its state the last one.
func whole(t *testing.T, store *storage.Store, id content.ID, accepted map[int]string) {
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
	pages, err := store.Revisions.Pages(context.Background(), storage.List[*content.RevisionFilter]{First: &all, Asked: storage.Asked{Total: true}},
		[]storage.Within{{Any: []storage.Link{{Field: "entry", IDs: []content.ID{id}}}}})
	if err != nil || pages[0].TotalCount != e.Version {
		t.Errorf("%s has version %d and %d revisions: %v", id, e.Version, pages[0].TotalCount, err)
	}
}

// TestMovesAtOnce moves three sections below each other at the same moment, which are right each alone and
// a circle together: one of them is refused, and what it is below is told.
func TestMovesAtOnce(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.Store(t, e)
		room := newsroom.New(store, newsroom.Options{Log: testkit.Log(t)})
		for round := range 5 {
			var ids []content.ID
			for i := range 3 {
				outcome, err := room.Do(editor(context.Background()), vietnamese, newsroom.Change{
					Action: content.ActionCreate, Kind: content.KindSection, Input: newsroom.Input{"name": text(fmt.Sprintf("Mục %d.%d", round, i))},
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
					move := newsroom.Change{Action: content.ActionUpdate, ID: id, Version: 1, Input: newsroom.Input{"parent": string(ids[(i+1)%3])}}
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
				t.Errorf("of three moves that make a circle %d were made and %d refused", moved.Load(), refused.Load())
			}
		}
		if found := findings(t, store, false); len(found) > 0 {
			t.Errorf("the tree does not fit together: %v", found)
		}
	})
}

// TestTrashFollows moves the section of an article that is in the trash: it comes back with the breadcrumb of the new place.
func TestTrashFollows(t *testing.T) {
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
			return do(newsroom.Change{Action: content.ActionCreate, Kind: content.KindSection, Input: newsroom.Input{"name": text(name)}})
		}
		above, below := section("Trên"), section("Dưới")
		article := do(newsroom.Change{Action: content.ActionCreate, Kind: content.KindArticle, Input: newsroom.Input{"title": text("Bài"), "section": string(below)}})
		do(newsroom.Change{Action: content.ActionTrash, ID: article, Version: 1})
		do(newsroom.Change{Action: content.ActionUpdate, ID: below, Version: 1, Input: newsroom.Input{"parent": string(above)}})
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
