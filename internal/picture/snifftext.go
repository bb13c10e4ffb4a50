package picture

import (
	"bytes"
	"fmt"
	"io"
	"path"
	"strings"
	"unicode/utf8"
)

// pageTags lists the elements that make a text an HTML page, or a drawing, that can run scripts. They count at any
// position in the file: a browser that shows the file as a page, or a program that includes it, does not stop after
// its beginning.
var pageTags = []string{"!doctype", "?xml", "html", "head", "body", "script", "iframe", "object", "embed", "svg"}

// longestTag is the number of bytes needed to recognize any of these tags: the bracket, the name and the character
// after it.
const longestTag = len("<svg:!doctype>")

// pageTag returns the first tag of [pageTags] in a text, or "".
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

// sniffText accepts a text that is valid UTF-8 to its end and contains no tag of a page.
func sniffText(file io.ReaderAt, size int64, name string) (Type, error) {
	r := io.NewSectionReader(file, 0, size)
	buf := make([]byte, 32<<10)
	kept := 0 // bytes of the last read that are examined again: a tag or a character may continue in the next read
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
		// The kept bytes are valid UTF-8, or the beginning of a character.
		whole := len(part)
		if !ended {
			whole = lastCharacter(part)
		}
		if !utf8.Valid(part[:whole]) {
			return Type{}, refuse(ReasonEncoding, "a text that is not UTF-8")
		}
		if ended {
			break
		}
		kept = copy(buf, part[lastCharacter(part[:whole-longestTag]):])
	}
	if strings.EqualFold(path.Ext(name), ".csv") {
		return csv, nil
	}
	return text, nil
}

// lastCharacter returns the position where the last character of a text begins.
func lastCharacter(part []byte) int {
	for at := len(part) - 1; at >= max(0, len(part)-utf8.UTFMax); at-- {
		if utf8.RuneStart(part[at]) {
			return at
		}
	}
	return len(part)
}
