package picture

import (
	"bytes"
	"fmt"
	"io"
	"path"
	"strings"
	"unicode/utf8"
)

// pageTags begin elements that make a text a page or a drawing which can run programs, wherever they stand:
// a browser that is told to show the file, or a program that includes it, does not stop at its beginning.
var pageTags = []string{"!doctype", "?xml", "html", "head", "body", "script", "iframe", "object", "embed", "svg"}

// longestTag is how many bytes are needed to see that one of them begins: with its bracket and what ends its name.
const longestTag = len("<svg:!doctype>")

// pageTag finds the first tag of a page in a text; "" for none.
func pageTag(part []byte) string {
	for {
		at := bytes.IndexByte(part, '<')
		if at < 0 {
			return ""
		}
		part = part[at+1:]
		begin := strings.ToLower(string(part[:min(len(part), longestTag)]))
		if begin = strings.TrimPrefix(begin, "svg:"); begin == "" {
			continue
		}
		for _, tag := range pageTags {
			if rest, ok := strings.CutPrefix(begin, tag); ok && rest != "" && strings.IndexByte(" \t\r\n\f/>", rest[0]) >= 0 {
				return tag
			}
		}
	}
}

// sniffText takes a text that is UTF-8 from its beginning to its end, and no page anywhere.
func sniffText(file io.ReaderAt, size int64, name string) (Type, error) {
	r := io.NewSectionReader(file, 0, size)
	buf := make([]byte, 32<<10)
	kept := 0 // bytes of the last read that are looked at again: a tag, or a sign, may go on
	for {
		n, err := io.ReadFull(r, buf[kept:])
		ended := err == io.EOF || err == io.ErrUnexpectedEOF
		if err != nil && !ended {
			return Type{}, fmt.Errorf("read a text: %w", err)
		}
		part := buf[:kept+n]
		switch tag := pageTag(part); tag {
		case "":
		case "svg":
			return Type{}, refuse(ReasonSVG, "SVG")
		default:
			return Type{}, refuse(ReasonPage, "<%s>", tag)
		}
		// What is kept was seen to be UTF-8, or is the beginning of a sign.
		whole := len(part)
		if !ended {
			whole = lastSign(part)
		}
		if !utf8.Valid(part[:whole]) {
			return Type{}, refuse(ReasonEncoding, "a text that is not UTF-8")
		}
		if ended {
			break
		}
		kept = copy(buf, part[lastSign(part[:whole-longestTag]):])
	}
	if strings.EqualFold(path.Ext(name), ".csv") {
		return csv, nil
	}
	return text, nil
}

// lastSign is where the last sign of a part of a text begins.
func lastSign(part []byte) int {
	for at := len(part) - 1; at >= max(0, len(part)-utf8.UTFMax); at-- {
		if utf8.RuneStart(part[at]) {
			return at
		}
	}
	return len(part)
}
