package newsroom_test

import (
	"context"
	"testing"

	"sen/internal/auth"
	"sen/internal/content"
	"sen/internal/newsroom"
	"sen/internal/people"
	"sen/internal/storage"
	"sen/internal/testkit"
)

// TestRestoreAfterLinkedDeleted permanently deletes the entries to which an entry in the trash links. A check finds
// nothing wrong. The entry is restored without the links, so that no filter finds it by a deleted entry.
func TestRestoreAfterLinkedDeleted(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.Store(t, e)
		room := newsroom.New(store, newsroom.Options{Log: testkit.Log(t)})
		ctx := auth.WithActor(t.Context(), people.Operator)
		do := func(c newsroom.Change) *newsroom.Outcome {
			t.Helper()
			outcome, err := room.Do(ctx, nil, c)
			if err != nil || len(outcome.Problems) > 0 {
				t.Fatal(c.Action, err, outcome)
			}
			return outcome
		}
		tag := makeTags(t, room, 1)[0]
		article := do(newsroom.Change{Action: content.ActionCreate, Kind: content.KindArticle, Input: newsroom.Input{
			"title": text("Bài"), "tags": []any{string(tag)},
		}}).ID
		round := inTheTrash(do)
		do(newsroom.Change{Action: content.ActionTrash, ID: article, Version: 1})
		do(newsroom.Change{Action: content.ActionTrash, ID: tag, Version: 1})
		do(newsroom.Change{Action: content.ActionDeleteForever, ID: tag, Version: 2})
		do(newsroom.Change{Action: content.ActionDeleteForever, ID: round, Version: 2})
		sound := func(when string) {
			t.Helper()
			for _, f := range findings(t, store) {
				t.Errorf("%s a check finds: %+v", when, f)
			}
		}
		sound("in the trash")
		back := do(newsroom.Change{Action: content.ActionRestore, ID: article, Version: 2})
		if len(back.Notices) != 1 || back.Notices[0].Code != content.NoticeLost || back.Notices[0].Entries[0] != tag {
			t.Errorf("notices: %+v", back.Notices)
		}
		sound("afterwards")
		list := storage.List[*content.ArticleFilter]{
			Stage:  content.StageDraft,
			Filter: &content.ArticleFilter{Tags: &content.TagRelationFilter{IDs: []content.ID{tag}}},
		}
		pages, err := store.Articles.Pages(context.Background(), list, []storage.Within{{}})
		if err != nil || len(pages[0].Nodes) > 0 {
			t.Errorf("a filter finds an entry by a deleted one: %v", err)
		}
	})
}

// inTheTrash creates an award and its round, moves both to the trash, and returns the round.
func inTheTrash(do func(newsroom.Change) *newsroom.Outcome) content.ID {
	series := do(newsroom.Change{
		Action: content.ActionCreate, Kind: content.KindAwardSeries,
		Input: newsroom.Input{"name": text("Giải")},
	}).ID
	round := do(newsroom.Change{Action: content.ActionCreate, Kind: content.KindAwardRound, Input: newsroom.Input{
		"name": text("Lần một"), "series": string(series), "year": 2020, "level": "NATIONAL",
	}}).ID
	award := do(newsroom.Change{Action: content.ActionCreate, Kind: content.KindAward, Input: newsroom.Input{
		"title": text("Nhất"), "round": string(round),
	}}).ID
	do(newsroom.Change{Action: content.ActionTrash, ID: award, Version: 1})
	do(newsroom.Change{Action: content.ActionTrash, ID: round, Version: 1})
	return round
}
