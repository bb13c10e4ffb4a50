package picture_test

import (
	"errors"
	"testing"

	"sen/internal/picture"
	"sen/internal/testkit/testjpeg"
)

// TestScans refuses a JPEG whose scans go over too many pixels in all, before any is decoded, and takes small ones with as
// many scans and large ones with as many as encoders make.
func TestScans(t *testing.T) {
	for _, c := range []struct {
		width, height, scans int
		reason               picture.Reason // -1 is taken
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
			opened, err := picture.Open(t.Context(), data) // one that is kept already
			if errs = append(errs, err); err == nil {
				opened.Close()
			}
		}
		for _, err := range errs {
			var refusal *picture.Refusal
			if taken := err == nil; taken != (c.reason < 0) || !taken && (!errors.As(err, &refusal) || refusal.Reason != c.reason) {
				t.Errorf("%d scans of %d × %d: %v", c.scans, c.width, c.height, err)
			}
		}
	}
}
