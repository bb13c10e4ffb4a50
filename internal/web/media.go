package web

import (
	"context"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"sen/internal/content"
	"sen/internal/mongodb"
	"sen/internal/newsroom"
	"sen/internal/picture"
)

// media serves the bytes of media, with ranges. An address never changes its bytes, so
// that it can be kept for a year.
type media struct {
	store *mongodb.Store
	// newsroom knows which addresses were signed, and makes sizes of pictures.
	newsroom *newsroom.Newsroom
	log      *slog.Logger
}

func (m media) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	file, stage, err := m.open(r.Context(), content.ID(r.PathValue("id")), r.URL.Query())
	if err != nil {
		status, ok := mediaStatus[content.CodeOf(err)]
		if !ok {
			status = http.StatusInternalServerError
		}
		if status >= http.StatusInternalServerError {
			m.log.ErrorContext(r.Context(), "media failed", "request", r.Header.Get("X-Request-Id"), "err", err)
		}
		http.Error(w, http.StatusText(status), status)
		return
	}
	h := w.Header()
	h.Set("Content-Type", file.MimeType)
	h.Set("ETag", `"`+file.Tag+`"`)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	if stage != content.StagePublished {
		h.Set("Cache-Control", "private, max-age=600")
	}
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	// Whatever a file has inside, it runs nothing on our origin.
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	if !strings.HasPrefix(file.MimeType, "image/") && !strings.HasPrefix(file.MimeType, "audio/") && !strings.HasPrefix(file.MimeType, "video/") {
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": r.PathValue("name")}))
	}
	http.ServeContent(w, r, "", time.Time{}, file)
}

// mediaStatus is how errors are answered; any other is internal.
var mediaStatus = map[content.Code]int{
	content.CodeBadUserInput: http.StatusBadRequest,
	content.CodeForbidden:    http.StatusForbidden,
	content.CodeNotFound:     http.StatusNotFound,
	content.CodeUnavailable:  http.StatusServiceUnavailable,
}

// open finds the file of an address, and the stage at which it is shown. Without a
// signature these are published files and their variants, by their width w; what is
// signed is also a draft's, or a size of a picture.
func (m media) open(ctx context.Context, id content.ID, q url.Values) (*mongodb.File, content.Stage, error) {
	size, sized := picture.ParseSize(q)
	variant := q.Get("w")
	switch n, err := strconv.Atoi(variant); {
	case sized:
		variant = size.Key()
	case q.Has(picture.FitParameter) || variant != "" && (err != nil || n <= 0):
		return nil, "", content.Errorf(content.CodeBadUserInput, "w and h are sizes in pixels.")
	case variant != "":
		variant = strconv.Itoa(n)
	}
	stage := content.StagePublished
	if sized || q.Has("s") || q.Has("h") || q.Has("f") {
		var err error
		if stage, err = m.newsroom.SignedFile(ctx, q.Get("s"), id, variant); err != nil {
			return nil, "", err
		}
		if stage == "" {
			return nil, "", content.Errorf(content.CodeForbidden, "The address is not signed.")
		}
	}
	if sized {
		file, err := m.newsroom.Sized(ctx, id, size, stage)
		return file, stage, err
	}
	file, err := m.store.OpenFile(ctx, id, variant, stage)
	return file, stage, err
}
