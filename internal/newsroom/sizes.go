package newsroom

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"sen/internal/auth"
	"sen/internal/content"
	"sen/internal/people"
	"sen/internal/picture"
	"sen/internal/storage/files"
)

// filePurpose is the purpose under which addresses of files are signed.
const filePurpose = "media"

// guestMark separates a guest's token from the signature in the address of a file.
const guestMark = "."

// SignFile returns a signature for the address of a medium's file at a stage. The variant is the name of a variant or
// of a size; "" is the whole file. New sizes and drafts need a signature. For a guest with a preview, the signature
// contains the preview token and expires with it.
func (n *Newsroom) SignFile(ctx context.Context, id content.ID, variant string, stage content.Stage) (string, error) {
	signer, err := n.signer(ctx)
	if err != nil {
		return "", err
	}
	if guest := auth.ActorOf(ctx); stage == content.StageDraft && guest != nil && guest.Preview == id {
		return guest.PreviewToken + guestMark + signer.Sign(filePurpose, string(id), variant, guest.PreviewToken), nil
	}
	return signer.Sign(filePurpose, string(id), variant, string(stage)), nil
}

// SignedFile returns the stage for which the address of a file was signed; "" if the signature is not valid.
func (n *Newsroom) SignedFile(
	ctx context.Context, signature string, id content.ID, variant string,
) (content.Stage, error) {
	signer, err := n.signer(ctx)
	if err != nil {
		return "", err
	}
	if token, rest, guest := strings.Cut(signature, guestMark); guest {
		preview, ok, err := people.OpenPreview(ctx, n.store, signer, token, n.now())
		if !ok || preview.Entry != id || !signer.Verify(rest, filePurpose, string(id), variant, token) {
			return "", err
		}
		return content.StageDraft, nil
	}
	for _, stage := range []content.Stage{content.StagePublished, content.StageDraft} {
		if signer.Verify(signature, filePurpose, string(id), variant, string(stage)) {
			return stage, nil
		}
	}
	return "", nil
}

// sizeTimeout is the longest time for making a size. Waiting for a turn does not count.
const sizeTimeout = 30 * time.Second

// Sized is a picture in one size. There are only a few sizes: the one nearest to the request is used (see
// [picture.Size.For]).
type Sized struct {
	// File has the bytes; nil while the size is not made.
	File *files.File
	// Tag identifies the bytes; MimeType is their type. Both are "" while they are not known.
	Tag, MimeType string
	// Pixels is how many pixels are read to make the size.
	Pixels int
	medium *content.Media
	result picture.Result
	from   string // the variant from which the size is made; "" for the whole picture
}

// Sized finds a picture at a stage in a size. It does not make the size. It fails with NOT_FOUND when the medium is not
// a picture.
func (n *Newsroom) Sized(ctx context.Context, id content.ID, size picture.Size, stage content.Stage) (*Sized, error) {
	m, err := n.store.Medium(ctx, id, stage)
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(m.MimeType, "image/") || !m.Measured() {
		return nil, content.Errorf(content.CodeNotFound, "It is no picture.")
	}
	s := &Sized{medium: m, result: size.ResultFor(*m.Width, *m.Height, m.MimeType)}
	if file, kept := Kept(m, s.result); kept {
		s.File, err = n.store.OpenFileOf(ctx, m, file)
	} else {
		s.File, err = n.store.OpenSize(ctx, m, s.result.Key(), n.now())
		if content.CodeOf(err) == content.CodeNotFound {
			s.Tag, s.MimeType = m.SHA256+"-"+s.result.Key(), mimeTypeOf(m, s.result)
			s.from, s.Pixels = source(m, s.result)
			return s, nil
		}
	}
	if err != nil {
		return nil, err
	}
	s.Tag, s.MimeType = s.File.Tag, s.File.MimeType
	return s, nil
}

// Kept returns the stored file of a picture that already equals a result: "" for the whole picture, or the width of a
// variant.
func Kept(m *content.Media, r picture.Result) (file string, ok bool) {
	if r.Cropped {
		return "", false
	}
	if r.Width == *m.Width && r.Height == *m.Height && (r.Format == "" || r.Format.MimeType() == m.MimeType) {
		return "", true
	}
	for _, v := range m.Variants {
		if v.Width == r.Width && v.Height == r.Height && (r.Format == "" || r.Format.MimeType() == v.MimeType) {
			return strconv.Itoa(v.Width), true
		}
	}
	return "", false
}

// source returns the smallest file of a picture that has all the pixels of a result, and its number of pixels.
func source(m *content.Media, r picture.Result) (file string, pixels int) {
	for _, v := range m.Variants { // the smallest stand first
		if r.Fits(v.Width, v.Height) {
			return strconv.Itoa(v.Width), v.Width * v.Height
		}
	}
	return "", *m.Width * *m.Height
}

// mimeTypeOf returns the MIME type of a result as far as it is known before the result is made: for a WebP picture, the
// format of its sizes depends on its pixels.
func mimeTypeOf(m *content.Media, r picture.Result) string {
	switch {
	case r.Format != "":
		return r.Format.MimeType()
	case len(m.Variants) > 0:
		return m.Variants[0].MimeType
	}
	return picture.OwnFormat(m.MimeType).MimeType()
}

// Turn waits until work may start. The caller calls end when the work is done, so that the next can start. ok is false
// if the wait took too long.
type Turn func(context.Context) (end func(), ok bool)

var errNoTurn = content.Errorf(content.CodeUnavailable,
	"Too many sizes of pictures are asked for at once. Try again in a moment.")

// MakeSize makes a missing size and stores it. Concurrent requests for one size share the work. If a client
// disconnects, the others still get the size.
func (n *Newsroom) MakeSize(ctx context.Context, s *Sized, turn Turn) (picture.Resized, error) {
	made, err, _ := n.sizes.making.Do(string(s.medium.ID)+"@"+s.result.Key(), func() (any, error) {
		ctx := context.WithoutCancel(ctx)
		end, ok := turn(ctx)
		if !ok {
			return nil, errNoTurn
		}
		defer end()
		return n.makeSize(ctx, s)
	})
	if err != nil {
		return picture.Resized{}, err
	}
	return made.(picture.Resized), nil
}

func (n *Newsroom) makeSize(ctx context.Context, s *Sized) (made picture.Resized, err error) {
	ctx, cancel := context.WithTimeout(ctx, sizeTimeout)
	defer cancel()
	file, err := n.store.OpenFileOf(ctx, s.medium, s.from)
	if err != nil {
		return made, err
	}
	if made, err = resize(ctx, file, s.result); err != nil {
		return made, err
	}
	if err := n.sizes.keep(ctx, n.store, s.medium.ID, s.result.Key(), made, n.now()); err != nil {
		// The client still gets the size.
		n.log.WarnContext(ctx, "a picture size could not be stored", "medium", s.medium.ID, "size", s.result.Key(), "err",
			err)
	}
	return made, nil
}

// resize makes a result from a picture's file.
func resize(ctx context.Context, file io.Reader, r picture.Result) (made picture.Resized, err error) {
	spooled, err := picture.Spool(file)
	if err != nil {
		return made, err
	}
	defer func() { _ = spooled.Close() }()
	p, err := picture.ResizeLimiter.Open(ctx, spooled.Bytes)
	if err == nil {
		defer p.Close()
		made, err = p.Resize(ctx, r)
	}
	var refusal *picture.Refusal
	switch {
	case errors.As(err, &refusal) && refusal.Reason != picture.ReasonSlow:
		message := "No sizes can be made of this picture: " + refusal.What + "."
		err = &content.Error{Code: content.CodeTooComplex, Message: message, Cause: err}
	case refusal != nil || errors.Is(err, context.DeadlineExceeded):
		message := "The size took too long to make. Try again in a moment."
		err = &content.Error{Code: content.CodeUnavailable, Message: message, Cause: err}
	}
	return made, err
}
