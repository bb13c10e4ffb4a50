package upkeep_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sen/internal/auth"
	"sen/internal/content"
	"sen/internal/newsroom"
	"sen/internal/storage"
	"sen/internal/testkit"
	"sen/internal/upkeep"
)

func silent(string, int) {}

// editor returns a context with an editor as the actor.
func editor(t *testing.T) context.Context {
	return auth.WithActor(t.Context(), &content.Actor{ID: "editor", Name: "Editor", Role: content.RoleEditor})
}

// makeTags creates tags with numbered names.
func makeTags(t *testing.T, store *storage.Store, n int) (ids []content.ID) {
	t.Helper()
	room := newsroom.New(store, newsroom.Options{Log: testkit.Log(t)})
	for i := range n {
		name := map[string]any{"text": fmt.Sprintf("Thẻ %d", i)}
		outcome, err := room.Do(editor(t), nil,
			newsroom.Change{Action: content.ActionCreate, Kind: content.KindTag, Input: newsroom.Input{"name": name}})
		if err != nil || len(outcome.Problems) > 0 {
			t.Fatal(err, outcome)
		}
		ids = append(ids, outcome.ID)
	}
	return ids
}

// archive exports a store.
func archive(t *testing.T, store *storage.Store) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := upkeep.Export(context.Background(), store, &out, true, silent); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestArchive exports the sample site with some changes, restores it on both engines and exports it again. The bytes
// are the same, and the restored site is consistent.
func TestArchive(t *testing.T) {
	origin := testkit.SampleStore(t, testkit.Embedded(t)) // restored to both engines
	tags := makeTags(t, origin, 2)
	room := newsroom.New(origin, newsroom.Options{Log: testkit.Log(t)})
	if outcome, err := room.Do(editor(t), nil,
		newsroom.Change{Action: content.ActionPublish, ID: tags[0], Version: 1}); err != nil || len(outcome.Problems) > 0 {
		t.Fatal(err, outcome)
	}
	first := archive(t, origin)
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.Store(t, e)
		if err := upkeep.Restore(context.Background(), store, bytes.NewReader(first), silent, silent); err != nil {
			t.Fatal(err)
		}
		if second := archive(t, store); !bytes.Equal(first, second) {
			a, b := strings.Split(string(first), "\n"), strings.Split(string(second), "\n")
			for i := range min(len(a), len(b)) {
				if a[i] != b[i] {
					t.Fatalf("line %d differs:\n%.600s\n%.600s", i+1, a[i], b[i])
				}
			}
			t.Fatalf("%d lines became %d", len(a), len(b))
		}
		if found := findings(t, store, false); len(found) > 0 {
			t.Errorf("the restored site is inconsistent: %v", found)
		}
		pages, err := store.Tags.Pages(t.Context(), storage.List[*content.TagFilter]{
			Filter: &content.TagFilter{Name: &content.StringFilter{Contains: new("the 0")}}, Fields: []string{"name"},
		}, []storage.Within{{}})
		if err != nil || len(pages[0].Nodes) != 1 || pages[0].Nodes[0].Name["vi"] != "Thẻ 0" {
			t.Errorf("the restored site does not find by folded text: %v, %v", pages, err)
		}
		if err := upkeep.Restore(context.Background(), store, bytes.NewReader(first), silent, silent); !errors.Is(err,
			upkeep.ErrNotEmpty) {
			t.Errorf("restored into a store that is not empty: %v", err)
		}
	})
}

// TestDamagedArchive checks that nothing is written from an archive that was cut or altered.
func TestDamagedArchive(t *testing.T) {
	origin := testkit.Store(t, testkit.Embedded(t))
	makeTags(t, origin, 1)
	whole := string(archive(t, origin))
	lines := strings.SplitAfter(strings.TrimSuffix(whole, "\n"), "\n")
	store := testkit.Store(t, testkit.Embedded(t))
	for name, c := range map[string]struct{ text, why string }{
		"cut":            {strings.Join(lines[:len(lines)-1], ""), "it was cut"},
		"cut in a line":  {whole[:len(whole)/2], "line "},
		"altered":        {strings.Replace(whole, "Thẻ 0", "Thẻ 9", 1), "altered"},
		"a line less":    {strings.Join(append([]string{lines[0]}, lines[2:]...), ""), "altered"},
		"something else": {`{"a": 1}` + "\n", "line 1: this is no archive"},
		"empty":          {"", "it was cut"},
		"more behind":    {whole + "{}\n", "behind the last line"},
	} {
		err := upkeep.Restore(context.Background(), store, strings.NewReader(c.text), silent, silent)
		if err == nil || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%s: %v", name, err)
		}
		if empty, err := store.Empty(context.Background()); !empty || err != nil {
			t.Fatalf("%s: something was written: %v", name, err)
		}
	}
}

// findings returns the findings of a check.
func findings(t *testing.T, store *storage.Store, mend bool) (found []upkeep.Finding) {
	t.Helper()
	err := upkeep.Check(context.Background(), store, upkeep.CheckOptions{
		Mend: mend, Now: func() time.Time { return time.Now().Add(time.Hour) },
		Found: func(f upkeep.Finding) { found = append(found, f) }, Progress: silent,
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestCheck damages a store in every way that a check detects. Each damage is found, repaired only on request, and not
// found again.
func TestCheck(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		ctx := context.Background()
		store := testkit.SampleStore(t, e)
		if found := findings(t, store, false); len(found) > 0 {
			t.Fatalf("the sample is inconsistent: %v", found)
		}
		testkit.Remove(t, e, "tags", "tag_xuc-tien")
		testkit.Remove(t, e, "routes", "Section:tin-tuc")
		testkit.Insert(t, e, "routes",
			`{"_id": "Tag:khong-cua-ai", "entry": "tag_x", "at": {"$date": "1970-01-01T00:00:00Z"}}`)
		testkit.Set(t, e, "tags", "tag_cnnttb", `{"live": null}`)
		testkit.Set(t, e, "articles", "article_hoi-nghi-so-ket-2020", `{"live.breadcrumb": ["section_su-kien"]}`)
		testkit.Insert(t, e, "revisions", `{"_id": "rev_dead", "entry": "tag_cnnttb", "kind": "Tag", "version": 2, "committed": false,
			"at": {"$date": "1970-01-01T00:00:00Z"}, "action": "UPDATE", "state": "DRAFT"}`)
		testkit.Set(t, e, "organizations", "organization_toa-soan-mau",
			`{"draft.parent": "organization_trung-tam-mau", "live.parent": "organization_trung-tam-mau"}`)
		testkit.Set(t, e, "organizations", "organization_trung-tam-mau",
			`{"draft.parent": "organization_toa-soan-mau", "live.parent": "organization_toa-soan-mau"}`)
		testkit.Remove(t, e, "media", "media_bia-sen-lam")
		testkit.Remove(t, e, "media.files", "media_bieu-trung")
		kinds := map[string]int{}
		for _, f := range findings(t, store, false) {
			kinds[f.What]++
			if f.Mended {
				t.Errorf("mended without being asked to: %v", f)
			}
		}
		for _, what := range []string{
			"cycle", "dangling link", "open revision", "unclaimed slug", "stray slug",
			"leaking slug", "outdated", "missing file", "stray file",
		} {
			if kinds[what] == 0 {
				t.Errorf("a check does not find: %s (%v)", what, kinds)
			}
		}
		findings(t, store, true)
		for _, f := range findings(t, store, false) {
			if f.What != "missing file" {
				t.Errorf("it is still found after mending: %+v", f)
			}
		}
		if copied, _, err := store.Articles.RevisionCopy(ctx, "article_hoi-nghi-so-ket-2020", 1); copied == nil ||
			err != nil {
			t.Errorf("the revision before the mending is gone: %v", err)
		}
	})
}

// TestMendTexts interrupts a change of the site's languages before the texts were prepared. Mending prepares them, so
// that filters find entries by their texts again.
func TestMendTexts(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		ctx := context.Background()
		store := testkit.Store(t, e)
		makeTags(t, store, 1)
		site := *store.Site()
		site.Version++
		site.Languages.Locales = append(slices.Clone(site.Languages.Locales), "fr")
		if err := store.SaveSite(ctx, &site,
			content.Revision{ID: "rev_fr", At: testkit.NewClock().Now(), Action: content.ActionSettings}); err != nil {
			t.Fatal(err)
		}
		found := func() int {
			pages, err := store.Tags.Pages(ctx, storage.List[*content.TagFilter]{
				Stage: content.StageDraft, Locale: "fr",
				Filter: &content.TagFilter{Name: &content.StringFilter{Contains: new("the 0")}},
			}, []storage.Within{{}})
			if err != nil {
				t.Fatal(err)
			}
			return len(pages[0].Nodes)
		}
		if n := found(); n != 0 {
			t.Fatalf("%d tags are found before their texts are prepared: the test shows nothing", n)
		}
		err := upkeep.Check(ctx, store,
			upkeep.CheckOptions{Mend: true, Found: func(f upkeep.Finding) { t.Errorf("%+v", f) }, Progress: silent})
		if err != nil {
			t.Fatal(err)
		}
		if n := found(); n != 1 {
			t.Errorf("%d tags are found after mending", n)
		}
	})
}
