package upkeep

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"

	"sen/internal/storage"
)

// An archive is the whole site as JSON Lines. It has a header, a line for each document with its
// collection, and a last line with the number of lines before it and their SHA-256. The last line
// reveals a file that was cut or altered.

type archiveLine struct {
	Sen        string          `json:"sen,omitempty"`
	Version    int             `json:"version,omitempty"`
	Collection string          `json:"collection,omitempty"`
	Document   json.RawMessage `json:"document,omitempty"`
	End        bool            `json:"end,omitempty"`
	Lines      int             `json:"lines,omitempty"`
	SHA256     string          `json:"sha256,omitempty"`
}

// archiveName and archiveVersion are the values in the header of an archive.
const (
	archiveName    = "archive"
	archiveVersion = 1
)

// maxArchiveLine is the longest line of an archive, in bytes. A MongoDB document has at most 16 MB, and binary data is
// a third larger as text.
const maxArchiveLine = 32 << 20

// Progress is called with the current part of the work and the number of documents done in it.
type Progress func(part string, done int)

// Export writes the whole site, with media and all revisions. It includes accounts and tokens only if people is true.
// The same site always gives the same bytes.
func Export(ctx context.Context, store *storage.Store, to io.Writer, people bool, progress Progress) error {
	w := bufio.NewWriterSize(to, 1<<20)
	sum, lines := sha256.New(), 0
	write := func(line archiveLine) error {
		text, err := json.Marshal(line)
		if err != nil {
			return fmt.Errorf("write a line: %w", err)
		}
		text = append(text, '\n')
		sum.Write(text)
		lines++
		_, err = w.Write(text)
		return err
	}
	if err := write(archiveLine{Sen: archiveName, Version: archiveVersion}); err != nil {
		return err
	}
	part, done := "", 0
	err := store.Export(ctx, people, func(collection string, document []byte) error {
		if collection != part {
			part, done = collection, 0
		}
		done++
		progress(part, done)
		return write(archiveLine{Collection: collection, Document: document})
	})
	if err == nil {
		err = write(archiveLine{End: true, Lines: lines, SHA256: hex.EncodeToString(sum.Sum(nil))})
	}
	if err == nil {
		err = w.Flush()
	}
	return err
}

// ErrNotEmpty is the error of a restore into a store that is not empty.
var ErrNotEmpty = storage.ErrNotEmpty

// Restore writes the site of an archive to a store that is empty, or that an earlier restore left unfinished. It reads
// the archive to its end and checks every document before it writes anything. The check and the writing each have their
// own progress. The last part creates the indexes; it reports 0 documents.
func Restore(ctx context.Context, store *storage.Store, from io.ReadSeeker, checked, restored Progress) error {
	if err := store.Fillable(ctx); err != nil {
		return err
	}
	check, tables := newArchiveReader(from), []string(nil)
	err := store.Inspect(ctx, func() (storage.Line, bool, error) {
		line, ok, err := check.next()
		if ok && (len(tables) == 0 || tables[len(tables)-1] != line.Collection) {
			tables = append(tables, line.Collection)
		}
		if ok {
			checked("checked", check.lines)
		}
		return line, ok, err
	})
	if err != nil {
		return err
	}
	if _, err := from.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read the archive again: %w", err)
	}
	return store.Restore(ctx, tables, newArchiveReader(from).next, restored)
}

// archiveReader reads the documents of an archive and checks the archive meanwhile.
type archiveReader struct {
	scanner *bufio.Scanner
	sum     hash.Hash
	lines   int
}

func newArchiveReader(from io.Reader) *archiveReader {
	scanner := bufio.NewScanner(from)
	scanner.Buffer(make([]byte, 0, 1<<20), maxArchiveLine)
	return &archiveReader{scanner: scanner, sum: sha256.New()}
}

// next returns the next document. After the last document it returns false if the archive is complete.
func (r *archiveReader) next() (storage.Line, bool, error) {
	bad := func(format string, args ...any) (storage.Line, bool, error) {
		return storage.Line{}, false, fmt.Errorf("line %d: "+format, append([]any{r.lines + 1}, args...)...)
	}
	for {
		if !r.scanner.Scan() {
			if err := r.scanner.Err(); err != nil {
				return bad("%w", err)
			}
			return bad("the archive ends here, without its last line: it was cut")
		}
		line, err := parseLine(r.scanner.Bytes())
		switch {
		case r.scanner.Err() != nil: // the line may be incomplete
			return bad("%w", r.scanner.Err())
		case err != nil:
			return bad("this is not JSON: %v", err)
		case r.lines == 0 && (line.Sen != archiveName || line.Version != archiveVersion):
			return bad("this is no archive of Sen in version %d", archiveVersion)
		case line.End && (line.Lines != r.lines || line.SHA256 != hex.EncodeToString(r.sum.Sum(nil))):
			return bad("the checksum does not match: the archive was altered")
		case line.End && r.scanner.Scan():
			return bad("there is data behind the last line")
		case line.End:
			return storage.Line{}, false, nil
		case r.lines > 0 && (line.Collection == "" || line.Document == nil):
			return bad("a document must have its collection")
		}
		r.sum.Write(r.scanner.Bytes())
		r.sum.Write([]byte{'\n'})
		r.lines++
		if r.lines > 1 {
			return storage.Line{Number: r.lines, Collection: line.Collection, Document: bytes.Clone(line.Document)}, true, nil
		}
	}
}

// parseLine parses a line. It cuts a line in the exact form that Export writes, without parsing the document: the code
// that reads the document checks its JSON. Any other line is parsed as JSON.
func parseLine(text []byte) (line archiveLine, err error) {
	const begin, middle = `{"collection":"`, `","document":{`
	if rest, ok := bytes.CutPrefix(text, []byte(begin)); ok && bytes.HasSuffix(rest, []byte("}}")) {
		name, _, ok := bytes.Cut(rest, []byte(middle))
		if ok && !bytes.ContainsAny(name, `"\`) {
			line.Collection = string(name)
			line.Document = json.RawMessage(rest[len(name)+len(middle)-1 : len(rest)-1])
			return line, nil
		}
	}
	return line, json.Unmarshal(text, &line)
}
