package storage_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sen/internal/content"
	"sen/internal/storage"
	"sen/internal/testkit"
)

// orderBase is the common part of the nth of some entries: every third has the same times, and the first two of the working
// copies were never published.
func orderBase(kind content.Kind, n int) content.Base {
	at := monday.Add(time.Duration(n/3) * time.Hour)
	id := content.NewID(kind, at)
	base := content.Base{ID: id, Slug: fmt.Sprintf("e-%d", n), Version: 1, CreatedAt: at, UpdatedAt: at, PublishedAt: at}
	if n < 2 {
		base.PublishedAt = time.Time{}
	}
	return base
}

// equalName gives some the same name and others none.
func equalName(n int) content.Text {
	return []content.Text{{"vi": "Đà Nẵng"}, {"vi": "Huế", "en": "Hue"}, nil, {"en": "Dalat"}}[n%4]
}

// TestOrders walks through the entries of every kind in every order, in both directions and from either end, as readers and as
// the newsroom, with keys that are equal and keys that are absent: each entry is met once.
func TestOrders(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		s := testkit.Store(t, e)
		one := 1
		walkKind(t, s.Articles, func(n int, b content.Base) *content.Article { return &content.Article{Base: b, Title: equalName(n)} })
		walkKind(t, s.Authors, func(n int, b content.Base) *content.Author { return &content.Author{Base: b, Name: equalName(n)} })
		walkKind(t, s.Organizations, func(n int, b content.Base) *content.Organization {
			return &content.Organization{Base: b, Name: equalName(n)}
		})
		walkKind(t, s.Sections, func(n int, b content.Base) *content.Section {
			return &content.Section{Base: b, Name: equalName(n), Position: n / 3}
		})
		walkKind(t, s.Tags, func(n int, b content.Base) *content.Tag { return &content.Tag{Base: b, Name: equalName(n)} })
		walkKind(t, s.Events, func(n int, b content.Base) *content.Event {
			event := &content.Event{Base: b, Name: equalName(n), StartsAt: b.CreatedAt}
			if n%2 == 0 {
				event.StartsAt = time.Time{} // nobody knows when
			}
			return event
		})
		walkKind(t, s.Programs, func(n int, b content.Base) *content.Program { return &content.Program{Base: b, Name: equalName(n)} })
		walkKind(t, s.AwardSeries, func(n int, b content.Base) *content.AwardSeries {
			return &content.AwardSeries{Base: b, Name: equalName(n)}
		})
		walkKind(t, s.AwardRounds, func(n int, b content.Base) *content.AwardRound {
			return &content.AwardRound{Base: b, Name: equalName(n), Year: 2020 + n/3}
		})
		walkKind(t, s.Awards, func(n int, b content.Base) *content.Award {
			award := &content.Award{Base: b, Title: equalName(n), Year: 2020 + n/3, RoundID: "round_a", Level: content.LevelNational}
			if n%2 == 0 {
				award.Rank = &one
			}
			return award
		})
		walkKind(t, s.Media, func(n int, b content.Base) *content.Media { return &content.Media{Base: b, Title: equalName(n)} })
	})
}

// TestWinners sees that a round lists its awards as a table of winners, in each language, and only those.
func TestWinners(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.Store(t, e)
		var entries []*content.Entry[*content.Award]
		for _, a := range []struct {
			id     content.ID
			rank   int
			level  content.AwardLevel
			vi, en string
		}{
			{"award_h", 0, content.LevelCommune, "A", "A"},
			{"award_g", 0, content.LevelNational, "Đ", "D"},
			{"award_f", 0, content.LevelNational, "Dừa", "Z"},
			{"award_e", 10, content.LevelNational, "A", "A"},
			{"award_d", 2, content.LevelNational, "A", "A"},
			{"award_c", 1, content.LevelProvincial, "A", "A"},
			{"award_b", 1, content.LevelRegional, "Z", "A"},
			{"award_a", 1, content.LevelRegional, "Ă", "B"},
		} {
			base := orderBase(content.KindAward, 3)
			base.ID, base.Slug = a.id, string(a.id[6:])
			award := &content.Award{Base: base, RoundID: "round_a", Level: a.level, Title: content.Text{"vi": a.vi, "en": a.en}}
			if a.rank > 0 {
				award.Rank = &a.rank
			}
			entries = append(entries, content.NewEntry(award, true))
		}
		other := *entries[0].Draft
		other.ID, other.Slug, other.RoundID = "award_x", "x", "round_b"
		if err := store.Awards.Put(t.Context(), append(entries, content.NewEntry(&other, true))); err != nil {
			t.Fatal(err)
		}
		for locale, want := range map[content.Locale]string{"vi": "abcdefgh", "en": "bacdegfh"} {
			within := storage.Within{Any: []storage.Link{{Field: "round", IDs: []content.ID{"round_a"}}}, Order: "RANK_ASC"}
			pages, err := store.Awards.Pages(t.Context(), storage.List[*content.AwardFilter]{Locale: locale}, []storage.Within{within})
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, id := range ids(pages[0].Nodes) {
				got += string(id[6:])
			}
			if got != want {
				t.Errorf("in %s they stand as %s, not as %s", locale, got, want)
			}
		}
	})
}

// walkKind puts seven entries of a kind in and walks through them in every order.
func walkKind[T any, F content.Filter[F]](t *testing.T, c *storage.Collection[T, F], make func(int, content.Base) T) {
	t.Helper()
	var entries []*content.Entry[T]
	live := 0
	for n := range 7 {
		base := orderBase(c.Kind(), n)
		if !base.PublishedAt.IsZero() {
			live++
		}
		entries = append(entries, content.NewEntry(make(n, base), !base.PublishedAt.IsZero()))
	}
	if err := c.Put(t.Context(), entries); err != nil {
		t.Fatal(err)
	}
	walkOrders(t, c, live, len(entries))
	for _, n := range []int{1, 4, 6} { // never published, and in the middle and at the end
		id := content.As(entries[n].Draft).Common().ID
		end, err := c.ForgetKeys(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		defer end()
	}
	walkOrders(t, c, live, len(entries))
}

// walkOrders walks through the entries of a kind in every order, as readers and as the newsroom see them.
func walkOrders[T any, F content.Filter[F]](t *testing.T, c *storage.Collection[T, F], live, draft int) {
	t.Helper()
	for stage, all := range map[content.Stage]int{content.StagePublished: live, content.StageDraft: draft} {
		listed := map[content.Order][]content.ID{}
		for _, name := range c.Orders() {
			order := content.Order(name)
			for _, locale := range []content.Locale{"vi", "en"} {
				ask := storage.List[F]{Stage: stage, Order: order, Locale: locale, Asked: storage.Asked{Next: true, Previous: true}}
				if stage == content.StageDraft {
					ask.Drafts = []content.Kind{c.Kind()}
				}
				whole := walk(t, c, ask, 100, false)
				if len(whole) != all {
					t.Errorf("%s by %s, %s: %d of %d entries", c.Kind(), order, stage, len(whole), all)
				}
				for _, backwards := range []bool{false, true} {
					if diff := cmp.Diff(whole, walk(t, c, ask, 2, backwards)); diff != "" {
						t.Errorf("%s by %s, %s, %s, backwards: %t: in pages of two (-whole +met):\n%s", c.Kind(), order, stage, locale, backwards, diff)
					}
				}
				listed[order+"/"+content.Order(locale)] = whole
			}
		}
		for order, whole := range listed {
			if base, down := splitName(order); down {
				slices.Reverse(whole)
				if diff := cmp.Diff(listed[base], whole); diff != "" {
					t.Errorf("%s by %s, %s, is not the other direction turned round:\n%s", c.Kind(), order, stage, diff)
				}
			}
		}
	}
}

// splitName gives the order in the other direction of one that goes down.
func splitName(order content.Order) (up content.Order, down bool) {
	for _, locale := range []content.Order{"/vi", "/en"} {
		if suffix := "_DESC" + locale; len(order) > len(suffix) && order[len(order)-len(suffix):] == suffix {
			return order[:len(order)-len(suffix)] + "_ASC" + locale, true
		}
	}
	return "", false
}

// walk goes through a list page by page, and gives what it met in the order of the list.
func walk[T any, F content.Filter[F]](t *testing.T, c *storage.Collection[T, F], ask storage.List[F], size int, backwards bool) (met []content.ID) {
	t.Helper()
	for more := true; more && len(met) < 20; {
		if ask.First, ask.Last = &size, nil; backwards {
			ask.First, ask.Last = nil, &size
		}
		pages, err := c.Pages(context.Background(), ask, []storage.Within{{}})
		if err != nil {
			t.Fatal(ask.Order, err)
		}
		page, got := pages[0], ids(pages[0].Nodes)
		if len(got) == 0 {
			break
		}
		if backwards {
			ask.Before, more = page.Cursors[0], page.PageInfo.HasPreviousPage
			met = append(got, met...)
		} else {
			ask.After, more = page.Cursors[len(got)-1], page.PageInfo.HasNextPage
			met = append(met, got...)
		}
	}
	return met
}
