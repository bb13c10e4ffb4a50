package bleveindex_test

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sen/internal/search"
)

// files returns the content of all files below a folder, by their path.
func files(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "lock" {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		all[name], err = os.ReadFile(path) //nolint:gosec // a file of the test
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// copied makes a folder with some files, one of which is damaged.
func copied(t *testing.T, all map[string][]byte, name string, damaged []byte) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for file, data := range all {
		if file == name {
			if data = damaged; data == nil {
				continue
			}
		}
		path := filepath.Join(dir, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// flipped returns data with one byte changed.
func flipped(data []byte, at int) []byte {
	data = append([]byte{}, data...)
	data[at] ^= 0xff
	return data
}

// TestDamage damages each file of an index in several ways: after a regular end, and after a kill. The index then has
// everything, or the stage of the file is empty and a warning says so; and it takes new documents.
func TestDamage(t *testing.T) {
	dir := t.TempDir()
	filled(t, dir)
	all := files(t, dir)
	killed := map[string][]byte{}
	for name, data := range all {
		if filepath.Base(name) != "root.crc" {
			killed[name] = data
		}
	}
	x := opened(t, dir)
	want := map[search.Stage]map[string]any{}
	for _, stage := range stages {
		want[stage] = answers(t, x, stage)
	}
	closed(t, x)
	t.Run("ended", func(t *testing.T) { damage(t, all, want) })
	t.Run("killed", func(t *testing.T) { damage(t, killed, want) })
}

// damage damages each of some files. After a kill nothing tells whether the list of segments has a wrong byte.
func damage(t *testing.T, all map[string][]byte, want map[search.Stage]map[string]any) {
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // repeatable
	rebuilt := 0
	for name, data := range all {
		damages := map[string][]byte{"half": data[:len(data)/2], "empty": {}, "absent": nil, "longer": append(data, 1)}
		_, sealed := all[filepath.Join(filepath.Dir(name), "root.crc")]
		flips := sealed || filepath.Base(name) != "root.bolt"
		if flips {
			damages["middle"] = flipped(data, len(data)/2)
		}
		for how, damaged := range damages {
			if checkDamaged(t, want, copied(t, all, name, damaged), name+" "+how) {
				rebuilt++
			}
		}
		for n := 0; flips && n < 10; n++ {
			checkDamaged(t, want, copied(t, all, name, flipped(data, r.IntN(len(data)))), name+" flipped")
		}
	}
	if rebuilt < 2*len(all) {
		t.Errorf("only %d indexes with one of %d files damaged were made again", rebuilt, len(all))
	}
}

// checkDamaged opens a damaged index. It reports whether the stage of the damaged file was made again.
func checkDamaged(t *testing.T, want map[search.Stage]map[string]any, dir, what string) (again bool) {
	t.Helper()
	x, log := logged(t, dir)
	defer closed(t, x)
	for _, stage := range stages {
		n, err := x.Documents(t.Context(), stage)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if strings.Contains(log, "the search index is damaged and is made again") && strings.HasPrefix(what, string(stage)) {
			if again = true; n != 0 {
				t.Errorf("%s: the index that was made again has %d documents", what, n)
			}
		} else if d := cmp.Diff(want[stage], answers(t, x, stage)); d != "" {
			t.Errorf("%s: the log says %q, and %s differs: %s", what, log, stage, d)
		}
		write(t, x, batch(stage, 7, 10))
		if now, err := x.Documents(t.Context(), stage); now != n+10 || err != nil {
			t.Errorf("%s: there are %d documents after %d and 10 new ones: %v", what, now, n, err)
		}
	}
	return again
}
