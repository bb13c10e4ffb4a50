package picture

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"
)

// Limits for reading the ZIP archive of a document.
const (
	maxList    = 1 << 20 // bytes of the list of content types
	maxEntries = 10_000
)

var errArchive = refuse(ReasonBroken, "a ZIP archive that can't be read")

// sniffOffice returns the type of the document that a ZIP archive holds. It refuses every document with macros.
func sniffOffice(file io.ReaderAt, size int64) (Type, error) {
	archive, err := zip.NewReader(file, size)
	if err != nil || len(archive.File) > maxEntries {
		return Type{}, errArchive
	}
	var lists []*zip.File
	for _, entry := range archive.File {
		name := strings.ToLower(entry.Name)
		switch {
		case name == "mimetype", name == "[content_types].xml":
			lists = append(lists, entry)
		case isMacro(name):
			return Type{}, errMacros
		}
	}
	if len(lists) == 0 {
		return Type{}, refuse(ReasonType, "application/zip")
	}
	if len(lists) > 1 { // programs differ in which one they use
		return Type{}, refuse(ReasonBroken, "a document that states its type twice")
	}
	list, err := readEntry(lists[0])
	if err != nil {
		return Type{}, err
	}
	if strings.EqualFold(lists[0].Name, "mimetype") {
		if t, ok := office[string(bytes.TrimSpace(list))]; ok {
			return t, nil
		}
		return Type{}, refuse(ReasonType, "application/zip")
	}
	return officeType(list)
}

var errMacros = refuse(ReasonType, "a document with macros")

// isMacro reports whether a file inside a document holds macros. Microsoft's formats keep them in one file,
// OpenDocument in folders.
func isMacro(name string) bool {
	base := path.Base(name)
	return strings.HasPrefix(base, "vbaproject") || strings.HasPrefix(base, "vbadata") ||
		strings.HasPrefix(name, "basic/") || strings.HasPrefix(name, "scripts/") || strings.Contains(name, "/activex/")
}

// readEntry reads a list of content types. It refuses a list longer than maxList, which no usual program writes.
func readEntry(entry *zip.File) ([]byte, error) {
	r, err := entry.Open()
	if err != nil {
		return nil, errArchive
	}
	list, err := io.ReadAll(io.LimitReader(r, maxList+1))
	if err = errors.Join(err, r.Close()); err != nil || len(list) > maxList {
		return nil, errArchive
	}
	return list, nil
}

// officeType reads the list of the content types of a document's parts (ECMA-376 part 2, 7.3). Exactly one part must
// give the type of the document, and no part may hold macros.
func officeType(list []byte) (found Type, err error) {
	d := xml.NewDecoder(bytes.NewReader(list))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Type{}, refuse(ReasonBroken, "a document whose list of types can't be read")
		}
		element, _ := token.(xml.StartElement)
		for _, attr := range element.Attr {
			inner := strings.ToLower(strings.TrimSpace(attr.Value))
			if attr.Name.Local != "ContentType" {
				continue
			}
			if strings.Contains(inner, "macroenabled") || strings.Contains(inner, "vba") || strings.Contains(inner, "activex") {
				return Type{}, errMacros
			}
			t, ok := office[strings.TrimSuffix(inner, ".main+xml")]
			if !ok || !strings.HasSuffix(inner, ".main+xml") {
				continue
			}
			if found.MimeType != "" && found.MimeType != t.MimeType {
				return Type{}, refuse(ReasonBroken, "a document that states two types")
			}
			found = t
		}
	}
	if found.MimeType == "" {
		return Type{}, refuse(ReasonType, "application/zip")
	}
	return found, nil
}
