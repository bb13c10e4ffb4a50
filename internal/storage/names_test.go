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

// putTags adds tags with some names, in no particular order.
func putTags(t *testing.T, store *storage.Store, names ...string) {
	t.Helper()
	var entries []*content.Entry[*content.Tag]
	for i, name := range names {
		id := content.ID(fmt.Sprintf("tag_%03d", (i*7)%len(names)))
		entries = append(entries, content.NewEntry(&content.Tag{
			Base: content.Base{ID: id, Slug: string(id), Version: 1, CreatedAt: monday, UpdatedAt: monday, PublishedAt: monday},
			Name: content.Text{"vi": name}, Description: content.Text{"vi": "mô tả"},
		}, true))
	}
	if err := store.Tags.Put(context.Background(), entries); err != nil {
		t.Fatal(err)
	}
}

func tagNames(t *testing.T, store *storage.Store, list storage.List[*content.TagFilter]) (names []string) {
	t.Helper()
	list.First = new(100)
	list.Fields = []string{"name"}
	pages, err := store.Tags.Pages(context.Background(), list, []storage.Within{{}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range pages[0].Nodes {
		names = append(names, tag.Name["vi"])
	}
	return names
}

// TestNamesSortAsReadersExpect sorts names as a Vietnamese dictionary does: ă and â are separate letters after a, đ
// comes after d, and tone marks count after the letters.
func TestNamesSortAsReadersExpect(t *testing.T) {
	want := []string{"An", "Anh", "Ân", "Bình", "Dung", "Dũng", "Dương", "Đào", "Đông", "Yến"}
	mixed := []string{"Đào", "Ân", "Yến", "Dương", "An", "Dung", "Bình", "Anh", "Đông", "Dũng"}
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.Store(t, e)
		putTags(t, store, mixed...)
		if diff := cmp.Diff(want, tagNames(t, store, storage.List[*content.TagFilter]{Order: "NAME_ASC"})); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		slices.Reverse(want)
		if diff := cmp.Diff(want, tagNames(t, store, storage.List[*content.TagFilter]{Order: "NAME_DESC"})); diff != "" {
			t.Errorf("backwards, -want +got:\n%s", diff)
		}
		slices.Reverse(want)
	})
}

// TestFilterTextIsOnlyText filters by texts that would have a meaning for a store or a pattern.
func TestFilterTextIsOnlyText(t *testing.T) {
	names := []string{"$where", "{$gt: 1}", "a.*b", "(x", "[y]", "axxb", `c\d`, "Đồng Tháp"}
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.Store(t, e)
		putTags(t, store, names...)
		for _, text := range names {
			for operator, f := range map[string]*content.StringFilter{
				"contains": {Contains: &text}, "startsWith": {StartsWith: &text}, "eq": {Match: content.Match[string]{Eq: &text}},
			} {
				got := tagNames(t, store, storage.List[*content.TagFilter]{Filter: &content.TagFilter{Name: f}})
				if len(got) != 1 || got[0] != text {
					t.Errorf("%s %q finds %q", operator, text, got)
				}
			}
		}
		if got := tagNames(t, store,
			storage.List[*content.TagFilter]{Filter: &content.TagFilter{Name: &content.StringFilter{Contains: new("DONG thap")}}}); len(got) != 1 {
			t.Errorf("DONG thap finds %q", got)
		}
		for _, f := range []*content.StringFilter{{Contains: new("a\x00")}, {StartsWith: new("\x00")}} {
			if got := tagNames(t, store, storage.List[*content.TagFilter]{Filter: &content.TagFilter{Name: f}}); len(got) != 0 {
				t.Errorf("a zero finds %q", got)
			}
		}
	})
}

// TestRelationExists filters by whether anything is linked, in lists of objects of which some have a link, some have a
// link to an entry that readers can't see, and some have none.
func TestRelationExists(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.Store(t, e)
		at := time.Date(2020, 12, 2, 0, 0, 0, 0, time.UTC)
		award := func(id content.ID, recipients ...*content.AwardRecipient) *content.Entry[*content.Award] {
			return content.NewEntry(&content.Award{
				Base:  content.Base{ID: id, Slug: string(id[6:]), Version: 1, CreatedAt: at, UpdatedAt: at, PublishedAt: at},
				Title: content.Text{"vi": string(id)}, Recipients: recipients,
			}, true)
		}
		organization := func(id content.ID, public bool) *content.Entry[*content.Organization] {
			return content.NewEntry(&content.Organization{
				Base: content.Base{ID: id, Slug: string(id[13:]), Version: 1, CreatedAt: at, UpdatedAt: at, PublishedAt: at},
				Name: content.Text{"vi": string(id)},
			}, public)
		}
		if err := store.Organizations.Put(t.Context(),
			[]*content.Entry[*content.Organization]{
				organization("organization_1", true),
				organization("organization_2", false),
			}); err != nil {
			t.Fatal(err)
		}
		linked, unlinked := &content.AwardRecipient{OrganizationID: "organization_1"},
			&content.AwardRecipient{Name: content.Text{"vi": "Ai đó"}}
		hidden := &content.AwardRecipient{OrganizationID: "organization_2"}
		if err := store.Awards.Put(t.Context(), []*content.Entry[*content.Award]{
			award("award_both", unlinked, linked, hidden), award("award_linked", linked),
			award("award_unlinked", unlinked, hidden), award("award_none"),
		}); err != nil {
			t.Fatal(err)
		}
		for exists, want := range map[bool][]content.ID{
			true:  {"award_both", "award_linked"},
			false: {"award_none", "award_unlinked"},
		} {
			filter := &content.AwardFilter{Organizations: &content.OrganizationRelationFilter{Exists: &exists}}
			list := storage.List[*content.AwardFilter]{Filter: filter}
			pages, err := store.Awards.Pages(t.Context(), list, []storage.Within{{}})
			if err != nil {
				t.Fatal(err)
			}
			got := ids(pages[0].Nodes)
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("linked: %t (-want +got):\n%s", exists, diff)
			}
		}
	})
}

// TestProjection checks that only the requested fields are read from the store.
func TestProjection(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.Store(t, e)
		putTags(t, store, "một")
		for _, fields := range [][]string{{"name"}, {"name", "description"}} {
			found, err := store.Tags.ByIDs(context.Background(), []content.ID{"tag_000"}, content.StagePublished, fields)
			if err != nil || found["tag_000"] == nil {
				t.Fatal(found, err)
			}
			tag := found["tag_000"]
			if got, want := len(tag.Description) > 0, len(fields) == 2; tag.Name["vi"] != "một" || got != want ||
				tag.Slug == "" {
				t.Errorf("with the fields %v: %+v", fields, tag)
			}
		}
	})
}

// TestEveryFilterAddsCondition checks that each member of each kind's filter adds a condition.
func TestEveryFilterAddsCondition(t *testing.T) {
	for _, c := range testkit.Store(t, testkit.Embedded(t)).EachKind() {
		for _, member := range c.Ignored() {
			t.Errorf("%sFilter.%s is ignored: the function `filter` of the kind in internal/storage must add a condition for it",
				c.Kind(), member)
		}
	}
}
