package embedded_test

import (
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sen/internal/embedded"
)

func start(t *testing.T, dir string) *embedded.Engine {
	t.Helper()
	e, err := embedded.Start(dir, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// socket is the path in an engine's address.
func socket(t *testing.T, e *embedded.Engine) string {
	t.Helper()
	escaped := strings.TrimSuffix(strings.TrimPrefix(e.URI(), "mongodb://"), "/sen")
	path, err := url.PathUnescape(escaped)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestStart sees that an engine listens for nobody but us, and no more when it is closed.
func TestStart(t *testing.T) {
	for _, name := range []string{"plain", "tài liệu của tôi", "a+b", "a&b=c", strings.Repeat("long", 30)} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), name)
			e := start(t, dir)
			path := socket(t, e)
			conn, err := net.Dial("unix", path)
			if err != nil {
				t.Fatal(err)
			}
			_ = conn.Close()
			for file, want := range map[string]os.FileMode{dir: os.ModeDir | 0o700, path: os.ModeSocket | 0o600} {
				info, err := os.Stat(file)
				if err != nil {
					t.Fatal(err)
				}
				if info.Mode() != want {
					t.Errorf("%s has mode %v, not %v", file, info.Mode(), want)
				}
			}
			if err := e.Close(); err != nil {
				t.Error(err)
			}
			if _, err := os.Stat(path); !os.IsNotExist(err) {
				t.Errorf("the socket of a closed engine: %v", err)
			}
			if err := start(t, dir).Close(); err != nil { // the folder is free again
				t.Error(err)
			}
		})
	}
}

// TestRefuses sees that what can't be started says so, and holds nothing.
func TestRefuses(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	used := filepath.Join(dir, "used")
	first := start(t, used)
	for path, want := range map[string]string{
		used:                       "in use by another Sen",
		file:                       "make the data folder",
		filepath.Join(dir, "a#b"):  "has one of # ? %",
		filepath.Join(dir, "a?b"):  "has one of # ? %",
		filepath.Join(dir, "50%2"): "has one of # ? %",
	} {
		e, err := embedded.Start(path, slog.New(slog.DiscardHandler))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
		if e != nil {
			t.Errorf("%s: an engine beside an error", path)
		}
	}
	if err := first.Close(); err != nil {
		t.Error(err)
	}
}
