package bleveindex_test

import (
	"testing"

	"sen/internal/search"
	"sen/internal/search/bleveindex"
	"sen/internal/search/enginetest"
	"sen/internal/testkit"
)

func TestEngine(t *testing.T) {
	enginetest.Run(t, func(t *testing.T) search.Engine { return opened(t, t.TempDir()) })
}

// opened opens the index in a folder. The caller closes it.
func opened(t *testing.T, dir string) *bleveindex.Index {
	t.Helper()
	x, err := bleveindex.Open(dir, testkit.Log(t))
	if err != nil {
		t.Fatal(err)
	}
	return x
}
