package lease

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
	"sen/internal/engine"
)

// Table is the collection of the leases. The `_id` of a lease on a file that is being stored is the file's SHA-256; that
// of another lease is its name.
const Table = "media.holds"

// Term is how long a lease lasts without renewal. An older lease was left behind by a program that ended. Tests
// shorten it.
var Term = 30 * time.Second

// ErrLost is the cancellation cause of work on a file that another attempt of the same change has taken over.
var ErrLost = content.Errorf(content.CodeUnavailable, "Another attempt has taken over the file. Try again.")

// Hold is a lease on a file that one change stores, or on other work that only one program may do at a time.
type Hold struct {
	// Context ends when another attempt takes the file over.
	Context context.Context //nolint:containedctx // it ends with the hold
	// TakenOver means that an earlier attempt left the file behind, and perhaps some of its bytes.
	TakenOver bool
	// Release ends the lease, so that the next change can take the file.
	Release func()
}

// Lost returns ErrLost if another attempt has taken the file over, or nil.
func (h *Hold) Lost() error {
	if errors.Is(context.Cause(h.Context), ErrLost) {
		return ErrLost
	}
	return nil
}

// Holds manages the leases of one program.
type Holds struct {
	engine engine.Engine
	clock  *Clock
	// program is the id of this run of the program. It distinguishes its leases from those of other programs.
	program string
	// timeout bounds the removal of a lease.
	timeout time.Duration
	log     *slog.Logger

	mu sync.Mutex
	// files are the files on which this program has a lease, or tries to get one.
	files map[string]bool
}

// NewHolds returns the leases of a run of the program, which are stored in an engine. timeout bounds the removal of a
// lease.
func NewHolds(e engine.Engine, clock *Clock, program string, timeout time.Duration, log *slog.Logger) *Holds {
	return &Holds{engine: e, clock: clock, program: program, timeout: timeout, log: log, files: map[string]bool{}}
}

// now returns the time that leases use.
func (h *Holds) now() time.Time { return h.clock.Now().UTC().Truncate(time.Millisecond) }

// update updates one lease and reports whether the filter matched one.
func (h *Holds) update(ctx context.Context, filter, update bson.D) (bool, error) {
	n, err := h.engine.Table(Table).Write(ctx, engine.Update(filter, update))
	return n > 0, err
}

// begin reports whether the file was free within this program, and marks it as taken.
func (h *Holds) begin(sha256 string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	free := !h.files[sha256]
	h.files[sha256] = true
	return free
}

func (h *Holds) end(sha256 string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.files, sha256)
}

// retryHold is the interval at which File checks whether the file is free.
const retryHold = 50 * time.Millisecond

// File takes the lease on a file. Equal files are stored one at a time, whichever server they were sent to: File
// waits until nobody else has a lease on the same SHA-256. The lease is renewed as long as the program runs. After
// the program has ended, the file is free half a minute later, and at once for the change with the same name, if it
// has one.
func (h *Holds) File(ctx context.Context, sha256, change string) (*Hold, error) {
	for {
		hold, err := h.try(ctx, sha256, change)
		if err != nil {
			return nil, fmt.Errorf("hold a file: %w", err)
		}
		if hold != nil {
			return hold, nil
		}
		select {
		case <-ctx.Done():
			return nil, engine.Late(ctx.Err())
		case <-time.After(retryHold):
		}
	}
}

// Try takes the lease with a name that is not a SHA-256. It returns nil if another program has the lease. The lease is
// renewed until it is released. After a program has ended, its leases are free half a minute later.
func (h *Holds) Try(ctx context.Context, name string) (*Hold, error) { return h.try(ctx, name, "") }

// try takes a lease. It returns nil if the lease is taken.
func (h *Holds) try(ctx context.Context, id, change string) (hold *Hold, err error) {
	if h.begin(id) {
		if hold, err = h.hold(ctx, id, change); hold == nil {
			h.end(id)
		}
	}
	return hold, err
}

// hold takes the lease on a file that nobody else in the program has taken. It returns nil if another program has the
// lease.
func (h *Holds) hold(ctx context.Context, sha256, change string) (*Hold, error) {
	own := bson.D{{Key: "_id", Value: sha256}, {Key: "by", Value: rand.Text()}}
	is := bson.D{own[1], {Key: "program", Value: h.program}, {Key: "change", Value: change}, {Key: "at", Value: h.now()}}
	_, err := h.engine.Table(Table).Write(ctx, engine.Insert(append(own[:1:1], is...)))
	if err == nil {
		return h.held(ctx, own, false), nil
	}
	if !errors.Is(err, engine.ErrDuplicate) {
		h.remove(ctx, own) // the lease may have been stored all the same
		return nil, err
	}
	left := bson.A{
		bson.D{{Key: "at", Value: bson.D{{Key: "$lt", Value: h.now().Add(-Term)}}}},
		bson.D{{Key: "program", Value: h.program}}, // this program does not use the lease any more
	}
	if change != "" {
		left = append(left, bson.D{{Key: "change", Value: change}})
	}
	taken, err := h.update(ctx, bson.D{{Key: "_id", Value: sha256}, {Key: "$or", Value: left}},
		bson.D{{Key: "$set", Value: is}})
	if !taken || err != nil {
		return nil, err
	}
	return h.held(ctx, own, true), nil
}

// held returns a lease that was taken. It is renewed in the background until it is released.
func (h *Holds) held(ctx context.Context, own bson.D, takenOver bool) *Hold {
	ctx, end := context.WithCancelCause(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		ticks := time.NewTicker(Term / 3)
		defer ticks.Stop()
		for renewed := time.Now(); ; {
			select {
			case <-ctx.Done():
				return
			case <-ticks.C:
			}
			still, err := h.update(ctx, own, engine.Set("at", h.now()))
			switch {
			case err == nil && still:
				renewed = time.Now()
			case err == nil, time.Since(renewed) > Term:
				end(ErrLost)
				return
			}
		}
	}()
	sha256, _ := own[0].Value.(string)
	return &Hold{ctx, takenOver, func() {
		end(nil)
		<-ended
		h.remove(ctx, own)
		h.end(sha256)
	}}
}

// remove removes a lease.
func (h *Holds) remove(ctx context.Context, own bson.D) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), h.timeout)
	defer cancel()
	if _, err := h.engine.Table(Table).Write(ctx, engine.Delete(own)); err != nil {
		h.log.WarnContext(ctx, "a lease could not be removed; it ends in half a minute", "lease", own[0].Value, "err", err)
	}
}
