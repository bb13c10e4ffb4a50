package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"sen/graph"
	"sen/graph/cost"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
	"sen/internal/web"
)

// A case of testdata is a text archive with these files:
//
//	a comment that says what the case shows, and "round trips: N", the largest number of round trips to the
//	store; also "again: N" if the second time needs any although the answer is cached;
//	query.graphql, and optionally variables.json and headers.json;
//	answer.json, the whole answer, indented.
//
// `go test ./graph -update` writes the numbers of round trips and the answers anew.
type apiCase struct {
	path    string
	archive *txtar.Archive
}

var (
	roundTrips = regexp.MustCompile(`(?m)^round trips: (\d+)$`)
	againTrips = regexp.MustCompile(`(?m)^again: (\d+)$`)
)

func (c apiCase) file(name string) []byte {
	for _, f := range c.archive.Files {
		if f.Name == name {
			return f.Data
		}
	}
	return nil
}

func cases(t *testing.T) (all []apiCase) {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal("no cases", err)
	}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, apiCase{path, archive})
	}
	return all
}

// TestAPI runs every case on both engines, over real HTTP: first without caches, so that the number of round trips is
// the same each time; then with caches, where the second time needs no round trip.
func TestAPI(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.SampleStore(t, e)
		uncached := testserver.StartSearching(t, testkit.UncachedStore(t, e), testserver.Index(t), nil)
		for _, c := range cases(t) {
			t.Run(c.name(), func(t *testing.T) { c.run(t, uncached) })
		}
		if *testkit.Update {
			return
		}
		server := testserver.StartSearching(t, store, testserver.Index(t), nil)
		testkit.Follow(t, store)
		for _, c := range cases(t) {
			t.Run(c.name()+" again", func(t *testing.T) {
				most := 0
				if allowed := againTrips.FindSubmatch(c.archive.Comment); allowed != nil {
					most, _ = strconv.Atoi(string(allowed[1]))
				}
				c.run(t, server)
				for range 20 { // on a busy machine the cache may learn of the changes late
					if c.run(t, server); server.Trips() <= most {
						return
					}
				}
				t.Errorf("%d round trips from the cache, at most %d are allowed", server.Trips(), most)
			})
		}
	})
}

// name returns the name of the case.
func (c apiCase) name() string { return strings.TrimSuffix(filepath.Base(c.path), ".txtar") }

func (c apiCase) run(t *testing.T, server *testserver.Server) {
	t.Helper()
	headers := http.Header{}
	if raw := c.file("headers.json"); raw != nil {
		named := map[string]string{}
		if err := json.Unmarshal(raw, &named); err != nil {
			t.Fatal(err)
		}
		for name, value := range named {
			headers.Set(name, value)
		}
	}
	variables := json.RawMessage(c.file("variables.json"))
	if variables == nil {
		variables = json.RawMessage("{}")
	}
	var got bytes.Buffer
	if err := json.Indent(&got, server.Ask(t, string(c.file("query.graphql")), variables, headers), "", "  "); err != nil {
		t.Fatal(err)
	}
	got.WriteByte('\n')
	trips := server.Trips()
	if *testkit.Update {
		c.write(t, got.Bytes(), trips)
		return
	}
	if diff := cmp.Diff(string(c.file("answer.json")), got.String()); diff != "" {
		t.Errorf("the answer differs (-want +got):\n%s", diff)
	}
	allowed := roundTrips.FindSubmatch(c.archive.Comment)
	if allowed == nil {
		t.Fatal("the case says no round trips")
	}
	if most, _ := strconv.Atoi(string(allowed[1])); trips > most {
		t.Errorf("%d round trips, at most %d are allowed", trips, most)
	}
}

func (c apiCase) write(t *testing.T, answer []byte, trips int) {
	t.Helper()
	line := fmt.Sprintf("round trips: %d", trips)
	if roundTrips.Match(c.archive.Comment) {
		c.archive.Comment = roundTrips.ReplaceAll(c.archive.Comment, []byte(line))
	} else {
		c.archive.Comment = append(bytes.TrimRight(c.archive.Comment, "\n"), "\n"+line+"\n"...)
	}
	c.archive.Files = slices.DeleteFunc(c.archive.Files, func(f txtar.File) bool { return f.Name == "answer.json" })
	c.archive.Files = append(c.archive.Files, txtar.File{Name: "answer.json", Data: answer})
	if err := os.WriteFile(c.path, txtar.Format(c.archive), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestRoundTripsDoNotGrow sends queries for small and for large pages. The number of round trips does not depend on
// the number of objects.
func TestRoundTripsDoNotGrow(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		server := testserver.Start(t, testkit.SampleStore(t, e),
			func(g *graph.Options, _ *web.Options) { g.Limits.Cost = cost.Limits{"": 1 << 30} })
		for _, query := range []string{
			"query($n: Int) { sections(first: $n) { nodes { ancestors { name } children { name } articles(first: $n) { totalCount nodes { authors { organization { parent { name } } } cover { url } related(first: $n) { nodes { title } } } } } } }",
			"query($n: Int) { articles(first: $n) { edges { node { body { html blocks { ... on ImageBlock { caption media { url } } } } events { nodes { organizers { name } } } } } } }",
			"query($n: Int) { awardRounds(first: $n) { nodes { series { organizations { name } } awards(first: $n) { totalCount nodes { recipients { organization { name awards(first: $n) { totalCount } } } event { name participants { positions { organization { name } } } } } } } } }",
			// The front page.
			"query($n: Int) { sections(first: $n, filter: { parent: { slugs: [\"trang-chu\"] } }) { nodes { name articles(first: $n) { nodes { title cover { url } authors { name organization { name } } organizations { name } } } } } events(first: $n, orderBy: STARTS_AT_ASC) { nodes { name organizers { name } } } awards(first: $n) { nodes { title recipients { organization { name } } round { name } series { name } } } }",
			"query($n: Int) { tags(first: $n) { nodes { events(first: $n) { pageInfo { hasNextPage hasPreviousPage } nodes { name } } } } }",
			// What editors see before they delete something.
			"query($n: Int) { tags(first: $n, stage: DRAFT) { nodes { name editing { usedBy { id slug } } } } }",
		} {
			headers := http.Header{}
			if strings.Contains(query, "DRAFT") {
				headers.Set(testserver.ActorHeader, "editor")
			}
			ask := func(n int) int {
				answer := server.Ask(t, query, json.RawMessage(fmt.Sprintf(`{"n":%d}`, n)), headers)
				if bytes.Contains(answer, []byte(`"errors"`)) {
					t.Fatalf("%s", answer)
				}
				return server.Trips()
			}
			if small, large := ask(12), ask(60); large > small {
				t.Errorf("%d round trips for pages of 12, %d for pages of 60: %s", small, large, query)
			}
		}
	})
}
