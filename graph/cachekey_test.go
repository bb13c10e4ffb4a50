package graph_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"sen/graph"
	"sen/graph/scalar"
	"sen/internal/content"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
)

// keysIn returns the cache keys in an answer, in the order of the answer.
func keysIn(t *testing.T, answer []byte) (keys []string) {
	t.Helper()
	if strings.Contains(string(answer), `"errors"`) {
		t.Fatalf("%s", answer)
	}
	for rest := string(answer); ; {
		_, after, found := strings.Cut(rest, `"cacheKey":"`)
		if !found {
			return keys
		}
		key, after, _ := strings.Cut(after, `"`)
		keys, rest = append(keys, key), after
	}
}

// TestCacheKeys reads the copies of one entry by every path that leads to them. Each copy has one key, and no two
// copies have the same key. Both executors return the same keys.
func TestCacheKeys(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, engine testkit.Engine) {
		e := serveBoth(t, testkit.SampleStore(t, engine))
		editor := http.Header{testserver.ActorHeader: {"editor"}}
		key := func(headers http.Header, format string, args ...any) string {
			t.Helper()
			keys := keysIn(t, e.same(t, fmt.Sprintf(format, args...), nil, headers))
			if len(keys) == 0 || keys[0] == "" {
				t.Fatalf("no key for %s", fmt.Sprintf(format, args...))
			}
			if slices.ContainsFunc(keys, func(k string) bool { return k != keys[0] }) {
				t.Fatalf("%q are the keys of one copy, by %s", keys, fmt.Sprintf(format, args...))
			}
			return keys[0]
		}
		const id = "section_tin-tuc"
		read := func(headers http.Header, arguments string) string {
			t.Helper()
			return key(headers, `{
				section(slug: "tin-tuc"%[1]s) { cacheKey id articles(first: 2) { nodes { section { cacheKey } } edges { node { section { cacheKey } } } } }
				again: section(id: "section_tin-tuc"%[1]s) { ... on Content { cacheKey } articles(first: 1) { nodes { section { ...F } } } }
				sections(filter: {slug: {eq: "tin-tuc"}}%[1]s) { nodes { cacheKey } edges { node { cacheKey } } }
				route(path: "/sections/tin-tuc"%[1]s) { content { cacheKey } }
			} fragment F on Section { cacheKey }`, arguments)
		}
		copies := map[string]string{}
		add := func(name, key string) {
			t.Helper()
			if other, known := copies[key]; known {
				t.Errorf("%s and %s have the key %s both", name, other, key)
			}
			copies[key] = name
		}
		published := read(nil, "")
		add("published", published)
		add("published, in English", read(nil, `, locale: "en"`))
		add("published, in a language that the site has not", read(nil, `, locale: "fr"`))
		add("draft", read(editor, ", stage: DRAFT"))
		add("draft, in English", read(editor, `, stage: DRAFT, locale: "en"`))
		for name, c := range map[string]struct {
			headers         http.Header
			arguments, same string
		}{
			"the default by name":      {nil, `, locale: "vi"`, published},
			"by a header":              {http.Header{"Sen-Locale": {"vi"}}, "", published},
			"the argument wins":        {http.Header{"Sen-Locale": {"en"}}, `, locale: "vi", stage: PUBLISHED`, published},
			"in capitals":              {http.Header{"Sen-Locale": {"EN"}}, "", read(nil, `, locale: "en"`)},
			"what is published, known": {editor, "", published},
			"published by a header": {
				http.Header{testserver.ActorHeader: {"editor"}, "Sen-Stage": {"PUBLISHED"}},
				"",
				published,
			},
			"a draft by a header": {
				http.Header{testserver.ActorHeader: {"editor"}, "Sen-Stage": {"DRAFT"}},
				"",
				read(editor, ", stage: DRAFT"),
			},
			"the other one by argument": {
				http.Header{testserver.ActorHeader: {"editor"}, "Sen-Stage": {"DRAFT"}},
				", stage: PUBLISHED", published,
			},
		} {
			if got := read(c.headers, c.arguments); got != c.same {
				t.Errorf("%s: %s is %q of another copy", name, got, copies[got])
			}
		}
		if got := key(nil,
			`{ node(id: %q) { ... on Content { cacheKey } } nodes(ids: [%q, %[1]q]) { ... on Section { cacheKey } } }`, id,
			id); got != published {
			t.Errorf("node: %s", got)
		}
		both := keysIn(t,
			e.same(t, `{ vi: section(slug: "tin-tuc") { ...F } en: section(slug: "tin-tuc", locale: "en") { ...F } } fragment F on Section { cacheKey }`, nil, nil))
		if len(both) != 2 || copies[both[0]] != "published" || copies[both[1]] != "published, in English" {
			t.Errorf("two languages of one request: %q", both)
		}

		// A change that publishes nothing answers with the draft, and the key of the published copy stays the same.
		change := func(version int, name string) (answer []byte) {
			t.Helper()
			return e.plans.Ask(t, fmt.Sprintf(`mutation { updateSection(id: %q, version: %d, input: {description: [{text: %q}]}, idempotencyKey: "the %[3]s change is sent") {
				section { cacheKey version } userErrors { message } } }`, id, version, name), nil, editor)
		}
		for i, name := range []string{"first", "second"} {
			if got := keysIn(t, change(1+i, name)); len(got) != 1 || copies[got[0]] != "draft" {
				t.Errorf("the %s change answers with %q", name, got)
			}
		}
		if got := keysIn(t, change(1, "first")); len(got) != 1 || copies[got[0]] != "draft" {
			t.Errorf("sent again, it answers with %q", got)
		}
		if got := read(nil, ""); got != published {
			t.Errorf("a change that publishes nothing gives readers the key %s for %s", got, published)
		}
		revisions := `{ section(slug: "tin-tuc", stage: DRAFT%s) { revisions { nodes { version content { cacheKey } } edges { node { content { cacheKey } } } } } }`
		for _, locale := range []string{"", `, locale: "en"`} {
			keys := keysIn(t, e.same(t, fmt.Sprintf(revisions, locale), nil, editor))
			if len(keys) != 6 || !slices.Equal(keys[:3], keys[3:]) {
				t.Fatalf("the revisions have %q", keys)
			}
			for i, key := range keys[:3] {
				add(fmt.Sprint("revision ", 3-i, locale), key)
			}
		}
		if got := keysIn(t,
			e.plans.Ask(t, fmt.Sprintf(`mutation { publish(id: %q, version: 3) { content { cacheKey } } }`, id), nil,
				editor)); len(got) != 1 || copies[got[0]] != "draft" {
			t.Errorf("publishing answers with %q", got)
		}
		if got := read(nil, ""); got != published {
			t.Errorf("publishing changes readers' key from %s to %s", published, got)
		}
	})
}

// TestEveryKindHasACacheKey reads a page of each kind in both stages: all keys are different.
func TestEveryKindHasACacheKey(t *testing.T) {
	e := serveBoth(t, testkit.AnySample(t))
	seen := map[string]string{}
	for _, many := range []string{
		"articles", "authors", "organizations", "sections", "tags", "events", "programs", "awardSeriesList", "awardRounds",
		"awards", "mediaItems",
	} {
		for _, stage := range []string{"PUBLISHED", "DRAFT"} {
			answer := e.same(t, fmt.Sprintf(`{ %s(first: 100, stage: %s) { nodes { id cacheKey } } }`, many, stage), nil,
				http.Header{testserver.ActorHeader: {"editor"}})
			var page struct {
				Data map[string]struct {
					Nodes []struct{ ID, CacheKey string }
				}
			}
			if err := json.Unmarshal(answer, &page); err != nil || len(page.Data[many].Nodes) == 0 {
				t.Fatalf("%s: %v %s", many, err, answer)
			}
			for _, n := range page.Data[many].Nodes {
				if other, known := seen[n.CacheKey]; known || n.CacheKey == "" || strings.Contains(n.CacheKey, n.ID) {
					t.Errorf("%s, %s: the key %q, which %q has too", n.ID, stage, n.CacheKey, other)
				}
				seen[n.CacheKey] = n.ID
			}
		}
	}
}

// TestCacheKeyAllocatesNothing checks that a selected key needs no allocation except space in the answer.
func TestCacheKeyAllocatesNothing(t *testing.T) {
	article := &content.Article{Base: content.Base{
		ID:       content.NewID(content.KindArticle, time.Unix(0, 0)),
		Revision: math.MaxInt,
	}}
	at, room := scalar.Place{Locale: "de-Latn-DE-1996-u-co-phonebk-x-12345"}, make([]byte, 0, 256)
	if n := testing.AllocsPerRun(100, func() { graph.AppendCacheKey(room, &at, article) }); n > 0 {
		t.Errorf("a key takes %v allocations", n)
	}
}
