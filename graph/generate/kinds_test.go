package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/config"
	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"sen"
)

const podcastFilter = `
"How long it is."
enum PodcastLength {
  "Short."
  SHORT
}

input PodcastFilter {
  "By its title."
  title: StringFilter
  "By its length."
  length: PodcastLengthFilter
  "By the day on which it was made."
  madeOn: DateFilter
  "By the day on which it is aired."
  airedOn: DateFilter
  "By what it goes on from."
  earlier: PodcastRelationFilter
}
`

// TestFilters checks that the Go filter of a kind has the handwritten members of the schema, and that the filters that
// these need are generated: for values without an order, for values with an order, and for links.
func TestFilters(t *testing.T) {
	schema, written := expanded(t, podcastFilter)
	matched := []string{"eq", "ne", "in", "notIn"}
	for name, want := range map[string][]string{
		"PodcastLengthFilter":   matched,
		"DateFilter":            append(slices.Clone(matched), "exists", "gt", "gte", "lt", "lte"),
		"PodcastRelationFilter": {"ids", "slugs", "all", "where", "none", "exists"},
	} {
		if schema.Types[name] == nil || !cmp.Equal(names(schema.Types[name]), want) {
			t.Errorf("%s has not the members %s: %+v", name, want, schema.Types[name])
		}
	}
	all := append(kinds(), podcast)
	if _, err := expand(written, all); err != nil { // the other kinds get their filters from it
		t.Fatal(err)
	}
	source, err := kindsFile("content")("", all)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"PodcastLengthFilter = Match[PodcastLength]", "DateFilter = Range[Date]",
		"PodcastRelationFilter = RelationFilter[*PodcastFilter]",
		"Title *StringFilter", "Length *PodcastLengthFilter", "MadeOn *DateFilter", "AiredOn *DateFilter",
	} {
		if n := strings.Count(strings.Join(strings.Fields(source), " "), line); n == 0 || strings.Contains(line, "=") &&
			n > 1 {
			t.Errorf("%q stands there %d times in\n%s", line, n, source)
		}
	}
}

// TestParts checks that the error for a missing function names the package and the signature.
func TestParts(t *testing.T) {
	tree(t, sen.Schema)
	if err := complete(kinds()); err != nil {
		t.Error(err)
	}
	for _, p := range parts {
		err := complete(append(kinds(), podcast))
		if err == nil || !strings.Contains(err.Error(), p.dir) ||
			!strings.Contains(err.Error(), "func "+p.name(podcast)+"(") {
			t.Errorf("without %s in %s it said: %v", p.name(podcast), p.dir, err)
		}
		text := "package x\nfunc " + p.name(podcast) + "() {}\n"
		if err := os.WriteFile(p.dir+"/podcast.go", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRelations checks for which fields relations finds a relation.
func TestRelations(t *testing.T) {
	t.Chdir(t.TempDir())
	const source = `package graph

func registerPodcast(r *Resolver) {
	kind(r, r.store.Podcasts, map[string]relation{"articles": list(f("x")), "cover": one(y)})
	r.relate("Guest", map[string]relation{"author": one(z)})
	r.relate(string(k)+"Payload", map[string]relation{field(k): changed, "all": all})
}
`
	if err := os.WriteFile("podcast.go", []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	files, err := parsed(".")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"*.all", "Guest.author", "Podcast.articles", "Podcast.cover"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(relations(files)))); diff != "" {
		t.Errorf("it found others (+) than there are (-): %s", diff)
	}
}

// TestUnbound checks that the generator refuses fields of the schema for which Go has no member of that name and type
// and no relation, and no other fields.
func TestUnbound(t *testing.T) {
	t.Chdir("../..")
	cfg, err := config.LoadConfig("gqlgen.yml")
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.NewReplacer(
		"  startYear: Int\n", "  beginYear: Int\n", // another name
		"  shortName: String\n", "  shortName: DateTime\n", // another type
		"  fileName: StringFilter\n", "  filename: DateTimeFilter\n", // in an input
	)
	cfg.Sources = []*ast.Source{{Name: "schema.graphqls", Input: changed.Replace(sen.Schema)}}
	cfg.AutoBind = append(cfg.AutoBind, "sen/graph") // for the models that exist already
	if err := errors.Join(resolve(cfg, kinds()), cfg.Init()); err != nil {
		t.Fatal(err)
	}
	data, err := codegen.BuildData(cfg)
	if err != nil {
		t.Fatal(err)
	}
	said := fmt.Sprint(unboundChecker{}.GenerateCode(data))
	want := []string{
		"Program.beginYear: Int. internal/content/program.go: the type Program has no field or method BeginYear.",
		"Program.shortName: DateTime. internal/content/program.go: the type Program has ShortName of the type content.Text.",
		"MediaFilter.filename: DateTimeFilter. internal/content/kinds_gen.go: the type MediaFilter has FileName",
	}
	for _, line := range want {
		if !strings.Contains(said, line) {
			t.Errorf("it does not say %q", line)
		}
	}
	for line := range strings.Lines(said) {
		if !regexp.MustCompile(`\.(beginYear|shortName|filename): `).MatchString(line) {
			t.Errorf("it says, too: %s", line)
		}
	}
	if t.Failed() {
		t.Log(said)
	}
}
