package cli

import (
	"os"
	"path/filepath"
	"time"
)

// temporary are the patterns of the temporary files of this program: of uploads, of pictures, of imports from the standard
// input, and of exports, which stand beside the file that they become.
var temporary = []string{"sen-upload-*", "sen-picture-*", "sen-import-*", ".sen-export-*"}

// temporaryLife is how long nobody has written to a temporary file that a killed program left.
const temporaryLife = time.Hour

// sweepTemporary removes the temporary files in a folder that programs which were killed have left.
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
