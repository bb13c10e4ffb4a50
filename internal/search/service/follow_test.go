package service_test

import (
	"slices"
	"testing"
	"time"

	"sen/internal/content"
	"sen/internal/newsroom"
	"sen/internal/search"
	"sen/internal/search/service"
	"sen/internal/testkit"
)

// TestRestart checks that a service continues with the index of a former one, and writes only what changed meanwhile.
func TestRestart(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		index := newWatched()
		s, stop := run(t, testkit.SampleStore(t, e), index)
		wait(t, s)
		all := index.taken()
		published := index.indexed(t, search.Published)
		if len(all) < 50 || len(published) < 50 || s.State() != (service.State{}) {
			t.Fatalf("%d entries were written, %d are published: %+v", len(all), len(published), s.State())
		}
		stop()

		s, stop = run(t, testkit.Store(t, e), index)
		wait(t, s)
		if ids := index.taken(); len(ids) > 0 {
			t.Errorf("a second start writes %v", ids)
		}
		stop()

		removed := published[slices.IndexFunc(published, func(id content.ID) bool {
			kind, _ := id.Kind()
			return kind == content.KindTag
		})]
		testkit.Remove(t, e, "tags", string(removed))
		added := edit(t, testkit.Store(t, e)).tag(t, "Xylofon")
		s, stop = run(t, testkit.Store(t, e), index)
		wait(t, s)
		want := []content.ID{added, removed}
		slices.Sort(want)
		if ids := index.taken(); !slices.Equal(ids, want) {
			t.Errorf("after changes while it was down, %v are written, want %v", ids, want)
		}
		if slices.Contains(index.indexed(t, search.Published), removed) {
			t.Errorf("the removed %s is still there", removed)
		}
		check(t, s, "xylofon", added)
		stop()

		index.outdated.Store(true)
		s, _ = run(t, testkit.Store(t, e), index)
		wait(t, s)
		all = append(index.indexed(t, search.Published), index.indexed(t, search.Drafts)...)
		slices.Sort(all)
		if ids := index.taken(); !slices.Equal(ids, slices.Compact(all)) {
			t.Errorf("of an index of another analysis, %d of %d entries are written", len(ids), len(all))
		}
	})
}

// TestEngineDown checks that searches are answered by labels while the engine fails, and that the index catches up by
// itself.
func TestEngineDown(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store, index := testkit.Store(t, e), newWatched()
		desk := edit(t, store)
		before := desk.tag(t, "Nông nghiệp")
		s, _ := run(t, store, index)
		wait(t, s)
		check(t, s, "nong nghiep", before)

		index.failing.Store(true)
		during := desk.tag(t, "Công nghiệp")
		if got := found(t, s, "nghiệp", nil); len(got) != 2 {
			t.Errorf("labels find %v, want %s and %s", got, before, during)
		}
		check(t, s, "công nghiệp", during)
		if s.State() != (service.State{Degraded: true}) {
			t.Errorf("the state is %+v", s.State())
		}
		if s.Lag() == 0 {
			t.Error("nothing waits")
		}
		facets, err := s.Count(t.Context(), service.Question{Text: "nghiệp"}, []search.Key{search.KeyKind})
		if err != nil || len(facets) != 0 {
			t.Errorf("facets are %v: %v", facets, err)
		}
		desk.do(t, newsroom.Change{Action: content.ActionUnpublish, ID: before})
		check(t, s, "nông nghiệp")

		index.failing.Store(false)
		wait(t, s) // no search has to come
		if s.State() != (service.State{}) || s.Lag() != 0 {
			t.Errorf("afterwards the state is %+v, and the lag %s", s.State(), s.Lag())
		}
		if ids := index.indexed(t, search.Published); !slices.Equal(ids, []content.ID{during}) {
			t.Errorf("afterwards the index has %v", ids)
		}
		check(t, s, "cong nghiep", during)
	})
}

// TestRetry checks that failed scans and writes are repeated, also if nobody searches.
func TestRetry(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store, index := testkit.Store(t, e), newWatched()
		desk := edit(t, store)
		ids := []content.ID{desk.tag(t, "Nông nghiệp")}
		index.failing.Store(true)
		s, _ := run(t, store, index)
		for _, what := range []string{"scan", "write"} {
			before := index.failed.Load()
			testkit.Eventually(t, "a "+what+" fails", func() bool { return index.failed.Load() > before })
			index.failing.Store(false)
			wait(t, s)
			if got := index.indexed(t, search.Published); !slices.Equal(got, ids) {
				t.Errorf("after a %s that failed the index has %v, want %v", what, got, ids)
			}
			index.failing.Store(true)
			ids = append(ids, desk.tag(t, "Công nghiệp "+what))
			slices.Sort(ids)
		}
	})
}

// TestNoEngine checks that a service without an engine answers by labels, and ends at once.
func TestNoEngine(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.Store(t, e)
		id := edit(t, store).tag(t, "Nông nghiệp")
		s := service.New(service.Options{Store: store, Log: testkit.Log(t)})
		s.Run(t.Context())
		check(t, s, "nông", id)
		check(t, s, "công")
		if !s.State().Degraded || s.Documents() != 0 {
			t.Errorf("the state is %+v, with %d documents", s.State(), s.Documents())
		}
	})
}

// TestFresh checks that the index has what was written before Wait: published, changed, withdrawn, at once or as
// scheduled.
func TestFresh(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store, index := testkit.Store(t, e), newWatched()
		desk := edit(t, store)
		s, _ := run(t, store, index)
		create := newsroom.Change{
			Action: content.ActionCreate, Kind: content.KindTag, Input: newsroom.Input{"name": text("Hội nghị")},
		}
		id := desk.do(t, create)
		steps := []struct {
			name  string
			do    func()
			finds string
		}{
			{"created", func() {}, ""},
			{"published", func() { desk.do(t, newsroom.Change{Action: content.ActionPublish, ID: id}) }, "hoi nghi"},
			{"edited", func() {
				desk.do(t, newsroom.Change{
					Action: content.ActionUpdate, ID: id, Input: newsroom.Input{"name": text("Giải thưởng")},
				})
			}, "hoi nghi"},
			{"published again", func() { desk.do(t, newsroom.Change{Action: content.ActionPublish, ID: id}) }, "giai thuong"},
			{"withdrawn", func() { desk.do(t, newsroom.Change{Action: content.ActionUnpublish, ID: id}) }, ""},
			{"scheduled", func() {
				at := desk.clock.Now().Add(time.Hour)
				desk.do(t, newsroom.Change{Action: content.ActionPublish, ID: id, At: &at})
			}, ""},
			{"too early", func() { desk.clock.Forward(t, "59m") }, ""},
			{"due", func() { desk.clock.Forward(t, "1m"); desk.versions[id]++ }, "giai thuong"},
			{"in the trash", func() { desk.do(t, newsroom.Change{Action: content.ActionTrash, ID: id}) }, ""},
			{"deleted", func() { desk.do(t, newsroom.Change{Action: content.ActionDeleteForever, ID: id}) }, ""},
		}
		for _, step := range steps {
			step.do()
			wait(t, s)
			for _, query := range []string{"hoi nghi", "giai thuong"} {
				if got := found(t, s, query, nil); (len(got) == 1) != (query == step.finds) {
					t.Errorf("%s: %q finds %v", step.name, query, got)
				}
			}
		}
		if n := s.Documents(); n != 0 {
			t.Errorf("%d documents are left", n)
		}
	})
}

// TestDerived checks that values which an entry has from others reach the index: the sections above its own.
func TestDerived(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store, index := testkit.Store(t, e), newWatched()
		desk := edit(t, store)
		above := desk.published(t, content.KindSection, newsroom.Input{"name": text("Trên")})
		below := desk.published(t, content.KindSection, newsroom.Input{"name": text("Dưới")})
		article := desk.published(t, content.KindArticle, newsroom.Input{
			"title": text("Bài viết"), "section": string(below),
		})
		s, stop := run(t, store, index)
		wait(t, s)
		in := func(section content.ID) []content.ID {
			t.Helper()
			return found(t, s, "bai viet", &content.SearchFilter{
				Section: &content.SearchLinkFilter{IDs: []content.ID{section}},
			})
		}
		if len(in(above)) != 0 || !slices.Equal(in(below), []content.ID{article}) {
			t.Errorf("before: %v, %v", in(above), in(below))
		}
		move := func(parent any) {
			t.Helper()
			desk.do(t, newsroom.Change{
				Action: content.ActionUpdate, ID: below, Input: newsroom.Input{"parent": parent},
			})
			desk.do(t, newsroom.Change{Action: content.ActionPublish, ID: below})
		}
		move(string(above))
		wait(t, s)
		if !slices.Equal(in(above), []content.ID{article}) || !slices.Equal(in(below), []content.ID{article}) {
			t.Errorf("after the move: %v, %v", in(above), in(below))
		}
		stop()
		move(nil)
		s, _ = run(t, testkit.Store(t, e), index)
		wait(t, s)
		if len(in(above)) != 0 || !slices.Equal(in(below), []content.ID{article}) {
			t.Errorf("moved back while the service was down: %v, %v", in(above), in(below))
		}
	})
}
