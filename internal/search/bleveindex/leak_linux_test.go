package bleveindex_test

import (
	"os"
	"runtime"
	"testing"

	"sen/internal/search"
	"sen/internal/search/bleveindex"
	"sen/internal/testkit"
)

// TestNothingIsLeft checks that a closed index, and one that could not be opened, leaves no goroutines and no open
// files.
func TestNothingIsLeft(t *testing.T) {
	use := func(dir string) {
		x := opened(t, dir)
		for number := range 3 {
			write(t, x, batch(search.Published, number, 20))
		}
		answers(t, x, search.Published)
		if _, err := bleveindex.Open(dir, testkit.Log(t)); err == nil {
			t.Error("a folder was opened twice")
		}
		closed(t, x)
	}
	use(t.TempDir()) // what is made once stays
	goroutines, descriptors := runtime.NumGoroutine(), openFiles(t)
	for range 3 {
		use(t.TempDir())
	}
	testkit.Eventually(t, "no goroutine is left", func() bool { return runtime.NumGoroutine() <= goroutines })
	testkit.Eventually(t, "no file is left open", func() bool { return openFiles(t) <= descriptors })
}

func openFiles(t *testing.T) int {
	t.Helper()
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(files)
}
