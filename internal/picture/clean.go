package picture

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"

	"golang.org/x/image/draw"
	"golang.org/x/image/math/f64"
)

// Clean removes from a picture everything that is not visible: the place and time of the shot, its author and camera,
// comments, embedded thumbnails (which can show the uncropped picture), and all bytes after the end of the file or of
// one of its parts. It keeps the pixels bit for bit, with one exception: if EXIF says that the picture is rotated or
// mirrored, Clean turns it upright and encodes it again, possibly as another type. A malformed picture is a
// [*Refusal].
//
// When the picture is not encoded again, the returned parts are slices of data.
func Clean(ctx context.Context, data []byte, t Type) (Parts, Type, error) {
	var kept Parts
	var orientation int
	var err error
	switch t.MimeType {
	case JPEG.MimeType:
		kept, orientation, err = cleanJPEG(data)
	case PNG.MimeType:
		kept, orientation, err = cleanPNG(ctx, data)
	case GIF.MimeType:
		kept, err = cleanGIF(ctx, data)
	case WebP.MimeType:
		kept, orientation, err = cleanWebP(data)
	default:
		return Parts{data}, t, nil
	}
	if err == nil {
		err = kept.checkCount()
	}
	if err != nil {
		return nil, t, err
	}
	if orientation <= 1 {
		return kept, t, nil
	}
	p, err := Open(ctx, data)
	if err != nil {
		return nil, t, err
	}
	defer p.Close()
	upright := rotate(p.picture, orientation)
	if p.format == FormatJPEG {
		t = JPEG
	} else {
		t = PNG
	}
	encoded, err := encode(ctx, upright, p.format, p.profile)
	return Parts{encoded}, t, err
}

// rotate rotates and mirrors a picture so that it is upright. orientation is that of EXIF, 2 to 8.
func rotate(m image.Image, orientation int) image.Image {
	b := m.Bounds()
	w, h := float64(b.Dx()), float64(b.Dy())
	// The target of the point x, y: the rows of a matrix.
	to := map[int]f64.Aff3{
		2: {-1, 0, w, 0, 1, 0},
		3: {-1, 0, w, 0, -1, h},
		4: {1, 0, 0, 0, -1, h},
		5: {0, 1, 0, 1, 0, 0},
		6: {0, -1, h, 1, 0, 0},
		7: {0, -1, h, -1, 0, w},
		8: {0, 1, 0, -1, 0, w},
	}[orientation]
	size := image.Rect(0, 0, b.Dx(), b.Dy())
	if orientation >= 5 {
		size = image.Rect(0, 0, b.Dy(), b.Dx())
	}
	// The bounds of a picture need not begin at 0, 0.
	to[2] -= to[0]*float64(b.Min.X) + to[1]*float64(b.Min.Y)
	to[5] -= to[3]*float64(b.Min.X) + to[4]*float64(b.Min.Y)
	upright := image.NewRGBA(size)
	draw.NearestNeighbor.Transform(upright, to, m, b, draw.Src, nil)
	return upright
}

// orientationOf reads the orientation from EXIF (the first directory of a TIFF). It is 1 to 8; 1 if there is none.
func orientationOf(exif []byte) int {
	var order binary.ByteOrder = binary.LittleEndian
	switch {
	case bytes.HasPrefix(exif, []byte("MM\x00*")):
		order = binary.BigEndian
	case !bytes.HasPrefix(exif, []byte("II*\x00")):
		return 1
	}
	if len(exif) < 8 {
		return 1
	}
	at := uint64(order.Uint32(exif[4:]))
	if at+2 > uint64(len(exif)) {
		return 1
	}
	count := order.Uint16(exif[at:])
	entries := exif[at+2:]
	for ; count > 0 && len(entries) >= 12; count-- {
		if order.Uint16(entries) == 0x0112 {
			if v := int(order.Uint16(entries[8:])); v >= 1 && v <= 8 {
				return v
			}
			return 1
		}
		entries = entries[12:]
	}
	return 1
}

var errTruncated = refuse(ReasonBroken, "it ends too early")
