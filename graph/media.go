package graph

import (
	"context"
	"io"
	"net/url"
	"strconv"

	"github.com/99designs/gqlgen/graphql"

	"sen/graph/scalar"
	"sen/internal/content"
	"sen/internal/newsroom"
	"sen/internal/picture"
)

func registerMedia(r *Resolver) {
	kind(r, r.store.Media, map[string]relation{
		"url": {
			needs: []string{"fileName", "kind", "mimeType", "width", "height", "variants"},
			answer: func(c *call, obj any) (any, error) {
				return r.mediaURL(c.ctx, obj.(*content.Media), requestedSize(c))
			},
		},
	})
	r.relate("Media", map[string]relation{
		"variants": value(func(_ context.Context, m *content.Media) any {
			variants := make([]*content.MediaVariant, len(m.Variants))
			for i, v := range m.Variants {
				of := *v
				of.Of = m
				variants[i] = &of
			}
			return variants
		}, "variants", "fileName"),
	})
	r.relate("MediaVariant", map[string]relation{
		"url": {answer: func(c *call, obj any) (any, error) {
			v := obj.(*content.MediaVariant)
			width := strconv.Itoa(v.Width)
			return r.fileURL(c.ctx, v.Of, width, url.Values{"w": {width}})
		}},
	})
	r.relate("Mutation", map[string]relation{
		"uploadMedia": mutation(func(c *call) (any, error) {
			return r.upload(c, *argument[graphql.Upload](c, "file"), deref(argument[string](c, "idempotencyKey")))
		}),
		"bulkUploadMedia": mutation(func(c *call) (any, error) {
			files := deref(argument[[]*graphql.Upload](c, "files"))
			oneByOne := make([][]int, len(files))
			for i := range files {
				oneByOne[i] = []int{i}
			}
			return each(c, "files", oneByOne,
				func(_ context.Context, i int) (*newsroom.Outcome, error) { return r.upload(c, *files[i], "") })
		}),
	})
}

// upload stores one file that came with the request.
func (r *Resolver) upload(c *call, file graphql.Upload, key string) (*newsroom.Outcome, error) {
	at, ok := file.File.(io.ReaderAt)
	if !ok {
		return nil, content.Errorf(content.CodeBadUserInput, "An Upload must be a file of a multipart request.")
	}
	chain := scalar.Chain(c.ctx)
	u := newsroom.Upload{
		File: at, Size: file.Size, Name: file.Filename, Locale: chain[0], Key: key,
		Publish: deref(argument[bool](c, "publish")),
	}
	if input := argument[map[string]any](c, "input"); input != nil {
		u.Input = newsroom.NewInput(*input)
	}
	return r.newsroom.Upload(c.ctx, chain, u)
}

// requestedSize returns the picture size that the arguments ask for; zero means the picture's own size. A number beyond
// the bounds counts as the bound: a wrong size is no reason to answer without the medium.
func requestedSize(c *call) (size picture.Size) {
	for name, into := range map[string]*int{"width": &size.Width, "height": &size.Height} {
		if n := argument[int](c, name); n != nil {
			*into = min(max(*n, 1), picture.MaxSide)
		}
	}
	size.Format = deref(argument[picture.Format](c, "format"))
	if size.Width > 0 && size.Height > 0 {
		size.Fit = deref(argument[picture.Fit](c, "fit"))
	}
	return size
}

// mediaURL returns the address of a medium's bytes; if size is not zero, of a picture in that size. All sizes that
// result in the same picture have the same address.
func (r *Resolver) mediaURL(ctx context.Context, m *content.Media, size picture.Size) (content.URL, error) {
	if size == (picture.Size{}) || m.FileType != content.MediaImage || !m.Measured() {
		return r.fileURL(ctx, m, "", url.Values{})
	}
	result := size.ResultFor(*m.Width, *m.Height, m.MimeType)
	switch file, kept := newsroom.Kept(m, result); {
	case kept && file == "":
		return r.fileURL(ctx, m, "", url.Values{})
	case kept:
		return r.fileURL(ctx, m, file, url.Values{"w": {file}})
	}
	size = result.Size()
	return r.fileURL(ctx, m, size.Key(), size.Query())
}

// fileURL returns the address of a file of a medium. The address is signed if it is a resized picture or if readers
// can't see the medium.
func (r *Resolver) fileURL(
	ctx context.Context, m *content.Media, variant string, query url.Values,
) (content.URL, error) {
	if stage := content.StagePublished; m.Hidden() || query.Has(picture.FitParameter) {
		if m.Hidden() {
			stage = content.StageDraft
		}
		signature, err := r.newsroom.SignFile(ctx, m.ID, variant, stage)
		if err != nil {
			return "", err
		}
		query.Set("s", signature)
	}
	address := r.publicURL + "/media/" + url.PathEscape(string(m.ID)) + "/" + url.PathEscape(m.FileName)
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	return content.URL(address), nil
}
