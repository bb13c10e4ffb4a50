package storage_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sen/internal/content"
	"sen/internal/storage"
	"sen/internal/testkit"
)

// orderBase returns the common part of the nth of some entries. Every third has the same times, and the first two
// working copies were never published.
func orderBase(kind content.Kind, n int) content.Base {
	at := monday.Add(time.Duration(n/3) * time.Hour)
	id := content.NewID(kind, at)
	base := content.Base{ID: id, Slug: fmt.Sprintf("e-%d", n), Version: 1, CreatedAt: at, UpdatedAt: at, PublishedAt: at}
	if n < 2 {
		base.PublishedAt = time.Time{}
	}
	return base
}

// equalName returns the same name for some n, and none for others.
func equalName(n int) content.Text {
	return []content.Text{{"vi": "Đà Nẵng"}, {"vi": "Huế", "en": "Hue"}, nil, {"en": "Dalat"}}[n%4]
}

// withKeys sets the sort fields of an entry: to equal values, and to nothing where a value may be missing.
func withKeys(e content.Content, n int) content.Content {
	v := reflect.ValueOf(e).Elem()
	for i := range v.NumField() {
		switch field := v.Field(i).Addr().Interface().(type) {
		case *content.Text:
			*field = equalName(n)
		case *content.Date:
			if n%2 == 1 {
				*field = content.Date(fmt.Sprintf("2020-01-%02d", 1+n/3))
			}
		case *int:
			*field = 2020 + n/3
		case **int:
			if one := 1; n%2 == 0 {
				*field = &one
			}
		case *time.Time:
			if n%2 == 1 { // otherwise the time is unknown
				*field = e.Common().CreatedAt
			}
		}
	}
	return e
}

// TestOrders reads the entries of every kind in every order, in both directions and from both ends, as a reader and
// as an editor, with equal and missing keys: each entry comes exactly once.
func TestOrders(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		s := testkit.Store(t, e)
		s.Events.OrderByText("STARTS_ON", "startsOn") // no kind has an order by a field that published copies may lack
		if err := s.Prepare(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, c := range s.EachKind() {
			walkKind(t, s, c)
		}
		days(t, s)
	})
}

// days filters the events of walkKind by their days.
func days(t *testing.T, s *storage.Store) {
	t.Helper()
	filter := s.Events.FilterByDay("startsOn")
	day := func(text string) *content.Date { return new(content.Date(text)) }
	type match = content.Match[content.Date]
	for name, c := range map[string]struct {
		by   content.Range[content.Date]
		want string
	}{
		"eq": {content.Range[content.Date]{Match: match{Eq: day("2020-01-02")}}, "e-3 e-5"},
		"ne": {content.Range[content.Date]{Match: match{Ne: day("2020-01-02")}}, "e-0 e-1 e-2 e-4 e-6"},
		"in": {content.Range[content.Date]{Match: match{In: []content.Date{"2020-01-01", "2020-01-03"}}}, "e-1"},
		"notIn": {
			content.Range[content.Date]{Match: match{NotIn: []content.Date{"2020-01-01"}}},
			"e-0 e-2 e-3 e-4 e-5 e-6",
		},
		"gt":           {content.Range[content.Date]{Gt: day("2020-01-01")}, "e-3 e-5"},
		"gte":          {content.Range[content.Date]{Gte: day("2020-01-01")}, "e-1 e-3 e-5"},
		"lt":           {content.Range[content.Date]{Lt: day("2020-01-02")}, "e-1"},
		"lte":          {content.Range[content.Date]{Lte: day("2020-01-02")}, "e-1 e-3 e-5"},
		"there":        {content.Range[content.Date]{Exists: new(true)}, "e-1 e-3 e-5"},
		"not there":    {content.Range[content.Date]{Exists: new(false)}, "e-0 e-2 e-4 e-6"},
		"gt and there": {content.Range[content.Date]{Gt: day("2020-01-02"), Exists: new(true)}, ""},
	} {
		*filter = c.by
		list := storage.List[*content.EventFilter]{
			Stage: content.StageDraft, Drafts: []content.Kind{content.KindEvent}, Filter: &content.EventFilter{},
		}
		pages, err := s.Events.Pages(t.Context(), list, []storage.Within{{}})
		if err != nil {
			t.Fatal(name, err)
		}
		var got []string
		for _, e := range pages[0].Nodes {
			got = append(got, e.Slug)
		}
		slices.Sort(got)
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %s; it should be %s", name, got, c.want)
		}
	}
}

// TestWinners checks that a round lists only its own awards, in the order of a table of winners, in each language.
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
			pages, err := store.Awards.Pages(t.Context(), storage.List[*content.AwardFilter]{Locale: locale},
				[]storage.Within{within})
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, id := range ids(pages[0].Nodes) {
				got += string(id[6:])
			}
			if got != want {
				t.Errorf("in %s the order is %s, want %s", locale, got, want)
			}
		}
	})
}

// walkKind adds seven entries of a kind and reads them in every order.
func walkKind(t *testing.T, s *storage.Store, c storage.AnyCollection) {
	t.Helper()
	var items []content.Item
	live := 0
	for n := range 7 {
		e := c.Kind().Descriptor().New()
		*e.Common() = orderBase(c.Kind(), n)
		hidden := e.Common().PublishedAt.IsZero()
		if !hidden {
			live++
		}
		items = append(items, content.Item{Content: withKeys(e, n), Draft: hidden})
	}
	if err := s.PutItems(t.Context(), items); err != nil {
		t.Fatal(err)
	}
	walkOrders(t, c, live, len(items))
	for _, n := range []int{1, 4, 6} { // never published, and in the middle and at the end
		end, err := c.ForgetKeys(t.Context(), items[n].Content.Common().ID)
		if err != nil {
			t.Fatal(err)
		}
		defer end()
	}
	walkOrders(t, c, live, len(items))
}

// walkOrders reads the entries of a kind in every order, as readers and as editors see them.
func walkOrders(t *testing.T, c storage.AnyCollection, live, draft int) {
	t.Helper()
	for stage, all := range map[content.Stage]int{content.StagePublished: live, content.StageDraft: draft} {
		listed := map[content.Order][]content.ID{}
		for _, name := range c.Orders() {
			order := content.Order(name)
			for _, locale := range []content.Locale{"vi", "en"} {
				ask := storage.AnyList{Stage: stage, Order: order, Locale: locale}
				whole := walk(t, c, ask, 100, false)
				if len(whole) != all {
					t.Errorf("%s by %s, %s: %d of %d entries", c.Kind(), order, stage, len(whole), all)
				}
				for _, backwards := range []bool{false, true} {
					if diff := cmp.Diff(whole, walk(t, c, ask, 2, backwards)); diff != "" {
						t.Errorf("%s by %s, %s, %s, backwards: %t: in pages of two (-whole +met):\n%s", c.Kind(), order, stage, locale,
							backwards, diff)
					}
				}
				listed[order+"/"+content.Order(locale)] = whole
			}
		}
		for order, whole := range listed {
			if base, down := splitName(order); down {
				slices.Reverse(whole)
				if diff := cmp.Diff(listed[base], whole); diff != "" {
					t.Errorf("%s by %s, %s, is not the reverse of the other direction:\n%s", c.Kind(), order, stage, diff)
				}
			}
		}
	}
}

// splitName returns the ascending form of a descending order. down is false for other orders.
func splitName(order content.Order) (up content.Order, down bool) {
	for _, locale := range []content.Order{"/vi", "/en"} {
		if suffix := "_DESC" + locale; len(order) > len(suffix) && order[len(order)-len(suffix):] == suffix {
			return order[:len(order)-len(suffix)] + "_ASC" + locale, true
		}
	}
	return "", false
}

// walk reads a list page by page, and returns the ids in the order of the list.
func walk(t *testing.T, c storage.AnyCollection, ask storage.AnyList, size int, backwards bool) (met []content.ID) {
	t.Helper()
	for more := true; more && len(met) < 20; {
		if ask.First, ask.Last = &size, nil; backwards {
			ask.First, ask.Last = nil, &size
		}
		got, cursors, info, err := c.PageOf(t.Context(), ask)
		if err != nil {
			t.Fatal(ask.Order, err)
		}
		if len(got) == 0 {
			break
		}
		if backwards {
			ask.Before, more = cursors[0], info.HasPreviousPage
			met = append(got, met...)
		} else {
			ask.After, more = cursors[len(got)-1], info.HasNextPage
			met = append(met, got...)
		}
	}
	return met
}
