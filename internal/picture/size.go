package picture

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// Fit says how a picture goes into a frame of other proportions.
type Fit string

// The fits.
const (
	// FitContain shows all of it inside the frame.
	FitContain Fit = "CONTAIN"
	// FitCover fills the frame and crops what stands over, alike on both sides.
	FitCover Fit = "COVER"
)

// Format is a form in which sizes are made.
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

// Size is a frame that someone asks a picture to fit. What is made for it is one of few: see [Size.For].
type Size struct {
	// Width and Height are in pixels, each at most [MaxSide]; 0 leaves that side open.
	Width, Height int
	// Fit is [FitContain] when empty; with an open side both are the same.
	Fit Fit
	// Format is the picture's own, as far as it can be written, when empty.
	Format Format
}

// Valid tells whether a size can be asked for.
func (s Size) Valid() bool {
	return s.Width >= 0 && s.Width <= MaxSide && s.Height >= 0 && s.Height <= MaxSide &&
		(s.Fit == "" || s.Fit == FitContain || s.Fit == FitCover) &&
		(s.Format == "" || s.Format == FormatJPEG || s.Format == FormatPNG)
}

// Key names a size, such as "w640h480cover.jpeg", as the signature of its address has it.
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

// FitParameter is the parameter of an address that every size has; see [Size.Query].
const FitParameter = "fit"

// Query writes a size as the parameters of an address: w, h, fit and f.
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

// ParseSize reads what [Size.Query] wrote, and answers false for anything else.
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
