package embedded

import (
	"cmp"
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/engine"
)

// Write implements [engine.Table].
func (t *table) Write(ctx context.Context, all ...engine.Change) (found int, err error) {
	result, err := t.write(ctx, all, false)
	return result.found, cmp.Or(err, fail(result.stopped))
}

// WriteEach implements [engine.Table].
func (t *table) WriteEach(ctx context.Context, all ...engine.Change) (found int, duplicates []int, err error) {
	result, err := t.write(ctx, all, true)
	return result.found, result.duplicates, cmp.Or(err, fail(result.stopped))
}

// write makes changes in one commit. If each is true, it continues after a change that would be a duplicate.
func (t *table) write(ctx context.Context, all []engine.Change, each bool) (result outcome, err error) {
	end := t.trip(ctx, "write")
	defer func() { end(err, 0) }()
	err = t.commit(ctx, func(c *changes) error {
		result = outcome{}
		for i, change := range all {
			n, err := c.make(ctx, change)
			switch {
			case err == nil:
				result.found += n
			case isStorage(err):
				return err
			case each && errors.Is(err, engine.ErrDuplicate):
				result.duplicates = append(result.duplicates, i)
			default:
				result.stopped = err
				return nil
			}
		}
		return nil
	})
	if err != nil {
		return outcome{}, fail(err)
	}
	return result, nil
}

// Modify implements [engine.Table].
func (t *table) Modify(ctx context.Context, filter, update bson.D) (after bson.Raw, ok bool, err error) {
	end := t.trip(ctx, "modify")
	defer func() { end(err, 0) }()
	err = t.commit(ctx, func(c *changes) error {
		after, ok = nil, false
		result, err := c.update(ctx, filter, update, true)
		if err == nil && len(result) > 0 {
			after, ok = bson.Raw(result[0].doc), true
		}
		return err
	})
	if err != nil {
		return nil, false, fail(err)
	}
	return after, ok, nil
}
