// Package archtest checks rules of the whole program: which packages may import which, how long a file may be, and
// that every element of the schema has a description.
package archtest

import (
	"encoding/json"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// rule forbids imports, and gives the reason.
type rule struct {
	// from and to are patterns of import paths; a trailing /... also matches the packages below.
	from, to string
	// except has the packages that are allowed to import, or to be imported.
	except []string
	why    string
}

// documents are the packages that graph/documents may import.
var documents = []string{
	"sen/graph/coded", "sen/graph/cost", "sen/graph/limits", "sen/graph/scalar", "sen/internal/auth", "sen/internal/cache",
	"sen/internal/content",
}

// engines are the packages that an engine may import, and bson the packages that may use BSON.
var (
	engines = []string{"sen/internal/bsondoc", "sen/internal/content", "sen/internal/engine", "sen/internal/folder"}
	bson    = []string{
		"sen/internal/bsondoc", "sen/internal/embedded", "sen/internal/engine", "sen/internal/mongodb",
		"sen/internal/storage",
		"sen/internal/storage/files", "sen/internal/storage/guard", "sen/internal/storage/lease",
		"sen/internal/storage/query",
		"sen/internal/testkit", "sen/bench", "sen/bench/search",
	}
)

// rooms are the parts of the store that know nothing of its entries.
var rooms = []string{
	"sen/internal/storage/batch", "sen/internal/storage/feed", "sen/internal/storage/files", "sen/internal/storage/guard",
	"sen/internal/storage/lease", "sen/internal/storage/query",
}

var rules = []rule{
	{"sen/internal/content", "sen/...", nil, "the domain is the lowest layer and depends on no other package"},
	{
		"sen/internal/engine", "sen/...",
		[]string{"sen/internal/content"},
		"the interface of engines does not depend on the packages that use or implement it",
	},
	{"sen/internal/bsondoc", "sen/...", []string{"sen/internal/content"}, "reading and writing BSON are pure functions"},
	{"sen/internal/embedded", "sen/...", engines, "an engine stores documents and does not know their meaning"},
	{"sen/internal/mongodb", "sen/...", engines, "an engine stores documents and does not know their meaning"},
	{
		"sen/internal/search/opensearch", "sen/...",
		[]string{"sen/internal/content", "sen/internal/search"},
		"an engine of search finds tokens and does not know their meaning",
	},
	{
		"sen/internal/richtext", "sen/...",
		[]string{"sen/internal/content"},
		"rendering a body is a pure function of its content",
	},
	{"sen/internal/picture", "sen/...", nil, "the facts about a file are a pure function of its bytes"},
	{
		"sen/internal/importer", "sen/...",
		[]string{"sen/internal/content"},
		"reading a file is a pure function of its bytes",
	},
	{
		"sen/internal/cache", "sen/...",
		[]string{"sen/internal/content"},
		"the cache stores bytes with tags and does not know what they mean",
	},
	{
		"sen/internal/storage", "sen/...",
		slices.Concat(rooms,
			[]string{"sen/internal/bsondoc", "sen/internal/cache", "sen/internal/content", "sen/internal/engine"}),
		"the store does not know the actor or the consequences of a write; it only records what is read",
	},
	{
		"sen/internal/storage/query", "sen/...",
		[]string{"sen/internal/content", "sen/internal/engine"},
		"pure functions convert lists to queries and read nothing",
	},
	{
		"sen/internal/storage/batch", "sen/...",
		[]string{"sen/internal/engine"},
		"combining reads and writes does not depend on what they read and write",
	},
	{
		"sen/internal/storage/guard", "sen/...",
		[]string{"sen/internal/engine"},
		"guarding an engine does not depend on what it stores",
	},
	{
		"sen/internal/storage/feed", "sen/...",
		[]string{"sen/internal/cache", "sen/internal/content", "sen/internal/engine", "sen/internal/storage/guard"},
		"changes are reported without reading the store",
	},
	{
		"sen/internal/storage/lease", "sen/...",
		[]string{"sen/internal/content", "sen/internal/engine"},
		"the clock and leases need only an engine",
	},
	{
		"sen/internal/storage/files", "sen/...",
		[]string{"sen/internal/bsondoc", "sen/internal/content", "sen/internal/engine", "sen/internal/storage/lease"},
		"storing files does not depend on entries",
	},
	{"sen/...", "sen/internal/storage/query/...", []string{"sen/internal/storage"}, "only the store makes queries"},
	{
		"sen/graph/cost", "sen/...",
		[]string{"sen/graph/scalar", "sen/internal/content"},
		"the cost of a document depends only on the document and the schema",
	},
	{
		"sen/graph/coded", "sen/...",
		[]string{"sen/internal/content"},
		"making a GraphQL error needs only its code and message",
	},
	{
		"sen/graph/limits", "sen/...",
		[]string{"sen/graph/coded", "sen/graph/cost", "sen/internal/content"},
		"the size of a document depends only on its text",
	},
	{"sen/graph/documents", "sen/...", documents, "documents are checked before any part of them is executed"},
	{"sen/graph/parallel", "sen/...", nil, "running functions at the same time does not depend on what they do"},
	{"sen/graph/clients", "sen/...", nil, "the files for clients depend only on the schema"},
	{
		"sen/internal/messages", "sen/...",
		[]string{"sen/internal/content"},
		"the messages for editors do not depend on the code that sends them",
	},
	{
		"sen/internal/entries", "sen/...",
		[]string{"sen/internal/content", "sen/internal/storage"},
		"access to entries of any kind needs only the store and adds no rule",
	},
	{
		"sen/internal/derive", "sen/...",
		[]string{
			"sen/internal/content", "sen/internal/entries", "sen/internal/richtext", "sen/internal/storage",
			"sen/internal/storage/batch",
		},
		"derived fields do not depend on who changes an entry",
	},
	{
		"sen/internal/files", "sen/...",
		[]string{"sen/internal/content", "sen/internal/picture"},
		"an upload and an import accept files in the same way",
	},
	{
		"sen/internal/people", "sen/...",
		[]string{"sen/internal/auth", "sen/internal/content", "sen/internal/messages", "sen/internal/storage"},
		"permissions do not depend on how an action is done",
	},
	{
		"sen/internal/upkeep", "sen/...",
		[]string{
			"sen/internal/content", "sen/internal/derive", "sen/internal/entries", "sen/internal/files",
			"sen/internal/people", "sen/internal/storage",
		},
		"archive, restore and repair of the whole site do not use the editorial workflow",
	},
	{
		"sen/internal/newsroom", "sen/...",
		[]string{
			"sen/internal/auth", "sen/internal/content", "sen/internal/derive", "sen/internal/engine",
			"sen/internal/entries", "sen/internal/files", "sen/internal/messages", "sen/internal/people", "sen/internal/picture",
			"sen/internal/richtext", "sen/internal/storage", "sen/internal/storage/batch", "sen/internal/storage/files",
			"sen/internal/storage/lease",
		},
		"the editorial workflow depends neither on GraphQL nor on the upkeep of the whole site",
	},
	{
		"sen/...", "go.mongodb.org/mongo-driver/v2/mongo/...",
		[]string{"sen/internal/mongodb", "sen/internal/testkit", "sen/bench", "sen/bench/search"},
		"only internal/mongodb connects to a MongoDB server",
	},
	{"sen/...", "go.mongodb.org/mongo-driver/v2/bson/...", bson, "no package above the store uses BSON"},
	{"sen/...", "github.com/ncruces/...", []string{"sen/internal/embedded"}, "only internal/embedded uses SQLite"},
	{
		"sen/...", "sen/internal/web/...",
		[]string{"sen/internal/cli", "sen/internal/config", "sen/internal/testkit/testserver"},
		"HTTP is a layer above GraphQL and the domain",
	},
	{
		"sen/...", "sen/internal/cli/...",
		[]string{"sen/server", "sen/bench/profiled"},
		"commands connect all other packages, so no package imports them",
	},
	{
		"sen/...", "sen/internal/testkit/...",
		[]string{"sen/internal/testkit/testserver", "sen/internal/testkit/withmongod", "sen/bench", "sen/bench/search"},
		"shared test code must not be part of the program",
	},
	{
		"sen/...", "sen/internal/search/enginetest/...",
		[]string{"sen/bench"},
		"tests of search engines must not be part of the program",
	},
	{
		"sen/internal/testkit", "sen/graph/...", nil,
		"tests of the layers below GraphQL must not have to compile package graph",
	},
	{"sen/server", "sen/...", []string{"sen/internal/cli"}, "package main only calls the commands"},
}

// listed is a package in the output of `go list`, without its tests.
type listed struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) (all []listed) {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir = "../.."
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var p listed
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

func matches(pattern, importPath string) bool {
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return importPath == base || strings.HasPrefix(importPath, base+"/")
	}
	return importPath == pattern
}

// violations returns the forbidden imports, each with the reason.
func violations(all []listed) (found []string) {
	for _, p := range all {
		for _, r := range rules {
			if !matches(r.from, p.ImportPath) {
				continue
			}
			for _, imported := range p.Imports {
				if !matches(r.to, imported) || excepted(r, p.ImportPath, imported) {
					continue
				}
				found = append(found, p.ImportPath+" imports "+imported+": "+r.why)
			}
		}
	}
	return found
}

// excepted reports whether an exception names the importer or the imported package.
func excepted(r rule, importer, imported string) bool {
	for _, e := range r.except {
		if importer == e || imported == e {
			return true
		}
	}
	return false
}

// TestImports checks the rules.
func TestImports(t *testing.T) {
	for _, v := range violations(packages(t)) {
		t.Error(v)
	}
}

// TestRulesCanFail checks that each rule finds what it forbids.
func TestRulesCanFail(t *testing.T) {
	for _, r := range rules {
		bad := listed{
			ImportPath: strings.TrimSuffix(r.from, "/..."),
			Imports:    []string{strings.TrimSuffix(r.to, "...") + "x"},
		}
		found := violations([]listed{bad})
		if !slices.ContainsFunc(found, func(v string) bool { return strings.HasSuffix(v, r.why) }) {
			t.Errorf("nothing stops %s from importing %s", bad.ImportPath, bad.Imports[0])
		}
	}
}

// vague are package names that fit any content.
var vague = []string{"utils", "util", "common", "models", "helpers", "helper", "misc"}

// TestNames checks that packages are named after what they provide.
func TestNames(t *testing.T) {
	for _, p := range packages(t) {
		if name := path.Base(p.ImportPath); slices.Contains(vague, name) {
			t.Errorf("%s: the name %q does not say what the package provides", p.ImportPath, name)
		}
	}
}

// maxLines is the largest number of lines of a file written by hand.
const maxLines = 500

// tooLong reports whether a Go file has too many lines. Generated files, which their first line marks, may be longer.
func tooLong(text string) bool {
	return strings.Count(text, "\n") > maxLines && !strings.HasPrefix(text, "// Code generated ")
}

// TestFileSizes checks that files stay readable.
func TestFileSizes(t *testing.T) {
	seen := 0
	err := filepath.WalkDir("../..", func(name string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == ".git" || entry.Name() == ".sen") {
			return filepath.SkipDir
		}
		if filepath.Ext(name) != ".go" {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		seen++
		if tooLong(string(text)) {
			t.Errorf("%s is longer than %d lines: split it by what is inside", name, maxLines)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 50 {
		t.Errorf("only %d Go files were looked at", seen)
	}
	long := strings.Repeat("//\n", maxLines+1)
	if !tooLong(long) || tooLong(long[3:]) || tooLong("// Code generated by x. DO NOT EDIT.\n"+long) {
		t.Error("the rule does not find long files")
	}
}
