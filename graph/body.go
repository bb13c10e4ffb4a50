package graph

import (
	"cmp"
	"context"

	"sen/graph/scalar"
	"sen/internal/cache"
	"sen/internal/content"
	"sen/internal/picture"
	"sen/internal/richtext"
	"sen/internal/storage"
)

func registerBody(r *Resolver) {
	r.relate("RichText", map[string]relation{
		"html":     r.renderedBody("html", richtext.HTML),
		"markdown": r.renderedBody("markdown", richtext.Markdown),
		"text": value(func(_ context.Context,
			b *content.Body,
		) any {
			return cmp.Or(richtext.Text(b.Stored), scalar.Empty)
		}),
	})

	// An image block shows its own caption and alternative text. If it has none, it shows those of the medium.
	own := func(of func(*content.ImageBlock) string, otherwise func(*content.Media) content.Text, field string) relation {
		return relation{
			ids: func(to []content.ID, obj any) []content.ID {
				if image := obj.(*content.ImageBlock); of(image) == "" {
					return appendID(to, image.MediaID)
				}
				return to
			},
			fields: []string{field},
			answer: func(c *call, obj any) (any, error) {
				image := obj.(*content.ImageBlock)
				text := of(image)
				if m, ok := c.entry(image.MediaID).(*content.Media); ok && text == "" {
					text, _ = otherwise(m).In(scalar.Chain(c.ctx))
				}
				return &text, nil
			},
		}
	}
	r.relate("ImageBlock", map[string]relation{
		"media": one(func(b *content.ImageBlock) content.ID { return b.MediaID }),
		"caption": own(func(b *content.ImageBlock) string { return b.Caption },
			func(m *content.Media) content.Text { return m.Caption }, "caption"),
		"alt": own(func(b *content.ImageBlock) string { return b.Alt },
			func(m *content.Media) content.Text { return m.Alt }, "alt"),
	})
	r.relate("FileBlock", map[string]relation{
		"media": one(func(b *content.FileBlock) content.ID { return b.MediaID }),
	})
}

// renderedBody answers with a body in one format, such as HTML. The rendered text of a published body is cached until
// the body or one of its media changes.
func (r *Resolver) renderedBody(
	name string, render func([]content.Block, func(content.ID) (richtext.Medium, bool)) string,
) relation {
	media := func(to []content.ID, obj any) []content.ID {
		return append(to, content.MediaIDs(obj.(*content.Body).Stored)...)
	}
	return relation{
		ids:    media,
		fields: r.sources[content.KindMedia].StoredFields(),
		answer: func(c *call, obj any) (any, error) {
			body := obj.(*content.Body)
			key := storage.FormOf(body, scalar.Locale(c.ctx), name)
			// A draft is not cached, because its media may be drafts.
			shared := body.Of != "" && scalar.Stage(c.ctx) == content.StagePublished
			if shared {
				if cached, ok := r.store.Forms().Get(key); ok {
					return cmp.Or(cached, scalar.Empty), nil
				}
			}
			text := render(body.Stored, func(id content.ID) (richtext.Medium, bool) {
				m, ok := c.entry(id).(*content.Media)
				if !ok {
					return richtext.Medium{}, false
				}
				return r.medium(c.ctx, m), true
			})
			if shared {
				tags := []cache.Tag{cache.Entry(body.Of)}
				for _, id := range media(nil, body) {
					tags = append(tags, cache.Entry(id))
				}
				r.store.Forms().Put(key, text, len(text), c.rq.since, tags...)
			}
			return cmp.Or(text, scalar.Empty), nil
		},
	}
}

// richText answers with the rich text in a stored field of an entry, in the language of the answered field. The
// answer is null if there is no text.
func richText[T content.Content](field string, in func(e T) content.RichText) relation {
	return value(func(ctx context.Context, e T) any {
		if body := content.BodyOf(e, field, in(e), scalar.Chain(ctx)); body != nil {
			return body
		}
		return nil
	}, field)
}

// medium returns what a page shows of a medium, in the language of the answered field.
func (r *Resolver) medium(ctx context.Context, m *content.Media) richtext.Medium {
	chain := scalar.Chain(ctx)
	in := func(t content.Text) string {
		s, _ := t.In(chain)
		return s
	}
	address, err := r.mediaURL(ctx, m, picture.Size{})
	if err != nil {
		address = "" // a picture of a draft is not shown while addresses can't be signed
	}
	shown := richtext.Medium{
		URL: string(address), Alt: in(m.Alt), Caption: in(m.Caption),
		Credit: in(m.Credit), Title: in(m.Label()), MimeType: m.MimeType, Bytes: m.Bytes,
	}
	shown.Width, shown.Height = deref(m.Width), deref(m.Height)
	if m.Resizable() {
		shown.Sizes = r.pageSizes(ctx, m)
	}
	return shown
}

// pageWidths are the widths in pixels in which pages show the pictures of a body. The first three are the widths of
// the variants, which every picture has since its upload. The last is for wide columns on screens with a high pixel
// density.
var pageWidths = []int{320, 640, 1280, 1920}

// pageSizes returns the sizes of a picture for pages, the smallest first. The list ends with the picture's own width
// if that is smaller than the next width. It returns nil if an address can't be made.
func (r *Resolver) pageSizes(ctx context.Context, m *content.Media) (sizes []richtext.Source) {
	for _, width := range pageWidths {
		size := picture.Size{Width: width}
		actual := size.ResultFor(*m.Width, *m.Height, m.MimeType).Width
		if n := len(sizes); n > 0 && sizes[n-1].Width == actual {
			break // the picture is not wider than the last size
		}
		address, err := r.mediaURL(ctx, m, size)
		if err != nil {
			return nil
		}
		sizes = append(sizes, richtext.Source{URL: string(address), Width: actual})
	}
	return sizes
}
