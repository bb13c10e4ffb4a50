package main

import (
	"image/color"
	"math"
)

// bloom holds the colours of a lotus, from the front petals to the back ones.
type bloom struct {
	front, back, edge, heart color.NRGBA
}

// petal returns one petal with a length and half a width, rotated from upright by degrees.
func petal(x, y, length, half, degrees float64) shape {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	s := shape{
		{0, 0},
		{half * 0.9, -length * 0.18},
		{half * 1.25, -length * 0.62},
		{0, -length},
		{-half * 1.25, -length * 0.62},
		{-half * 0.9, -length * 0.18},
		{0, 0},
	}
	for i, p := range s {
		s[i] = point{x + p.x*cos - p.y*sin, y + p.x*sin + p.y*cos}
	}
	return s
}

// lotus draws a flower whose foot is at x, y.
func (c *canvas) lotus(x, y, size float64, b bloom) {
	one := func(degrees, length, half, depth float64) {
		c.fill(mix(b.edge, b.back, depth*0.5), petal(x, y, size*length, size*half, degrees))
		c.fill(mix(b.front, b.back, depth), petal(x, y, size*length*0.955, size*half*0.86, degrees))
		c.fill(faded(mix(b.heart, b.back, depth*0.6), 0.45), petal(x, y, size*length*0.62, size*half*0.5, degrees))
	}
	for _, side := range []float64{-1, 1} {
		one(side*84, 0.92, 0.2, 1)
		one(side*64, 0.98, 0.23, 0.8)
	}
	for _, side := range []float64{-1, 1} {
		one(side*20, 1.08, 0.27, 0.75)
	}
	for _, side := range []float64{-1, 1} {
		one(side*44, 0.98, 0.26, 0.5)
	}
	one(0, 1.04, 0.3, 0.35)
	for _, side := range []float64{-1, 1} {
		one(side*27, 0.8, 0.25, 0.15)
	}
	one(0, 0.68, 0.25, 0)
}

// leaf draws a floating leaf with its veins.
func (c *canvas) leaf(x, y, rx, ry float64, dark, light color.NRGBA) {
	c.fill(dark, ellipse(x, y+ry*0.12, rx, ry))
	c.fill(mix(dark, light, 0.5), ellipse(x, y, rx*0.97, ry*0.95))
	for i := range 12 {
		sin, cos := math.Sincos((float64(i)+0.5)*math.Pi/6 + 0.1)
		end := point{x + cos*rx*0.88, y + sin*ry*0.86}
		c.fill(light, polygon(point{x - sin*rx*0.012, y + cos*ry*0.02}, end, point{x + sin*rx*0.012, y - cos*ry*0.02}))
	}
	c.fill(light, ellipse(x, y, rx*0.08, ry*0.08))
}

// cover draws a lotus on still water, under a sky with a sun or a moon.
func cover(high, low, far, near, disc color.NRGBA, b bloom, x float64) *canvas {
	c := newCanvas(1280, 720, high)
	c.bands(0, 440, 11, high, low)
	c.fill(faded(disc, 0.35), circle(1280-x, 215, 150))
	c.fill(faded(disc, 0.9), circle(1280-x, 215, 112))
	hill := mix(low, far, 0.45)
	c.fill(hill,
		shape{
			{0, 440},
			{0, 440},
			{0, 362},
			{0, 362},
			{110, 330},
			{220, 350},
			{340, 378},
			{470, 408},
			{580, 345},
			{760, 352},
			{940, 368},
			{1100, 300},
			{1280, 360},
			{1280, 360},
			{1280, 440},
			{1280, 440},
		})
	c.bands(440, 720, 7, far, near)
	for i := range 9 {
		y := 462 + float64(i*i)*3.4
		w := 60 + float64(i)*22
		shift := float64((i*37)%5-2) * 26
		c.fill(faded(disc, 0.3), ellipse(1280-x+shift, y, w, 2.5+float64(i)*0.5))
	}
	deep, light := mix(near, rgb(0x0b4f3a), 0.7), mix(far, rgb(0x58b07a), 0.75)
	c.leaf(x-330, 560, 150, 36, deep, light)
	c.leaf(x+330, 610, 190, 46, deep, light)
	c.leaf(1280-x+40, 530, 90, 20, deep, light)
	c.leaf(x, 640, 260, 56, deep, light)
	c.fill(faded(near, 0.55), ellipse(x, 634, 150, 26))
	c.lotus(x, 632, 360, b)
	side := 1280 - x + 150
	if x > 640 {
		side = 1280 - x - 150
	}
	c.fill(mix(deep, light, 0.4),
		polygon(point{side - 4, 470}, point{side + 4, 470}, point{side + 7, 640}, point{side - 1, 640}))
	for _, degrees := range []float64{-14, 14, 0} {
		c.fill(mix(b.edge, b.back, math.Abs(degrees)/30), petal(side, 478, 120, 32, degrees))
		c.fill(mix(b.front, b.back, math.Abs(degrees)/16), petal(side, 478, 113, 27, degrees))
	}
	return c
}

func pinkCover() *canvas {
	return cover(rgb(0xfbe3d6), rgb(0xfdf3e7), rgb(0x8cc3c4), rgb(0x2f7d86), rgb(0xfff6d8),
		bloom{rgb(0xf48fb1), rgb(0xd9467c), rgb(0xfbc5d8), rgb(0xfff0f4)}, 500)
}

func blueCover() *canvas {
	return cover(rgb(0x1d3461), rgb(0x6f8fc0), rgb(0x3d5f95), rgb(0x16284f), rgb(0xf4f1de),
		bloom{rgb(0xb9cdf6), rgb(0x6a86d4), rgb(0xe6eefc), rgb(0xffffff)}, 780)
}

func goldCover() *canvas {
	return cover(rgb(0xf08a4b), rgb(0xfbd38d), rgb(0xd98a4e), rgb(0x7d3f2c), rgb(0xfff3c4),
		bloom{rgb(0xffe08a), rgb(0xe8a33d), rgb(0xfff4cf), rgb(0xfffbe9)}, 760)
}

func greenCover() *canvas {
	return cover(rgb(0xcfeadf), rgb(0xf2faf0), rgb(0x7fbf9b), rgb(0x1f6b52), rgb(0xfffbe0),
		bloom{rgb(0xffffff), rgb(0xc3dccf), rgb(0xf7fff9), rgb(0xfff2b8)}, 520)
}

// pink holds the colours of the flower in the logo and in the halls.
var pink = bloom{rgb(0xf48fb1), rgb(0xd9467c), rgb(0xfbd0df), rgb(0xfff0f4)}

func logo() *canvas {
	c := newCanvas(512, 512, rgb(0xffffff))
	c.fill(rgb(0x0f6b5c), circle(256, 256, 246))
	c.fill(rgb(0xf7faf6), circle(256, 256, 228))
	c.lotus(256, 322, 206, pink)
	for i, w := range []float64{150, 108, 62} {
		c.fill(rgb(0x0f6b5c), rounded(256-w, 352+float64(i)*30, 256+w, 364+float64(i)*30, 6))
	}
	return c
}

func avatar() *canvas {
	c := newCanvas(512, 512, rgb(0xdcebe7))
	c.fill(rgb(0xc7ded8), circle(256, 256, 236))
	c.lotus(256, 430, 330, bloom{rgb(0xd9ebe6), rgb(0xb9d6ce), rgb(0xe6f2ef), rgb(0xf0f8f5)})
	c.person(256, 196, 92, rgb(0x24556b), rgb(0x2b2422), rgb(0xe8b894), 512)
	return c
}
