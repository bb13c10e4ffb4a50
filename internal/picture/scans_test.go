package picture_test

import (
	"errors"
	"testing"

	"sen/internal/picture"
	"sen/internal/testkit/testjpeg"
)

// TestScans checks that a JPEG is refused before decoding if its scans cover too many pixels together. A small
// picture with as many scans is accepted, and so is a large one with as many scans as encoders write.
func TestScans(t *testing.T) {
	for _, c := range []struct {
		width, height, scans int
		reason               picture.Reason // -1 means accepted
	}{
		{6400, 6560, 60, picture.ReasonScans},
		{6400, 6560, 20, picture.ReasonScans},
		{6400, 6560, 18, -1},
		{640, 656, 60, -1},
		{8, 8, 65, picture.ReasonBroken},
	} {
		data := testjpeg.Progressive(c.width, c.height, c.scans)
		_, _, cleanErr := clean(t, data, picture.JPEG)
		errs := []error{cleanErr}
		if c.reason >= 0 || c.width < 1000 {
			opened, err := picture.Open(t.Context(), data) // as for a file that is already stored
			if errs = append(errs, err); err == nil {
				opened.Close()
			}
		}
		for _, err := range errs {
			var refusal *picture.Refusal
			if taken := err == nil; taken != (c.reason < 0) || !taken &&
				(!errors.As(err, &refusal) || refusal.Reason != c.reason) {
				t.Errorf("%d scans of %d × %d: %v", c.scans, c.width, c.height, err)
			}
		}
	}
}
