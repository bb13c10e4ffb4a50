package content

// KindMedia names the kind of [Media].
const KindMedia Kind = "Media"

var mediaKind = describe[Media](Descriptor{
	Kind: KindMedia, Prefix: "media", Root: "/media-items", Folder: "media", Label: []string{"title", "fileName"},
	Names: Names{One: "media", Many: "mediaItems", Noun: "a medium", Nouns: "media"},
	Page:  Page{Picture: true},
})

// Media is a file that content shows: a picture, a recording, a document. Its bytes are stored separately, under its
// id.
type Media struct {
	Base     `json:",inline"`
	FileName string    `json:"fileName"`
	FileType MediaKind `json:"kind"`
	MimeType string    `json:"mimeType"`
	// Width and Height are in pixels, for pictures and videos.
	Width  *int `json:"width,omitempty"`
	Height *int `json:"height,omitempty"`
	// Bytes is the size of the file.
	Bytes int64 `json:"bytes"`
	// SHA256 is the checksum of the file in lower-case hex.
	SHA256   string          `json:"sha256"`
	Variants []*MediaVariant `json:"variants,omitempty"`
	Title    Text            `json:"title,omitempty" lint:"line"`
	Alt      Text            `json:"alt,omitempty" lint:"line"`
	Caption  Text            `json:"caption,omitempty"`
	Credit   Text            `json:"credit,omitempty" lint:"line"`
	// Placeholder is a tiny version as a data URI, shown while the file loads.
	Placeholder string `json:"placeholder,omitempty"`
	// Color is the dominant colour of a picture as "#rrggbb".
	Color string `json:"color,omitempty"`
}

// MediaVariant is the same picture at another width. Its bytes are stored beside those of the original.
type MediaVariant struct {
	// Of is the medium. The code that answers with the variant fills it in.
	Of       *Media `json:"-"`
	Width    int    `json:"width"`
	Height   int    `json:"height"`
	MimeType string `json:"mimeType"`
	Bytes    int64  `json:"bytes"`
}

// MediaKind is the type of a medium.
type MediaKind string

// The kinds of media.
const (
	MediaImage    MediaKind = "IMAGE"
	MediaVideo    MediaKind = "VIDEO"
	MediaAudio    MediaKind = "AUDIO"
	MediaDocument MediaKind = "DOCUMENT"
)

// Kind implements [Content].
func (*Media) Kind() Kind { return KindMedia }

// Hidden reports whether readers cannot see the medium: this is a working copy, and there is no published copy.
func (m *Media) Hidden() bool { return m.Editing != nil && m.Editing.LiveVersion == 0 }

// Measured reports whether the width and the height of the medium are known.
func (m *Media) Measured() bool {
	return m.Width != nil && m.Height != nil && *m.Width > 0 && *m.Height > 0
}

// leastVariant is the width in pixels above which a picture has variants, unless it is animated.
const leastVariant = 320

// Resizable reports whether the medium is a picture that can be shown in smaller sizes. It is false for an animated
// picture, because its smaller sizes show only the first frame.
func (m *Media) Resizable() bool {
	return m.FileType == MediaImage && m.Measured() && (len(m.Variants) > 0 || *m.Width <= leastVariant)
}

// Label implements [Content]: the title, or the file's name in every language.
func (m *Media) Label() Text {
	if len(m.Title) > 0 {
		return m.Title
	}
	return Text{Undetermined: m.FileName}
}

// Check implements [Content]: every medium has a file, and so a label.
func (*Media) Check(Checker) {}

// Searched implements [Content].
func (m *Media) Searched() Searched {
	return Searched{Texts: []SearchText{
		{Field: "title", Class: SearchTitle, Text: m.Title},
		{Field: "fileName", Class: SearchTitle, Text: same(m.FileName)},
		{Field: "alt", Class: SearchName, Text: m.Alt},
		{Field: "caption", Class: SearchLead, Text: m.Caption},
		{Field: "credit", Class: SearchName, Text: m.Credit},
	}}
}
