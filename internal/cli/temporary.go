package cli

import (
	"os"
	"path/filepath"
	"time"
)

// temporary lists the patterns of this program's temporary files: uploads, pictures, imports from standard input, and
// exports, which are in the folder of their target file.
var temporary = []string{"sen-upload-*", "sen-picture-*", "sen-import-*", ".sen-export-*"}

// temporaryLife is the age after the last write at which a temporary file counts as left by a killed program.
const temporaryLife = time.Hour

// sweepTemporary removes from a folder the temporary files that killed programs left.
func sweepTemporary(dir string) {
	for _, pattern := range temporary {
		names, _ := filepath.Glob(filepath.Join(dir, pattern))
		for _, name := range names {
			if info, err := os.Lstat(name); err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > temporaryLife {
				_ = os.Remove(name)
			}
		}
	}
}
