package content

// RichText is a body in several languages. Each language has its own blocks, because a body is not translated sentence
// by sentence.
type RichText map[Locale][]Block

// Body is rich text in one language.
type Body struct {
	Locale Locale
	Stored []Block
	// Of is the entry whose published copy has the body; empty for the body of a working copy.
	Of ID
	// Field is the entry's stored field that has the body.
	Field string
}

// Blocks returns the typed blocks, in their order.
func (b *Body) Blocks() []BlockValue {
	values := make([]BlockValue, 0, len(b.Stored))
	for _, block := range b.Stored {
		if v := block.Value(); v != nil {
			values = append(values, v)
		}
	}
	return values
}

// In returns the body in the first language of a chain that has one, or else in any other language; nil if there is
// none.
func (t RichText) In(chain []Locale) *Body {
	for _, l := range chain {
		if len(t[l]) > 0 {
			return &Body{Locale: l, Stored: t[l]}
		}
	}
	if l := anyLocale(t, func(blocks []Block) bool { return len(blocks) > 0 }); l != "" {
		return &Body{Locale: l, Stored: t[l]}
	}
	return nil
}

// BodyOf returns the rich text of a stored field of an entry, in the first language of a chain that has one, or else in
// any other language; nil if there is none.
func BodyOf(e Content, field string, text RichText, chain []Locale) *Body {
	body := text.In(chain)
	if body == nil {
		return nil
	}
	body.Field = field
	if base := e.Common(); base.Editing == nil {
		body.Of = base.ID
	}
	return body
}

// Block is one block of a body: exactly one of its fields is set. Blocks are stored in this form, too. It needs no
// discriminator field and is easy to read in a file.
type Block struct {
	Paragraph *ParagraphBlock `json:"paragraph,omitempty"`
	Heading   *HeadingBlock   `json:"heading,omitempty"`
	Image     *ImageBlock     `json:"image,omitempty"`
	Gallery   *GalleryBlock   `json:"gallery,omitempty"`
	List      *ListBlock      `json:"list,omitempty"`
	Quote     *QuoteBlock     `json:"quote,omitempty"`
	Table     *TableBlock     `json:"table,omitempty"`
	File      *FileBlock      `json:"file,omitempty"`
	Embed     *EmbedBlock     `json:"embed,omitempty"`
	Divider   *DividerBlock   `json:"divider,omitempty"`
}

// BlockValue is any of the typed blocks.
type BlockValue interface{ isBlock() }

func (*ParagraphBlock) isBlock() {}
func (*HeadingBlock) isBlock()   {}
func (*ImageBlock) isBlock()     {}
func (*GalleryBlock) isBlock()   {}
func (*ListBlock) isBlock()      {}
func (*QuoteBlock) isBlock()     {}
func (*TableBlock) isBlock()     {}
func (*FileBlock) isBlock()      {}
func (*EmbedBlock) isBlock()     {}
func (*DividerBlock) isBlock()   {}

// Value returns the field that is set; nil if none is.
func (b Block) Value() BlockValue {
	switch {
	case b.Paragraph != nil:
		return b.Paragraph
	case b.Heading != nil:
		return b.Heading
	case b.Image != nil:
		return b.Image
	case b.Gallery != nil:
		return b.Gallery
	case b.List != nil:
		return b.List
	case b.Quote != nil:
		return b.Quote
	case b.Table != nil:
		return b.Table
	case b.File != nil:
		return b.File
	case b.Embed != nil:
		return b.Embed
	case b.Divider != nil:
		return b.Divider
	}
	return nil
}

// ParagraphBlock is a paragraph of running text.
type ParagraphBlock struct {
	Spans Spans `json:"spans"`
}

// HeadingBlock is a heading inside a body. The title of the page is level 1, so
// Level is 2, 3 or 4.
type HeadingBlock struct {
	Level int   `json:"level"`
	Spans Spans `json:"spans"`
}

// ImageBlock is a picture between paragraphs. Caption and Alt belong to this use of the picture. If one is empty, the
// medium's own is shown.
type ImageBlock struct {
	MediaID ID     `json:"media" link:"Media"`
	Caption string `json:"caption,omitempty"`
	Alt     string `json:"alt,omitempty" lint:"line"`
}

// GalleryBlock is several pictures shown as one group.
type GalleryBlock struct {
	Images  []*ImageBlock `json:"images"`
	Caption string        `json:"caption,omitempty"`
}

// ListBlock is a list; Ordered makes it a numbered one.
type ListBlock struct {
	Ordered bool       `json:"ordered,omitempty"`
	Items   []ListItem `json:"items"`
}

// ListItem is one item of a list, with the items below it.
type ListItem struct {
	Spans Spans      `json:"spans"`
	Items []ListItem `json:"items,omitempty"`
}

// QuoteBlock is a quotation. Attribution is who said it, if that is known.
type QuoteBlock struct {
	Spans       Spans  `json:"spans"`
	Attribution string `json:"attribution,omitempty"`
}

// TableBlock is a table. Every row has as many cells as the first one; the first
// row is a header when Header is true.
type TableBlock struct {
	Header  bool       `json:"header,omitempty"`
	Caption string     `json:"caption,omitempty"`
	Rows    []TableRow `json:"rows"`
}

// TableRow is one row of a table.
type TableRow struct {
	Cells []TableCell `json:"cells"`
}

// TableCell is one cell of a table.
type TableCell struct {
	Spans Spans `json:"spans"`
}

// FileBlock offers a document for download. An empty Caption shows the medium's own label.
type FileBlock struct {
	MediaID ID     `json:"media" link:"Media"`
	Caption string `json:"caption,omitempty"`
}

// EmbedBlock is content of another site that is shown in the body, such as a video. Sen never fetches it. In HTML it is
// a link; an app may embed the providers that it trusts.
type EmbedBlock struct {
	URL      URL    `json:"url"`
	Caption  string `json:"caption,omitempty"`
	Provider string `json:"provider,omitempty"`
}

// DividerBlock is a thematic break. It has no content.
type DividerBlock struct{}

// Divider is always true. It exists because a GraphQL type needs a field.
func (*DividerBlock) Divider() bool { return true }

// Mark is a formatting of a span of text, such as bold.
type Mark string

// The marks of a span.
const (
	MarkBold        Mark = "BOLD"
	MarkItalic      Mark = "ITALIC"
	MarkUnderline   Mark = "UNDERLINE"
	MarkStrike      Mark = "STRIKE"
	MarkCode        Mark = "CODE"
	MarkSubscript   Mark = "SUBSCRIPT"
	MarkSuperscript Mark = "SUPERSCRIPT"
)

// Span is a run of text with one set of marks. A line feed in Text is a line break. Link is the target of the link;
// empty for none.
type Span struct {
	Text  string `json:"text" lint:"span"`
	Marks []Mark `json:"marks,omitempty"`
	Link  string `json:"link,omitempty"`
}

// Spans is running text.
type Spans = []Span

// MediaIDs lists the media that the blocks show, in their order, without repetitions.
func MediaIDs(blocks []Block) []ID {
	var ids []ID
	seen := map[ID]bool{}
	add := func(id ID) {
		if id != "" && !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	for _, b := range blocks {
		switch {
		case b.Image != nil:
			add(b.Image.MediaID)
		case b.Gallery != nil:
			for _, image := range b.Gallery.Images {
				add(image.MediaID)
			}
		case b.File != nil:
			add(b.File.MediaID)
		}
	}
	return ids
}
