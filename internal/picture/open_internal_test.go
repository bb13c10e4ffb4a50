package picture

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color/palette"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"testing"
	"time"
)

// ending is a context whose Err returns an error after a given number of calls.
type ending struct {
	context.Context
	left *int
	err  error
}

func (e ending) Err() error {
	if *e.left--; *e.left < 0 {
		return e.err
	}
	return nil
}

// TestDecodeEnds checks that decoders stop at the end of the context, wherever it comes, and that the error says why.
func TestDecodeEnds(t *testing.T) {
	drawn := image.NewPaletted(image.Rect(0, 0, 300, 200), palette.Plan9)
	for i := range drawn.Pix {
		drawn.Pix[i] = byte(i * i)
	}
	for name, encode := range map[string]func(io.Writer) error{
		"jpeg": func(w io.Writer) error { return jpeg.Encode(w, drawn, nil) },
		"png":  func(w io.Writer) error { return png.Encode(w, drawn) },
		"gif":  func(w io.Writer) error { return gif.Encode(w, drawn, nil) },
	} {
		var buf bytes.Buffer
		if err := encode(&buf); err != nil {
			t.Fatal(err)
		}
		over, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
		defer cancel()
		var refusal *Refusal
		if _, err := decode(over, buf.Bytes()); !errors.As(err, &refusal) || refusal.Reason != ReasonSlow {
			t.Errorf("%s, after the deadline: %v", name, err)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := decode(gone, buf.Bytes()); !errors.Is(err, context.Canceled) {
			t.Errorf("%s, with a cancelled context: %v", name, err)
		}
		asked := 1 << 20
		if _, _, err := image.Decode(contextReader{
			ending{t.Context(), &asked, context.DeadlineExceeded},
			bytes.NewReader(buf.Bytes()),
		}); err != nil {
			t.Fatal(err)
		}
		for reads := range 1<<20 - asked {
			left := reads
			_, _, err := image.Decode(contextReader{
				ending{t.Context(), &left, context.DeadlineExceeded},
				bytes.NewReader(buf.Bytes()),
			})
			if err == nil || left < -8 { // each format is probed once at the beginning
				t.Errorf("%s, deadline after %d reads: %v after %d more", name, reads, err, -left)
			}
		}
	}
	if data, err := encode(ending{t.Context(), new(int), context.DeadlineExceeded}, drawn, FormatPNG, nil); !errors.Is(err,
		context.DeadlineExceeded) {
		t.Errorf("encoded after the deadline: %d bytes, %v", len(data), err)
	}
}
