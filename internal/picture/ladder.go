package picture

import (
	"cmp"
	"image"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Ladder are the widths in pixels in which sizes are made. From 64 pixels on each is at most half wider than the one
// below it, so that what is served for a width between two of them has not many more bytes than it needs.
var Ladder = []int{32, 64, 96, 128, 192, 256, 320, 480, 640, 800, 960, 1280, 1600, 1920, 2560, 3200, MaxSide}

// proportions are those, width to height, to which [FitCover] cuts. The ones that stand follow from these that lie.
var proportions = func() (all [][2]int) {
	for _, p := range [][2]int{
		{1, 1}, {5, 4}, {4, 3}, {3, 2}, {8, 5}, {16, 9}, {40, 21}, {2, 1}, {21, 9}, {3, 1}, {4, 1}, {6, 1}, {8, 1},
	} {
		if all = append(all, p); p[0] != p[1] {
			all = append(all, [2]int{p[1], p[0]})
		}
	}
	return all
}()

// Result is what a size comes to for one picture. However many sizes are asked for, a picture has few results: for each
// width of the [Ladder] below its own one that shows all of it, and one for each of the proportions, in each format.
type Result struct {
	// Width and Height are in pixels, at most [MaxSide] each and never more than the picture has.
	Width, Height int
	// Cropped tells that the picture is cut to these proportions, alike on both sides; otherwise all of it is shown.
	Cropped bool
	// Format is the picture's own, as far as it can be written, when empty.
	Format Format
}

// Key names a result among those of its picture, such as "640x480.jpeg".
func (r Result) Key() string {
	key := strconv.Itoa(r.Width) + "x" + strconv.Itoa(r.Height)
	if r.Cropped {
		key += "crop"
	}
	if r.Format != "" {
		key += "." + strings.ToLower(string(r.Format))
	}
	return key
}

// Size asks for a result.
func (r Result) Size() Size {
	if r.Cropped {
		return Size{Width: r.Width, Height: r.Height, Fit: FitCover, Format: r.Format}
	}
	return Size{Width: r.Width, Format: r.Format}
}

// For is what a size comes to for a picture of some width and height, and of a media type: the frame's width is rounded
// up to the next of the [Ladder], the proportions of what is cut to the nearest that there are. A format that is the
// picture's own anyway is left out.
func (s Size) For(width, height int, mimeType string) Result {
	r := Result{Format: s.Format}
	if r.Format == OwnFormat(mimeType) {
		r.Format = ""
	}
	if s.Fit == FitCover && s.Width > 0 && s.Height > 0 {
		p := nearest(s.Width, s.Height)
		part := min(width, max(1, height*p[0]/p[1]))
		r.Width = min(rung(s.Width), part, max(1, MaxSide*p[0]/p[1]))
		r.Height = min(height, max(1, (r.Width*p[1]+p[0]/2)/p[0]))
		r.Cropped = r.Height != heightOf(r.Width, width, height)
		return r
	}
	r.Width = min(cmp.Or(s.Width, MaxSide), width)
	if high := cmp.Or(s.Height, MaxSide); heightOf(r.Width, width, height) > high {
		r.Width = max(1, width*high/height)
	}
	r.Width = min(rung(r.Width), Largest(width, height))
	r.Height = min(heightOf(r.Width, width, height), MaxSide)
	return r
}

// OwnFormat is the format of a picture's sizes when none is asked for, by its media type; "" for a WebP, of which it
// follows from its pixels.
func OwnFormat(mimeType string) Format {
	switch mimeType {
	case JPEG.MimeType:
		return FormatJPEG
	case PNG.MimeType, GIF.MimeType:
		return FormatPNG
	}
	return ""
}

// Largest is the width of the largest result for a picture that shows all of it.
func Largest(width, height int) int {
	return min(width, MaxSide, max(1, width*MaxSide/height))
}

// heightOf is how high a picture is when it is made so wide.
func heightOf(made, width, height int) int { return max(1, (height*made+width/2)/width) }

// rung is the next width of the ladder.
func rung(width int) int {
	at, _ := slices.BinarySearch(Ladder, width)
	return Ladder[min(at, len(Ladder)-1)]
}

// nearest finds the proportions that are the least distorted when they stand for others.
func nearest(width, height int) [2]int {
	off := func(p [2]int) float64 {
		return math.Abs(math.Log(float64(width) / float64(height) * float64(p[1]) / float64(p[0])))
	}
	return slices.MinFunc(proportions, func(a, b [2]int) int { return cmp.Compare(off(a), off(b)) })
}

// Contain is the largest result, of any width, that shows all of a picture within a frame.
func Contain(width, height, frameWidth, frameHeight int) Result {
	r := Result{Width: min(width, frameWidth)}
	if heightOf(r.Width, width, height) > frameHeight {
		r.Width = max(1, (width*frameHeight+height/2)/height)
	}
	r.Height = min(frameHeight, heightOf(r.Width, width, height))
	return r
}

// of is the part of a picture of some width and height that the result shows.
func (r Result) of(width, height int) image.Rectangle {
	whole := image.Rect(0, 0, width, height)
	if !r.Cropped {
		return whole
	}
	if part := max(1, height*r.Width/r.Height); part < width {
		return image.Rect(0, 0, part, height).Add(image.Pt((width-part)/2, 0))
	}
	part := min(height, max(1, width*r.Height/r.Width))
	return image.Rect(0, 0, width, part).Add(image.Pt(0, (height-part)/2))
}

// Fits tells whether a picture of some width and height has all the pixels that the result needs.
func (r Result) Fits(width, height int) bool {
	part := r.of(width, height)
	return part.Dx() >= r.Width && part.Dy() >= r.Height
}
