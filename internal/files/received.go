// Package files receives the files of media: it detects the type, removes what a file should not contain, and
// stores the file, with smaller versions of a picture.
package files

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"sen/internal/content"
	"sen/internal/picture"
)

// Put stores a file of a medium. The variant is "" for the whole file, and the width for a smaller version.
type Put func(ctx context.Context, medium content.ID, variant, name, mimeType string, from io.Reader) error

// Received is a file that was received and cleaned. [Received.Close] must be called.
type Received struct {
	// SHA256 is the checksum of the cleaned file, as hexadecimal digits.
	SHA256 string

	file io.ReaderAt
	size int64
	name string
	as   picture.Type
	// data is the file if it is a picture, nil otherwise. It is mapped from the disk and invalid after Close.
	data  []byte
	close func()
}

// Close releases the memory and the disk space of the file.
func (f *Received) Close() { f.close() }

// Receive detects the type of a file and cleans it. The size is in bytes. If the file is refused, the error is a
// [picture.Refusal].
func Receive(ctx context.Context, file io.ReaderAt, size int64, name string) (*Received, error) {
	as, err := picture.Sniff(file, size, name)
	if err != nil {
		return nil, err
	}
	f := &Received{file: file, size: size, as: as, close: func() {}}
	if strings.HasPrefix(as.MimeType, "image/") {
		err = f.clean(ctx)
	} else {
		f.file, err = picture.CleanVideo(ctx, file, size, as)
	}
	if err != nil {
		return nil, err
	}
	f.name = fileName(name, f.as)
	sum := sha256.New()
	if _, err := io.Copy(sum, f.reader()); err != nil {
		f.close()
		return nil, fmt.Errorf("read a file: %w", err)
	}
	f.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return f, nil
}

// clean replaces the file by a cleaned picture.
func (f *Received) clean(ctx context.Context) error {
	if f.size > picture.MaxBytes {
		return &picture.Refusal{Reason: picture.ReasonPixels, What: fmt.Sprintf("%d bytes", f.size)}
	}
	came, err := picture.Spool(f.reader())
	if err != nil {
		return err
	}
	parts, as, err := picture.Clean(ctx, came.Bytes, f.as)
	var cleaned *picture.Spooled
	if err == nil {
		cleaned, err = picture.Spool(parts.Reader())
	}
	if err = errors.Join(err, came.Close()); err != nil {
		return err
	}
	f.close = func() { _ = cleaned.Close() }
	f.data, f.as = cleaned.Bytes, as
	f.file, f.size = bytes.NewReader(f.data), int64(len(f.data))
	return nil
}

func (f *Received) reader() io.Reader { return io.NewSectionReader(f.file, 0, f.size) }

// kinds maps the first part of a MIME type to the kind of the medium.
var kinds = map[string]content.MediaKind{
	"image": content.MediaImage, "video": content.MediaVideo, "audio": content.MediaAudio,
}

// Keep stores the file under the id of a medium, and sets the fields of the medium that describe the file. A picture
// also gets its variants.
func (f *Received) Keep(ctx context.Context, put Put, m *content.Media) error {
	m.FileName, m.MimeType, m.Bytes, m.SHA256 = f.name, f.as.MimeType, f.size, f.SHA256
	kind, _, _ := strings.Cut(m.MimeType, "/")
	m.FileType = content.MediaDocument
	if known, ok := kinds[kind]; ok {
		m.FileType = known
	}
	if f.data != nil {
		if err := f.keepVariants(ctx, put, m); err != nil {
			return err
		}
	}
	return put(ctx, m.ID, "", m.FileName, m.MimeType, f.reader())
}

// variantWidths are the widths of the smaller versions of a picture, in pixels.
var variantWidths = []int{320, 640, 1280}

// keepVariants stores smaller versions of a picture and sets the fields that describe the picture. An animated picture
// gets no smaller versions, because they would not move.
func (f *Received) keepVariants(ctx context.Context, put Put, m *content.Media) error {
	p, err := picture.Open(ctx, f.data)
	if err != nil {
		return err
	}
	defer p.Close()
	m.Width, m.Height, m.Color, m.Variants = &p.Width, &p.Height, p.Color(), nil
	if m.Placeholder, err = p.Placeholder(ctx); err != nil {
		return err
	}
	for _, width := range variantWidths {
		if width >= p.Width || p.Animated {
			break
		}
		made, err := p.Resize(ctx, picture.Contain(p.Width, p.Height, width, picture.MaxSide))
		if err != nil {
			return err
		}
		if n := len(m.Variants); n > 0 && m.Variants[n-1].Width == made.Width {
			break // the picture is so tall that a wider version would exceed the largest height
		}
		mimeType := made.Format.MimeType()
		if err := put(ctx, m.ID, strconv.Itoa(made.Width), m.FileName, mimeType, bytes.NewReader(made.Data)); err != nil {
			return err
		}
		m.Variants = append(m.Variants, &content.MediaVariant{
			Width: made.Width, Height: made.Height, MimeType: mimeType, Bytes: int64(len(made.Data)),
		})
	}
	return nil
}

// Import receives and stores the file of an imported medium.
func Import(ctx context.Context, put Put, m *content.Media, open func() (io.ReadCloser, error)) error {
	opened, err := open()
	if err != nil {
		return err
	}
	file, size, err := readerAt(opened)
	if err == nil {
		var f *Received
		if f, err = Receive(ctx, file, size, m.FileName); err == nil {
			err = f.Keep(ctx, put, m)
			f.Close()
		}
	}
	return errors.Join(err, opened.Close())
}

// readerAt returns a reader with random access. It reads the whole file into memory if the file has none.
func readerAt(file io.Reader) (io.ReaderAt, int64, error) {
	if at, ok := file.(interface {
		io.ReaderAt
		io.Seeker
	}); ok {
		size, err := at.Seek(0, io.SeekEnd)
		return at, size, err
	}
	data, err := io.ReadAll(file)
	return bytes.NewReader(data), int64(len(data)), err
}
