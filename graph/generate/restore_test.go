package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sen"
)

// folders are the folders of the generated files.
var folders = []string{"graph", "internal/content", "internal/storage", "internal/entries"}

// held returns the contents of the files of a directory.
func held(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, dir := range append([]string{"."}, folders...) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if name := filepath.Join(dir, e.Name()); !e.IsDir() {
				data, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				all[name] = string(data)
			}
		}
	}
	return all
}

// tree makes a directory with a schema, the present gqlgen.yml and generated files, and changes to it.
func tree(t *testing.T, schema string) {
	t.Helper()
	bindings, err := os.ReadFile("../../gqlgen.yml")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	for _, dir := range folders {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range parts { // as written by hand
		text := "package x\n"
		for _, k := range kinds() {
			text += "func " + p.name(k) + "() {}\n"
		}
		if err := os.WriteFile(filepath.Join(p.dir, "written.go"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range outputs() {
		text := "package graph // as it was\n"
		switch name {
		case "schema.graphqls":
			text = schema
		case "gqlgen.yml":
			text = string(bindings)
		case "graph/models_gen.go":
			continue // a file that did not exist must not exist afterwards
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestBroken checks that no file changes if the generator fails, at once or after gqlgen removed its files.
func TestBroken(t *testing.T) {
	replaced := func(old, by string) string { return strings.Replace(sen.Schema, old, by, 1) }
	for name, c := range map[string]struct{ schema, want string }{
		"an unfinished region": {replaced("\n  "+end, ""), "must alternate"},
		"a type without a row": {sen.Schema + podcastSchema, "does not know the kind Podcast"},
		"no such type":         {replaced("  title: String!", "  title: Strong!"), "Undefined type Strong"},
		"no syntax":            {sen.Schema + "type {\n", "Expected Name"},
	} {
		t.Run(name, func(t *testing.T) {
			tree(t, c.schema)
			before := held(t)
			if err := writeAllOrRestore(outputs(), generate); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("it said %v instead of %q", err, c.want)
			}
			if diff := cmp.Diff(before, held(t)); diff != "" {
				t.Errorf("the files before (-) and after (+) differ: %s", diff)
			}
		})
	}
}

// TestWriteAllOrRestore checks that writeAllOrRestore restores the files after an error and after a panic, and not
// after success.
func TestWriteAllOrRestore(t *testing.T) {
	write := func() error {
		return errors.Join(os.Remove("graph/generated.go"), os.WriteFile("gqlgen.yml", []byte("x"), 0o600),
			os.WriteFile("graph/models_gen.go", []byte("x"), 0o600))
	}
	failed := errors.New("failed")
	for name, c := range map[string]struct {
		write func() error
		stays bool
		want  string
	}{
		"a failure": {func() error { return errors.Join(write(), failed) }, true, "failed"},
		"a panic":   {func() error { _ = write(); panic("lost") }, true, "lost"},
		"success":   {write, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			tree(t, "")
			before := held(t)
			err := writeAllOrRestore(outputs(), c.write)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("it said %v instead of %q", err, c.want)
			}
			if cmp.Equal(before, held(t)) != c.stays {
				t.Errorf("the files stay: %t, and should: %t", !c.stays, c.stays)
			}
		})
	}
}
