// Package sample holds the demonstration content: one page about a real event, in our own words, and invented pages
// around it, whose names say that they are invented.
package sample

import (
	"embed"
	"io/fs"

	"sen/internal/content"
	"sen/internal/importer"
)

//go:embed content
var files embed.FS

// Bundle returns the sample content.
func Bundle() (*content.Bundle, error) {
	tree, err := fs.Sub(files, "content")
	if err != nil {
		return nil, err
	}
	return importer.Files(tree)
}
