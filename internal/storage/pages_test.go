package storage_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sen/internal/content"
	"sen/internal/storage"
	"sen/internal/testkit"
)

// monday is the time of the first entry in these tests.
var monday = time.Date(2020, 12, 7, 0, 0, 0, 0, time.UTC)

// putArticles adds n articles to three sections. Many have equal dates, and every seventh is a draft.
func putArticles(t *testing.T, store *storage.Store, n int) (published []*content.Article) {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	var entries []*content.Entry[*content.Article]
	for i := range n {
		at := monday.Add(time.Duration(random.IntN(n/4)) * time.Hour)
		id := content.ID(fmt.Sprintf("article_%04d", i))
		a := &content.Article{
			Base: content.Base{
				ID: id, Slug: fmt.Sprintf("bai-%d", i), Version: 1, CreatedAt: at, UpdatedAt: at,
				PublishedAt: at,
			},
			Title:     content.Text{"vi": fmt.Sprintf("Bài %d", random.IntN(n))},
			SectionID: content.ID(fmt.Sprintf("section_%d", i%3)),
			TagIDs:    []content.ID{content.ID(fmt.Sprintf("tag_%d", i%2)), content.ID(fmt.Sprintf("tag_%d", 2+i%5))},
		}
		live := i%7 != 6
		if live {
			published = append(published, a)
		}
		entries = append(entries, content.NewEntry(a, live))
	}
	if err := store.Articles.Put(context.Background(), entries); err != nil {
		t.Fatal(err)
	}
	// The default order: the latest first; for equal dates the greatest id first.
	slices.SortFunc(published, func(a, b *content.Article) int {
		if c := b.PublishedAt.Compare(a.PublishedAt); c != 0 {
			return c
		}
		return strings.Compare(string(b.ID), string(a.ID))
	})
	return published
}

func ids[T any](nodes []T) []content.ID {
	found := []content.ID{}
	for _, n := range nodes {
		found = append(found, content.As(n).Common().ID)
	}
	return found
}

// TestPages reads random pages of random parts of a list and compares each with the result from a plain slice, with
// cached and with uncached entries.
func TestPages(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.Store(t, e)
		testkit.Follow(t, store)
		all := putArticles(t, store, 60)
		ctx := context.Background()
		bySection := map[int][]*content.Article{}
		var parents []storage.Within
		for s := range 3 {
			id := content.ID(fmt.Sprintf("section_%d", s))
			parents = append(parents, storage.Within{Any: []storage.Link{{Field: "section", IDs: []content.ID{id}}}})
			for _, a := range all {
				if a.SectionID == id {
					bySection[s] = append(bySection[s], a)
				}
			}
		}
		whole, err := store.Articles.Pages(ctx, storage.List[*content.ArticleFilter]{First: new(100)}, []storage.Within{{}})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(ids(all), ids(whole[0].Nodes)); diff != "" {
			t.Fatalf("the whole list differs (-want +got):\n%s", diff)
		}
		cursors := whole[0].Cursors

		random := rand.New(rand.NewPCG(3, 4))
		for range 80 {
			ask := storage.List[*content.ArticleFilter]{Asked: storage.Asked{Total: true, Next: true, Previous: true}}
			low, high, n := -1, len(all), random.IntN([]int{12, 60}[random.IntN(2)]) // also more than the list has
			if random.IntN(4) == 0 {
				ask.Offset, ask.First = new(random.IntN(70)), &n
			} else {
				if random.IntN(2) == 0 {
					low = random.IntN(len(all))
					ask.After = cursors[low]
				}
				if random.IntN(2) == 0 {
					high = random.IntN(len(all))
					ask.Before = cursors[high]
				}
				if random.IntN(2) == 0 {
					ask.Last = &n
				} else {
					ask.First = &n
				}
			}
			name := fmt.Sprintf("after %d before %d n %d last %t offset %v", low, high, n, ask.Last != nil, ask.Offset)
			several := [][]storage.Within{parents, append(parents[:3:3], parents[0])}[random.IntN(2)]
			for _, some := range [][]storage.Within{{{}}, several} {
				store.Articles.SetHitShare(random.IntN(2) == 0)
				pages, err := store.Articles.Pages(ctx, ask, some)
				if err != nil {
					t.Fatal(name, err)
				}
				for i, page := range pages {
					list := all
					if len(some) > 1 {
						list = bySection[i%3]
					}
					check(t, name, list, page, all, ask, low, high, n)
				}
			}
		}
	})
}

// TestUnpublishedPages reads working copies in the order of their publication. Some were never published. Each comes
// exactly once, in either direction and from either end.
func TestUnpublishedPages(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.Store(t, e)
		at := time.Date(2020, 12, 2, 0, 0, 0, 0, time.UTC)
		var entries []*content.Entry[*content.Tag]
		var want []content.ID // from the first publication to the last, after those that were never published
		for n := range 9 {
			base := content.Base{
				ID: content.ID(fmt.Sprintf("tag_%d", n)), Slug: fmt.Sprintf("t%d", n), Version: 1,
				CreatedAt: at, UpdatedAt: at,
			}
			if n >= 4 {
				base.PublishedAt = at.AddDate(0, 0, n/2) // some are published at the same time
			}
			entries = append(entries, content.NewEntry(&content.Tag{Base: base, Name: content.Text{"vi": base.Slug}}, n >= 4))
			want = append(want, base.ID)
		}
		if err := store.Tags.Put(t.Context(), entries); err != nil {
			t.Fatal(err)
		}
		for _, order := range []content.Order{"PUBLISHED_AT_ASC", "PUBLISHED_AT_DESC"} {
			for _, backwards := range []bool{false, true} {
				var met []content.ID
				ask := storage.List[*content.TagFilter]{
					Stage: content.StageDraft, Drafts: []content.Kind{content.KindTag},
					Order: order, Asked: storage.Asked{Next: true, Previous: true},
				}
				for more := true; more; {
					if ask.First, ask.Last = new(2), nil; backwards {
						ask.First, ask.Last = nil, new(2)
					}
					pages, err := store.Tags.Pages(t.Context(), ask, []storage.Within{{}})
					if err != nil {
						t.Fatal(order, backwards, met, err)
					}
					page, got := pages[0], ids(pages[0].Nodes)
					if len(got) == 0 {
						break
					}
					if backwards {
						ask.Before, more = page.Cursors[0], page.PageInfo.HasPreviousPage
						slices.Reverse(got)
					} else {
						ask.After, more = page.Cursors[len(got)-1], page.PageInfo.HasNextPage
					}
					if met = append(met, got...); len(met) > 2*len(want) {
						break
					}
				}
				expected := slices.Clone(want)
				if (order == "PUBLISHED_AT_DESC") != backwards {
					slices.Reverse(expected)
				}
				if diff := cmp.Diff(expected, met); diff != "" {
					t.Errorf("%s, backwards: %t (-want +got):\n%s", order, backwards, diff)
				}
			}
		}
	})
}

// check compares a page with the part of a list that it should show.
func check(
	t *testing.T, name string, list []*content.Article, page *content.Connection[*content.Article], all []*content.Article,
	ask storage.List[*content.ArticleFilter], low, high, n int,
) {
	t.Helper()
	place := func(a *content.Article) int { return slices.Index(all, a) }
	from, to := 0, len(list)
	for from < len(list) && place(list[from]) <= low {
		from++
	}
	for to > from && place(list[to-1]) >= high {
		to--
	}
	if ask.Offset != nil {
		from = min(*ask.Offset, len(list))
	}
	if ask.Last != nil {
		from = max(from, to-n)
	} else {
		to = min(to, from+n)
	}
	if diff := cmp.Diff(ids(list[from:to]), ids(page.Nodes)); diff != "" {
		t.Errorf("%s: nodes differ (-want +got):\n%s", name, diff)
	}
	if page.TotalCount != len(list) {
		t.Errorf("%s: totalCount is %d, want %d", name, page.TotalCount, len(list))
	}
	if low >= high {
		return // the cursors cross: the page is empty, and whether there are elements around it is not specified
	}
	if next := to < len(list); page.PageInfo.HasNextPage != next {
		t.Errorf("%s: hasNextPage is %t, want %t", name, page.PageInfo.HasNextPage, next)
	}
	if previous := from > 0; page.PageInfo.HasPreviousPage != previous {
		t.Errorf("%s: hasPreviousPage is %t, want %t", name, page.PageInfo.HasPreviousPage, previous)
	}
}
