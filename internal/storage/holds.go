package storage

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
	"sen/internal/engine"
)

// holdsName is the collection of files that are being taken in: whose `_id` is their SHA-256.
const holdsName = "media.holds"

// holdLease is how long a file is held without being renewed: what is older was left by a program that ended. Tests
// shorten it.
var holdLease = 30 * time.Second

// leaseNow is the time of leases.
func (s *Store) leaseNow() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// errHoldLost ends the work with a file that another attempt of the same change goes on with.
var errHoldLost = content.Errorf(content.CodeUnavailable, "Another attempt has taken over the file. Try again.")

// Hold is a file that is being taken in by one change.
type Hold struct {
	// Context ends when another attempt takes the file over.
	Context context.Context //nolint:containedctx // it ends with the hold
	// TakenOver tells that an attempt before left the file behind, and perhaps a part of its bytes.
	TakenOver bool
	// Release lets the next one go on.
	Release func()
}

// Lost is the error of work that ended because another attempt has taken the file over; nil if none has.
func (h *Hold) Lost() error {
	if errors.Is(context.Cause(h.Context), errHoldLost) {
		return errHoldLost
	}
	return nil
}

// holding are the files that this program holds.
type holding struct {
	mu    sync.Mutex
	files map[string]bool
}

// begin tells whether nobody else in the program holds a file, and holds it then.
func (h *holding) begin(sha256 string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.files == nil {
		h.files = map[string]bool{}
	}
	free := !h.files[sha256]
	h.files[sha256] = true
	return free
}

func (h *holding) end(sha256 string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.files, sha256)
}

// retryHold is how often it is looked whether a file is free.
const retryHold = 50 * time.Millisecond

// HoldFile lets files that are the same be taken in one at a time, whatever server they were sent
// to: it waits until nobody else holds one with that SHA-256. The hold is a lease that is renewed as long as the program runs:
// what a program held that ended is free half a minute later, and at once for the change with the same name, if it has one.
func (s *Store) HoldFile(ctx context.Context, sha256, change string) (*Hold, error) {
	for {
		if s.holding.begin(sha256) {
			h, err := s.holdFile(ctx, sha256, change)
			if h != nil {
				return h, nil
			}
			s.holding.end(sha256)
			if err != nil {
				return nil, fmt.Errorf("hold a file: %w", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil, engine.Late(ctx.Err())
		case <-time.After(retryHold):
		}
	}
}

// holdFile holds a file that nobody else in the program holds; nil if another program does.
func (s *Store) holdFile(ctx context.Context, sha256, change string) (*Hold, error) {
	own := bson.D{{Key: "_id", Value: sha256}, {Key: "by", Value: rand.Text()}}
	is := bson.D{own[1], {Key: "program", Value: s.program}, {Key: "change", Value: change}, {Key: "at", Value: s.leaseNow()}}
	err := s.write(ctx, holdsName, engine.Insert(append(own[:1:1], is...)))
	if err == nil {
		return s.held(ctx, own, false), nil
	}
	if !errors.Is(err, engine.ErrDuplicate) {
		s.letGo(ctx, own) // it may be there all the same
		return nil, err
	}
	left := bson.A{
		bson.D{{Key: "at", Value: bson.D{{Key: "$lt", Value: s.leaseNow().Add(-holdLease)}}}},
		bson.D{{Key: "program", Value: s.program}}, // which holds it no more
	}
	if change != "" {
		left = append(left, bson.D{{Key: "change", Value: change}})
	}
	taken, err := s.update(ctx, holdsName, bson.D{{Key: "_id", Value: sha256}, {Key: "$or", Value: left}}, bson.D{{Key: "$set", Value: is}})
	if !taken || err != nil {
		return nil, err
	}
	return s.held(ctx, own, true), nil
}

// held is a hold that was taken, which is renewed until it is released.
func (s *Store) held(ctx context.Context, own bson.D, takenOver bool) *Hold {
	ctx, end := context.WithCancelCause(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		ticks := time.NewTicker(holdLease / 3)
		defer ticks.Stop()
		for renewed := time.Now(); ; {
			select {
			case <-ctx.Done():
				return
			case <-ticks.C:
			}
			still, err := s.update(ctx, holdsName, own, engine.Set("at", s.leaseNow()))
			switch {
			case err == nil && still:
				renewed = time.Now()
			case err == nil, time.Since(renewed) > holdLease:
				end(errHoldLost)
				return
			}
		}
	}()
	sha256, _ := own[0].Value.(string)
	return &Hold{ctx, takenOver, func() {
		end(nil)
		<-ended
		s.letGo(ctx, own)
		s.holding.end(sha256)
	}}
}

// letGo ends a hold.
func (s *Store) letGo(ctx context.Context, own bson.D) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.timeout)
	defer cancel()
	if err := s.write(ctx, holdsName, engine.Delete(own)); err != nil {
		s.log.WarnContext(ctx, "a file is held for half a minute", "sha256", own[0].Value, "err", err)
	}
}
