package main

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"math"
	"slices"

	"golang.org/x/image/vector"
)

// canvas is a picture that is being drawn. Positions are in pixels from the upper left corner.
type canvas struct {
	img *image.RGBA
}

func newCanvas(width, height int, ground color.Color) *canvas {
	c := &canvas{img: image.NewRGBA(image.Rect(0, 0, width, height))}
	draw.Draw(c.img, c.img.Bounds(), image.NewUniform(ground), image.Point{}, draw.Src)
	return c
}

// rgb returns the opaque colour 0xrrggbb.
func rgb(hex uint32) color.NRGBA {
	return color.NRGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 255}
}

// mix returns the colour between a (t = 0) and b (t = 1).
func mix(a, b color.NRGBA, t float64) color.NRGBA {
	part := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + (float64(y)-float64(x))*t)) }
	return color.NRGBA{R: part(a.R, b.R), G: part(a.G, b.G), B: part(a.B, b.B), A: part(a.A, b.A)}
}

// faded returns the colour with another opacity, from 0 to 1.
func faded(c color.NRGBA, opacity float64) color.NRGBA {
	c.A = uint8(math.Round(255 * opacity))
	return c
}

// point is a position on a canvas.
type point struct{ x, y float64 }

// shape is a closed outline of cubic curves: a start point, then three points for each curve.
type shape []point

// fill paints the inside of the shapes.
func (c *canvas) fill(paint color.Color, shapes ...shape) {
	b := c.img.Bounds()
	z := vector.NewRasterizer(b.Dx(), b.Dy())
	for _, s := range shapes {
		at := func(i int) (float32, float32) { return float32(s[i].x), float32(s[i].y) }
		z.MoveTo(at(0))
		for i := 1; i+2 < len(s); i += 3 {
			bx, by := at(i)
			cx, cy := at(i + 1)
			dx, dy := at(i + 2)
			z.CubeTo(bx, by, cx, cy, dx, dy)
		}
		z.ClosePath()
	}
	z.Draw(c.img, b, image.NewUniform(paint), image.Point{})
}

// bands fills the whole width from top to bottom with n even steps between two colours.
func (c *canvas) bands(top, bottom float64, n int, from, to color.NRGBA) {
	width := float64(c.img.Bounds().Dx())
	step := (bottom - top) / float64(n)
	for i := range n {
		t := float64(i) / float64(max(n-1, 1))
		c.fill(mix(from, to, t), box(0, math.Round(top+float64(i)*step), width, math.Round(top+float64(i+1)*step)))
	}
}

// polygon returns the shape with straight lines between points.
func polygon(points ...point) shape {
	s := shape{points[0]}
	for i := range points {
		a, b := points[i], points[(i+1)%len(points)]
		s = append(s, a, b, b)
	}
	return s
}

// box returns a rectangle.
func box(left, top, right, bottom float64) shape {
	return polygon(point{left, top}, point{right, top}, point{right, bottom}, point{left, bottom})
}

// bend is the distance of the control points of a cubic curve that draws a quarter of a circle of radius 1.
const bend = 0.5523

// ellipse returns an ellipse around a centre.
func ellipse(x, y, rx, ry float64) shape {
	h, v := bend*rx, bend*ry
	return shape{
		{x, y - ry},
		{x + h, y - ry},
		{x + rx, y - v},
		{x + rx, y},
		{x + rx, y + v},
		{x + h, y + ry},
		{x, y + ry},
		{x - h, y + ry},
		{x - rx, y + v},
		{x - rx, y},
		{x - rx, y - v},
		{x - h, y - ry},
		{x, y - ry},
	}
}

func circle(x, y, r float64) shape { return ellipse(x, y, r, r) }

// rounded returns a rectangle with round corners.
func rounded(left, top, right, bottom, r float64) shape {
	k := r * (1 - bend)
	side := func(from, to point) []point { return []point{from, to, to} }
	s := shape{{left + r, top}}
	s = append(s, side(point{left + r, top}, point{right - r, top})...)
	s = append(s, point{right - k, top}, point{right, top + k}, point{right, top + r})
	s = append(s, side(point{right, top + r}, point{right, bottom - r})...)
	s = append(s, point{right, bottom - k}, point{right - k, bottom}, point{right - r, bottom})
	s = append(s, side(point{right - r, bottom}, point{left + r, bottom})...)
	s = append(s, point{left + k, bottom}, point{left, bottom - k}, point{left, bottom - r})
	s = append(s, side(point{left, bottom - r}, point{left, top + r})...)
	return append(s, point{left, top + k}, point{left + k, top}, point{left + r, top})
}

// shoulders returns the upper body of a person, from the neck down to the bottom.
func shoulders(x, neck, bottom, half float64) shape {
	return shape{
		{x, neck},
		{x + half*0.55, neck + half*0.08},
		{x + half, neck + half*0.2},
		{x + half, neck + half*0.95},
		{x + half, neck + half},
		{x + half, bottom},
		{x + half, bottom},
		{x + half, bottom},
		{x - half, bottom},
		{x - half, bottom},
		{x - half, bottom},
		{x - half, neck + half},
		{x - half, neck + half*0.95},
		{x - half, neck + half*0.2},
		{x - half*0.55, neck + half*0.08},
		{x, neck},
	}
}

// png encodes the picture with a palette of its most frequent colours, which keeps flat pictures small.
func (c *canvas) png() ([]byte, error) {
	count := map[color.RGBA]int{}
	b := c.img.Bounds()
	for y := range b.Dy() {
		for x := range b.Dx() {
			count[c.img.RGBAAt(x, y)]++
		}
	}
	order := slices.SortedFunc(maps.Keys(count), func(p, q color.RGBA) int {
		return cmp.Or(cmp.Compare(count[q], count[p]),
			cmp.Compare(p.R, q.R), cmp.Compare(p.G, q.G), cmp.Compare(p.B, q.B), cmp.Compare(p.A, q.A))
	})
	var palette color.Palette
	for _, have := range order[:min(len(order), 128)] {
		palette = append(palette, have)
	}
	nearest := map[color.RGBA]uint8{}
	for _, have := range order {
		nearest[have] = uint8(palette.Index(have))
	}
	flat := image.NewPaletted(b, palette)
	for y := range b.Dy() {
		for x := range b.Dx() {
			flat.SetColorIndex(x, y, nearest[c.img.RGBAAt(x, y)])
		}
	}
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	err := encoder.Encode(&out, flat)
	return out.Bytes(), err
}
