// Package picture inspects uploaded files: it detects their types, removes hidden data, decodes pictures and makes
// smaller ones. It takes and returns bytes, and stores nothing.
package picture

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"image"
	_ "image/gif" // registers the decoder
	"image/jpeg"
	"image/png"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // registers the decoder
)

// Limits of a picture.
const (
	// maxPixels bounds what is decoded: 50 megapixels need 200 MB.
	maxPixels = 50_000_000
	// MaxBytes bounds the file of a picture, in bytes.
	MaxBytes = 64 << 20
	// MaxFrames bounds the frames of an animated picture, and maxAnimation the unpacked bytes of all its frames, at
	// least one a pixel: the browser of each reader decodes them all.
	MaxFrames    = 1000
	maxAnimation = 2_000_000_000
	// maxSamples bounds the samples that all scans of a JPEG cover together. Usual encoders stay below it for the
	// largest picture: 50 megapixels in three full components may be covered 5 times; some tools write 60 scans.
	maxSamples = 16 * maxPixels
	// MaxSide is the longest side of a resized picture, in pixels.
	MaxSide = 4096
)

// Picture is a decoded picture. Close it soon: it takes much memory, and other decodings may be waiting for its
// place.
type Picture struct {
	// Width and Height are in pixels.
	Width, Height int
	// Animated reports whether there are more frames than the first. Only the first one is decoded.
	Animated bool
	picture  image.Image
	halves   []*image.RGBA // each is half as wide and half as high as the one before it
	format   Format
	profile  []byte // the colour profile, as segments of a JPEG
	release  func()
}

// Close frees the room that the picture took in its Limiter.
func (p *Picture) Close() {
	p.picture, p.halves = nil, nil
	p.release()
}

func opaque(m image.Image) bool {
	known, ok := m.(interface{ Opaque() bool })
	return ok && known.Opaque()
}

// Resized is a resized picture.
type Resized struct {
	Data []byte
	// Width and Height are in pixels.
	Width, Height int
	Format        Format
}

// Resize makes the picture in one size. It stops when the context ends.
func (p *Picture) Resize(ctx context.Context, size Result) (made Resized, err error) {
	made = Resized{Width: size.Width, Height: size.Height, Format: cmp.Or(size.Format, p.format)}
	from := size.of(p.Width, p.Height).Add(p.picture.Bounds().Min)
	made.Data, err = encode(ctx, p.scale(from, size.Width, size.Height), made.Format, p.profile)
	return made, err
}

// scale scales a part of the picture down. It halves the picture repeatedly before the last step, because one large
// step would leave fine detail flickering. The halves of the whole picture are kept for its other sizes.
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

// encode writes a picture, until the context ends. JPEG has no transparency: transparent pixels become white.
func encode(ctx context.Context, m image.Image, format Format, profile []byte) ([]byte, error) {
	var buf bytes.Buffer
	to := contextWriter{ctx, &buf}
	if format == FormatPNG {
		encoder := png.Encoder{CompressionLevel: png.BestSpeed}
		err := encoder.Encode(to, m)
		return buf.Bytes(), err
	}
	if !opaque(m) {
		background := image.NewRGBA(m.Bounds())
		draw.Draw(background, background.Bounds(), image.White, image.Point{}, draw.Src)
		draw.Draw(background, background.Bounds(), m, m.Bounds().Min, draw.Over)
		m = background
	}
	if err := jpeg.Encode(to, m, &jpeg.Options{Quality: 85}); err != nil {
		return nil, err
	}
	return append(append(append([]byte{}, buf.Bytes()[:2]...), profile...), buf.Bytes()[2:]...), nil
}

// maxPlaceholder bounds a placeholder in bytes.
const maxPlaceholder = 1000

// Placeholder returns a tiny version of the picture as a data URI of at most 1000 bytes, to show while the picture
// loads.
func (p *Picture) Placeholder(ctx context.Context) (string, error) {
	for side := 16; ; side /= 2 {
		size := Contain(p.Width, p.Height, side, side)
		size.Format = FormatPNG
		made, err := p.Resize(ctx, size)
		if err != nil {
			return "", err
		}
		uri := "data:image/png;base64," + base64.StdEncoding.EncodeToString(made.Data)
		if len(uri) <= maxPlaceholder || side == 1 {
			return uri, nil
		}
	}
}

// Color returns the dominant colour as "#rrggbb": the mean of the largest group of pixels with similar colours. A
// transparent picture is white.
func (p *Picture) Color() string {
	const side = 64
	size := Contain(p.Width, p.Height, side, side)
	small := p.scale(p.picture.Bounds(), size.Width, size.Height)
	type sum struct{ r, g, b, n int }
	var sums [1 << 9]sum // grouped by the three highest bits of each channel
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
