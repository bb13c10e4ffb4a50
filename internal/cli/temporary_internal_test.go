package cli

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestSweepTemporary checks that the files of killed programs are removed, and that files in use and other files
// stay.
func TestSweepTemporary(t *testing.T) {
	dir := t.TempDir()
	for name, age := range map[string]time.Duration{
		"sen-upload-1": 2 * time.Hour, "sen-picture-1": 2 * time.Hour, "sen-import-1": 2 * time.Hour,
		".sen-export-1": 2 * time.Hour,
		"sen-picture-2": time.Minute, "sen-other": 2 * time.Hour, "site.jsonl": 2 * time.Hour,
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if at := time.Now().Add(-age); os.Chtimes(path, at, at) != nil {
			t.Fatal("the age can't be set")
		}
	}
	sweepTemporary(dir)
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 3 {
		t.Errorf("these files are left: %v, %v", left, err)
	}
	for _, file := range left {
		if name := file.Name(); name != "sen-picture-2" && name != "sen-other" && name != "site.jsonl" {
			t.Errorf("%s is left", name)
		}
	}
}
