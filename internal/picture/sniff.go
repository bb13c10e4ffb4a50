package picture

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Type is a type of file that Sen accepts.
type Type struct {
	// MimeType is the media type with which the file is served.
	MimeType string
	// Extensions are the file name extensions of the type, without the dot, the usual one first.
	Extensions []string
}

// The accepted types of files: pictures, recordings and documents, none of which runs code in a browser.
var (
	JPEG = Type{"image/jpeg", []string{"jpg", "jpeg"}}
	PNG  = Type{"image/png", []string{"png"}}
	GIF  = Type{"image/gif", []string{"gif"}}
	WebP = Type{"image/webp", []string{"webp"}}

	mp4  = Type{"video/mp4", []string{"mp4", "m4v"}}
	m4a  = Type{"audio/mp4", []string{"m4a"}}
	webm = Type{"video/webm", []string{"webm"}}
	mp3  = Type{"audio/mpeg", []string{"mp3"}}
	ogg  = Type{"audio/ogg", []string{"ogg", "oga", "opus"}}
	ogv  = Type{"video/ogg", []string{"ogv"}}
	wav  = Type{"audio/wav", []string{"wav"}}

	pdf  = Type{"application/pdf", []string{"pdf"}}
	text = Type{"text/plain; charset=utf-8", []string{"txt"}}
	csv  = Type{"text/csv; charset=utf-8", []string{"csv"}}
)

// detected lists the types that [http.DetectContentType] detects well enough.
var detected = map[string]Type{
	"image/jpeg": JPEG, "image/png": PNG, "image/gif": GIF, "image/webp": WebP,
	"audio/mpeg": mp3, "audio/wave": wav, "application/pdf": pdf,
}

// office lists the accepted documents that are ZIP archives, by the type that is stated inside.
var office = map[string]Type{}

func init() {
	const ooxml, odf = "application/vnd.openxmlformats-officedocument.", "application/vnd.oasis.opendocument."
	for extension, inner := range map[string]string{
		"docx": ooxml + "wordprocessingml.document", "xlsx": ooxml + "spreadsheetml.sheet",
		"pptx": ooxml + "presentationml.presentation",
		"odt":  odf + "text", "ods": odf + "spreadsheet", "odp": odf + "presentation",
	} {
		office[inner] = Type{inner, []string{extension}}
	}
}

// Reason classifies why a file is refused.
type Reason int

// The reasons.
const (
	// ReasonType: files of this type are not accepted.
	ReasonType Reason = iota
	// ReasonPage: it is HTML or XML, which could run scripts in a reader's browser.
	ReasonPage
	// ReasonSVG: it is an SVG, which can contain scripts.
	ReasonSVG
	// ReasonHEIC: it is HEIC or AVIF, which not every browser shows.
	ReasonHEIC
	// ReasonEncoding: it is a text, but not in UTF-8.
	ReasonEncoding
	// ReasonBroken: it can't be read to its end.
	ReasonBroken
	// ReasonPixels: the picture has more pixels than maxPixels.
	ReasonPixels
	// ReasonFrames: the animated picture has more frames than [MaxFrames], or too many pixels in all frames together.
	ReasonFrames
	// ReasonScans: the scans of a JPEG cover too many pixels together.
	ReasonScans
	// ReasonSlow: the picture took too long to decode.
	ReasonSlow
)

// Refusal is the error for a file that is not accepted.
type Refusal struct {
	Reason Reason
	// What names the detected type, or says what is broken.
	What string
}

// Error implements error.
func (r *Refusal) Error() string {
	return fmt.Sprintf("the file is refused (reason %d): %s", r.Reason, r.What)
}

func refuse(reason Reason, format string, args ...any) error {
	return &Refusal{reason, fmt.Sprintf(format, args...)}
}

// Sniff detects the type of a file from its bytes; size is its length. It uses the name only to tell CSV from plain
// text. A file that is not accepted is a [*Refusal].
func Sniff(file io.ReaderAt, size int64, name string) (Type, error) {
	head := make([]byte, min(size, 512))
	if _, err := io.ReadFull(io.NewSectionReader(file, 0, size), head); err != nil {
		return Type{}, fmt.Errorf("read the beginning of a file: %w", err)
	}
	if len(head) == 0 {
		return Type{}, refuse(ReasonBroken, "the file is empty")
	}
	if len(head) >= 12 && string(head[4:8]) == "ftyp" {
		return sniffISO(head)
	}
	found := http.DetectContentType(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")))
	if t, ok := detected[found]; ok {
		return t, nil
	}
	switch kind, _, _ := strings.Cut(found, ";"); kind {
	case "text/plain":
		return sniffText(file, size, name)
	case "text/html", "text/xml":
		if bytes.Contains(bytes.ToLower(head), []byte("<svg")) {
			return Type{}, refuse(ReasonSVG, "SVG")
		}
		return Type{}, refuse(ReasonPage, "%s", kind)
	case "application/zip":
		return sniffOffice(file, size)
	case "application/ogg":
		if bytes.Contains(head, []byte("theora")) {
			return ogv, nil
		}
		return ogg, nil
	case "video/webm":
		if bytes.Contains(head, []byte("webm")) { // other Matroska files are not accepted
			return webm, nil
		}
		found = "video/x-matroska"
	case "application/octet-stream":
		// A frame of MPEG audio layer III without an ID3 tag before it.
		if len(head) > 2 && head[0] == 0xff && head[1]&0xe6 == 0xe2 && head[2]>>4 != 0xf && head[2]&0x0c != 0x0c {
			return mp3, nil
		}
	}
	return Type{}, refuse(ReasonType, "%s", found)
}

// sniffISO returns the type of an ISO base media file, by its brands.
func sniffISO(head []byte) (Type, error) {
	brands := string(head[8:12])
	if length := int(head[0])<<24 | int(head[1])<<16 | int(head[2])<<8 | int(head[3]); length > 16 {
		brands += string(head[16:max(16, min(length, len(head)))])
	}
	for i := 0; i+4 <= len(brands); i += 4 {
		switch brands[i : i+4] {
		case "avif", "avis":
			return Type{}, refuse(ReasonHEIC, "AVIF")
		case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1":
			return Type{}, refuse(ReasonHEIC, "HEIC")
		case "M4A ", "M4B ":
			return m4a, nil
		case "isom", "iso2", "iso4", "iso5", "iso6", "mp41", "mp42", "avc1", "M4V ", "MSNV", "dash":
			if i == 0 || brands[:4] != "qt  " {
				return mp4, nil
			}
		}
	}
	return Type{}, refuse(ReasonType, "video of the brand %q", brands[:4])
}
