package graph

import (
	"context"
	"fmt"
	"net/url"

	"sen/internal/content"
)

func registerMedia(r *Resolver) {
	kind(r, r.store.Media, "media", "mediaItems", []string{"title", "fileName"}, map[string]relation{
		"url": value(func(_ context.Context, m *content.Media) any {
			return r.mediaURL(m.ID, m.FileName, "")
		}, "fileName"),
	})
	r.relate("MediaVariant", map[string]relation{
		"url": value(func(_ context.Context, v *content.MediaVariant) any {
			return r.mediaURL(v.MediaID, v.FileName, fmt.Sprintf("?w=%d", v.Width))
		}),
	})
}

// mediaURL is where the bytes of a medium are.
func (r *Resolver) mediaURL(id content.ID, fileName, query string) content.URL {
	return content.URL(r.publicURL + "/media/" + url.PathEscape(string(id)) + "/" + url.PathEscape(fileName) + query)
}
