package storage

import (
	"sen/internal/content"
	"sen/internal/storage/query"
)

// media describes how the store keeps media.
func media() spec[*content.Media, *content.MediaFilter] {
	return spec[*content.Media, *content.MediaFilter]{
		kind: content.KindMedia, name: "media",
		texts: map[string]func(*content.Media) content.Text{
			"fileName": func(e *content.Media) content.Text { return content.Text{content.Undetermined: e.FileName} },
		},
		orders:  query.WithCommon(map[string]query.SortKey{}),
		order:   "CREATED_AT_DESC",
		values:  []string{"kind", "mimeType"},
		lookups: []string{"sha256"},
		filter: func(w *where, f *content.MediaFilter) {
			w.Text("fileName", f.FileName)
			query.Match(w.Where, w.At+"kind", f.Kind)
			w.Plain("mimeType", f.MimeType, "i")
		},
	}
}
