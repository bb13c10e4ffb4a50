package storage_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"sen/internal/content"
	"sen/internal/testkit"
)

// endless returns a file that fails after some bytes.
func endless(n int64, err error) io.Reader {
	return io.MultiReader(io.LimitReader(zeros{}, n), failing{err})
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// TestPutFile checks that nothing is left of a file that fails, and that a variant is written only once.
func TestPutFile(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		ctx, store := t.Context(), testkit.Store(t, e)
		broken := errors.New("cut off")
		// More bytes than the driver buffers before it writes.
		err := store.PutFile(ctx, "media_a", "", "a.mp4", "video/mp4", endless(17<<20, broken))
		if !errors.Is(err, broken) {
			t.Errorf("a file that fails: %v", err)
		}
		for _, name := range []string{"media.files", "media.chunks"} {
			if n := testkit.Count(t, e, name); n != 0 {
				t.Errorf("%d documents are left in %s", n, name)
			}
		}
		for _, id := range []content.ID{"media_a", "media_ab"} {
			for _, variant := range []string{"", "w10h10", "w10h10"} {
				if err := store.PutFile(ctx, id, variant, "a.txt", "text/plain", strings.NewReader("hello")); err != nil {
					t.Errorf("%s@%s: %v", id, variant, err)
				}
			}
		}
		if err := store.PutFile(ctx, "media_a", "", "a.txt", "text/plain", strings.NewReader("other")); err == nil {
			t.Error("a file was overwritten")
		}
		if err := store.DeleteFiles(ctx, "media_a"); err != nil {
			t.Error(err)
		}
		if f, c := testkit.Count(t, e, "media.files"), testkit.Count(t, e, "media.chunks"); f != 2 || c != 2 {
			t.Errorf("of two files with their variants %d and %d documents are left", f, c)
		}
	})
}
