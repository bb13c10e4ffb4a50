package newsroom

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"sen/internal/content"
	"sen/internal/richtext"
)

// bodies reads a body in some languages, from blocks, Markdown or HTML.
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
			r.refuse(content.ProblemInvalid, at, msgOneOf, "blocks, markdown, html")
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
		blocks, lost = richtext.FromMarkdown(str(fields[form]), r.medium)
	case fields["html"] != nil:
		form = "html"
		blocks, lost = richtext.FromHTML(str(fields[form]), r.medium)
	case fields["blocks"] != nil:
		r.list(reflect.ValueOf(&blocks).Elem(), fields["blocks"], "", append(slices.Clone(path), "blocks"))
		return blocks
	default:
		return nil
	}
	path = append(slices.Clone(path), form)
	if len(blocks) > maxBlocks {
		r.refuse(content.ProblemTooLong, path, msgTooMany, len(blocks), maxBlocks)
	}
	for _, l := range lost {
		what := l.What
		if l.Text != "" {
			what += " “" + l.Text + "”"
		}
		r.notice(content.NoticeLost, path, msgLost, what, l.Count)
	}
	r.made(reflect.ValueOf(blocks), "", path)
	return blocks
}

// made reads what was made of Markdown or HTML in the way of what is given as blocks: texts
// are cleaned, and links are to be checked.
func (r *reader) made(v reflect.Value, tag reflect.StructTag, path []string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			r.made(v.Elem(), tag, path)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			r.made(v.Field(i), v.Type().Field(i).Tag, path)
		}
	case reflect.Slice:
		for i := range v.Len() {
			r.made(v.Index(i), tag, path)
		}
		if spans, ok := v.Interface().(content.Spans); ok {
			r.run(spans, path)
		}
	case reflect.String:
		if id, ok := v.Interface().(content.ID); !ok {
			v.SetString(r.clean(v.String(), tag.Get("lint"), path))
		} else if id != "" {
			r.links = append(r.links, link{id, tag.Get("link"), path})
		}
	}
}

// run refuses running text that has, or is, what a program printed in place of a value. A single
// span may be such a word, and what is marked as code may be anything.
func (r *reader) run(spans content.Spans, path []string) {
	var text strings.Builder
	for _, s := range spans {
		if slices.Contains(s.Marks, content.MarkCode) {
			text.WriteByte('`')
		} else {
			text.WriteString(s.Text)
		}
	}
	_, findings := content.Lint(text.String(), false)
	for _, f := range findings {
		if f.Code == content.FindingPlaceholder {
			r.refuse(content.ProblemPlaceholder, path, msgPlaceholder, f.Text)
		}
	}
}

// block checks a block that was given as such.
func (r *reader) block(b *content.Block, fields map[string]any, path []string) {
	given := 0
	for _, value := range fields {
		if value != nil {
			given++
		}
	}
	if given != 1 || b.Value() == nil {
		r.refuse(content.ProblemInvalid, path, msgOneOf, "paragraph, heading, image, gallery, list, quote, table, file, embed, divider")
		return
	}
	switch {
	case b.Heading != nil && (b.Heading.Level < 2 || b.Heading.Level > 4):
		r.refuse(content.ProblemInvalid, append(slices.Clone(path), "heading", "level"), msgLevel)
	case b.Table != nil:
		for i, row := range b.Table.Rows {
			if len(row.Cells) != len(b.Table.Rows[0].Cells) {
				r.refuse(content.ProblemInvalid, append(slices.Clone(path), "table", "rows", strconv.Itoa(i)), msgRows)
			}
		}
	}
	eachSpan(b, func(s *content.Span) {
		if s.Link != "" && richtext.Link(s.Link) == "" {
			r.refuse(content.ProblemInvalid, path, msgLink, s.Link)
		}
	})
}

// eachSpan visits the runs of text in a block.
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
