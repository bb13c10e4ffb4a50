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

// Limiter bounds the number of pixels that are decoded at the same time in this process: one of the largest pictures,
// or as many small ones as there are processors.
type Limiter struct{ pixels *semaphore.Weighted }

func newLimiter() *Limiter { return &Limiter{semaphore.NewWeighted(maxPixels)} }

// The two limiters are separate, so that uploads of editors do not wait for resizing that anonymous clients cause.
var (
	// UploadLimiter is the limiter for uploaded pictures.
	UploadLimiter = newLimiter()
	// ResizeLimiter is the limiter for making sizes.
	ResizeLimiter = newLimiter()
)

// maxDecode bounds the time that decoding a picture may take.
const maxDecode = 10 * time.Second

// Open decodes a cleaned picture of an upload; see [Limiter.Open].
func Open(ctx context.Context, data []byte) (*Picture, error) { return UploadLimiter.Open(ctx, data) }

// Open decodes a cleaned picture, or the first frame of an animated one. It waits until the limiter has room for the
// pixels. A file that is not a picture, is too large, or takes too long to decode is a [*Refusal].
func (l *Limiter) Open(ctx context.Context, data []byte) (*Picture, error) {
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
		if parts, err = segments(data); err != nil { // segments refuses too many scans
			return nil, err
		}
	}
	weight := max(pixels, maxPixels/int64(runtime.GOMAXPROCS(0)))
	if err := l.pixels.Acquire(ctx, weight); err != nil {
		return nil, fmt.Errorf("wait for room to decode a picture: %w", err)
	}
	decoded, err := decode(ctx, data)
	if err != nil {
		l.pixels.Release(weight)
		return nil, err
	}
	p := &Picture{picture: decoded, format: FormatPNG, release: sync.OnceFunc(func() { l.pixels.Release(weight) })}
	p.Width, p.Height = decoded.Bounds().Dx(), decoded.Bounds().Dy()
	switch form {
	case "jpeg":
		p.format = FormatJPEG
		p.profile = profileOf(parts, decoded)
	case "png":
		p.Animated = isAnimatedPNG(data)
	case "gif":
		frames, _ := gifFrames(data)
		p.Animated = frames > 1
	case "webp":
		if opaque(decoded) {
			p.format = FormatJPEG
		}
	}
	return p, nil
}

// decode decodes a picture until a deadline of its own: [maxDecode] from now, or three quarters of the time that the
// context has left, if that is shorter. The rest of the time is for answering with an error. Go's decoders take no
// context, but they read while they decode, and the reader fails after the deadline. The work between two reads is
// bounded by the number of pixels and, for a JPEG, of scans.
func decode(ctx context.Context, data []byte) (image.Image, error) {
	limit := maxDecode
	if end, ok := ctx.Deadline(); ok {
		limit = min(limit, time.Until(end)*3/4)
	}
	decoding, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	decoded, _, err := image.Decode(contextReader{decoding, bytes.NewReader(data)})
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

// contextReader reads until a context ends.
type contextReader struct {
	ctx context.Context
	io.Reader
}

// Read implements [io.Reader].
func (r contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}

// contextWriter writes until a context ends.
type contextWriter struct {
	ctx context.Context
	io.Writer
}

// Write implements [io.Writer].
func (w contextWriter) Write(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.Writer.Write(p)
}

// isAnimatedPNG reports whether a PNG is animated: it then has the chunk "acTL" before its pixels (PNG, third edition).
func isAnimatedPNG(data []byte) bool {
	pixels := bytes.Index(data, []byte("IDAT"))
	return pixels > 0 && bytes.Contains(data[:pixels], []byte("acTL"))
}
