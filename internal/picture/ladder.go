package picture

import (
	"cmp"
	"image"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Ladder lists the widths in pixels in which sizes are made. From 64 pixels on, each width is at most one and a half
// times the width below it. So a file made for the next width up has only a little more bytes than needed.
var Ladder = []int{32, 64, 96, 128, 192, 256, 320, 480, 640, 800, 960, 1280, 1600, 1920, 2560, 3200, MaxSide}

// proportions lists the ratios of width to height to which [FitCover] crops. Only the landscape ratios are written;
// the portrait ones are derived from them.
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

// Result is the picture that is made for a [Size] of one original. A picture has few results, whatever sizes clients
// ask for: in each format, one uncropped result for each width of the [Ladder] below its own, and one for each of the
// proportions.
type Result struct {
	// Width and Height are in pixels: at most [MaxSide], and never more than the original has.
	Width, Height int
	// Cropped reports whether the picture is cropped to these proportions, equally on both sides. Otherwise all of it
	// is shown.
	Cropped bool
	// Format, if empty, is the format of the original, or the nearest one that can be written.
	Format Format
}

// Key names a result of a picture, such as "640x480.jpeg". It is unique among the results of that picture.
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

// Size returns a size whose result this is.
func (r Result) Size() Size {
	if r.Cropped {
		return Size{Width: r.Width, Height: r.Height, Fit: FitCover, Format: r.Format}
	}
	return Size{Width: r.Width, Format: r.Format}
}

// ResultFor returns the result of a size for a picture of the given width, height and media type. The width is rounded
// up to the next one of the [Ladder]; the proportions of a cropped picture are rounded to the nearest of the list.
// Format is empty if it is the picture's own format.
func (s Size) ResultFor(width, height int, mimeType string) Result {
	r := Result{Format: s.Format}
	if r.Format == OwnFormat(mimeType) {
		r.Format = ""
	}
	if s.Fit == FitCover && s.Width > 0 && s.Height > 0 {
		p := nearest(s.Width, s.Height)
		part := min(width, max(1, height*p[0]/p[1]))
		r.Width = min(ladderWidth(s.Width), part, max(1, MaxSide*p[0]/p[1]))
		r.Height = min(height, max(1, (r.Width*p[1]+p[0]/2)/p[0]))
		r.Cropped = r.Height != heightOf(r.Width, width, height)
		return r
	}
	r.Width = min(cmp.Or(s.Width, MaxSide), width)
	if high := cmp.Or(s.Height, MaxSide); heightOf(r.Width, width, height) > high {
		r.Width = max(1, width*high/height)
	}
	r.Width = min(ladderWidth(r.Width), Largest(width, height))
	r.Height = min(heightOf(r.Width, width, height), MaxSide)
	return r
}

// OwnFormat returns the format of a picture's sizes when the client asks for none, by the media type of the original.
// It is "" for WebP, whose format depends on its pixels.
func OwnFormat(mimeType string) Format {
	switch mimeType {
	case JPEG.MimeType:
		return FormatJPEG
	case PNG.MimeType, GIF.MimeType:
		return FormatPNG
	}
	return ""
}

// Largest returns the width of the largest uncropped result for a picture.
func Largest(width, height int) int {
	return min(width, MaxSide, max(1, width*MaxSide/height))
}

// heightOf returns the height of a picture that is scaled to the width made.
func heightOf(made, width, height int) int { return max(1, (height*made+width/2)/width) }

// ladderWidth returns the smallest width of the ladder that is at least width, or the largest of the ladder.
func ladderWidth(width int) int {
	at, _ := slices.BinarySearch(Ladder, width)
	return Ladder[min(at, len(Ladder)-1)]
}

// nearest returns the proportions of the list that differ least from width and height, by ratio.
func nearest(width, height int) [2]int {
	off := func(p [2]int) float64 {
		return math.Abs(math.Log(float64(width) / float64(height) * float64(p[1]) / float64(p[0])))
	}
	return slices.MinFunc(proportions, func(a, b [2]int) int { return cmp.Compare(off(a), off(b)) })
}

// Contain returns the largest uncropped result that fits in a frame. Its width need not be one of the ladder.
func Contain(width, height, frameWidth, frameHeight int) Result {
	r := Result{Width: min(width, frameWidth)}
	if heightOf(r.Width, width, height) > frameHeight {
		r.Width = max(1, (width*frameHeight+height/2)/height)
	}
	r.Height = min(frameHeight, heightOf(r.Width, width, height))
	return r
}

// of returns the part of a picture of the given width and height that the result shows.
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

// Fits reports whether a picture of the given width and height has all the pixels that the result needs.
func (r Result) Fits(width, height int) bool {
	part := r.of(width, height)
	return part.Dx() >= r.Width && part.Dy() >= r.Height
}
