package storage

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/engine"
)

// Moved describes a table that was moved.
type Moved struct {
	Table     string
	Documents int
	// SHA256 is the hash of all documents in the order of their ids.
	SHA256 string
}

// Move copies everything into an empty store, or into one that an earlier move has left unfinished: settings with the
// signing key, entries, revisions, media, accounts and tokens. It does not copy sessions and sizes of pictures. At
// the end it compares the two stores. The target stays marked as unfinished until each table has the same documents.
// The source must not be written during the move; if it is, the comparison may fail. Move reports its progress to
// tell as [Store.Restore] does.
func (s *Store) Move(ctx context.Context, to *Store, tell func(part string, done int)) (moved []Moved, err error) {
	all, err := s.engine.Tables(ctx)
	if err != nil {
		return nil, err
	}
	tables := slices.DeleteFunc(slices.Sorted(maps.Keys(all)),
		func(name string) bool { return slices.Contains(notMovedTables, name) })
	return moved, to.filling(ctx, "move", tables, func(ctx context.Context) error {
		r := &restoring{Store: to, tell: tell}
		defer r.tick()()
		for _, name := range tables {
			if err := s.copyTable(ctx, r, name); err != nil {
				return err
			}
		}
		if err := to.prepare(ctx, func(table string) { r.progress("indexes of "+table, 0) }); err != nil {
			return err
		}
		for _, name := range tables {
			is, err := s.sum(ctx, name, func() { r.progress("compared "+name, 1) })
			if err != nil {
				return err
			}
			became, err := to.sum(ctx, name, func() {})
			if err != nil {
				return err
			}
			if is != became {
				return fmt.Errorf("%s differ: %d documents (%.12s) became %d (%.12s). Was the site written meanwhile? Stop its servers and move it again",
					name, is.Documents, is.SHA256, became.Documents, became.SHA256)
			}
			moved = append(moved, is)
		}
		return nil
	})
}

// copyTable copies the documents of a table that a move includes.
func (s *Store) copyTable(ctx context.Context, r *restoring, name string) error {
	b := newBatcher(ctx, func(ctx context.Context, changes []engine.Change) error { return r.put(ctx, name, changes) })
	err := s.engine.Table(name).Find(ctx, engine.Query{Filter: movable(name), Sort: byID}, func(raw bson.Raw) error {
		change := engine.Insert(slices.Clone(raw))
		if name == settings { // a server may have been started on the target and have made a signing key
			change = engine.Replace(bsondoc.ID(raw), slices.Clone(raw))
		}
		return b.add(change, len(raw))
	})
	if failed := b.wait(); failed != nil {
		return failed
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	return nil
}

// sum counts and hashes the documents of a table that a move includes.
func (s *Store) sum(ctx context.Context, name string, read func()) (Moved, error) {
	sum, m := sha256.New(), Moved{Table: name}
	err := s.engine.Table(name).Find(ctx, engine.Query{Filter: movable(name), Sort: byID}, func(raw bson.Raw) error {
		m.Documents++
		sum.Write(raw)
		read()
		return nil
	})
	m.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return m, err
}
