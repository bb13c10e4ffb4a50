package main

import (
	"image/color"
	"math"
)

// person draws a person in a suit from the front, down to the bottom; x and y are the centre of the head.
func (c *canvas) person(x, y, r float64, suit, hair, skin color.NRGBA, bottom float64) {
	neck := y + r*1.32
	shade := mix(skin, rgb(0x7a4a32), 0.25)
	c.fill(suit, shoulders(x, neck, bottom, r*2.05))
	c.fill(shade, rounded(x-r*0.36, y+r*0.7, x+r*0.36, neck+r*0.42, r*0.2))
	c.fill(rgb(0xf8f8f6),
		polygon(point{x - r*0.5, neck + r*0.08}, point{x, neck + r*0.42}, point{x + r*0.5, neck + r*0.08},
			point{x + r*0.1, neck + r*1.5}, point{x - r*0.1, neck + r*1.5}))
	c.fill(rgb(0xa3312f),
		polygon(point{x - r*0.12, neck + r*0.42}, point{x + r*0.12, neck + r*0.42}, point{x + r*0.16, neck + r*1.1},
			point{x, neck + r*1.4}, point{x - r*0.16, neck + r*1.1}))
	for _, side := range []float64{-1, 1} {
		c.fill(mix(suit, rgb(0x000000), 0.25),
			polygon(point{x + side*r*0.5, neck + r*0.06}, point{x + side*r*0.72, neck + r*0.16},
				point{x + side*r*0.62, neck + r*0.75}, point{x + side*r*0.05, neck + r*1.62}))
		c.fill(shade, ellipse(x+side*r*0.93, y+r*0.1, r*0.14, r*0.24))
	}
	c.fill(hair, ellipse(x, y-r*0.28, r*1.0, r*0.98))
	c.fill(skin, ellipse(x, y+r*0.16, r*0.88, r*1.08))
	c.fill(hair, shape{
		{x - r*0.94, y + r*0.02},
		{x - r*1.08, y - r*1.05},
		{x - r*0.3, y - r*1.36},
		{x + r*0.2, y - r*1.26},
		{x + r*0.9, y - r*1.15},
		{x + r*1.02, y - r*0.5},
		{x + r*0.94, y + r*0.02},
		{x + r*0.82, y - r*0.42},
		{x + r*0.6, y - r*0.56},
		{x + r*0.3, y - r*0.6},
		{x - r*0.1, y - r*0.5},
		{x - r*0.8, y - r*0.5},
		{x - r*0.94, y + r*0.02},
	})
	for _, side := range []float64{-1, 1} {
		c.fill(hair, ellipse(x+side*r*0.36, y-r*0.12, r*0.17, r*0.035))
		c.fill(rgb(0x2b2422), circle(x+side*r*0.36, y+r*0.12, r*0.075))
	}
	c.fill(shade, ellipse(x, y+r*0.42, r*0.11, r*0.08))
	c.fill(rgb(0xb0524a),
		shape{
			{x - r*0.28, y + r*0.7},
			{x - r*0.14, y + r*0.8},
			{x + r*0.14, y + r*0.8},
			{x + r*0.28, y + r*0.7},
			{x + r*0.16, y + r*0.96},
			{x - r*0.16, y + r*0.96},
			{x - r*0.28, y + r*0.7},
		})
}

// curtain draws hanging cloth with folds between two edges.
func (c *canvas) curtain(left, right, bottom float64, cloth color.NRGBA, n int) {
	step := (right - left) / float64(n)
	c.fill(cloth, box(left, 0, right, bottom))
	for i := range n {
		x := left + float64(i)*step
		c.fill(mix(cloth, rgb(0x000000), 0.28),
			polygon(point{x, 0}, point{x + step*0.34, 0}, point{x + step*0.26, bottom}, point{x, bottom}))
		c.fill(mix(cloth, rgb(0xffffff), 0.1),
			polygon(point{x + step*0.55, 0}, point{x + step*0.75, 0}, point{x + step*0.7, bottom}, point{x + step*0.6, bottom}))
	}
}

// writing draws lines instead of a text on a banner that is too far away to be read.
func (c *canvas) writing(x, y, height float64, ink color.NRGBA, lines ...[]float64) {
	for i, words := range lines {
		width := -height * 0.5
		for _, w := range words {
			width += w + height*0.5
		}
		at := x - width/2
		top := y + float64(i)*height*1.75
		for _, w := range words {
			c.fill(ink, rounded(at, top, at+w, top+height, height*0.3))
			at += w + height*0.5
		}
	}
}

// flowers draws a bunch of flowers in a bowl.
func (c *canvas) flowers(x, y, size float64) {
	for i := range 9 {
		sin, cos := math.Sincos(math.Pi + float64(i)*math.Pi/8)
		c.fill(rgb(0x2f7d4f), petal(x, y, size*1.1, size*0.14, math.Atan2(cos, -sin)*180/math.Pi))
	}
	colours := []color.NRGBA{rgb(0xf6c945), rgb(0xe4572e), rgb(0xf4f1de), rgb(0xe86a92)}
	for i := range 15 {
		sin, cos := math.Sincos(float64(i) * 2.4)
		reach := size * 0.68 * math.Sqrt(float64(i+1)/15)
		px, py := x+cos*reach, y-size*0.5+sin*reach*0.62
		c.fill(mix(colours[i%4], rgb(0x000000), 0.15), circle(px, py+1.5, size*0.2))
		c.fill(colours[i%4], circle(px, py, size*0.18))
		c.fill(mix(colours[i%4], rgb(0x7a3b12), 0.45), circle(px, py, size*0.06))
	}
}

// speaker draws a person at a lectern in front of a banner.
func speaker() *canvas {
	c := newCanvas(1280, 720, rgb(0x7b1e23))
	c.curtain(0, 1280, 590, rgb(0x8f2329), 16)
	c.fill(faded(rgb(0x000000), 0.25), rounded(112, 66, 800, 392, 10))
	c.fill(rgb(0x14588f), rounded(100, 52, 788, 380, 10))
	c.fill(rgb(0x1a6aa8), rounded(112, 64, 776, 368, 6))
	c.lotus(444, 168, 82, pink)
	c.writing(444, 196, 20, rgb(0xffe27a), []float64{96, 60, 120, 74, 100}, []float64{70, 128, 52, 90})
	c.writing(444, 284, 13, rgb(0xffffff), []float64{60, 44, 84, 38, 66, 90}, []float64{52, 70, 40})
	c.bands(590, 720, 3, rgb(0xa9713f), rgb(0x8d5a30))
	c.fill(rgb(0xc58d55), box(0, 586, 1280, 596))
	c.flowers(250, 596, 62)
	c.fill(rgb(0xe9e2d3), polygon(point{214, 588}, point{286, 588}, point{272, 640}, point{228, 640}))
	c.flowers(640, 596, 62)
	c.fill(rgb(0xe9e2d3), polygon(point{604, 588}, point{676, 588}, point{662, 640}, point{618, 640}))

	c.fill(faded(rgb(0xfff3c4), 0.1), polygon(point{930, 0}, point{1030, 0}, point{1200, 660}, point{760, 660}))
	c.person(980, 232, 56, rgb(0x22324a), rgb(0x26211f), rgb(0xe6b48e), 398)
	// A raised hand in a sleeve, on the side of the hall.
	c.fill(rgb(0x1b2940),
		shape{
			{880, 360},
			{850, 400},
			{812, 400},
			{796, 352},
			{806, 342},
			{822, 336},
			{834, 336},
			{842, 356},
			{862, 340},
			{884, 330},
		})
	c.fill(rgb(0xf8f8f6), polygon(point{793, 346}, point{835, 328}, point{832, 318}, point{790, 336}))
	c.fill(rgb(0xe6b48e), ellipse(808, 310, 17, 24))
	for i := range 4 {
		x := 794 + float64(i)*9
		c.fill(rgb(0xe6b48e), rounded(x, 264+math.Abs(float64(i)-1.6)*5, x+8, 306, 4))
	}
	c.fill(rgb(0xe6b48e), polygon(point{818, 318}, point{840, 296}, point{846, 302}, point{824, 330}))

	c.fill(rgb(0x5a341b), polygon(point{846, 404}, point{1114, 404}, point{1098, 440}, point{862, 440}))
	c.fill(rgb(0x8a5429), polygon(point{868, 440}, point{1092, 440}, point{1076, 690}, point{884, 690}))
	c.fill(rgb(0x9c6234), polygon(point{890, 458}, point{1070, 458}, point{1058, 668}, point{902, 668}))
	c.fill(rgb(0x7a4822), polygon(point{838, 396}, point{1122, 396}, point{1114, 412}, point{846, 412}))
	c.fill(rgb(0x6b3d1c), box(870, 686, 1090, 704))
	c.lotus(980, 600, 84, bloom{rgb(0xf3cf7a), rgb(0xc8923a), rgb(0xfbe7b0), rgb(0xfff6dc)})
	for _, x := range []float64{950, 1012} {
		c.fill(rgb(0x1c1c1e),
			polygon(point{x - 2, 398}, point{x + 2, 398}, point{980 + (x-980)*0.55 + 2, 348},
				point{980 + (x-980)*0.55 - 2, 348}))
		c.fill(rgb(0x2e2e32), ellipse(980+(x-980)*0.5, 342, 8, 12))
	}
	c.flowers(1086, 398, 30)
	c.firstRow()
	return c
}

// firstRow draws the first row of people, seen from behind.
func (c *canvas) firstRow() {
	for i := range 8 {
		x := 70 + float64(i)*163
		r := 40 + float64((i*5)%3)*2
		back := []color.NRGBA{rgb(0x2b2d42), rgb(0x3a4a5f), rgb(0x4a2f3a), rgb(0x27413c)}[i%4]
		c.fill(back, shoulders(x, 676, 760, r*1.95))
		c.fill(rgb(0x211c1b), ellipse(x, 652, r*0.86, r))
		c.fill(rgb(0x332b28), ellipse(x-r*0.2, 640, r*0.4, r*0.45))
	}
}

// hall draws a view over rows of people towards a stage.
func hall() *canvas {
	c := newCanvas(1280, 720, rgb(0xe9dfcc))
	// Ceiling, walls and floor meet at the stage.
	c.fill(rgb(0xf3ece0), polygon(point{0, 0}, point{1280, 0}, point{960, 130}, point{320, 130}))
	c.fill(rgb(0xd9c8a9), polygon(point{0, 0}, point{320, 130}, point{320, 420}, point{0, 600}))
	c.fill(rgb(0xd2c09f), polygon(point{1280, 0}, point{960, 130}, point{960, 420}, point{1280, 600}))
	for i := range 4 {
		t := float64(i) / 4
		for _, side := range []float64{-1, 1} {
			x := func(d float64) float64 { return 640 + side*d }
			a, b := 610-t*330, 560-t*300
			top, foot := 95+t*60, 490-t*110
			c.fill(rgb(0xbfd9e6), polygon(point{x(a), top}, point{x(b), top + 14}, point{x(b), foot - 22}, point{x(a), foot}))
			c.fill(rgb(0xe6f2f7),
				polygon(point{x(a - 8), top + 12}, point{x((a + b) / 2), top + 18}, point{x((a + b) / 2), foot - 22},
					point{x(a - 8), foot - 14}))
		}
	}
	c.fill(rgb(0x8f2329), box(320, 130, 960, 400))
	c.curtain(320, 420, 396, rgb(0x9e2930), 5)
	c.curtain(860, 960, 396, rgb(0x9e2930), 5)
	for i := range 4 {
		t := float64(i) / 4
		near := func(x float64) float64 { return 640 + (x-640)*(1-t*0.62) }
		y := 18 + t*118
		c.fill(rgb(0xfffbe6),
			polygon(point{near(330), y}, point{near(950), y}, point{near(935), y + 15 - t*9}, point{near(345), y + 15 - t*9}))
	}
	c.fill(rgb(0x7a1c22), box(320, 128, 960, 146))
	c.fill(rgb(0x1a6aa8), rounded(446, 168, 834, 318, 6))
	c.lotus(640, 222, 40, pink)
	c.writing(640, 236, 12, rgb(0xffe27a), []float64{52, 38, 70, 44, 60}, []float64{40, 74, 30, 56})
	c.writing(640, 284, 7, rgb(0xffffff), []float64{40, 24, 52, 30, 44})
	c.fill(rgb(0xb67d47), box(320, 384, 960, 402))
	c.fill(rgb(0x93602f), box(320, 402, 960, 424))
	c.table()
	c.audience()
	return c
}

// table draws the table on the stage and the people who sit at it.
func (c *canvas) table() {
	for i := range 5 {
		c.person(500+float64(i)*52, 340, 9, []color.NRGBA{rgb(0x22324a), rgb(0x3a3f58), rgb(0x2c2c34)}[i%3], rgb(0x26211f),
			rgb(0xe6b48e), 384)
	}
	c.fill(rgb(0xf4efe4), box(468, 362, 742, 390))
	c.fill(rgb(0xd9b24a), box(468, 362, 742, 366))
	c.flowers(604, 366, 12)
	c.person(822, 328, 11, rgb(0x22324a), rgb(0x26211f), rgb(0xe6b48e), 386)
	c.fill(rgb(0x8a5429), polygon(point{798, 352}, point{846, 352}, point{841, 392}, point{803, 392}))
	c.flowers(370, 392, 18)
	c.flowers(910, 392, 18)
}

// audience draws the floor with an aisle, and seven rows of people from behind.
func (c *canvas) audience() {
	c.fill(rgb(0xb99b77),
		polygon(point{0, 600}, point{320, 424}, point{960, 424}, point{1280, 600}, point{1280, 720}, point{0, 720}))
	c.fill(rgb(0x9d2b33), polygon(point{616, 424}, point{664, 424}, point{742, 720}, point{538, 720}))
	c.fill(rgb(0x86232a), polygon(point{616, 424}, point{620, 424}, point{556, 720}, point{538, 720}),
		polygon(point{660, 424}, point{664, 424}, point{742, 720}, point{724, 720}))
	clothes := []color.NRGBA{
		rgb(0x2b2d42), rgb(0xf1f3f4), rgb(0x4f6d7a), rgb(0x8d4a4a), rgb(0xdfe7ec), rgb(0x35524a),
		rgb(0x5b5078),
	}
	hair := []color.NRGBA{rgb(0x211c1b), rgb(0x2e2522), rgb(0x3d3431), rgb(0x6b6664)}
	for row := range 7 {
		t := float64(row) / 6
		y := 440 + 250*math.Pow(t, 1.35)
		r := 9 + 25*math.Pow(t, 1.2)
		gap := 30 + 62*t
		for _, side := range []float64{-1, 1} {
			for seat := range 9 {
				d := gap*0.5 + 26 + 58*t + float64(seat)*gap*1.18
				x := 640 + side*d
				if d > 330+470*t || x < -60 || x > 1340 {
					continue
				}
				n := row*31 + seat*17 + int(side+1)*7
				lift := float64(n%3) * r * 0.08
				c.fill(rgb(0x5e2d26), rounded(x-r*1.2, y+r*1.35, x+r*1.2, y+r*4, r*0.35))
				c.fill(clothes[n%7], shoulders(x, y+r*0.8-lift, y+r*2.2, r*1.55))
				c.fill(rgb(0xd9a57e), rounded(x-r*0.3, y+r*0.4-lift, x+r*0.3, y+r*1.12-lift, r*0.14))
				c.fill(hair[n%4], ellipse(x, y-lift, r*0.82, r*0.98))
				c.fill(rgb(0x713a31), rounded(x-r*1.2, y+r*1.7, x+r*1.2, y+r*4, r*0.35))
			}
		}
	}
}
