package newsroom

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"sen/internal/content"
	"sen/internal/messages"
	"sen/internal/richtext"
)

// bodies reads a body in some languages, from blocks, Markdown or HTML. The other languages stay unchanged; null clears
// all languages.
func (r *reader) bodies(to *content.RichText, value any, path []string) {
	if value == nil {
		*to = nil
		return
	}
	body := content.RichText{}
	for l, blocks := range *to {
		body[l] = blocks
	}
	r.localized(value, path, func(locale content.Locale, fields map[string]any, at []string) {
		given := 0
		for _, form := range []string{"blocks", "markdown", "html"} {
			if fields[form] != nil {
				given++
			}
		}
		if given > 1 {
			r.report.Refuse(content.ProblemInvalid, at, messages.OneOf, "blocks, markdown, html")
			return
		}
		delete(body, locale)
		if blocks := r.blocks(fields, at); len(blocks) > 0 {
			body[locale] = blocks
		}
	})
	*to = body
}

// blocks reads the body of one language.
func (r *reader) blocks(fields map[string]any, path []string) (blocks []content.Block) {
	var lost []richtext.Loss
	var form string
	switch {
	case fields["markdown"] != nil:
		form = "markdown"
		blocks, lost = richtext.FromMarkdown(str(fields[form]), r.own.mediumAt)
	case fields["html"] != nil:
		form = "html"
		blocks, lost = richtext.FromHTML(str(fields[form]), r.own.mediumAt)
	case fields["blocks"] != nil:
		r.list(reflect.ValueOf(&blocks).Elem(), fields["blocks"], "", append(slices.Clone(path), "blocks"))
		return blocks
	default:
		return nil
	}
	path = append(slices.Clone(path), form)
	if len(blocks) > maxBlocks {
		r.report.Refuse(content.ProblemTooLong, path, messages.TooMany, len(blocks), maxBlocks)
	}
	for _, l := range lost {
		what := l.What
		if l.Text != "" {
			what += " “" + l.Text + "”"
		}
		r.report.Notice(content.NoticeLost, path, messages.Lost, what, l.Count)
	}
	r.cleanConverted(reflect.ValueOf(blocks), "", path)
	r.forms = append(r.forms, blocks)
	return blocks
}

// cleanConverted treats blocks that were converted from Markdown or HTML like blocks in the input: it cleans their
// texts and collects their links.
func (r *reader) cleanConverted(v reflect.Value, tag reflect.StructTag, path []string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			r.cleanConverted(v.Elem(), tag, path)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			r.cleanConverted(v.Field(i), v.Type().Field(i).Tag, path)
		}
	case reflect.Slice:
		for i := range v.Len() {
			r.cleanConverted(v.Index(i), tag, path)
		}
		if spans, ok := v.Interface().(content.Spans); ok {
			r.refusePlaceholder(spans, path)
		}
	case reflect.String:
		if id, ok := v.Interface().(content.ID); !ok {
			v.SetString(r.clean(v.String(), tag.Get("lint"), path))
		} else if id != "" {
			r.links = append(r.links, link{id, tag.Get("link"), path})
		}
	}
}

// refusePlaceholder refuses a paragraph that contains, or is, a placeholder that a program printed instead of a value.
// It checks the spans together, because one span may be such a word by chance. Code is not checked.
func (r *reader) refusePlaceholder(spans content.Spans, path []string) {
	var text strings.Builder
	for _, s := range spans {
		if slices.Contains(s.Marks, content.MarkCode) {
			text.WriteByte('`')
		} else {
			text.WriteString(s.Text)
		}
	}
	if word := content.Placeholder(text.String()); word != "" {
		r.report.Refuse(content.ProblemPlaceholder, path, messages.Placeholder, word)
	}
}

// block checks a block of the input.
func (r *reader) block(b *content.Block, fields map[string]any, path []string) {
	given := 0
	for _, value := range fields {
		if value != nil {
			given++
		}
	}
	if given != 1 || b.Value() == nil {
		r.report.Refuse(content.ProblemInvalid, path, messages.OneOf,
			"paragraph, heading, image, gallery, list, quote, table, file, embed, divider")
		return
	}
	switch {
	case b.Embed != nil:
		r.embed(b, path)
	case b.List != nil && nesting(b.List.Items) > richtext.MaxNesting:
		r.report.Refuse(content.ProblemTooLong, append(slices.Clone(path), "list"), messages.TooDeep, nesting(b.List.Items),
			richtext.MaxNesting)
	case b.Heading != nil && (b.Heading.Level < 2 || b.Heading.Level > 4):
		r.report.Refuse(content.ProblemInvalid, append(slices.Clone(path), "heading", "level"), messages.Level)
	case b.Table != nil:
		for i, row := range b.Table.Rows {
			if len(row.Cells) != len(b.Table.Rows[0].Cells) {
				r.report.Refuse(content.ProblemInvalid, append(slices.Clone(path), "table", "rows", strconv.Itoa(i)), messages.Rows)
			}
		}
	}
	eachSpan(b, func(s *content.Span) {
		if s.Link != "" && richtext.Link(s.Link) == "" {
			r.report.Refuse(content.ProblemInvalid, path, messages.Link, s.Link)
		}
	})
}

// embed normalizes the address of an embed as HTML needs it. A file of this site becomes a file block instead.
func (r *reader) embed(b *content.Block, path []string) {
	e := b.Embed
	if id, ours := r.own.mediumAt(string(e.URL)); ours {
		*b = content.Block{File: &content.FileBlock{MediaID: id, Caption: e.Caption}}
		r.links = append(r.links, link{id, string(content.KindMedia), path})
		r.report.Notice(content.NoticeRepaired, path, messages.OwnEmbed)
		return
	}
	if address := richtext.Link(string(e.URL)); address != "" {
		e.URL = content.URL(address)
	}
}

// nesting returns the depth of nested lists.
func nesting(items []content.ListItem) int {
	deepest := 0
	for _, item := range items {
		deepest = max(deepest, nesting(item.Items))
	}
	if len(items) > 0 {
		deepest++
	}
	return deepest
}

// leaveToMedia removes texts from blocks when the medium has the same text in any language. Markdown and HTML don't say
// whether a text belongs to the block or to the medium. A block without texts of its own shows those of the medium,
// also when they change.
func leaveToMedia(blocks []content.Block, found map[content.ID]content.Content) {
	has := func(texts content.Text, text string) bool {
		return slices.Contains(slices.Collect(maps.Values(texts)), text)
	}
	image := func(i *content.ImageBlock) {
		if m, ok := found[i.MediaID].(*content.Media); ok {
			if has(m.Alt, i.Alt) {
				i.Alt = ""
			}
			if has(m.Caption, i.Caption) {
				i.Caption = ""
			}
		}
	}
	for _, b := range blocks {
		switch {
		case b.Image != nil:
			image(b.Image)
		case b.Gallery != nil:
			for _, i := range b.Gallery.Images {
				image(i)
			}
		case b.File != nil:
			if m, ok := found[b.File.MediaID].(*content.Media); ok && has(m.Label(), b.File.Caption) {
				b.File.Caption = ""
			}
		}
	}
}

// eachSpan calls visit for each span in a block.
func eachSpan(b *content.Block, visit func(*content.Span)) {
	each := func(spans []content.Span) {
		for i := range spans {
			visit(&spans[i])
		}
	}
	var items func([]content.ListItem)
	items = func(list []content.ListItem) {
		for i := range list {
			each(list[i].Spans)
			items(list[i].Items)
		}
	}
	switch {
	case b.Paragraph != nil:
		each(b.Paragraph.Spans)
	case b.Heading != nil:
		each(b.Heading.Spans)
	case b.Quote != nil:
		each(b.Quote.Spans)
	case b.List != nil:
		items(b.List.Items)
	case b.Table != nil:
		for _, row := range b.Table.Rows {
			for _, cell := range row.Cells {
				each(cell.Spans)
			}
		}
	}
}
