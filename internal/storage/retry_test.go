package storage_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"sen/internal/content"
	"sen/internal/derive"
	"sen/internal/entries"
	"sen/internal/newsroom"
	"sen/internal/storage"
	"sen/internal/testkit"
)

// crashChange is the environment variable with the change, as JSON, that the child of TestCrashAndRetry makes.
const crashChange = "SEN_TEST_CRASH_CHANGE"

// crashFile is the environment variable with the file that the child uploads instead.
const crashFile = "SEN_TEST_CRASH_FILE"

// upload returns an upload of a text file.
func upload(text, key string) newsroom.Upload {
	return newsroom.Upload{File: strings.NewReader(text), Size: int64(len(text)), Name: "danh-sach.txt", Key: key}
}

// TestUploadAndRetry kills the program in the middle of an upload, and sends the file again at once with the same
// key. It becomes one medium, with the slug that it would have had, and nothing else is left of the first attempt.
func TestUploadAndRetry(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		where := filepath.Join(t.TempDir(), "data")
		if e.Name == "mongodb" {
			where = testkit.MongoDB(t).URI
			reopened(t, where)
		}
		for i, step := range []string{"chunk written", "file written", "claimed", "revision inserted", "entry saved"} {
			t.Run(step, func(t *testing.T) {
				key, text := "upload "+step, fmt.Sprintf("Danh sách %d\n", i)
				killed(t, "TestRetryChild", crashStore+"="+where, crashAt+"="+step, crashFile+"="+text,
					fmt.Sprintf(`%s={"Key":%q}`, crashChange, key))
				ctx, cancel := context.WithTimeout(crashActor(), 20*time.Second) // less than the term of a lease
				defer cancel()
				store := reopened(t, where)
				room := newsroom.New(store, newsroom.Options{Log: testkit.Log(t)})
				var ids []content.ID
				for range 2 {
					outcome, err := room.Upload(ctx, nil, upload(text, key))
					if err != nil || len(outcome.Problems) > 0 {
						t.Fatal(err, outcome)
					}
					ids = append(ids, outcome.ID)
					if slug := outcome.Content.Common().Slug; strings.HasSuffix(slug, "-2") != (i > 0) && i < 2 {
						t.Errorf("the medium has the slug %s", slug)
					}
				}
				if ids[0] != ids[1] {
					t.Errorf("one file under one key became %v", ids)
				}
				files := 0
				err := store.Files(ctx, func(content.ID, string, int64) error { files++; return nil })
				if files != i+1 || err != nil {
					t.Errorf("there are %d files of %d media: %v", files, i+1, err)
				}
				if _, err := store.OpenFile(ctx, ids[0], "", content.StageDraft); err != nil {
					t.Errorf("the file of the medium: %v", err)
				}
			})
		}
	})
}

// TestRetryChild is the program that TestCrashAndRetry kills.
func TestRetryChild(t *testing.T) {
	var change newsroom.Change
	if raw := os.Getenv(crashChange); raw == "" || json.Unmarshal([]byte(raw), &change) != nil {
		t.Skip("it runs only as the child of TestCrashAndRetry")
	}
	room := newsroom.New(reopened(t, os.Getenv(crashStore)), newsroom.Options{Log: testkit.Log(t)})
	storage.SetFault(func(done string) {
		if done == os.Getenv(crashAt) {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	})
	var outcome *newsroom.Outcome
	var err error
	if file := os.Getenv(crashFile); file != "" {
		outcome, err = room.Upload(crashActor(), nil, upload(file, change.Key))
	} else {
		outcome, err = room.Do(crashActor(), nil, change)
	}
	t.Fatalf("the child was not killed: %+v, %v", outcome, err)
}

// retried is a store in which changes are killed and repeated.
type retried struct {
	where string
	store *storage.Store
}

// kill makes a change in a program that is killed after a step.
func (r retried) kill(t *testing.T, c newsroom.Change, step string) {
	t.Helper()
	raw, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	killed(t, "TestRetryChild", crashStore+"="+r.where, crashAt+"="+step, crashChange+"="+string(raw))
}

// TestCrashAndRetry kills the program after every step of a change and repeats the change at once with the same key.
// It succeeds as the first attempt would have, with the same slug, and nothing stays open.
func TestCrashAndRetry(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		r := retried{where: filepath.Join(t.TempDir(), "data")}
		if e.Name == "mongodb" { // the embedded engine can't be open in two programs
			r.where = testkit.MongoDB(t).URI
			r.store = reopened(t, r.where)
		}
		for i, step := range []string{"claimed", "revision inserted", "entry saved", "claims settled"} {
			t.Run(step, func(t *testing.T) {
				says := fmt.Sprintf("the %d", i)
				r.retry(t, step,
					newsroom.Change{Action: content.ActionCreate, Kind: content.KindTag, Input: name(says), Key: "create " + step},
					"the-"+says[4:])
				var made *newsroom.Outcome
				r.with(t, func(room *newsroom.Newsroom) {
					made = do(t, room, newsroom.Change{Action: content.ActionCreate, Kind: content.KindTag, Input: name("cu " + says)})
				})
				input := name("moi " + says)
				input["slug"] = fmt.Sprintf("moi-%d", i)
				r.retry(t, step,
					newsroom.Change{Action: content.ActionUpdate, ID: made.ID, Version: 1, Input: input, Key: "update " + step},
					input["slug"].(string))
				r.retry(t, step, newsroom.Change{Action: content.ActionPublish, ID: made.ID, Version: 2, Key: "publish " + step},
					input["slug"].(string))
			})
		}
		for _, step := range []string{"deriving", "derived set"} {
			for _, again := range []bool{true, false} {
				t.Run(fmt.Sprintf("what follows, %s, sent again: %t", step, again), func(t *testing.T) { r.follow(t, step, again) })
			}
		}
	})
}

// with opens the store, unless it is already open, and calls a function with a newsroom.
func (r retried) with(t *testing.T, do func(*newsroom.Newsroom)) {
	t.Helper()
	t.Run("open", func(t *testing.T) {
		store := r.store
		if store == nil {
			store = reopened(t, r.where)
		}
		do(newsroom.New(store, newsroom.Options{Log: testkit.Log(t)}))
		if open, err := store.Open(t.Context()); len(open) > 0 || err != nil {
			t.Errorf("%d revisions are open: %v", len(open), err)
		}
	})
}

// retry kills a change after a step and repeats it twice.
func (r retried) retry(t *testing.T, step string, c newsroom.Change, slug string) {
	t.Helper()
	r.kill(t, c, step)
	r.with(t, func(room *newsroom.Newsroom) {
		first, second := do(t, room, c), do(t, room, c)
		if first.ID != second.ID || first.Content.Common().Version != c.Version+1 {
			t.Errorf("%s: a retry returns %s in version %d, another one %s", c.Key, first.ID, first.Content.Common().Version,
				second.ID)
		}
		if got := first.Content.Common().Slug; got != slug {
			t.Errorf("%s: the retry has the slug %s, not %s", c.Key, got, slug)
		}
	})
}

// follow kills a move of a section while the articles below it are updated to the new path.
func (r retried) follow(t *testing.T, step string, again bool) {
	var above, below *newsroom.Outcome
	var articles []content.ID
	r.with(t, func(room *newsroom.Newsroom) {
		above = do(t, room, newsroom.Change{Action: content.ActionCreate, Kind: content.KindSection, Input: name("Trên")})
		below = do(t, room, newsroom.Change{Action: content.ActionCreate, Kind: content.KindSection, Input: name("Dưới")})
		for range 3 {
			input := newsroom.Input{"title": map[string]any{"text": "Bài"}, "section": string(below.ID)}
			articles = append(articles,
				do(t, room, newsroom.Change{Action: content.ActionCreate, Kind: content.KindArticle, Input: input}).ID)
		}
	})
	move := newsroom.Change{
		Action: content.ActionUpdate, ID: below.ID, Version: 1, Key: fmt.Sprintf("move, %s, again %t", step, again),
		Input: newsroom.Input{"parent": string(above.ID)},
	}
	r.kill(t, move, step)
	store := r.store
	if store == nil {
		store = reopened(t, r.where)
	}
	room := newsroom.New(store, newsroom.Options{Log: testkit.Log(t)})
	if again {
		do(t, room, move)
	} else { // what any server does regularly, and at its start
		if _, _, err := store.Sweep(context.Background(), time.Now(), false); err != nil {
			t.Fatal(err)
		}
		if err := derive.New(store, entries.Of(store)).Finish(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range articles {
		e, _, err := store.Articles.Entry(context.Background(), id)
		if err != nil {
			t.Fatal(err)
		}
		if want := []content.ID{above.ID, below.ID}; !slices.Equal(e.Draft.BreadcrumbIDs, want) {
			t.Errorf("the breadcrumb of %s is %v, want %v", id, e.Draft.BreadcrumbIDs, want)
		}
	}
	if open, err := store.Following(context.Background()); err != nil ||
		slices.ContainsFunc(open, func(r *content.Revision) bool { return r.Entry == below.ID }) {
		t.Errorf("some revisions still require work: %v, %v", open, err)
	}
}

// TestCrashAndRepeat kills the program during the creation of an entry and repeats the creation without an
// idempotency key. The slug of the killed creation is free at once if no other program can be writing, and after a
// minute otherwise.
func TestCrashAndRepeat(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		for _, step := range []string{"claimed", "revision inserted"} {
			for _, own := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, a slug of one's own: %t", step, own), func(t *testing.T) {
					r := retried{where: filepath.Join(t.TempDir(), "data")}
					if e.Name == "mongodb" {
						r.where = testkit.MongoDB(t).URI
						reopened(t, r.where)
					}
					change := newsroom.Change{Action: content.ActionCreate, Kind: content.KindTag, Input: name("Thẻ")}
					if own {
						change.Input["slug"] = "the"
					}
					r.kill(t, change, step)
					store := reopened(t, r.where)
					if e.Name == "mongodb" {
						soon, err := newsroom.New(store, newsroom.Options{Log: testkit.Log(t)}).Do(crashActor(), nil, change)
						if err != nil || own != (len(soon.Problems) == 1 && soon.Problems[0].Code == content.ProblemTaken) || !own &&
							soon.Content.Common().Slug != "the-2" {
							t.Errorf("a slug that another write may be about to set was taken: %+v: %v", soon, err)
						}
					}
					later := newsroom.Options{Log: testkit.Log(t), Now: func() time.Time { return store.Now().Add(time.Minute) }}
					if e.Name == "embedded" {
						later.Now = nil
					}
					if made := do(t, newsroom.New(store, later), change); made.Content.Common().Slug != "the" {
						t.Errorf("the slug is %s", made.Content.Common().Slug)
					}
				})
			}
		}
	})
}

// TestRetryKeepsItsSlug continues an attempt that was started two minutes ago. Meanwhile another entry with the same
// slug is created: the attempt keeps the slug, as if it had been claimed now.
func TestRetryKeepsItsSlug(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		t.Cleanup(func() { storage.SetFault(func(string) {}) })
		store := testkit.Store(t, e)
		now := time.Now()
		room := newsroom.New(store, newsroom.Options{Log: testkit.Log(t), Now: func() time.Time { return now }})
		change := newsroom.Change{Action: content.ActionCreate, Kind: content.KindTag, Input: name("Thẻ"), Key: "k"}
		storage.SetFault(func(done string) {
			if done == "revision inserted" {
				runtime.Goexit() // as if the program of the attempt had ended
			}
		})
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_, _ = room.Do(crashActor(), nil, change)
		}()
		<-ended
		now = now.Add(2 * time.Minute)
		var other *newsroom.Outcome
		storage.SetFault(func(done string) {
			if done == "claimed" {
				storage.SetFault(func(string) {})
				other = do(t, room, newsroom.Change{Action: content.ActionCreate, Kind: content.KindTag, Input: name("Thẻ")})
			}
		})
		made := do(t, room, change)
		if a, b := made.Content.Common().Slug, other.Content.Common().Slug; a != "the" || b != "the-2" {
			t.Errorf("the retry has the slug %s, the other entry %s", a, b)
		}
	})
}
