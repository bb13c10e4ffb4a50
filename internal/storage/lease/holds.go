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

// Table is the collection of files that are being taken in: whose `_id` is their SHA-256.
const Table = "media.holds"

// Term is how long a file is held without being renewed: what is older was left by a program that ended. Tests shorten
// it.
var Term = 30 * time.Second

// ErrLost is the cause that ends the work with a file that another attempt of the same change goes on with.
var ErrLost = content.Errorf(content.CodeUnavailable, "Another attempt has taken over the file. Try again.")

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
	if errors.Is(context.Cause(h.Context), ErrLost) {
		return ErrLost
	}
	return nil
}

// Holds lets programs hold files.
type Holds struct {
	engine engine.Engine
	clock  *Clock
	// program is this run of the program: it tells its holds from those of others.
	program string
	// timeout bounds the end of a hold.
	timeout time.Duration
	log     *slog.Logger

	mu sync.Mutex
	// files are those that this program holds.
	files map[string]bool
}

// NewHolds makes holds in an engine for a run of the program. Timeout bounds the end of a hold.
func NewHolds(e engine.Engine, clock *Clock, program string, timeout time.Duration, log *slog.Logger) *Holds {
	return &Holds{engine: e, clock: clock, program: program, timeout: timeout, log: log, files: map[string]bool{}}
}

// now is the time of leases.
func (h *Holds) now() time.Time { return h.clock.Now().UTC().Truncate(time.Millisecond) }

// update updates one hold, and tells whether the filter held for one.
func (h *Holds) update(ctx context.Context, filter, update bson.D) (bool, error) {
	n, err := h.engine.Table(Table).Write(ctx, engine.Update(filter, update))
	return n > 0, err
}

// begin tells whether nobody else in the program holds a file, and holds it then.
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

// retryHold is how often it is looked whether a file is free.
const retryHold = 50 * time.Millisecond

// File lets files that are the same be taken in one at a time, whatever server they were sent to: it waits until nobody
// else holds one with that SHA-256. The hold is a lease that is renewed as long as the program runs: what a program
// held that ended is free half a minute later, and at once for the change with the same name, if it has one.
func (h *Holds) File(ctx context.Context, sha256, change string) (*Hold, error) {
	for {
		if h.begin(sha256) {
			hold, err := h.hold(ctx, sha256, change)
			if hold != nil {
				return hold, nil
			}
			h.end(sha256)
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

// hold holds a file that nobody else in the program holds; nil if another program does.
func (h *Holds) hold(ctx context.Context, sha256, change string) (*Hold, error) {
	own := bson.D{{Key: "_id", Value: sha256}, {Key: "by", Value: rand.Text()}}
	is := bson.D{own[1], {Key: "program", Value: h.program}, {Key: "change", Value: change}, {Key: "at", Value: h.now()}}
	_, err := h.engine.Table(Table).Write(ctx, engine.Insert(append(own[:1:1], is...)))
	if err == nil {
		return h.held(ctx, own, false), nil
	}
	if !errors.Is(err, engine.ErrDuplicate) {
		h.letGo(ctx, own) // it may be there all the same
		return nil, err
	}
	left := bson.A{
		bson.D{{Key: "at", Value: bson.D{{Key: "$lt", Value: h.now().Add(-Term)}}}},
		bson.D{{Key: "program", Value: h.program}}, // which holds it no more
	}
	if change != "" {
		left = append(left, bson.D{{Key: "change", Value: change}})
	}
	taken, err := h.update(ctx, bson.D{{Key: "_id", Value: sha256}, {Key: "$or", Value: left}}, bson.D{{Key: "$set", Value: is}})
	if !taken || err != nil {
		return nil, err
	}
	return h.held(ctx, own, true), nil
}

// held is a hold that was taken, which is renewed until it is released.
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
		h.letGo(ctx, own)
		h.end(sha256)
	}}
}

// letGo ends a hold.
func (h *Holds) letGo(ctx context.Context, own bson.D) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), h.timeout)
	defer cancel()
	if _, err := h.engine.Table(Table).Write(ctx, engine.Delete(own)); err != nil {
		h.log.WarnContext(ctx, "a file is held for half a minute", "sha256", own[0].Value, "err", err)
	}
}
