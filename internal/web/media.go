package web

import (
	"log/slog"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"sen/internal/content"
	"sen/internal/mongodb"
)

// media serves the bytes of media, with ranges. An address never changes its bytes,
// so that it can be kept for a year.
type media struct {
	store *mongodb.Store
	log   *slog.Logger
}

func (m media) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	width := 0
	if text := r.URL.Query().Get("w"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n <= 0 {
			http.Error(w, "w must be a width in pixels", http.StatusBadRequest)
			return
		}
		width = n
	}
	file, err := m.store.OpenFile(r.Context(), content.ID(r.PathValue("id")), width)
	if err != nil {
		status := http.StatusInternalServerError
		switch content.CodeOf(err) {
		case content.CodeNotFound:
			status = http.StatusNotFound
		case content.CodeUnavailable:
			status = http.StatusServiceUnavailable
		}
		if status != http.StatusNotFound {
			m.log.ErrorContext(r.Context(), "media failed", "request", r.Header.Get("X-Request-Id"), "err", err)
		}
		http.Error(w, http.StatusText(status), status)
		return
	}
	h := w.Header()
	h.Set("Content-Type", file.MimeType)
	h.Set("ETag", `"`+file.Tag+`"`)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	// Whatever a file has inside, it runs nothing on our origin.
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	if !strings.HasPrefix(file.MimeType, "image/") && !strings.HasPrefix(file.MimeType, "audio/") && !strings.HasPrefix(file.MimeType, "video/") {
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": r.PathValue("name")}))
	}
	http.ServeContent(w, r, "", time.Time{}, file)
}
