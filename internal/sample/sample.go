// Package sample is the demonstration content: one real page, told in our own
// words, and made-up pages around it that say by their names that they are.
package sample

import (
	"embed"
	"io/fs"

	"sen/internal/content"
	"sen/internal/importer"
)

//go:embed content
var files embed.FS

// Bundle is the sample content.
func Bundle() (*content.Bundle, error) {
	tree, err := fs.Sub(files, "content")
	if err != nil {
		return nil, err
	}
	return importer.Files(tree)
}
