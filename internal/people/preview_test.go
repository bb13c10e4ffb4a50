package people_test

import (
	"context"
	"testing"
	"time"

	"sen/internal/auth"
	"sen/internal/content"
	"sen/internal/newsroom"
	"sen/internal/people"
	"sen/internal/testkit"
)

// TestPreviewEnds ends previews in every possible way. A preview ends when the entry goes to the trash or the archive
// or is unpublished, when its maker may no longer create previews, and when somebody revokes it. It never becomes valid
// again.
func TestPreviewEnds(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		h := open(t, e)
		room := newsroom.New(h.store, newsroom.Options{Now: h.now, Log: testkit.Log(t)})
		boss := h.operator()
		h.account("lan", content.RoleEditor)
		lan, _ := h.signIn("lan", password)
		lanID := auth.ActorOf(lan).ID
		tag := newsroom.Change{
			Action: content.ActionCreate, Kind: content.KindTag,
			Input: newsroom.Input{"name": map[string]any{"text": "Thẻ"}},
		}
		created, err := room.Do(boss, nil, tag)
		if err != nil || len(created.Problems) > 0 {
			t.Fatal(err, created)
		}
		id := created.ID
		version := 1
		move := func(action content.Action) {
			t.Helper()
			outcome, err := room.Do(boss, nil, newsroom.Change{Action: action, ID: id, Version: version})
			if err != nil || len(outcome.Problems) > 0 {
				t.Fatal(action, err, outcome)
			}
			version++
		}
		preview := func(by context.Context) string {
			t.Helper()
			p, err := h.Preview(by, nil, id, time.Hour)
			if err != nil || p.Token == "" {
				t.Fatal(err, p)
			}
			if actor := auth.ActorOf(h.as(p.Token)); actor.Preview != id || actor.Role != "" {
				t.Errorf("the guest is %+v", actor)
			}
			return p.Token
		}
		var ended []string // each stays ended, whatever happens later
		ends := func(what string, end func(), undo func()) {
			t.Helper()
			mine, theirs := preview(boss), preview(lan)
			end()
			h.out(what, theirs)
			if undo != nil {
				undo()
			}
			if what != "its maker" {
				h.out(what, mine)
			} else if _, err := h.ActorFor(t.Context(), mine); err != nil {
				t.Errorf("the preview of another maker ended, too: %v", err)
			}
			for _, token := range append(ended, theirs) {
				h.out("after "+what, token)
			}
			ended = append(ended, theirs)
			preview(boss)
		}
		ends("the trash", func() { move(content.ActionTrash) }, func() { move(content.ActionRestore) })
		ends("the archive", func() { move(content.ActionArchive) }, func() { move(content.ActionRestore) })
		move(content.ActionPublish)
		ends("taking it back from readers", func() { move(content.ActionUnpublish) }, nil)
		ends("a revocation", func() {
			if done, err := h.RevokePreviews(boss, nil, id); err != nil || done.ID == nil {
				t.Fatal(err, done)
			}
		}, nil)
		disable := func(yes bool) {
			t.Helper()
			if _, _, err := h.UpdateAccount(boss, nil, lanID, people.AccountUpdate{Disabled: &yes}); err != nil {
				t.Fatal(err)
			}
		}
		ends("its maker", func() { disable(true) }, func() {
			disable(false)
			lan, _ = h.signIn("lan", password)
		})

		reader, role := preview(lan), content.RoleReader
		if _, _, err := h.UpdateAccount(boss, nil, lanID, people.AccountUpdate{Role: &role}); err != nil {
			t.Fatal(err)
		}
		h.out("its maker's role", reader)

		expires := h.now().Add(time.Minute)
		made, secret,
			err := h.CreateToken(boss, nil, people.NewToken{Name: "x", Role: content.RoleEditor, ExpiresAt: &expires})
		if err != nil {
			t.Fatal(err)
		}
		byToken := preview(h.as(secret))
		if _, err := h.RevokeToken(boss, nil, made.ID); err != nil {
			t.Fatal(err)
		}
		h.out("its maker's token", byToken)

		// A change that began before the revocation and is saved after it does not make the previews valid again.
		before, _, err := h.store.Tags.Entry(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		token := preview(boss)
		if _, err := h.RevokePreviews(boss, nil, id); err != nil {
			t.Fatal(err)
		}
		after := *before
		after.Version++
		if err := h.store.Tags.Save(t.Context(), before, &after,
			content.Revision{ID: "rev_late", At: h.now(), Action: content.ActionUpdate}, h.now()); err != nil {
			t.Fatal(err)
		}
		version++
		h.out("a revocation, and a save that had begun before it", token)

		over := preview(boss)
		other := people.New(h.store, people.Options{Now: h.now, Log: testkit.Log(t)})
		if _, err := other.ActorFor(t.Context(), over); err != nil {
			t.Errorf("another server does not know it: %v", err)
		}
		h.pass(time.Hour)
		h.out("a preview that is over", over)

		gone := preview(boss)
		move(content.ActionTrash)
		if p, err := h.Preview(boss, nil, id, time.Hour); err != nil || p.Token != "" ||
			p.Problems[0].Code != content.ProblemIllegalMove {
			t.Errorf("what is in the trash can be shown: %v %+v", err, p)
		}
		move(content.ActionDeleteForever)
		h.out("what is gone", gone)
	})
}
