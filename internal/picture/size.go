package picture

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// Fit says how a picture is fitted into a frame of other proportions.
type Fit string

// The fits.
const (
	// FitContain shows the whole picture inside the frame.
	FitContain Fit = "CONTAIN"
	// FitCover fills the frame and crops the rest, equally on both sides.
	FitCover Fit = "COVER"
)

// Format is a file format in which sizes are made.
type Format string

// The formats.
const (
	FormatJPEG Format = "JPEG"
	FormatPNG  Format = "PNG"
)

// MimeType is the media type of a format.
func (f Format) MimeType() string {
	if f == "" {
		return ""
	}
	return "image/" + strings.ToLower(string(f))
}

// Size is the frame that a client asks a picture to fit. Many sizes have the same result: see [Size.ResultFor].
type Size struct {
	// Width and Height are in pixels, at most [MaxSide] each; 0 means no limit on that side.
	Width, Height int
	// Fit is [FitContain] when empty. If a side has no limit, both fits mean the same.
	Fit Fit
	// Format, if empty, is the picture's own format, or the nearest one that can be written.
	Format Format
}

// Valid reports whether a client may ask for the size.
func (s Size) Valid() bool {
	return s.Width >= 0 && s.Width <= MaxSide && s.Height >= 0 && s.Height <= MaxSide &&
		(s.Fit == "" || s.Fit == FitContain || s.Fit == FitCover) &&
		(s.Format == "" || s.Format == FormatJPEG || s.Format == FormatPNG)
}

// Key names a size, such as "w640h480cover.jpeg". The signature of the picture's address covers this name.
func (s Size) Key() string {
	key := fmt.Sprintf("w%dh%d", s.Width, s.Height)
	if s.Fit == FitCover {
		key += "cover"
	}
	if s.Format != "" {
		key += "." + strings.ToLower(string(s.Format))
	}
	return key
}

// FitParameter is the URL parameter that the address of every size has; see [Size.Query].
const FitParameter = "fit"

// Query returns a size as URL parameters: w, h, fit and f.
func (s Size) Query() url.Values {
	q := url.Values{FitParameter: {strings.ToLower(string(FitContain))}}
	if s.Fit != "" {
		q.Set(FitParameter, strings.ToLower(string(s.Fit)))
	}
	if s.Width > 0 {
		q.Set("w", strconv.Itoa(s.Width))
	}
	if s.Height > 0 {
		q.Set("h", strconv.Itoa(s.Height))
	}
	if s.Format != "" {
		q.Set("f", strings.ToLower(string(s.Format)))
	}
	return q
}

// ParseSize reads what [Size.Query] wrote. It returns false for anything else.
func ParseSize(q url.Values) (s Size, ok bool) {
	for name, into := range map[string]*int{"w": &s.Width, "h": &s.Height} {
		if text := q.Get(name); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil || n < 1 {
				return s, false
			}
			*into = n
		}
	}
	s.Fit, s.Format = Fit(strings.ToUpper(q.Get(FitParameter))), Format(strings.ToUpper(q.Get("f")))
	return s, q.Has(FitParameter) && s.Valid()
}
