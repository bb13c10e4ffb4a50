package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"time"

	"sen/internal/content"
	"sen/internal/newsroom"
	"sen/internal/picture"
	"sen/internal/storage"
)

// media serves the files of media, also in ranges. The file at an address never changes, so clients may cache it for
// a year.
type media struct {
	store *storage.Store
	// newsroom verifies the signatures of addresses, and resizes pictures.
	newsroom *newsroom.Newsroom
	// rate counts resizing, and admission limits how many pictures are resized at once.
	rate      *rateLimit
	admission *admission
	log       *slog.Logger
}

// concurrentSizes is how many pictures are resized at once: half of the processors remain for answers.
func concurrentSizes() int { return max(1, runtime.GOMAXPROCS(0)/2) }

func (m media) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	file, err := m.find(r)
	if err == nil && file.bytes == nil && r.Method != http.MethodHead {
		if bad := m.rate.take(w.Header(), r, file.cost()); bad != nil {
			err = bad.said
		} else {
			err = m.make(r.Context(), file)
		}
	}
	if err != nil {
		m.refuse(w, r, err)
		return
	}
	h := w.Header()
	if file.mimeType != "" {
		h.Set("Content-Type", file.mimeType)
	}
	h.Set("ETag", `"`+file.tag+`"`)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	if file.stage != content.StagePublished {
		h.Set("Cache-Control", "private, max-age=600")
	}
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	// No content of a file can run a script on our origin.
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	if kind, _, _ := strings.Cut(file.mimeType, "/"); file.size == nil && kind != "image" && kind != "audio" &&
		kind != "video" {
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": r.PathValue("name")}))
	}
	if file.bytes == nil { // HEAD does not resize, so the length of the file is not known
		w.WriteHeader(http.StatusOK)
		return
	}
	http.ServeContent(w, r, "", time.Time{}, file.bytes)
}

// mediaStatus has the statuses of errors; any other error is internal.
var mediaStatus = map[content.Code]int{
	content.CodeBadUserInput: http.StatusBadRequest,
	content.CodeForbidden:    http.StatusForbidden,
	content.CodeNotFound:     http.StatusNotFound,
	content.CodeTooComplex:   http.StatusUnprocessableEntity,
	content.CodeRateLimited:  http.StatusTooManyRequests,
	content.CodeUnavailable:  http.StatusServiceUnavailable,
}

// refuse answers a request with an error message.
func (m media) refuse(w http.ResponseWriter, r *http.Request, err error) {
	status, ok := mediaStatus[content.CodeOf(err)]
	if !ok {
		status = http.StatusInternalServerError
	}
	if status >= http.StatusInternalServerError {
		m.log.ErrorContext(r.Context(), "media failed", "request", r.Header.Get("X-Request-Id"), "err", err)
	}
	message := http.StatusText(status)
	if contentErr := new(content.Error); ok && errors.As(err, &contentErr) {
		message = contentErr.In(chainOf(r.Header, func() content.Languages { return m.store.Site().Languages }))
	}
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, message, status)
}

// mediaFile is the file at an address.
type mediaFile struct {
	// bytes is nil if the picture is not resized yet.
	bytes io.ReadSeeker
	// mimeType is empty while it is not known.
	mimeType, tag string
	stage         content.Stage
	size          *newsroom.Sized // nil for other files
}

// pixelsOfCost is the number of pixels that resizing processes for a cost of 1: about 20 ms of processor time.
const pixelsOfCost = 250_000

// cost returns the cost of resizing the picture.
func (f *mediaFile) cost() int { return 1 + f.size.Pixels/pixelsOfCost }

// find returns the file at an address, in the copy that the address shows. Without a signature, an address leads to a
// published file, or to one of its variants by the width w. A signed address may also lead to a file of a draft, or
// to a resized picture.
func (m media) find(r *http.Request) (*mediaFile, error) {
	ctx, id, q := r.Context(), content.ID(r.PathValue("id")), r.URL.Query()
	size, sized := picture.ParseSize(q)
	variant := q.Get("w")
	switch n, err := strconv.Atoi(variant); {
	case sized:
		variant = size.Key()
	case q.Has(picture.FitParameter) || variant != "" && (err != nil || n <= 0):
		return nil, content.Errorf(content.CodeBadUserInput, "w and h are sizes in pixels.")
	case variant != "":
		variant = strconv.Itoa(n)
	}
	found := &mediaFile{stage: content.StagePublished}
	if sized || q.Has("s") || q.Has("h") || q.Has("f") {
		var err error
		if found.stage, err = m.newsroom.SignedFile(ctx, q.Get("s"), id, variant); err != nil {
			return nil, err
		}
		if found.stage == "" {
			return nil, content.Errorf(content.CodeForbidden, "The address is not signed.")
		}
	}
	if !sized {
		file, err := m.store.OpenFile(ctx, id, variant, found.stage)
		if err != nil {
			return nil, err
		}
		found.bytes, found.mimeType, found.tag = file, file.MimeType, file.Tag
		return found, nil
	}
	var err error
	if found.size, err = m.newsroom.Sized(ctx, id, size, found.stage); err != nil {
		return nil, err
	}
	found.mimeType, found.tag = found.size.MimeType, found.size.Tag
	if found.size.File != nil {
		found.bytes = found.size.File
	}
	return found, nil
}

// make resizes the picture that find did not find.
func (m media) make(ctx context.Context, f *mediaFile) error {
	resized, err := m.newsroom.MakeSize(ctx, f.size, m.admission.turn)
	if err == nil {
		f.bytes, f.mimeType = bytes.NewReader(resized.Data), resized.Format.MimeType()
	}
	return err
}
