package storage_test

import (
	"context"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage"
	"sen/internal/testkit"
)

// trips counts the round trips of a function.
func trips(t *testing.T, do func(context.Context) error) int {
	t.Helper()
	ctx, n := engine.CountTrips(t.Context())
	if err := do(ctx); err != nil {
		t.Fatal(err)
	}
	return n.Count()
}

// TestCached reads entries that are in the cache with some fields, and entries that are not.
func TestCached(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.SampleStore(t, e)
		testkit.Follow(t, store)
		const id, slug, gone = "article_hoi-nghi-2020", "hoi-nghi-so-ket-va-trao-giai-cnnttb-2020", "article_none"
		article, _, err := store.Articles.BySlug(t.Context(), slug, content.StagePublished, []string{"title"})
		if err != nil || article == nil {
			t.Fatal(article, err)
		}
		at := article.ID
		title := ""
		read := func(want int, fields ...string) {
			t.Helper()
			n := trips(t, func(ctx context.Context) error {
				found, err := store.Articles.Cached(ctx, []content.ID{at, gone}, content.StagePublished, fields)
				if err != nil {
					return err
				}
				if len(found) != 2 || found[0] == nil || found[1] != nil {
					t.Fatalf("found are %v", found)
				}
				title = found[0].Title["vi"]
				return nil
			})
			if n != want {
				t.Errorf("%v: %d round trips, want %d", fields, n, want)
			}
		}
		read(1, "title") // the cache does not know yet that the other entry does not exist
		read(0, "title")
		read(1, "lead")
		read(0, "title", "lead") // the fields in the cache stay there
		read(0)
		before := title
		if n := trips(t, func(ctx context.Context) error {
			_, _, err := store.Articles.BySlug(ctx, slug, content.StagePublished, []string{"lead"})
			return err
		}); n > 0 {
			t.Errorf("%d round trips for a cached slug", n)
		}

		// Drafts are never taken from the cache, and neither are unknown entries.
		if n := trips(t, func(ctx context.Context) error {
			_, err := store.Articles.ByIDs(ctx, []content.ID{at}, content.StagePublished, []string{"title"})
			return err
		}); n != 1 {
			t.Errorf("%d round trips for a read without the cache", n)
		}
		if n := trips(t, func(ctx context.Context) error {
			_, err := store.Articles.Cached(ctx, []content.ID{at}, content.StageDraft, []string{"title"})
			return err
		}); n != 1 {
			t.Errorf("%d round trips for a draft", n)
		}

		if err := store.Articles.SetDerived(t.Context(), content.StagePublished,
			map[content.ID]map[string]any{at: {"title": content.Text{"vi": "Khác"}}}); err != nil {
			t.Fatal(err)
		}
		if _, err = store.Articles.Cached(t.Context(), []content.ID{gone}, content.StagePublished, nil); err != nil {
			t.Fatal(err)
		}
		read(1, "title")
		if title == before {
			t.Error("a changed entry is returned in its old form")
		}
	})
}

// TestChangesOfOtherPrograms changes an entry through another program: the change stream invalidates the cache of this
// one.
func TestChangesOfOtherPrograms(t *testing.T) {
	e := testkit.MongoDB(t)
	store, other := testkit.SampleStore(t, e), testkit.Store(t, e)
	testkit.Follow(t, store)
	var known *content.Tag
	read := func() string {
		pages, err := store.Tags.Pages(t.Context(), storage.List[*content.TagFilter]{Fields: []string{"name"}},
			[]storage.Within{{}})
		if err != nil {
			t.Fatal(err)
		}
		known = pages[0].Nodes[0]
		return known.Name["vi"]
	}
	read()
	if err := other.Tags.SetDerived(t.Context(), content.StagePublished,
		map[content.ID]map[string]any{known.ID: {"name": content.Text{"vi": "Khác"}}}); err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		if read() == "Khác" {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("a change by another program was never seen")
}

// TestCachedPages reads cached pages, new pages of cached entries, and new parts of pages.
func TestCachedPages(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.SampleStore(t, e)
		testkit.Follow(t, store)
		page := func(what string, want int, l storage.List[*content.ArticleFilter], fields ...string) (nodes string) {
			t.Helper()
			l.Fields = fields
			n := trips(t, func(ctx context.Context) error {
				pages, err := store.Articles.Pages(ctx, l, []storage.Within{{}})
				if err == nil {
					for _, a := range pages[0].Nodes {
						nodes += string(a.ID) + a.Title["vi"] + fmt.Sprint(pages[0].PageInfo.HasNextPage, pages[0].TotalCount)
					}
				}
				return err
			})
			if n != want {
				t.Errorf("%s: %d round trips, want %d", what, n, want)
			}
			return nodes
		}
		type list = storage.List[*content.ArticleFilter]
		page("a new page", 1, list{First: new(10)}, "title")
		page("a known page", 0, list{First: new(10)}, "title")
		page("a known page with a new selection", 1, list{First: new(10)}, "title", "lead")
		page("and again", 0, list{First: new(10)}, "title", "lead")
		page("a known page with its count", 2, list{First: new(10), Asked: storage.Asked{Total: true}}, "title")
		page("with its count again", 0, list{First: new(10), Asked: storage.Asked{Total: true}}, "title")
		page("without it again", 0, list{First: new(10)}, "title")
		page("everything", 1, list{First: new(100)}, "title", "lead")
		for _, bare := range []bool{false, true} {
			store.Articles.SetHitShare(bare)
			offset := 5
			if bare {
				offset = 6
			}
			got := page("a new page of what is known", 1, list{First: new(10), Offset: &offset}, "title")
			fresh := testkit.UncachedStore(t, e)
			pages, err := fresh.Articles.Pages(t.Context(), list{First: new(10), Offset: &offset, Fields: []string{"title"}},
				[]storage.Within{{}})
			if err != nil {
				t.Fatal(err)
			}
			want := ""
			for _, a := range pages[0].Nodes {
				want += string(a.ID) + a.Title["vi"] + fmt.Sprint(pages[0].PageInfo.HasNextPage, pages[0].TotalCount)
			}
			if got != want {
				t.Errorf("ids only: %t: %s, want %s", bare, got, want)
			}
		}

		// The slugs of a filter are cached, too.
		section := list{Filter: &content.ArticleFilter{Section: &content.SectionRelationFilter{Slugs: []string{"tin-tuc"}}}}
		page("a filter by slug", 2, section, "title")
		page("again", 0, section, "title")
		section.First = new(7)
		page("another page of it", 1, section, "title")
		if err := store.Sections.SetDerived(t.Context(), content.StagePublished,
			map[content.ID]map[string]any{"section_tin-tuc": {"position": 3}}); err != nil {
			t.Fatal(err)
		}
		page("after a change of the section", 2, section, "title")
	})
}

// TestFilterHidesDrafts filters by the slug of a tag that readers can't see: the entries that link to it must not
// reveal that the tag exists.
func TestFilterHidesDrafts(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.Store(t, e)
		at := time.Date(2020, 12, 2, 0, 0, 0, 0, time.UTC)
		tag := func(id content.ID, slug string, published bool) *content.Entry[*content.Tag] {
			base := content.Base{ID: id, Slug: slug, Version: 1, CreatedAt: at, UpdatedAt: at}
			if published {
				base.PublishedAt, base.FormerSlugs = at, []string{slug + "-cu"}
			}
			return content.NewEntry(&content.Tag{Base: base, Name: content.Text{"vi": slug}}, published)
		}
		if err := store.Tags.Put(t.Context(),
			[]*content.Entry[*content.Tag]{tag("tag_a", "kin", false), tag("tag_b", "mo", true)}); err != nil {
			t.Fatal(err)
		}
		article := &content.Article{
			Base:  content.Base{ID: "article_a", Slug: "a", Version: 1, CreatedAt: at, UpdatedAt: at, PublishedAt: at},
			Title: content.Text{"vi": "A"}, TagIDs: []content.ID{"tag_a", "tag_b"},
		}
		if err := store.Articles.Put(t.Context(),
			[]*content.Entry[*content.Article]{content.NewEntry(article, true)}); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			slug   string
			stage  content.Stage
			drafts []content.Kind // the kinds whose drafts the actor sees
			want   int
		}{
			{"kin", content.StagePublished, nil, 0},
			{"kin", content.StageDraft, []content.Kind{content.KindArticle}, 0},
			{"kin", content.StageDraft, []content.Kind{content.KindTag}, 1},
			{"mo", content.StagePublished, nil, 1},
			{"mo-cu", content.StagePublished, nil, 1},
			{"khong-co", content.StagePublished, nil, 0},
		} {
			for range 2 { // the second time from the cache, if there is one
				pages, err := store.Articles.Pages(t.Context(), storage.List[*content.ArticleFilter]{
					Stage: c.stage, Drafts: c.drafts, Asked: storage.Asked{Total: true},
					Filter: &content.ArticleFilter{Tags: &content.TagRelationFilter{Slugs: []string{c.slug}}},
				}, []storage.Within{{}})
				if err != nil {
					t.Fatal(err)
				}
				if n := pages[0].TotalCount; n != c.want {
					t.Errorf("%s at stage %s, with drafts of %v: %d articles, want %d", c.slug, c.stage, c.drafts, n, c.want)
				}
			}
		}
	})
}

// TestMemoryWeight compares the estimated size of decoded articles with the real one.
func TestMemoryWeight(t *testing.T) {
	const n = 2000
	body := make([]content.Block, 10)
	for i := range body {
		body[i] = content.Block{Paragraph: &content.ParagraphBlock{Spans: []content.Span{{Text: strings.Repeat("Đồng Tháp ",
			30)}}}}
	}
	for name, article := range map[string]*content.Article{
		"with a body": {Title: content.Text{"vi": "Hội nghị"}, Body: content.RichText{"vi": body}},
		"of a list": {
			Title: content.Text{"vi": "Hội nghị sơ kết"},
			Lead:  content.Text{"vi": strings.Repeat("Đồng Tháp ", 10)}, AuthorIDs: []content.ID{"author_1"},
			TagIDs: []content.ID{"tag_1", "tag_2"},
		},
	} {
		raw, err := bsondoc.Marshal(article)
		if err != nil {
			t.Fatal(err)
		}
		decoder := bsondoc.DecoderOf(reflect.TypeFor[content.Article]())
		kept := make([]*content.Article, n)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		for i := range kept {
			kept[i] = new(content.Article)
			if err := decoder.Decode(bsondoc.Document(raw), kept[i]); err != nil {
				t.Fatal(err)
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		takes := int(after.HeapAlloc-before.HeapAlloc) / n
		runtime.KeepAlive(kept)
		if said := storage.Weigh(len(raw)); said < takes*9/10 || said > takes*3 {
			t.Errorf("%s: %d bytes as stored take %d in memory and are estimated as %d", name, len(raw), takes, said)
		}
	}
}

// TestRenderedBodiesOfTwoFields checks that the rendered bodies of two rich texts of an entry, in the same language,
// are not confused.
func TestRenderedBodiesOfTwoFields(t *testing.T) {
	text := content.RichText{"vi": {{Divider: &content.DividerBlock{}}}}
	article := &content.Article{Base: content.Base{ID: "article_a"}}
	forms := map[string]string{}
	for _, field := range []string{"body", "summary"} {
		body := content.BodyOf(article, field, text, []content.Locale{"vi"})
		forms[storage.FormOf(body, "vi", "html")] = field
	}
	if len(forms) != 2 {
		t.Errorf("both fields have the same cached body: %v", forms)
	}
}
