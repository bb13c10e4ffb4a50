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

// A store that an import, a move or the sample content fills is marked from before the first document to behind the
// last one: a program that is killed in between leaves a store that looks whole. Whoever would serve it is refused by
// the mark, and only another import or move may take it over, or the sample what the sample left.

// unfinished is the mark.
type unfinished struct {
	ID string `json:"_id"`
	// What fills the store: "import", "move" or "sample".
	What  string    `json:"what"`
	Since time.Time `json:"since"`
	// By is the run of a program that does; Beat grows while it runs.
	By   string `json:"by"`
	Beat int    `json:"beat"`
	// Tables are those that it fills. They were empty before.
	Tables []string `json:"tables"`
}

// What a filling can meet.
var (
	// ErrNotEmpty refuses to fill a store that holds something.
	ErrNotEmpty = errors.New("the store is not empty")
	errFilled   = errors.New("another import, move or start of a server fills this store")
)

// beat is how often who fills a store says so, and patience how long it takes to tell that nobody does any more.
const beat = time.Second

var patience = 5 * beat

// refuseUnfinished tells that an import or a move has not filled the store to the end. Nothing is given from it then.
func (s *Store) refuseUnfinished(ctx context.Context) error {
	mark, ok, err := findOne[unfinished](ctx, s.guard.Engine.Table(settings), engine.ByID(unfinishedID))
	if !ok || err != nil {
		return err
	}
	why := mark.error()
	s.stop(ctx, why)
	return why
}

// error tells that the store is unfinished.
func (mark *unfinished) error() error {
	since := mark.Since.UTC().Format(time.RFC3339)
	switch mark.What {
	case "move":
		return content.Errorf(content.CodeUnavailable,
			"The move of a site into this store, begun at %s, has not come to its end. Run `sen move` again: it begins anew.", since)
	case sampleFilling:
		return content.Errorf(content.CodeUnavailable,
			"The sample content of this store, begun at %s, is not whole. Start the server with --sample: it begins anew.", since)
	}
	return content.Errorf(content.CodeUnavailable,
		"The import into this store, begun at %s, has not come to its end. Run `sen import` again: it begins anew.", since)
}

// filling marks the store as unfinished while it is filled. It does so for an empty store, or takes over one that was
// left unfinished, of which it removes what is there. The mark stays when the work fails.
func (s *Store) filling(ctx context.Context, what string, tables []string, fill func(context.Context) error) error {
	mark := unfinished{ID: unfinishedID, What: what, Since: s.Now().UTC().Truncate(time.Millisecond), By: rand.Text(), Tables: tables}
	s.guard.Wrong.Store(nil) // it is not served
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
	return s.write(context.WithoutCancel(ctx), settings, engine.Delete(bson.D{{Key: "_id", Value: unfinishedID}, {Key: "by", Value: mark.By}}))
}

// sampleFilling is what a mark says of the sample content.
const sampleFilling = "sample"

// FillSample has a function put the sample content into the store if that is empty, or if a program before has ended
// amid that. It tells whether it did.
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
		return false, err // to prepare the store tells of another filling
	}
	if !marked {
		s.guard.Wrong.Store(nil) // it is not served
		if empty, err := s.Empty(ctx); err != nil || !empty {
			return false, err
		}
	}
	err = s.filling(ctx, sampleFilling, s.archived(false), fill)
	return err == nil, err
}

// Fillable tells whether an import or a move may fill the store: it is empty, or one before has left it unfinished.
func (s *Store) Fillable(ctx context.Context) error {
	s.guard.Wrong.Store(nil) // it is not served
	if err := s.engine.Ready(ctx); err != nil {
		return err
	}
	left, err := there(ctx, s.engine.Table(settings), engine.ByID(unfinishedID))
	if err != nil || left {
		return err
	}
	return s.refuseFull(ctx, nil)
}

// mark marks the store, or takes the mark over.
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

// refuseFull tells that something is in the store, or in one of some tables.
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
	if !s.engine.Local() { // there nobody else can be at it
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
		if name == settings && before.What != "move" { // the others write nothing else of them
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

// beat says that the store is being filled, until the context ends. It ends the context if another program has taken
// over.
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

// Empty tells whether the store holds no entry and no settings at all. People may be in it.
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

// EmptyOf tells whether a collection holds nothing that an archive could have.
func (s *Store) EmptyOf(ctx context.Context, collection string) (bool, error) {
	filter := bson.D{}
	if collection == settings {
		filter = bson.D{{Key: "_id", Value: siteID}}
	}
	some, err := there(ctx, s.engine.Table(collection), filter)
	return !some, err
}
