package newsroom

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"strings"

	"golang.org/x/image/draw"

	"sen/internal/content"
	"sen/internal/mongodb"
)

// variantWidths are the widths in pixels that a picture is kept in beside its own.
var variantWidths = []int{320, 640, 1280}

// placeholderWidth is the width in pixels of the tiny version that shows while a picture loads.
const placeholderWidth = 16

// maxPixels bounds a picture that is decoded: 50 megapixels are 200 MB.
const maxPixels = 50_000_000

// keepFile reads a medium's bytes, keeps them with their variants, and notes in the
// medium what they are.
func keepFile(ctx context.Context, store *mongodb.Store, m *content.Media, open func() (io.ReadCloser, error)) error {
	file, err := open()
	if err != nil {
		return err
	}
	data, err := io.ReadAll(file)
	if closeErr := file.Close(); err != nil || closeErr != nil {
		return fmt.Errorf("read the file: %w", err)
	}
	sum := sha256.Sum256(data)
	m.SHA256, m.Bytes = hex.EncodeToString(sum[:]), int64(len(data))
	m.MimeType = http.DetectContentType(data)
	m.FileType = content.MediaDocument
	switch kind, _, _ := strings.Cut(m.MimeType, "/"); kind {
	case "image":
		m.FileType = content.MediaImage
		if err := keepVariants(ctx, store, m, data); err != nil {
			return err
		}
	case "video":
		m.FileType = content.MediaVideo
	case "audio":
		m.FileType = content.MediaAudio
	}
	return store.PutFile(ctx, m.ID, 0, m.FileName, bytes.NewReader(data))
}

// keepVariants keeps a picture at smaller widths, and its placeholder.
func keepVariants(ctx context.Context, store *mongodb.Store, m *content.Media, data []byte) error {
	size, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("the picture can't be read: %w", err)
	}
	if size.Width*size.Height > maxPixels {
		return fmt.Errorf("the picture has %d pixels; at most %d are allowed", size.Width*size.Height, maxPixels)
	}
	m.Width, m.Height = &size.Width, &size.Height
	picture, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("the picture can't be read: %w", err)
	}
	m.Variants = nil
	for _, width := range variantWidths {
		if width >= size.Width {
			break
		}
		scaled := resize(picture, width)
		encoded, mimeType, err := encodePicture(scaled, format)
		if err != nil {
			return err
		}
		if err := store.PutFile(ctx, m.ID, width, m.FileName, bytes.NewReader(encoded)); err != nil {
			return err
		}
		m.Variants = append(m.Variants, &content.MediaVariant{
			Width: width, Height: scaled.Bounds().Dy(), MimeType: mimeType, Bytes: int64(len(encoded)),
		})
	}
	tiny, mimeType, err := encodePicture(resize(picture, placeholderWidth), format)
	m.Placeholder = "data:" + mimeType + ";base64," + base64.StdEncoding.EncodeToString(tiny)
	return err
}

// resize scales a picture to a width, keeping its proportions.
func resize(picture image.Image, width int) image.Image {
	from := picture.Bounds()
	scaled := image.NewNRGBA(image.Rect(0, 0, width, max(1, from.Dy()*width/from.Dx())))
	draw.ApproxBiLinear.Scale(scaled, scaled.Bounds(), picture, from, draw.Src, nil)
	return scaled
}

// encodePicture writes a picture as a photograph (JPEG), or without loss when it came so.
func encodePicture(picture image.Image, format string) ([]byte, string, error) {
	var buf bytes.Buffer
	if format == "jpeg" {
		err := jpeg.Encode(&buf, picture, &jpeg.Options{Quality: 82})
		return buf.Bytes(), "image/jpeg", err
	}
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	err := encoder.Encode(&buf, picture)
	return buf.Bytes(), "image/png", err
}
