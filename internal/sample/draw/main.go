// Command draw draws the pictures of the sample content. It always draws the same pictures:
//
//	go run ./internal/sample/draw
package main

import (
	"log"
	"os"
	"path/filepath"
)

// folder is where the pictures are stored, relative to the root of the module.
const folder = "internal/sample/content/media/files"

func main() {
	log.SetFlags(0)
	for _, picture := range []struct {
		name string
		draw func() *canvas
	}{
		{"dien-gia.png", speaker},
		{"hoi-truong.png", hall},
		{"bia-sen-hong.png", pinkCover},
		{"bia-sen-lam.png", blueCover},
		{"bia-sen-vang.png", goldCover},
		{"bia-sen-luc.png", greenCover},
		{"anh-dai-dien.png", avatar},
		{"bieu-trung.png", logo},
	} {
		text, err := picture.draw().png()
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, picture.name), text, 0o644)
		}
		if err != nil {
			log.Fatalf("draw %s: %v", picture.name, err)
		}
		log.Printf("%s: %d bytes", picture.name, len(text))
	}
}
