// Package picture knows files: of what type they are, what a picture shows, and how
// it is made smaller. Bytes come in, facts and bytes go out; nothing is kept.
package picture

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"image"
	_ "image/gif" // decoded
	"image/jpeg"
	"image/png"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // decoded
)

// Bounds of a picture.
const (
	// maxPixels bounds what is decoded: 50 megapixels are 200 MB.
	maxPixels = 50_000_000
	// MaxBytes bounds the file of a picture.
	MaxBytes = 64 << 20
	// MaxFrames bounds a picture that moves, and maxFilm the unpacked bytes of all its frames, one a pixel at the
	// least: each reader's browser decodes them.
	MaxFrames = 1000
	maxFilm   = 2_000_000_000
	// maxSamples bounds how many samples of a JPEG its scans go over in all: those of the largest picture that a
	// usual encoder makes. 50 megapixels in three full planes are gone over 5 times; some tools do it 60 times.
	maxSamples = 16 * maxPixels
	// MaxSide is the longest side of a size that is made, in pixels.
	MaxSide = 4096
)

// Picture is a decoded picture. It takes much memory, so that others may have to wait:
// close it soon.
type Picture struct {
	// Width and Height are in pixels, as it is seen.
	Width, Height int
	// Moves tells that there are more frames than the first, which alone is decoded.
	Moves   bool
	picture image.Image
	halves  []*image.RGBA // each half as wide and high as the one before it
	format  Format
	profile []byte // of colours, as segments of a JPEG
	release func()
}

// Close lets others decode.
func (p *Picture) Close() {
	p.picture, p.halves = nil, nil
	p.release()
}

func opaque(m image.Image) bool {
	known, ok := m.(interface{ Opaque() bool })
	return ok && known.Opaque()
}

// Made is a picture in some size.
type Made struct {
	Data []byte
	// Width and Height are in pixels.
	Width, Height int
	Format        Format
}

// Resize makes the picture in a size. It stops when the context ends.
func (p *Picture) Resize(ctx context.Context, size Result) (made Made, err error) {
	made = Made{Width: size.Width, Height: size.Height, Format: cmp.Or(size.Format, p.format)}
	from := size.of(p.Width, p.Height).Add(p.picture.Bounds().Min)
	made.Data, err = encode(ctx, p.scale(from, size.Width, size.Height), made.Format, p.profile)
	return made, err
}

// scale makes a part of the picture smaller. Halving by halves first keeps what is fine
// in it from flickering; the halves of the whole serve all of its sizes.
func (p *Picture) scale(from image.Rectangle, width, height int) *image.RGBA {
	source, whole := p.picture, from == p.picture.Bounds()
	for level := 0; ; level++ {
		if from.Dx() < 2*width || from.Dy() < 2*height {
			return scaled(source, from, width, height)
		}
		var half *image.RGBA
		if whole && level < len(p.halves) {
			half = p.halves[level]
		} else {
			half = scaled(source, from, (from.Dx()+1)/2, (from.Dy()+1)/2)
		}
		if whole && level == len(p.halves) {
			p.halves = append(p.halves, half)
		}
		source, from = half, half.Bounds()
	}
}

func scaled(source image.Image, from image.Rectangle, width, height int) *image.RGBA {
	to := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.ApproxBiLinear.Scale(to, to.Bounds(), source, from, draw.Src, nil)
	return to
}

// encode writes a picture, until the context ends. A photograph has no transparency: what is behind it is white.
func encode(ctx context.Context, m image.Image, format Format, profile []byte) ([]byte, error) {
	var buf bytes.Buffer
	to := untilWriter{ctx, &buf}
	if format == FormatPNG {
		encoder := png.Encoder{CompressionLevel: png.BestSpeed}
		err := encoder.Encode(to, m)
		return buf.Bytes(), err
	}
	if !opaque(m) {
		paper := image.NewRGBA(m.Bounds())
		draw.Draw(paper, paper.Bounds(), image.White, image.Point{}, draw.Src)
		draw.Draw(paper, paper.Bounds(), m, m.Bounds().Min, draw.Over)
		m = paper
	}
	if err := jpeg.Encode(to, m, &jpeg.Options{Quality: 85}); err != nil {
		return nil, err
	}
	return append(append(append([]byte{}, buf.Bytes()[:2]...), profile...), buf.Bytes()[2:]...), nil
}

// maxPlaceholder bounds a placeholder in bytes.
const maxPlaceholder = 1000

// Placeholder is a tiny version as a data URI of 1000 bytes at most, to show while the
// picture loads.
func (p *Picture) Placeholder() (string, error) {
	for side := 16; ; side /= 2 {
		size := Contain(p.Width, p.Height, side, side)
		size.Format = FormatPNG
		made, err := p.Resize(context.Background(), size)
		if err != nil {
			return "", err
		}
		uri := "data:image/png;base64," + base64.StdEncoding.EncodeToString(made.Data)
		if len(uri) <= maxPlaceholder || side == 1 {
			return uri, nil
		}
	}
}

// Color is the dominant colour as "#rrggbb": the mean of those pixels that are alike and
// most. A picture that is quite transparent is white.
func (p *Picture) Color() string {
	const side = 64
	size := Contain(p.Width, p.Height, side, side)
	small := p.scale(p.picture.Bounds(), size.Width, size.Height)
	type sum struct{ r, g, b, n int }
	var sums [1 << 9]sum // by the three highest bits of each channel
	most := 0
	for i := 0; i < len(small.Pix); i += 4 {
		r, g, b, a := int(small.Pix[i]), int(small.Pix[i+1]), int(small.Pix[i+2]), int(small.Pix[i+3])
		if a < 128 {
			continue
		}
		r, g, b = r*255/a, g*255/a, b*255/a
		k := r>>5<<6 | g>>5<<3 | b>>5
		s := &sums[k]
		s.r, s.g, s.b, s.n = s.r+r, s.g+g, s.b+b, s.n+1
		if s.n > sums[most].n {
			most = k
		}
	}
	s := sums[most]
	if s.n == 0 {
		return "#ffffff"
	}
	return fmt.Sprintf("#%02x%02x%02x", s.r/s.n, s.g/s.n, s.b/s.n)
}
