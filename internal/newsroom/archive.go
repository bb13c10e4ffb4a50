package newsroom

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
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
var ErrNotEmpty = errors.New("the store is not empty: an archive is restored into an empty one")

// Restore puts the site of an archive into an empty store. The archive is read to its end
// and checked before anything is written; each of the two has its own progress.
func Restore(ctx context.Context, store *storage.Store, from io.ReadSeeker, checked, restored Progress) error {
	if empty, err := store.Empty(ctx); err != nil || !empty {
		return errors.Join(err, ErrNotEmpty)
	}
	check, part := newArchiveReader(from), ""
	for {
		line, ok, err := check.next()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		if line.Collection != part { // people may be there already, and can't be there twice
			part = line.Collection
			if empty, err := store.EmptyOf(ctx, part); err != nil {
				return err
			} else if !empty {
				return fmt.Errorf("%w; there are %s in this one", ErrNotEmpty, part)
			}
		}
		checked("checked", check.lines)
	}
	if _, err := from.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read the archive again: %w", err)
	}
	r, done := newArchiveReader(from), 0
	part = ""
	return store.Restore(ctx, func() (string, []byte, bool, error) {
		line, ok, err := r.next()
		if line.Collection != part {
			part, done = line.Collection, 0
		}
		if done++; ok {
			restored(part, done)
		}
		return line.Collection, line.Document, ok, err
	})
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
func (r *archiveReader) next() (line archiveLine, ok bool, err error) {
	bad := func(format string, args ...any) (archiveLine, bool, error) {
		return archiveLine{}, false, fmt.Errorf("line %d: %s", r.lines+1, fmt.Sprintf(format, args...))
	}
	for {
		if !r.scanner.Scan() {
			if err := r.scanner.Err(); err != nil {
				return bad("%v", err)
			}
			return bad("the archive ends here, without its last line: it was cut")
		}
		line = archiveLine{}
		if err := json.Unmarshal(r.scanner.Bytes(), &line); err != nil {
			return bad("this is no JSON: %v", err)
		}
		switch {
		case r.lines == 0 && (line.Sen != archiveName || line.Version != archiveVersion):
			return bad("this is no archive of Sen in version %d", archiveVersion)
		case line.End && (line.Lines != r.lines || line.SHA256 != hex.EncodeToString(r.sum.Sum(nil))):
			return bad("the checksum does not fit: the archive was altered")
		case line.End && r.scanner.Scan():
			return bad("something stands behind the end")
		case line.End:
			return archiveLine{}, false, nil
		case r.lines > 0 && (line.Collection == "" || line.Document == nil):
			return bad("a document must have its collection")
		}
		r.sum.Write(append(r.scanner.Bytes(), '\n'))
		r.lines++
		if r.lines > 1 {
			line.Document = append(json.RawMessage(nil), line.Document...)
			return line, true, nil
		}
	}
}
