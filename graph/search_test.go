package graph_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"sen/graph"
	"sen/internal/storage"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
	"sen/internal/web"
)

// searching is a server with a search index and some content.
type searching struct {
	*testserver.Server
	t *testing.T
}

// startSearching serves a store with an index.
func startSearching(t *testing.T, store *storage.Store) searching {
	t.Helper()
	return searching{testserver.StartSearching(t, store, testserver.Index(t), nil), t}
}

// do runs a query as an actor, "" for an anonymous client, and decodes its data. It fails on errors.
func (s searching) do(actor, query string, into any) {
	s.t.Helper()
	answer := s.Ask(s.t, query, nil, http.Header{testserver.ActorHeader: {actor}})
	var got struct{ Data, Errors json.RawMessage }
	if err := json.Unmarshal(answer, &got); err != nil || got.Errors != nil {
		s.t.Fatalf("%s: %s %v", query, answer, err)
	}
	if err := json.Unmarshal(got.Data, into); err != nil {
		s.t.Fatalf("%s: %v", answer, err)
	}
}

// change runs a mutation of one field as an editor, and returns the id and the version of the entry.
func (s searching) change(mutation string) (id string, version int) {
	s.t.Helper()
	var got map[string]struct {
		Entry struct {
			ID      string
			Version int
		}
		UserErrors []struct{ Message string }
	}
	s.do("editor", "mutation { "+mutation+" }", &got)
	for _, payload := range got {
		if len(payload.UserErrors) > 0 {
			s.t.Fatalf("%s: %v", mutation, payload.UserErrors)
		}
		return payload.Entry.ID, payload.Entry.Version
	}
	return "", 0
}

// create creates a tag and returns its id and version.
func (s searching) create(name string) (id string, version int) {
	return s.change(fmt.Sprintf(`createTag(input: {name: {text: %q}}) { entry: tag { id version } userErrors { message } }`,
		name))
}

// step takes an entry through a step of the workflow.
func (s searching) step(step, id string, version int) int {
	_, version = s.change(fmt.Sprintf(`%s(id: %q, version: %d) { entry: content { ... on Node { id } version } userErrors { message } }`,
		step, id, version))
	return version
}

// found returns the labels that a search finds, in their order.
func (s searching) found(actor, query, arguments string) (labels []string) {
	s.t.Helper()
	var got struct {
		Search struct{ Nodes []struct{ Label string } }
	}
	s.do(actor, fmt.Sprintf(`{ search(query: %q %s) { nodes { label } } }`, query, arguments), &got)
	for _, n := range got.Search.Nodes {
		labels = append(labels, n.Label)
	}
	return labels
}

// expect checks what an anonymous search finds.
func (s searching) expect(query string, want ...string) {
	s.t.Helper()
	if got := s.found("", query, ""); strings.Join(got, "|") != strings.Join(want, "|") {
		s.t.Errorf("%q finds %q, want %q", query, got, want)
	}
}

// TestSearchFollows changes entries: a search finds what is published, in its present words, and nothing that was
// withdrawn, even before the index knows of it.
func TestSearchFollows(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.Store(t, e)
		s := searching{testserver.StartSearching(t, store, testserver.Index(t), func(_ *graph.Options, o *web.Options) {
			o.Answers = web.NewAnswers(store, 1<<20)
		}), t}
		testkit.Follow(t, store)
		id, version := s.create("Chợ nổi Cái Răng")
		s.Indexed(t)
		s.expect("cho noi")
		s.expect("cho noi cai rang") // the answer is cached, until the index has the entry
		version = s.step("publish", id, version)
		s.Indexed(t)
		s.expect("cho noi cai rang", "Chợ nổi Cái Răng")
		_, version = s.change(fmt.Sprintf(`updateTag(id: %q, version: %d, input: {name: {text: "Làng hoa Sa Đéc"}}) { entry: tag { id version } userErrors { message } }`, id, version))
		s.Indexed(t)
		s.expect("cho noi", "Chợ nổi Cái Răng") // the change is a draft
		s.expect("sa dec")
		version = s.step("publish", id, version)
		s.Indexed(t)
		s.expect("cho noi")
		s.expect("lang hoa sa dec", "Làng hoa Sa Đéc")
		s.step("unpublish", id, version)
		s.expect("lang hoa sa dec") // at once
	})
}

// TestSearchDrafts searches in working copies: editors find them with their present words, readers find nothing.
func TestSearchDrafts(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		s := startSearching(t, testkit.Store(t, e))
		id, version := s.create("Chợ nổi Cái Răng")
		version = s.step("publish", id, version)
		s.change(fmt.Sprintf(`updateTag(id: %q, version: %d, input: {name: {text: "Làng hoa Sa Đéc"}}) { entry: tag { id version } userErrors { message } }`, id, version))
		s.create("Bí mật quân sự")
		s.Indexed(t)
		for query, want := range map[string]string{"sa dec": "Làng hoa Sa Đéc", "bi mat": "Bí mật quân sự", "cho noi": ""} {
			if got := strings.Join(s.found("editor", query, ", stage: DRAFT"), "|"); got != want {
				t.Errorf("an editor who searches %q finds %q, want %q", query, got, want)
			}
		}
		answer := s.Ask(t, `{ search(query: "sa dec", stage: DRAFT) { totalCount } }`, nil, nil)
		if !strings.Contains(string(answer), `"FORBIDDEN"`) {
			t.Errorf("an anonymous search in drafts gets %s", answer)
		}
		var got struct {
			Search struct {
				TotalCount int
				Suggestion *string
				Facets     []struct{ Buckets []struct{ Count int } }
			}
			Suggest []struct{ Text string }
			Tags    struct{ TotalCount int }
		}
		for _, secret := range []string{"bí mật", "bi mat quan sư", "bi mât quan su", "Bí"} {
			s.do("", fmt.Sprintf(`{ search(query: %[1]q) { totalCount suggestion facets(by: [KIND]) { buckets { count } } } suggest(prefix: %[1]q) { text } tags(search: %[1]q) { totalCount } }`, secret), &got)
			if got.Search.TotalCount+len(got.Suggest)+got.Tags.TotalCount+len(got.Search.Facets[0].Buckets) > 0 ||
				got.Search.Suggestion != nil {
				t.Errorf("a reader who searches %q learns of a draft: %+v", secret, got)
			}
		}
	})
}

// TestSearchAbbreviations renames an organization: its short name stands for the present name at once.
func TestSearchAbbreviations(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		s := startSearching(t, testkit.Store(t, e))
		id, version := s.change(`createOrganization(input: {name: {text: "Liên đoàn Lao động"}, shortName: {text: "LĐLĐ"}}) { entry: organization { id version } userErrors { message } }`)
		version = s.step("publish", id, version)
		tag, tagVersion := s.create("Hội thi của Liên đoàn Lao động")
		s.step("publish", tag, tagVersion)
		other, otherVersion := s.create("Tin của LĐLĐ và CĐCS")
		s.step("publish", other, otherVersion)
		s.Indexed(t)
		if got := s.found("", "ldld", ", kinds: [TAG]"); len(got) != 2 {
			t.Errorf("a short name finds %q", got)
		}
		if got := s.found("", "lien doan lao dong", ", kinds: [TAG]"); len(got) != 2 || got[0] != "Hội thi của Liên đoàn Lao động" {
			t.Errorf("a name finds %q", got)
		}
		_, version = s.change(fmt.Sprintf(`updateOrganization(id: %q, version: %d, input: {shortName: {text: "CĐCS"}}) { entry: organization { id version } userErrors { message } }`, id, version))
		s.step("publish", id, version)
		s.Indexed(t)
		if got := s.found("", "cdcs", ", kinds: [TAG]"); len(got) != 2 {
			t.Errorf("a new short name finds %q", got)
		}
		if got := s.found("", "ldld", ", kinds: [TAG]"); len(got) != 1 {
			t.Errorf("a former short name finds %q", got)
		}
	})
}

// TestSearchPages reads all hits page by page, forward by cursor, and a list both ways and by offset.
func TestSearchPages(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		s := startSearching(t, testkit.SampleStore(t, e))
		var all, some struct {
			Search struct {
				TotalCount int
				Nodes      []struct{ ID string }
				PageInfo   struct {
					HasNextPage bool
					EndCursor   string
				}
			}
		}
		s.do("", `{ search(query: "san pham", first: 100) { totalCount nodes { ... on Node { id } } pageInfo { hasNextPage endCursor } } }`, &all)
		var ids []string
		for after := ""; ; after = some.Search.PageInfo.EndCursor {
			s.do("", fmt.Sprintf(`{ search(query: "san pham", first: 7, after: %q) { totalCount nodes { ... on Node { id } } pageInfo { hasNextPage endCursor } } }`, after), &some)
			for _, n := range some.Search.Nodes {
				ids = append(ids, n.ID)
			}
			if !some.Search.PageInfo.HasNextPage {
				break
			}
		}
		if len(ids) < 10 || len(ids) != all.Search.TotalCount {
			t.Fatalf("%d hits of %d by pages", len(ids), all.Search.TotalCount)
		}
		for i, n := range all.Search.Nodes {
			if ids[i] != n.ID {
				t.Fatalf("hit %d is %s by pages and %s at once", i, ids[i], n.ID)
			}
		}
		var list struct {
			All, Back, Skipped struct {
				Nodes    []struct{ ID string }
				PageInfo struct{ HasPreviousPage, HasNextPage bool }
			}
		}
		s.do("", `{ all: articles(search: "bai viet mau", first: 100) { nodes { id } pageInfo { hasPreviousPage hasNextPage } }
			back: articles(search: "bai viet mau", last: 3) { nodes { id } pageInfo { hasPreviousPage hasNextPage } }
			skipped: articles(search: "bai viet mau", offset: 2, first: 2) { nodes { id } pageInfo { hasPreviousPage hasNextPage } } }`, &list)
		n := len(list.All.Nodes)
		if n < 6 || list.Back.Nodes[2] != list.All.Nodes[n-1] || list.Skipped.Nodes[0] != list.All.Nodes[2] ||
			!list.Back.PageInfo.HasPreviousPage || !list.Skipped.PageInfo.HasNextPage {
			t.Errorf("the pages of a list do not fit: %+v", list)
		}
	})
}

// TestHostileSearches asks what no reader asks: each answer is empty, or an error that says what to do.
func TestHostileSearches(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		s := startSearching(t, testkit.SampleStore(t, e))
		for name, c := range map[string]struct {
			text    string
			refused bool
		}{
			"10,000 characters":    {strings.Repeat("a", 10_000), true},
			"1,000 words":          {strings.Repeat("a ", 1_000), true},
			"words of one search":  {strings.Repeat("ab ", 65), true},
			"only signs":           {"?!*()[]{}^$.|\\/", false},
			"a regular expression": {"^(a+)+$", false},
			"zero width":           {"\u200b\u200d\ufeff", false},
			"NUL":                  {"a\x00b\x00", false},
			"half a pair":          {"\ufffd\ufffe", false},
			"operators":            {`title:"x" AND NOT y~2 OR +z*`, false},
		} {
			text, err := json.Marshal(map[string]string{"text": c.text})
			if err != nil {
				t.Fatal(err)
			}
			answer := s.Ask(t, `query($text: String!) { search(query: $text) { totalCount edges { highlights { text } } } suggest(prefix: $text) { text } articles(search: $text) { totalCount } }`, text, nil)
			if refused := strings.Contains(string(answer), `"BAD_USER_INPUT"`); refused != c.refused ||
				!refused && strings.Contains(string(answer), `"errors"`) {
				t.Errorf("%s: %.400s", name, answer)
			}
		}
		for _, query := range []string{
			`{ search(query: "a", first: 101) { totalCount } }`, `{ search(query: "a", first: -1) { totalCount } }`,
			`{ search(query: "a", after: "x") { totalCount } }`, `{ suggest(prefix: "a", first: 21) { text } }`,
			`{ articles(orderBy: RELEVANCE) { totalCount } }`,
			`{ search(query: "a") { facets(by: [KIND, TAG, YEAR, SECTION, ORGANIZATION, AWARD_LEVEL, KIND]) { by } } }`,
		} {
			if answer := s.Ask(t, query, nil, nil); !strings.Contains(string(answer), `"BAD_USER_INPUT"`) {
				t.Errorf("%s: %s", query, answer)
			}
		}
	})
}

// TestSearchWithoutIndex searches on a server without an index: labels are compared, and the answer says so.
func TestSearchWithoutIndex(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		s := searching{testserver.Start(t, testkit.SampleStore(t, e), nil), t}
		for _, query := range []string{
			`{ search(query: "hoi nghi so ket", first: 1) { nodes { label } } }`,
			`{ search(query: "hoi nghi so ket", filter: {year: {eq: 2020}, section: {slugs: ["tin-tuc"]}}) { nodes { label } } }`,
			`{ articles(search: "hoi nghi so ket") { nodes { title } } }`, `{ suggest(prefix: "hội nghị sơ") { text } }`,
		} {
			answer := string(s.Ask(t, query, nil, nil))
			if !strings.Contains(answer, "Hội nghị sơ kết") || !strings.Contains(answer, `"extensions":{"search":{"degraded":true}}`) {
				t.Errorf("%s: %s", query, answer)
			}
		}
		for _, filter := range []string{
			`year: {ne: 2020}`, `section: {slugs: ["khong-co"]}`, `publishedAt: {gt: "2030-01-01T00:00:00Z"}`,
		} {
			answer := string(s.Ask(t, `{ search(query: "hoi nghi so ket", filter: {`+filter+`}) { totalCount } }`, nil, nil))
			if !strings.Contains(answer, `"totalCount":0`) {
				t.Errorf("%s: %s", filter, answer)
			}
		}
	})
}
