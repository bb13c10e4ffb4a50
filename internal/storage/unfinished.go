package storage

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/engine"
)

// While an import, a move or the sample content fills a store, the store has a mark, from before the first document
// until after the last one. Without the mark, a store whose import was killed would look complete. A marked store is
// not served. Only another import or move may take the mark over; the mark of the sample content may also be taken
// over by another run of the sample.

// unfinished is the document of the mark.
type unfinished struct {
	ID string `json:"_id"`
	// What says what fills the store: "import", "move" or "sample".
	What  string    `json:"what"`
	Since time.Time `json:"since"`
	// By is the id of the run that fills the store. Beat increases while it runs.
	By   string `json:"by"`
	Beat int    `json:"beat"`
	// Tables are the tables that it fills. They were empty before.
	Tables []string `json:"tables"`
}

// The errors of filling a store.
var (
	// ErrNotEmpty means that the store to fill is not empty.
	ErrNotEmpty = errors.New("the store is not empty")
	errFilled   = errors.New("another import, move or start of a server fills this store")
)

// beat is the interval at which the filling program increases Beat. patience is how long Beat must stay unchanged
// before the program counts as ended.
const beat = time.Second

var patience = 5 * beat

// refuseUnfinished returns an error if an import or a move has not filled the store completely. It also stops serving
// then.
func (s *Store) refuseUnfinished(ctx context.Context) error {
	mark, ok, err := findOne[unfinished](ctx, s.guard.Engine.Table(settings), engine.ByID(unfinishedID))
	if !ok || err != nil {
		return err
	}
	why := mark.error()
	s.stop(ctx, why)
	return why
}

// error returns the error that describes the unfinished store.
func (mark *unfinished) error() error {
	since := mark.Since.UTC().Format(time.RFC3339)
	switch mark.What {
	case "move":
		return content.Errorf(content.CodeUnavailable,
			"The move of a site into this store, begun at %s, has not come to its end. Run `sen move` again: it begins anew.",
			since)
	case sampleFilling:
		return content.Errorf(content.CodeUnavailable,
			"The sample content of this store, begun at %s, is not whole. Start the server with --sample: it begins anew.",
			since)
	}
	return content.Errorf(content.CodeUnavailable,
		"The import into this store, begun at %s, has not come to its end. Run `sen import` again: it begins anew.", since)
}

// filling marks the store as unfinished, calls fill, and removes the mark. The store must be empty, or an unfinished
// one, which it takes over and empties. The mark stays if fill fails.
func (s *Store) filling(ctx context.Context, what string, tables []string, fill func(context.Context) error) error {
	mark := unfinished{
		ID: unfinishedID, What: what, Since: s.Now().UTC().Truncate(time.Millisecond), By: rand.Text(),
		Tables: tables,
	}
	s.guard.Wrong.Store(nil) // the store is not served
	if err := s.mark(ctx, mark); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.beat(ctx, mark.By, cancel)
	}()
	err := fill(ctx)
	if err == nil {
		err = context.Cause(ctx)
	}
	cancel(nil)
	<-ended
	if cause := context.Cause(ctx); errors.Is(cause, errFilled) {
		return cause
	}
	if err != nil {
		return err
	}
	return s.write(context.WithoutCancel(ctx), settings,
		engine.Delete(bson.D{{Key: "_id", Value: unfinishedID}, {Key: "by", Value: mark.By}}))
}

// sampleFilling is the value of What for the sample content.
const sampleFilling = "sample"

// FillSample calls fill to write the sample content, if the store is empty or an earlier run of the sample has left
// it unfinished. It reports whether it filled the store.
func (s *Store) FillSample(ctx context.Context, fill func(context.Context) error) (filled bool, err error) {
	defer func() {
		if err != nil {
			s.unready.Store(&err)
		}
	}()
	if err := s.engine.Ready(ctx); err != nil {
		return false, err
	}
	mark, marked, err := findOne[unfinished](ctx, s.guard.Engine.Table(settings), engine.ByID(unfinishedID))
	if err != nil || marked && mark.What != sampleFilling {
		return false, err // Prepare reports that something else fills the store
	}
	if !marked {
		s.guard.Wrong.Store(nil) // the store is not served
		if empty, err := s.Empty(ctx); err != nil || !empty {
			return false, err
		}
	}
	err = s.filling(ctx, sampleFilling, s.archived(false), fill)
	return err == nil, err
}

// Fillable returns an error if an import or a move must not fill the store. It may if the store is empty or was left
// unfinished.
func (s *Store) Fillable(ctx context.Context) error {
	s.guard.Wrong.Store(nil) // the store is not served
	if err := s.engine.Ready(ctx); err != nil {
		return err
	}
	left, err := exists(ctx, s.engine.Table(settings), engine.ByID(unfinishedID))
	if err != nil || left {
		return err
	}
	return s.refuseFull(ctx, nil)
}

// mark inserts the mark, or takes an existing mark over.
func (s *Store) mark(ctx context.Context, mark unfinished) error {
	settings := s.engine.Table(settings)
	before, marked, err := findOne[unfinished](ctx, settings, engine.ByID(unfinishedID))
	if err != nil {
		return err
	}
	if marked {
		return s.takeMark(ctx, before, mark)
	}
	if err := s.refuseFull(ctx, mark.Tables); err != nil {
		return err
	}
	_, err = settings.Write(ctx, engine.Insert(mark))
	if errors.Is(err, engine.ErrDuplicate) {
		return errFilled
	}
	return err
}

// refuseFull returns an error if the store, or one of some tables, is not empty.
func (s *Store) refuseFull(ctx context.Context, tables []string) error {
	if empty, err := s.Empty(ctx); err != nil || !empty {
		return errors.Join(err, ErrNotEmpty)
	}
	for _, name := range tables {
		if empty, err := s.EmptyOf(ctx, name); err != nil {
			return err
		} else if !empty {
			return fmt.Errorf("%w: there are %s in it", ErrNotEmpty, name)
		}
	}
	return nil
}

// takeMark takes over a store that was left unfinished, and empties it.
func (s *Store) takeMark(ctx context.Context, before *unfinished, mark unfinished) error {
	if !s.engine.Local() { // on a local engine no other program can be at work
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(patience):
		}
	}
	mark.Tables = append(mark.Tables, before.Tables...)
	doc, err := bsondoc.Encode(mark)
	if err != nil {
		return err
	}
	same := bson.D{{Key: "_id", Value: unfinishedID}, {Key: "by", Value: before.By}, {Key: "beat", Value: before.Beat}}
	taken, err := s.update(ctx, settings, same, bson.D{{Key: "$set", Value: doc[1:]}})
	if err != nil {
		return err
	}
	if !taken {
		return errFilled
	}
	for _, name := range before.Tables {
		filter := movable(name)
		// an import and the sample write only the site's settings into this table
		if name == settings && before.What != "move" {
			filter = engine.ByID(siteID)
		}
		emptying, cancel := context.WithTimeout(ctx, emptyTimeout)
		err := s.write(emptying, name, engine.DeleteAll(filter))
		cancel()
		if err != nil {
			return fmt.Errorf("remove what was left in %s: %w", name, err)
		}
	}
	return nil
}

// emptyTimeout bounds the removal of all documents of a table.
const emptyTimeout = time.Hour

// beat increases Beat every second until the context ends. If another program has taken the mark over, it cancels the
// context with end.
func (s *Store) beat(ctx context.Context, by string, end context.CancelCauseFunc) {
	own := bson.D{{Key: "_id", Value: unfinishedID}, {Key: "by", Value: by}}
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-time.After(beat):
		}
		if there, err := s.update(ctx, settings, own, engine.Set("beat", n)); err == nil && !there {
			end(errFilled)
			return
		}
	}
}

// Empty reports whether the store has no entries and no settings. Accounts, sessions and tokens don't count.
func (s *Store) Empty(ctx context.Context) (bool, error) {
	names, err := s.engine.Tables(ctx)
	if err != nil {
		return false, err
	}
	for name := range names {
		if name == accounts || name == sessions || name == tokens {
			continue
		}
		if empty, err := s.EmptyOf(ctx, name); err != nil || !empty {
			return false, err
		}
	}
	return true, nil
}

// EmptyOf reports whether a collection has no document that an archive could contain.
func (s *Store) EmptyOf(ctx context.Context, collection string) (bool, error) {
	filter := bson.D{}
	if collection == settings {
		filter = bson.D{{Key: "_id", Value: siteID}}
	}
	found, err := exists(ctx, s.engine.Table(collection), filter)
	return !found, err
}
