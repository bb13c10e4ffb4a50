package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sen"
	"sen/internal/content"
)

// document is the kind that docs/new-kind.md adds.
var document = &kind{
	Name: "Document", Plural: "Documents",
	Names: content.Names{One: "document", Many: "documents", Noun: "a document", Nouns: "documents"},
}

// shown matches the code blocks of a page that name their place: "internal/content/document.go".
var shown = regexp.MustCompile("(?s)<!-- file: (.*?) -->\n```\\w*\n(.*?)```\n")

// TestNewKindPage checks the page that shows a new kind: its code compiles with the generated code, up to the store,
// and graph has a relation for each field that needs one. The test leaves out the code of gqlgen, which takes a minute.
func TestNewKindPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/new-kind.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	copyGo(t, dir)
	schema := sen.Schema
	for _, m := range shown.FindAllStringSubmatch(string(page), -1) {
		where, text := m[1], m[2]
		switch _, typ, inside := strings.Cut(where, "at the end of type "); {
		case inside:
			head := strings.Index(schema, "\ntype "+typ+" ")
			at := head + strings.Index(schema[head:], "\n}\n") + 1
			schema = schema[:at] + text + schema[at:]
		case strings.HasPrefix(where, "schema.graphqls"):
			schema += "\n" + text
		default:
			if err := os.WriteFile(filepath.Join(dir, where), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Chdir(dir)
	all := append(kinds(), document)
	written := slices.DeleteFunc(slices.Clone(written), func(w writer) bool { return w.name == "gqlgen.yml" })
	if err := os.WriteFile("schema.graphqls", []byte(schema), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, w := range written {
		if err := w.rewrite(all); err != nil {
			t.Fatal(err)
		}
	}
	if err := complete(all); err != nil {
		t.Error(err)
	}
	files, err := parsed("graph")
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"issuer", "file", "body"} {
		if !relations(files)["Document."+field] {
			t.Errorf("graph has no relation for Document.%s", field)
		}
	}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "./internal/storage").CombinedOutput(); err != nil {
		t.Errorf("what the page shows does not compile: %v\n%s", err, out)
	}
}

// copyGo copies the Go files and the embedded files to a folder, without tests.
func copyGo(t *testing.T, to string) {
	t.Helper()
	root := os.DirFS("../..")
	for _, part := range []string{"go.mod", "go.sum", "internal", "graph"} {
		err := fs.WalkDir(root, part, func(name string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() {
				return os.MkdirAll(filepath.Join(to, name), 0o755)
			}
			if strings.HasSuffix(name, "_test.go") || !strings.HasSuffix(name, ".go") && part == "internal" {
				return nil
			}
			data, err := fs.ReadFile(root, name)
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(to, name), data, 0o600)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
