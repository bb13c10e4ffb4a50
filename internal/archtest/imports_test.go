// Package archtest holds the house together: who may import whom, how large a file
// may be, and that the contract says what everything means.
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

// rule forbids imports, and says why.
type rule struct {
	// from and to are patterns of import paths; a trailing /... also takes what is below.
	from, to string
	// except are packages that may.
	except []string
	why    string
}

// documents are what documents are checked with.
var documents = []string{
	"sen/graph/coded", "sen/graph/cost", "sen/graph/limits", "sen/graph/scalar", "sen/internal/auth", "sen/internal/cache", "sen/internal/content",
}

// engines are what the engines are made of, and bson the packages that see documents.
var (
	engines = []string{"sen/internal/bsondoc", "sen/internal/content", "sen/internal/engine"}
	bson    = []string{
		"sen/internal/bsondoc", "sen/internal/embedded", "sen/internal/engine", "sen/internal/mongodb", "sen/internal/storage",
		"sen/internal/storage/files", "sen/internal/storage/guard", "sen/internal/storage/lease", "sen/internal/storage/query",
		"sen/internal/testkit", "sen/bench",
	}
)

// rooms are the parts of the store that know nothing of its entries.
var rooms = []string{
	"sen/internal/storage/batch", "sen/internal/storage/feed", "sen/internal/storage/files", "sen/internal/storage/guard",
	"sen/internal/storage/lease", "sen/internal/storage/query",
}

var rules = []rule{
	{"sen/internal/content", "sen/...", nil, "the domain stands below everything and knows nothing of it"},
	{"sen/internal/engine", "sen/...", []string{"sen/internal/content"}, "a vocabulary knows nothing of who speaks it"},
	{"sen/internal/bsondoc", "sen/...", []string{"sen/internal/content"}, "reading and writing BSON are pure functions of it"},
	{"sen/internal/embedded", "sen/...", engines, "an engine keeps documents and knows nothing of what they mean"},
	{"sen/internal/mongodb", "sen/...", engines, "an engine keeps documents and knows nothing of what they mean"},
	{"sen/internal/richtext", "sen/...", []string{"sen/internal/content"}, "forms of a body are pure functions of content"},
	{"sen/internal/picture", "sen/...", nil, "facts about files are pure functions of their bytes"},
	{"sen/internal/importer", "sen/...", []string{"sen/internal/content"}, "reading files is a pure function of them"},
	{"sen/internal/cache", "sen/...", []string{"sen/internal/content"}, "what is kept is bytes with the names of what they were made from"},
	{"sen/internal/storage", "sen/...", slices.Concat(rooms, []string{"sen/internal/bsondoc", "sen/internal/cache", "sen/internal/content", "sen/internal/engine"}), "the store does not know who asks, nor what follows from a write; it notes what is read"},
	{"sen/internal/storage/query", "sen/...", []string{"sen/internal/content", "sen/internal/engine"}, "lists become queries by pure functions, which read nothing"},
	{"sen/internal/storage/batch", "sen/...", []string{"sen/internal/engine"}, "reads and steps are combined whatever they read and write"},
	{"sen/internal/storage/guard", "sen/...", []string{"sen/internal/engine"}, "an engine is guarded whatever is in it"},
	{"sen/internal/storage/feed", "sen/...", []string{"sen/internal/cache", "sen/internal/content", "sen/internal/engine", "sen/internal/storage/guard"}, "changes are told of without a look at the store"},
	{"sen/internal/storage/lease", "sen/...", []string{"sen/internal/content", "sen/internal/engine"}, "time and leases need an engine and nothing of the store"},
	{"sen/internal/storage/files", "sen/...", []string{"sen/internal/bsondoc", "sen/internal/content", "sen/internal/engine", "sen/internal/storage/lease"}, "files are kept without a look at entries"},
	{"sen/...", "sen/internal/storage/query/...", []string{"sen/internal/storage"}, "only the store makes queries"},
	{"sen/graph/cost", "sen/...", []string{"sen/graph/scalar", "sen/internal/content"}, "what a document costs follows from it and the schema alone"},
	{"sen/graph/coded", "sen/...", []string{"sen/internal/content"}, "an error's code is all that it knows"},
	{"sen/graph/limits", "sen/...", []string{"sen/graph/coded", "sen/graph/cost", "sen/internal/content"}, "a document's size follows from its text alone"},
	{"sen/graph/documents", "sen/...", documents, "documents are checked before anything of them is executed"},
	{"sen/graph/parallel", "sen/...", nil, "running functions at the same time needs to know nothing of them"},
	{"sen/graph/clients", "sen/...", nil, "the files for clients follow from the schema alone"},
	{"sen/internal/messages", "sen/...", []string{"sen/internal/content"}, "what editors are told is worded without knowing who tells it"},
	{"sen/internal/entries", "sen/...", []string{"sen/internal/content", "sen/internal/storage"}, "entries without their Go types are the store's, and no rule is added"},
	{"sen/internal/derive", "sen/...", []string{"sen/internal/content", "sen/internal/entries", "sen/internal/richtext", "sen/internal/storage", "sen/internal/storage/batch"}, "what entries take over from each other does not depend on who changes them"},
	{"sen/internal/files", "sen/...", []string{"sen/internal/content", "sen/internal/picture"}, "a file is taken in alike by an upload and by an import"},
	{"sen/internal/people", "sen/...", []string{"sen/internal/auth", "sen/internal/content", "sen/internal/messages", "sen/internal/storage"}, "who may do what is decided without knowing how it is done"},
	{"sen/internal/upkeep", "sen/...", []string{"sen/internal/content", "sen/internal/derive", "sen/internal/entries", "sen/internal/files", "sen/internal/people", "sen/internal/storage"}, "the whole site is moved and mended below the workflow"},
	{"sen/internal/newsroom", "sen/...", []string{"sen/internal/auth", "sen/internal/content", "sen/internal/derive", "sen/internal/engine", "sen/internal/entries", "sen/internal/files", "sen/internal/messages", "sen/internal/people", "sen/internal/picture", "sen/internal/richtext", "sen/internal/storage", "sen/internal/storage/batch", "sen/internal/storage/files", "sen/internal/storage/lease"}, "writes are decided without GraphQL, and know nothing of who moves and mends the whole site"},
	{"sen/...", "go.mongodb.org/mongo-driver/v2/mongo/...", []string{"sen/internal/mongodb", "sen/internal/testkit", "sen/bench"}, "only internal/mongodb speaks to a MongoDB server"},
	{"sen/...", "go.mongodb.org/mongo-driver/v2/bson/...", bson, "above the store there is no BSON"},
	{"sen/...", "github.com/ncruces/...", []string{"sen/internal/embedded"}, "only internal/embedded knows of SQLite"},
	{"sen/...", "sen/internal/web/...", []string{"sen/internal/cli", "sen/internal/config", "sen/internal/testkit/testserver"}, "HTTP stands above GraphQL and the domain"},
	{"sen/...", "sen/internal/cli/...", []string{"sen/server", "sen/bench/profiled"}, "commands wire the rest"},
	{"sen/...", "sen/internal/testkit/...", []string{"sen/internal/testkit/testserver", "sen/internal/testkit/withmongod", "sen/bench"}, "what tests share is not for the program"},
	{"sen/internal/testkit", "sen/graph/...", nil, "tests of what is below GraphQL don't wait until that is compiled once more"},
	{"sen/server", "sen/...", []string{"sen/internal/cli"}, "the program hands over to its commands at once"},
}

// listed is a package as `go list` tells it, without its tests.
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

// violations are the imports that the rules forbid, with the reason.
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

// excepted tells whether an exception names the importer, or what is imported of our own.
func excepted(r rule, importer, imported string) bool {
	for _, e := range r.except {
		if importer == e || imported == e {
			return true
		}
	}
	return false
}

// TestImports holds the rules.
func TestImports(t *testing.T) {
	for _, v := range violations(packages(t)) {
		t.Error(v)
	}
}

// TestRulesCanFail sees that each rule finds what it forbids, by itself.
func TestRulesCanFail(t *testing.T) {
	for _, r := range rules {
		bad := listed{ImportPath: strings.TrimSuffix(r.from, "/..."), Imports: []string{strings.TrimSuffix(r.to, "...") + "x"}}
		found := violations([]listed{bad})
		if !slices.ContainsFunc(found, func(v string) bool { return strings.HasSuffix(v, r.why) }) {
			t.Errorf("nothing stops %s from importing %s", bad.ImportPath, bad.Imports[0])
		}
	}
}

// vague are names of packages that take anything in.
var vague = []string{"utils", "util", "common", "models", "helpers", "helper", "misc"}

// TestNames sees that packages are named after what they provide.
func TestNames(t *testing.T) {
	for _, p := range packages(t) {
		if name := path.Base(p.ImportPath); slices.Contains(vague, name) {
			t.Errorf("%s: the name %q says nothing of what is inside", p.ImportPath, name)
		}
	}
}

// maxLines is the longest that a file written by hand may be.
const maxLines = 500

// tooLong tells whether a Go file is longer than a person can keep in mind. Files of
// generators say so in their first line.
func tooLong(text string) bool {
	return strings.Count(text, "\n") > maxLines && !strings.HasPrefix(text, "// Code generated ")
}

// TestFileSizes sees that files stay readable.
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
		t.Error("the rule does not find what it is for")
	}
}
