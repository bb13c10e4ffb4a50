package storage_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sen/internal/auth"
	"sen/internal/content"
	"sen/internal/newsroom"
	"sen/internal/storage"
	"sen/internal/testkit"
	"sen/internal/upkeep"
)

// The environment variables of the child of TestCrash.
const (
	crashAt     = "SEN_TEST_CRASH_AT"     // the step after which it is killed
	crashAction = "SEN_TEST_CRASH_ACTION" // the change that it makes
	crashStore  = "SEN_TEST_CRASH_STORE"  // the MongoDB URI or the embedded engine's folder
)

// reopened opens a store, on a URI or on a folder of the embedded engine, as a starting program does.
func reopened(t *testing.T, where string) *storage.Store {
	t.Helper()
	if strings.Contains(where, "://") {
		return testkit.Store(t, testkit.Engine{Name: "mongodb", URI: where})
	}
	return testkit.Store(t, testkit.EmbeddedAt(t, where))
}

// crashActor returns a context with the actor of these tests.
func crashActor() context.Context {
	return auth.WithActor(context.Background(),
		&content.Actor{ID: "account_admin", Name: "Admin", Role: content.RoleAdmin})
}

// do makes a change that must succeed.
func do(t *testing.T, room *newsroom.Newsroom, c newsroom.Change) *newsroom.Outcome {
	t.Helper()
	outcome, err := room.Do(crashActor(), nil, c)
	if err != nil || len(outcome.Problems) > 0 {
		t.Fatalf("%s: %v %+v", c.Action, err, outcome)
	}
	return outcome
}

// name returns an input with the name of a tag.
func name(s string) newsroom.Input { return newsroom.Input{"name": map[string]any{"text": s}} }

// crashing are the changes of one tag. Each is killed at every step.
var crashing = map[content.Action]func(id content.ID, version int) newsroom.Change{
	content.ActionCreate: func(content.ID, int) newsroom.Change {
		return newsroom.Change{Action: content.ActionCreate, Kind: content.KindTag, Input: name("Thẻ mới")}
	},
	content.ActionUpdate: func(id content.ID, version int) newsroom.Change {
		input := name("Thẻ đổi tên")
		input["slug"] = "the-doi-ten"
		return newsroom.Change{Action: content.ActionUpdate, ID: id, Version: version, Input: input}
	},
	content.ActionPublish: func(id content.ID, version int) newsroom.Change {
		return newsroom.Change{Action: content.ActionPublish, ID: id, Version: version}
	},
	content.ActionDeleteForever: func(id content.ID, version int) newsroom.Change {
		return newsroom.Change{Action: content.ActionDeleteForever, ID: id, Version: version}
	},
}

// TestCrashChild is the program that TestCrash kills: it makes a change and dies during it.
func TestCrashChild(t *testing.T) {
	step := os.Getenv(crashAt)
	if step == "" {
		t.Skip("it runs only as the child of TestCrash")
	}
	store := reopened(t, os.Getenv(crashStore))
	room := newsroom.New(store, newsroom.Options{Log: testkit.Log(t)})
	tag := theTag(t, store)
	storage.SetFault(func(done string) {
		if done == step {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	})
	_, err := room.Do(crashActor(), nil, crashing[content.Action(os.Getenv(crashAction))](tag.ID, tag.Version))
	if err == nil { // what a change leaves to a sweep
		_, _, err = store.Sweep(context.Background(), time.Now(), false)
	}
	t.Fatalf("the child was not killed: %v", err)
}

// theTag returns the single tag that TestCrash made.
func theTag(t *testing.T, store *storage.Store) *content.Entry[*content.Tag] {
	t.Helper()
	for _, slug := range []string{"the-cu", "the-doi-ten"} {
		found, _, err := store.Tags.BySlug(context.Background(), slug, content.StageDraft, nil)
		if err != nil {
			t.Fatal(err)
		}
		if found == nil {
			continue
		}
		e, _, err := store.Tags.Entry(context.Background(), found.ID)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	t.Fatal("the tag is gone")
	return nil
}

// TestCrash kills the program with SIGKILL after every step of a change. After a restart the next change succeeds,
// the killed change was made completely or not at all, and nothing stays open.
func TestCrash(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		for action, change := range crashing {
			steps := []string{"claimed", "revision inserted", "entry saved", "claims settled", "revision marked"}
			if action == content.ActionDeleteForever {
				steps = []string{"revision inserted", "entry removed", "revision marked"}
			}
			for _, step := range steps {
				t.Run(fmt.Sprintf("%s, %s", action, step), func(t *testing.T) {
					where := filepath.Join(t.TempDir(), "data")
					if e.Name == "mongodb" {
						where = testkit.MongoDB(t).URI
					}
					t.Run("before", func(t *testing.T) {
						room := newsroom.New(reopened(t, where), newsroom.Options{Log: testkit.Log(t)})
						made := do(t, room, newsroom.Change{Action: content.ActionCreate, Kind: content.KindTag, Input: name("Thẻ cũ")})
						if action == content.ActionDeleteForever {
							do(t, room, newsroom.Change{Action: content.ActionTrash, ID: made.ID, Version: 1})
						}
					})
					killed(t, "TestCrashChild", crashAt+"="+step, crashAction+"="+string(action), crashStore+"="+where)
					afterCrash(t, reopened(t, where), action, step, change)
				})
			}
		}
	})
}

// killed runs a test of this program in another process, which must be killed.
func killed(t *testing.T, test string, env ...string) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^"+test+"$")
	child.Env = append(os.Environ(), env...)
	out, err := child.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("the child was not killed: %v\n%s", err, out)
	}
}

// afterCrash checks what a restarted program finds.
func afterCrash(
	t *testing.T, store *storage.Store, action content.Action, step string, change func(content.ID, int) newsroom.Change,
) {
	t.Helper()
	ctx := context.Background()
	later := func() time.Time { return time.Now().Add(time.Hour) }
	room := newsroom.New(store, newsroom.Options{Log: testkit.Log(t)})
	if step == "entry removed" || step == "revision marked" && action == content.ActionDeleteForever {
		do(t, room, newsroom.Change{Action: content.ActionCreate, Kind: content.KindTag, Input: name("Thẻ khác")})
	} else {
		afterChange(t, store, room, action, step, change)
	}
	if _, _, err := store.Sweep(ctx, later(), false); err != nil {
		t.Error(err)
	}
	err := upkeep.Check(ctx, store, upkeep.CheckOptions{
		Now: later, Found: func(f upkeep.Finding) { t.Errorf("a check finds: %+v", f) }, Progress: func(string, int) {},
	})
	if err != nil {
		t.Error(err)
	}
	if action == content.ActionDeleteForever {
		// The slug is free: a new entry gets it.
		if made := do(t, room,
			newsroom.Change{
				Action: content.ActionCreate, Kind: content.KindTag,
				Input: name("Thẻ cũ"),
			}); made.Content.Common().Slug != "the-cu" {
			t.Errorf("the slug of a removed entry is still claimed: %s", made.Content.Common().Slug)
		}
	}
}

// afterChange makes the next change of the tag, and checks that every version has its revision.
func afterChange(
	t *testing.T, store *storage.Store, room *newsroom.Newsroom, action content.Action, step string,
	change func(content.ID, int) newsroom.Change,
) {
	t.Helper()
	ctx := context.Background()
	committed := step == "entry saved" || step == "claims settled" || step == "revision marked"
	tag := theTag(t, store)
	want := 1
	if committed && action != content.ActionCreate || action == content.ActionDeleteForever {
		want = 2
	}
	if tag.Version != want {
		t.Errorf("the tag has version %d, want %d", tag.Version, want)
	}
	next := change(tag.ID, tag.Version)
	if action == content.ActionPublish && committed {
		next.Action = content.ActionUnpublish // the tag is published already
	}
	do(t, room, next)
	if action == content.ActionDeleteForever {
		return
	}
	if _, _, err := store.Sweep(ctx, time.Now(), true); err != nil {
		t.Error(err)
	}
	tag = theTag(t, store)
	for version := 1; version <= tag.Version; version++ {
		if copied, _, err := store.Tags.RevisionCopy(ctx, tag.ID, version); copied == nil || err != nil {
			t.Errorf("revision %d is missing: %v", version, err)
		}
	}
	all := 100
	pages, err := store.Revisions.Pages(ctx,
		storage.List[*content.RevisionFilter]{First: &all, Asked: storage.Asked{Total: true}}, []storage.Within{{}})
	if err != nil {
		t.Fatal(err)
	}
	total, err := store.Tags.Pages(ctx,
		storage.List[*content.TagFilter]{First: &all, Asked: storage.Asked{Total: true}, Stage: content.StageDraft},
		[]storage.Within{{}})
	if err != nil {
		t.Fatal(err)
	}
	versions := 0
	for _, e := range total[0].Nodes {
		versions += e.Version
	}
	if pages[0].TotalCount != versions {
		t.Errorf("%d revisions of %d versions", pages[0].TotalCount, versions)
	}
}
