package picture_test

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"sen/internal/picture"
)

// TestSizes makes sizes of a picture of 1200 × 800 pixels.
func TestSizes(t *testing.T) {
	p, err := picture.Open(t.Context(), jpegOf(t, scene(1200, 800)))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	keys := map[string]bool{}
	for _, c := range []struct {
		size          picture.Size
		width, height int
		format        string
	}{
		{picture.Size{}, 1200, 800, "jpeg"},
		{picture.Size{Width: 600}, 640, 427, "jpeg"},
		{picture.Size{Height: 80, Format: picture.FormatPNG}, 128, 85, "png"},
		{picture.Size{Width: 600, Height: 100}, 192, 128, "jpeg"},
		{picture.Size{Width: 4000, Height: 4000}, 1200, 800, "jpeg"},
		{picture.Size{Width: 300, Height: 300, Fit: picture.FitCover}, 320, 320, "jpeg"},
		{picture.Size{Width: 4000, Height: 2000, Fit: picture.FitCover}, 1200, 600, "jpeg"},
		{picture.Size{Width: 1, Height: 4000, Fit: picture.FitCover}, 32, 256, "jpeg"},
		{picture.Size{Width: 1}, 32, 21, "jpeg"},
	} {
		made, err := p.Resize(t.Context(), c.size.ResultFor(p.Width, p.Height, "image/jpeg"))
		if err != nil {
			t.Fatal(err)
		}
		got, format, err := image.DecodeConfig(bytes.NewReader(made.Data))
		if err != nil || got.Width != c.width || got.Height != c.height || format != c.format ||
			made.Width != c.width || made.Height != c.height || made.Format.MimeType() != "image/"+format {
			t.Errorf("%+v: %v, %s, %v", c.size, got, format, err)
		}
		if keys[c.size.Key()] || !c.size.Valid() {
			t.Errorf("%+v has the key of another, or is not valid", c.size)
		}
		keys[c.size.Key()] = true
	}
	for _, s := range []picture.Size{{Width: -1}, {Height: 4097}, {Fit: "x"}, {Format: "WEBP"}} {
		if s.Valid() {
			t.Errorf("%+v is valid", s)
		}
	}
	if got := p.Color(); len(got) != 7 || got[:2] != "#c" {
		t.Errorf("the colour of a red picture is %s", got)
	}
	clear, err := picture.Open(t.Context(), pngOf(t, image.NewRGBA(image.Rect(0, 0, 9, 9))))
	if err != nil {
		t.Fatal(err)
	}
	defer clear.Close()
	if got := clear.Color(); got != "#ffffff" {
		t.Errorf("the colour of a clear picture is %s", got)
	}
	background, err := clear.Resize(t.Context(), picture.Size{Format: picture.FormatJPEG}.ResultFor(9, 9, "image/png"))
	if err != nil {
		t.Fatal(err)
	}
	white, err := jpeg.Decode(bytes.NewReader(background.Data))
	if err != nil {
		t.Fatal(err)
	}
	if r, _, _, _ := white.At(4, 4).RGBA(); r>>8 < 250 {
		t.Errorf("the background of a clear picture is %d", r>>8)
	}
}

// TestPlaceholder checks that placeholders stay small, even for noise.
func TestPlaceholder(t *testing.T) {
	noise := image.NewRGBA(image.Rect(0, 0, 400, 400))
	seed := uint32(1)
	for i := range noise.Pix {
		seed = seed*1664525 + 1013904223
		noise.Pix[i] = byte(seed >> 24)
	}
	for _, m := range []image.Image{noise, scene(300, 10), scene(1, 1)} {
		p, err := picture.Open(t.Context(), pngOf(t, m))
		if err != nil {
			t.Fatal(err)
		}
		uri, err := p.Placeholder(t.Context())
		p.Close()
		if err != nil || len(uri) > 1000 {
			t.Errorf("%d bytes, %v", len(uri), err)
		}
		data, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(uri, "data:image/png;base64,"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := png.Decode(bytes.NewReader(data)); err != nil {
			t.Error(err)
		}
	}
}
