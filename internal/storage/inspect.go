package storage

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"reflect"
	"slices"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/storage/files"
)

// Inspect checks that [Store.Restore] can restore every line of an archive: each line is a valid document of its
// kind, its id is unique in its collection, and the collections are in the order of an export. The error names the
// line and the field.
func (s *Store) Inspect(ctx context.Context, next Lines) error {
	known := s.archived(true)
	ordered := func() (Line, bool, error) {
		line, ok, err := next()
		if !ok || err != nil {
			return line, ok, err
		}
		at := slices.Index(known, line.Collection)
		if at < 0 {
			return line, false, fmt.Errorf("line %d: an archive has no collection %q here", line.Number, line.Collection)
		}
		known = known[at:]
		return line, true, nil
	}
	ids := &idSet{seed: maphash.MakeSeed(), seen: map[uint64]bool{}}
	return batches(ctx, ordered, func(_ context.Context, batch []Line) error {
		for _, line := range batch {
			_, raw, err := parsed(line)
			if err == nil {
				err = s.inspect(line.Collection, raw)
			}
			if err == nil {
				err = ids.add(line.Collection, bsondoc.ID(raw))
			}
			if err != nil {
				return fmt.Errorf("line %d: %s: %w", line.Number, line.Collection, err)
			}
		}
		return nil
	})
}

// idSet is a set of ids. It stores a hash of 64 bits of each.
type idSet struct {
	mu   sync.Mutex
	seed maphash.Seed
	seen map[uint64]bool
}

// add returns an error if the id was added before.
func (s *idSet) add(collection, id string) error {
	if id == "" && collection == bucketName+".chunks" {
		return errors.New("_id: it is missing, or no text. Early versions of Sen gave parts of files such ids, and their archives " +
			"can't be imported: take the store that this one was exported from to another place by `sen move`, or keep the files as media again")
	}
	if id == "" {
		return errors.New("_id: it is missing, or no text")
	}
	sum := maphash.String(s.seed, collection+"/"+id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen[sum] {
		return fmt.Errorf("_id: %s is there twice", id)
	}
	s.seen[sum] = true
	return nil
}

// decoding returns a function that decodes documents into new values of a type.
func decoding[T any]() func(bsondoc.Element) (any, error) {
	decoder := bsondoc.DecoderOf(reflect.TypeFor[T]())
	return func(doc bsondoc.Element) (any, error) {
		into := new(T)
		return into, decoder.Decode(doc, into)
	}
}

// others are the decoders of the documents that are not entries, by collection.
var others = sync.OnceValue(func() map[string]func(bsondoc.Element) (any, error) {
	return map[string]func(bsondoc.Element) (any, error){
		settings:              decoding[content.Site](),
		routes:                decoding[claim](),
		bucketName + ".files": decoding[files.Stored](),
		accounts:              decoding[content.Account](),
		tokens:                decoding[content.Token](),
	}
})

// inspect checks a document of a collection. The error names the field.
func (s *Store) inspect(collection string, doc bson.Raw) error {
	if c := s.named(collection); c != nil {
		return c.inspect(doc)
	}
	if collection == bucketName+".chunks" {
		if _, _, ok := doc.Lookup("data").BinaryOK(); !ok {
			return errors.New("data: it is missing, or no bytes")
		}
		return nil
	}
	into, err := others()[collection](bsondoc.Document(doc))
	switch held, isClaim := into.(*claim); {
	case err != nil:
		return err
	case collection == settings && bsondoc.ID(doc) != siteID:
		return fmt.Errorf("_id: an archive has no settings %q", bsondoc.ID(doc))
	case isClaim && held.Entry == "":
		return errors.New("entry: it is missing")
	}
	return nil
}

// inspect checks a document of the kind.
func (c *Collection[T, F]) inspect(doc bson.Raw) error {
	if c.whole {
		return c.store.inspectRevision(doc)
	}
	var e content.Entry[T]
	if err := c.entryDecoder().Decode(bsondoc.Document(doc), &e); err != nil {
		return err
	}
	switch kind, _ := e.ID.Kind(); {
	case kind != c.kind:
		return fmt.Errorf("_id: %q is no id of the kind %s", e.ID, c.kind)
	case content.IsNil(e.Draft):
		return errors.New("draft: it is missing")
	case common(e.Draft).Slug == "":
		return errors.New("draft: slug: it is missing")
	case !content.IsNil(e.Live) && common(e.Live).Slug == "":
		return errors.New("live: slug: it is missing")
	case e.Version < 1:
		return errors.New("version: it must be 1 or more")
	case e.State == "":
		return errors.New("state: it is missing")
	}
	return nil
}

// inspectRevision checks a revision and the copy in it.
func (s *Store) inspectRevision(doc bson.Raw) error {
	var r content.Revision
	if err := s.Revisions.decoder.Decode(bsondoc.Document(doc), &r); err != nil {
		return err
	}
	copied := bsondoc.Document(doc).At("copy")
	if copied.Null() {
		return nil
	}
	var err error
	if r.Of == siteKind {
		_, err = others()[settings](copied)
	} else if c := s.collectionOf(r.Of); c == nil || c == collection(s.Revisions) {
		return fmt.Errorf("kind: there is no kind %q", r.Of)
	} else {
		err = c.inspectCopy(copied)
	}
	if err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	return nil
}

// inspectCopy checks a copy of an entry.
func (c *Collection[T, F]) inspectCopy(copied bsondoc.Element) error {
	return c.copies().Decode(copied, c.make())
}
