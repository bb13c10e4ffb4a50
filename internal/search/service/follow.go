package service

import (
	"context"
	"errors"
	"slices"
	"time"

	"sen/internal/content"
	"sen/internal/entries"
	"sen/internal/search"
	"sen/internal/storage/batch"
	"sen/internal/storage/feed"
)

const (
	// batchWait is how long changes are collected, because each write to the index costs a wait for the disk.
	batchWait = 100 * time.Millisecond
	// batchSize is the largest number of entries of one write.
	batchSize = 500
	// retryWait is the wait after a failed write or scan.
	retryWait = time.Second
	// waitStep is how often Wait looks.
	waitStep = 5 * time.Millisecond
	// progressEvery is how often a long build reports its progress.
	progressEvery = 5 * time.Second
)

var stages = []search.Stage{search.Published, search.Drafts}

// Run keeps the index current until the context ends. First it compares the index with the store, and writes what is
// missing or outdated; so it fills an empty index, and continues where a former run ended. Then it follows the changes
// of the store. The store must be prepared.
func (s *Service) Run(ctx context.Context) {
	if s.engine == nil {
		return
	}
	s.store.Feed.OnWrite(s.wrote)
	s.signal()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		}
		s.setBusy(true)
		again := s.work(ctx)
		s.setBusy(false)
		if again > 0 {
			sleep(ctx, again)
			s.signal()
		}
	}
}

func (s *Service) setBusy(busy bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy = busy
}

// Wait waits until the index has everything that was written to the store before.
func (s *Service) Wait(ctx context.Context) error {
	done := func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return !s.busy && !s.rescan && len(s.queue) == 0
	}
	for !done() && ctx.Err() == nil {
		sleep(ctx, waitStep)
	}
	return ctx.Err()
}

// work compares the index with the store if that was requested, and writes all documents that may be outdated. It
// returns how long to wait before it tries again, 0 if everything succeeded.
func (s *Service) work(ctx context.Context) (again time.Duration) {
	waiting := false
	if s.scanRequested() {
		done, err := s.compare(ctx)
		if err != nil {
			return s.failed(ctx, "compare with the store", err)
		}
		if waiting = !done; waiting {
			s.requestScan()
		}
	} else {
		sleep(ctx, batchWait)
	}
	if err := s.drain(ctx); err != nil {
		return s.failed(ctx, "write", err)
	}
	if waiting {
		return leaseWait
	}
	s.completed(ctx)
	return 0
}

// drain writes the documents of all entries in the queue.
func (s *Service) drain(ctx context.Context) error {
	report := s.progress(ctx, s.Waiting())
	for ids := s.take(); len(ids) > 0; ids = s.take() {
		if err := s.write(ctx, ids); err != nil {
			s.put(ids...)
			return err
		}
		report(s.Waiting())
	}
	return nil
}

// progress returns a function that logs how many of a number of entries still wait, every few seconds.
func (s *Service) progress(ctx context.Context, total int) (report func(waiting int)) {
	told := time.Now()
	return func(waiting int) {
		if time.Since(told) > progressEvery {
			told = time.Now()
			s.log.InfoContext(ctx, "the search index is being filled", "waiting", waiting, "of", total)
		}
	}
}

// completed ends the states in which answers may be incomplete, unless the index could not be reached meanwhile.
func (s *Service) completed(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rescan || ctx.Err() != nil {
		return
	}
	s.current = true
	wasDegraded, wasBuilding := s.degraded.Swap(false), s.building.Swap(false)
	if wasDegraded || wasBuilding {
		s.store.Feed.Changed(feed.Change{Search: true})
		s.log.InfoContext(ctx, "the search index is complete")
	}
}

// failed reports an error, unless the context has ended. The index is compared with the store after the returned time:
// it may have lost something.
func (s *Service) failed(ctx context.Context, what string, err error) (again time.Duration) {
	if errors.Is(err, search.ErrUnavailable) {
		s.unavailable(ctx, err)
	} else if ctx.Err() == nil {
		s.log.WarnContext(ctx, "the search index could not be updated, which is tried again", "doing", what, "err", err)
	}
	s.requestScan()
	return retryWait
}

// wrote takes note of writes to the store.
func (s *Service) wrote(changes []feed.Change) {
	for _, change := range changes {
		if change.Search { // our own report
			return
		}
		if change.ID == "" {
			s.requestScan()
			continue
		}
		s.put(change.ID)
	}
	s.signal()
}

func (s *Service) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *Service) requestScan() {
	s.mu.Lock()
	s.rescan = true
	s.mu.Unlock()
	s.signal()
}

// scanRequested reports whether a scan was requested since the last call.
func (s *Service) scanRequested() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	requested := s.rescan
	s.rescan = false
	return requested
}

func (s *Service) put(ids ...content.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) == 0 && !s.busy {
		s.since = time.Now()
	}
	for _, id := range ids {
		s.queue[id] = struct{}{}
	}
}

// take removes up to batchSize entries of one kind or several from the queue.
func (s *Service) take() (ids []content.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id := range s.queue {
		if len(ids) == batchSize {
			break
		}
		ids = append(ids, id)
		delete(s.queue, id)
	}
	return ids
}

// write brings the documents of some entries up to date.
func (s *Service) write(ctx context.Context, ids []content.ID) error {
	changes, err := s.changes(ctx, ids)
	if err != nil {
		return err
	}
	if err := s.engine.Write(ctx, changes); err != nil {
		return err
	}
	s.store.Feed.Changed(feed.Change{Search: true})
	return nil
}

// changes returns the changes that bring the documents of some entries up to date.
func (s *Service) changes(ctx context.Context, ids []content.ID) (changes []search.Change, err error) {
	slices.Sort(ids)
	at := s.store.Now()
	found := make([]*entries.Entry, len(ids))
	failed := make([]error, len(ids))
	batch.Together(ctx, len(ids), func(ctx context.Context, i int) {
		if kind, ok := ids[i].Kind(); ok {
			found[i], _, failed[i] = s.kinds[kind].Entry(ctx, ids[i])
		}
	})
	for i, id := range ids {
		if failed[i] != nil {
			return nil, failed[i]
		}
		for _, stage := range stages {
			changes = append(changes, change(id, found[i], stage, at))
			s.abbreviations[stage].Set(id, pairs(found[i], stage))
		}
	}
	return changes, nil
}

// sleep waits for a time, or until the context ends.
func sleep(ctx context.Context, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
