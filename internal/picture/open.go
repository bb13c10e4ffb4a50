package picture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

// Lane bounds what is decoded at once in this process, in pixels: one of the largest pictures, or as many small ones as
// there are processors.
type Lane struct{ room *semaphore.Weighted }

func newLane() *Lane { return &Lane{semaphore.NewWeighted(maxPixels)} }

// The lanes: what editors send does not wait behind sizes that strangers ask for.
var (
	// Uploads is the lane of what comes in.
	Uploads = newLane()
	// Resizing is the lane of sizes.
	Resizing = newLane()
)

// maxDecode is the longest that a picture may take to be decoded.
const maxDecode = 10 * time.Second

// Open decodes a cleaned picture of an upload; see [Lane.Open].
func Open(ctx context.Context, data []byte) (*Picture, error) { return Uploads.Open(ctx, data) }

// Open decodes a cleaned picture, or the first frame of one that moves. It waits while others are decoded in the lane.
// What is no picture, too large, or takes too long is a [*Refusal].
func (l *Lane) Open(ctx context.Context, data []byte) (*Picture, error) {
	size, form, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, refuse(ReasonBroken, "%v", err)
	}
	pixels := int64(size.Width) * int64(size.Height)
	if pixels > maxPixels {
		return nil, refuse(ReasonPixels, "%d × %d pixels", size.Width, size.Height)
	}
	if pixels <= 0 {
		return nil, refuse(ReasonBroken, "it has no pixels")
	}
	var parts []segment
	if form == "jpeg" {
		if parts, err = segments(data); err != nil { // too many scans are found here
			return nil, err
		}
	}
	weight := max(pixels, maxPixels/int64(runtime.GOMAXPROCS(0)))
	if err := l.room.Acquire(ctx, weight); err != nil {
		return nil, fmt.Errorf("wait for room to decode a picture: %w", err)
	}
	decoded, err := decode(ctx, data)
	if err != nil {
		l.room.Release(weight)
		return nil, err
	}
	p := &Picture{picture: decoded, format: FormatPNG, release: sync.OnceFunc(func() { l.room.Release(weight) })}
	p.Width, p.Height = decoded.Bounds().Dx(), decoded.Bounds().Dy()
	switch form {
	case "jpeg":
		p.format = FormatJPEG
		p.profile = profileOf(parts, decoded)
	case "png":
		p.Moves = movingPNG(data)
	case "gif":
		frames, _ := gifFrames(data)
		p.Moves = frames > 1
	case "webp":
		if opaque(decoded) {
			p.format = FormatJPEG
		}
	}
	return p, nil
}

// decode decodes a picture until its own deadline: [maxDecode] from now, or before the context ends if that is sooner, so
// that there is time left to say so. Decoders know no context. They read as they go, and reading ends with the deadline;
// what they do between two reads is bounded by the pixels and, for a JPEG, by its scans.
func decode(ctx context.Context, data []byte) (image.Image, error) {
	limit := maxDecode
	if end, ok := ctx.Deadline(); ok {
		limit = min(limit, time.Until(end)*3/4)
	}
	decoding, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	decoded, _, err := image.Decode(untilReader{decoding, bytes.NewReader(data)})
	switch {
	case err == nil:
		return decoded, nil
	case errors.Is(ctx.Err(), context.Canceled):
		return nil, ctx.Err()
	case decoding.Err() != nil:
		return nil, refuse(ReasonSlow, "more than %v", limit.Round(time.Millisecond))
	}
	return nil, refuse(ReasonBroken, "%v", err)
}

// untilReader reads until a context ends.
type untilReader struct {
	ctx context.Context
	io.Reader
}

// Read implements [io.Reader].
func (r untilReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}

// untilWriter writes until a context ends.
type untilWriter struct {
	ctx context.Context
	io.Writer
}

// Write implements [io.Writer].
func (w untilWriter) Write(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.Writer.Write(p)
}

// movingPNG tells whether a PNG is one that moves (PNG, third edition, "acTL": it stands in front of the pixels).
func movingPNG(data []byte) bool {
	pixels := bytes.Index(data, []byte("IDAT"))
	return pixels > 0 && bytes.Contains(data[:pixels], []byte("acTL"))
}
