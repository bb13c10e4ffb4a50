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

// An archive is the whole site as JSON Lines: a header; a line for each document, with its
// collection; and a last line with the number of lines before it and their SHA-256, by
// which a file that was cut or altered is known.

type archiveLine struct {
	Sen        string          `json:"sen,omitempty"`
	Version    int             `json:"version,omitempty"`
	Collection string          `json:"collection,omitempty"`
	Document   json.RawMessage `json:"document,omitempty"`
	End        bool            `json:"end,omitempty"`
	Lines      int             `json:"lines,omitempty"`
	SHA256     string          `json:"sha256,omitempty"`
}

// archiveName and archiveVersion stand in the header of an archive.
const (
	archiveName    = "archive"
	archiveVersion = 1
)

// maxArchiveLine is the longest line of an archive in bytes: a document of MongoDB has 16 MB
// at most, and bytes take a third more as text.
const maxArchiveLine = 32 << 20

// Progress is told what was done so far: the part of the work, and how many documents of it.
type Progress func(part string, done int)

// Export writes the whole site, with media and all revisions; accounts and tokens only
// with people. The same site gives the same bytes.
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

// ErrNotEmpty refuses to restore into a store that holds something.
var ErrNotEmpty = storage.ErrNotEmpty

// Restore puts the site of an archive into an empty store, or into one that a restoring before has left unfinished. The
// archive is read to its end and every document is checked before anything is written; each of the two has its own
// progress. Indexes are the last part: their progress is 0 documents.
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

// archiveReader reads the documents of an archive and checks it on the way.
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

// next is the next document; false behind the last one, when the archive is whole.
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
		case r.scanner.Err() != nil: // so that the line is a part of one
			return bad("%w", r.scanner.Err())
		case err != nil:
			return bad("this is no JSON: %v", err)
		case r.lines == 0 && (line.Sen != archiveName || line.Version != archiveVersion):
			return bad("this is no archive of Sen in version %d", archiveVersion)
		case line.End && (line.Lines != r.lines || line.SHA256 != hex.EncodeToString(r.sum.Sum(nil))):
			return bad("the checksum does not fit: the archive was altered")
		case line.End && r.scanner.Scan():
			return bad("something stands behind the end")
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

// parseLine takes a line apart. What an export writes for a document is cut, not read: whoever reads the document sees
// whether it is JSON.
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
