package testkit

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Queries returns the queries of the playground by their names. The documents show some of them too.
func Queries(t testing.TB) map[string]string {
	t.Helper()
	root := "."
	for up := 0; up < 5; up++ {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		root = filepath.Join(root, "..")
	}
	files, err := filepath.Glob(filepath.Join(root, "playground", "queries", "*.graphql"))
	if err != nil || len(files) == 0 {
		t.Fatal("no queries", err)
	}
	queries := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		queries[strings.TrimSuffix(filepath.Base(file), ".graphql")] = string(text)
	}
	return queries
}
