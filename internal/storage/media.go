package storage

import "sen/internal/content"

// media is what the store knows of media.
func media() spec[*content.Media, *content.MediaFilter] {
	return spec[*content.Media, *content.MediaFilter]{
		kind: content.KindMedia, name: "media",
		texts: map[string]func(*content.Media) content.Text{
			"fileName": func(e *content.Media) content.Text { return content.Text{content.Undetermined: e.FileName} },
		},
		orders:  withCommon(map[string]sortKey{}),
		order:   "CREATED_AT_DESC",
		values:  []string{"kind", "mimeType"},
		lookups: []string{"sha256"},
		filter: func(w *where, f *content.MediaFilter) {
			w.text("fileName", f.FileName)
			match(w, w.at+"kind", f.Kind)
			w.plain("mimeType", f.MimeType, "i")
		},
	}
}
