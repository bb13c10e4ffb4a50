package service

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"sen/internal/content"
	"sen/internal/entries"
	"sen/internal/search"
)

const (
	// leaseName names the lease of the server that fills an index which several servers share.
	leaseName = "search index"
	// leaseWait is how often a server checks whether another one has filled the index.
	leaseWait = 200 * time.Millisecond
)

// compare compares the index with the store, and queues the entries that differ. If that is most of a shared index, or
// the index is made for another version of the program, one server fills it; compare returns false while another one
// does that.
func (s *Service) compare(ctx context.Context) (done bool, err error) {
	if !s.waiting {
		d, err := s.scan(ctx)
		if err != nil {
			return false, err
		}
		if d.stale && s.current {
			s.log.WarnContext(ctx, "another version of the program has rebuilt the search index")
			return true, nil
		}
		s.building.Store(s.building.Load() || d.large)
		if _, shared := s.engine.(search.Rebuilder); !shared || !d.large && !d.stale {
			s.put(d.outdated...)
			return true, nil
		}
	}
	hold, err := s.store.Holds.Try(ctx, leaseName)
	s.waiting = hold == nil && err == nil
	if hold == nil {
		return false, err
	}
	defer hold.Release()
	return true, s.fill(hold.Context) //nolint:contextcheck // hold.Context is derived from ctx
}

// fill brings the index up to date. The server has the lease; another server may have filled the index before.
func (s *Service) fill(ctx context.Context) error {
	d, err := s.scan(ctx)
	if err == nil && d.stale {
		if err = s.rebuild(ctx, d.all); err == nil {
			d, err = s.scan(ctx)
		}
	}
	if err != nil {
		return err
	}
	s.put(d.outdated...)
	return s.drain(ctx)
}

// rebuild makes a new index with some entries, which takes the place of the one in use. Meanwhile changes go to the one
// in use.
func (s *Service) rebuild(ctx context.Context, ids []content.ID) error {
	s.log.InfoContext(ctx, "the search index is rebuilt for this version of the program", "entries", len(ids))
	engine, ok := s.engine.(search.Rebuilder)
	if !ok {
		return errors.New("the search index can't be rebuilt")
	}
	build, err := engine.Build(ctx)
	if err != nil {
		return err
	}
	report, follows, done := s.progress(ctx, len(ids)), true, 0
	for some := range slices.Chunk(ids, batchSize) {
		changes, err := s.changes(ctx, some)
		if err == nil {
			err = build.Write(ctx, changes)
		}
		if err != nil {
			return errors.Join(err, build.Abort(context.WithoutCancel(ctx)))
		}
		done += len(some)
		report(len(ids) - done)
		// The old index may not have the fields of this version. Then the changes wait for the new one.
		follows = follows && s.drain(ctx) == nil
	}
	return build.Commit(ctx)
}

// difference is what an index lacks.
type difference struct {
	// all has the entries of the store. Outdated has those that differ in the index, and those that are only there.
	all, outdated []content.ID
	// large means that the index lacks too much to call it complete.
	large bool
	// stale means that the index must be rebuilt. What differs is not known then.
	stale bool
}

// scan compares the signatures of all documents with the store. It also reads all abbreviations.
func (s *Service) scan(ctx context.Context) (d difference, err error) {
	if shared, ok := s.engine.(search.Rebuilder); ok {
		if d.stale, err = shared.Prepare(ctx); err != nil {
			return d, err
		}
	}
	indexed := map[search.Stage]map[content.ID]string{}
	empty := true
	for _, stage := range stages {
		indexed[stage] = map[content.ID]string{}
		if d.stale {
			continue
		}
		err := s.engine.Signatures(ctx, stage, func(id content.ID, signature string) error {
			indexed[stage][id] = signature
			return nil
		})
		if err != nil {
			return d, err
		}
		empty = empty && len(indexed[stage]) == 0
	}
	if empty && !d.stale {
		s.building.Store(true) // until everything is written, which is at once if the store is empty, too
	}
	for _, kind := range content.Kinds() {
		err := s.kinds[kind].EachVersion(ctx, comparedFields(s.kinds[kind]), func(e *entries.Entry) error {
			d.all = append(d.all, e.ID)
			differs := false
			for _, stage := range stages {
				differs = differs || indexed[stage][e.ID] != signature(e, stage)
				delete(indexed[stage], e.ID)
				s.abbreviations[stage].Set(e.ID, pairs(e, stage))
			}
			if differs {
				d.outdated = append(d.outdated, e.ID)
			}
			return nil
		})
		if err != nil {
			return d, err
		}
	}
	for _, stage := range stages {
		d.outdated = slices.AppendSeq(d.outdated, maps.Keys(indexed[stage])) // they are not in the store any more
	}
	d.large = !d.stale && (empty && len(d.outdated) > 0 || len(d.outdated) > batchSize)
	return d, nil
}

// comparedFields returns the stored fields that [signature] and [pairs] need.
func comparedFields(c entries.Collection) (fields []string) {
	d, stored := c.Kind().Descriptor(), c.StoredFields()
	for field := range d.New().Taken().Fields {
		fields = append(fields, field)
	}
	if slices.Contains(stored, "shortName") {
		fields = append(append(fields, d.Label...), "shortName")
	}
	return fields
}
