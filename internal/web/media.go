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

// media serves the bytes of media, with ranges. An address never changes its bytes, so
// that it can be kept for a year.
type media struct {
	store *storage.Store
	// newsroom knows which addresses were signed, and makes sizes of pictures.
	newsroom *newsroom.Newsroom
	// rate counts the making of sizes, and admission bounds how many are made at once.
	rate      *rateLimit
	admission *admission
	log       *slog.Logger
}

// concurrentSizes is how many sizes of pictures are made at once: half of the processors stay for answers.
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
	// Whatever a file has inside, it runs nothing on our origin.
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	if kind, _, _ := strings.Cut(file.mimeType, "/"); file.size == nil && kind != "image" && kind != "audio" && kind != "video" {
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": r.PathValue("name")}))
	}
	if file.bytes == nil { // HEAD makes nothing: how long a size would be is not known
		w.WriteHeader(http.StatusOK)
		return
	}
	http.ServeContent(w, r, "", time.Time{}, file.bytes)
}

// mediaStatus is how errors are answered; any other is internal.
var mediaStatus = map[content.Code]int{
	content.CodeBadUserInput: http.StatusBadRequest,
	content.CodeForbidden:    http.StatusForbidden,
	content.CodeNotFound:     http.StatusNotFound,
	content.CodeTooComplex:   http.StatusUnprocessableEntity,
	content.CodeRateLimited:  http.StatusTooManyRequests,
	content.CodeUnavailable:  http.StatusServiceUnavailable,
}

// refuse answers a request in words.
func (m media) refuse(w http.ResponseWriter, r *http.Request, err error) {
	status, ok := mediaStatus[content.CodeOf(err)]
	if !ok {
		status = http.StatusInternalServerError
	}
	if status >= http.StatusInternalServerError {
		m.log.ErrorContext(r.Context(), "media failed", "request", r.Header.Get("X-Request-Id"), "err", err)
	}
	message := http.StatusText(status)
	if known := new(content.Error); ok && errors.As(err, &known) {
		message = known.In(chainOf(r.Header, func() content.Languages { return m.store.Site().Languages }))
	}
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, message, status)
}

// served is a file that an address leads to.
type served struct {
	// bytes are nil of a size that is not made.
	bytes io.ReadSeeker
	// mimeType is "" while it is not known.
	mimeType, tag string
	stage         content.Stage
	size          *newsroom.Sized // nil of other files
}

// pixelsOfCost is how many pixels the making of a size goes over for a cost of one: about 20 ms of a processor.
const pixelsOfCost = 250_000

// cost is what the making of a size counts as.
func (f *served) cost() int { return 1 + f.size.Pixels/pixelsOfCost }

// find finds the file of an address, and the stage at which it is shown. Without a
// signature these are published files and their variants, by their width w; what is
// signed is also a draft's, or a size of a picture.
func (m media) find(r *http.Request) (*served, error) {
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
	found := &served{stage: content.StagePublished}
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

// make makes the size that was found not to be there.
func (m media) make(ctx context.Context, f *served) error {
	made, err := m.newsroom.MakeSize(ctx, f.size, m.admission.admit)
	if err == nil {
		f.bytes, f.mimeType = bytes.NewReader(made.Data), made.Format.MimeType()
	}
	return err
}
