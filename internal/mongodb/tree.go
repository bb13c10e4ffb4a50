package mongodb

import (
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"sen/internal/content"
)

// parentField is where a copy names the entry that it stands directly below.
const parentField = "parent"

// copyParent is what a stored copy says of its place in a tree.
type copyParent struct {
	Parent content.ID `json:"parent"`
}

// acyclic looks, with the revision of a change inserted already, whether an entry that
// moves would come to stand below itself, and answers [ErrStale] then: another change has moved
// something, or is about to. Of two moves at once that are right only each alone, the one that looks later
// sees the other's revision, or what became of it; so at least one of them begins anew.
func (c *Collection[T, F]) acyclic(ctx context.Context, before, after *content.Entry[T], revision string) error {
	if before == nil { // nothing stands below it yet
		return nil
	}
	for _, stage := range []struct{ before, after *T }{{before.Draft, after.Draft}, {before.Live, after.Live}} {
		if stage.after == nil {
			continue
		}
		to := content.ParentOf(any(stage.after).(content.Content))
		if to == "" || stage.before != nil && to == content.ParentOf(any(stage.before).(content.Content)) {
			continue
		}
		moving, err := c.moving(ctx, revision)
		if err != nil {
			return err
		}
		below, err := c.below(ctx, after.ID, to, stage.after == after.Live, moving)
		if err != nil {
			return err
		}
		if below {
			return ErrStale
		}
	}
	return nil
}

// moving is where entries are to stand by changes that are under way, but by one's own. On the
// embedded engine no others are: see guarded.
func (c *Collection[T, F]) moving(ctx context.Context, own string) (map[content.ID][]content.ID, error) {
	to := map[content.ID][]content.ID{}
	if c.store.embedded.Load() {
		return to, nil
	}
	open := bson.D{{Key: "committed", Value: false}, {Key: "kind", Value: c.kind}, {Key: "_id", Value: bson.D{{Key: "$ne", Value: own}}}}
	cursor, err := c.store.db.Collection(revisionsName).Find(ctx, open, options.Find().SetProjection(bson.D{{Key: "entry", Value: 1}, {Key: "copy." + parentField, Value: 1}}))
	if err != nil {
		return nil, fail(err)
	}
	err = drain(ctx, cursor, func(cursor *mongo.Cursor) error {
		var r struct {
			Entry content.ID  `json:"entry"`
			Copy  *copyParent `json:"copy"`
		}
		err := cursor.Decode(&r)
		if err == nil && r.Copy != nil && r.Copy.Parent != "" {
			to[r.Entry] = append(to[r.Entry], r.Copy.Parent)
		}
		return err
	})
	return to, err
}

// below tells whether an entry stands below another one, in the tree of the published copies or
// in that of the drafts, as it is or as changes under way make it. In the published one
// a draft stands in for what is not published.
func (c *Collection[T, F]) below(ctx context.Context, above, id content.ID, published bool, moving map[content.ID][]content.ID) (bool, error) {
	for level, seen := []content.ID{id}, []content.ID{}; len(level) > 0; {
		if slices.Contains(level, above) {
			return true, nil
		}
		seen = append(seen, level...)
		var next []content.ID
		for _, id := range level {
			next = append(next, moving[id]...)
		}
		err := c.find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: level}}}},
			options.Find().SetProjection(bson.D{{Key: draft + parentField, Value: 1}, {Key: live + parentField, Value: 1}}),
			func(cursor *mongo.Cursor) error {
				var e struct{ Draft, Live *copyParent }
				err := cursor.Decode(&e)
				if published && e.Live != nil {
					e.Draft = e.Live
				}
				if err == nil && e.Draft != nil && e.Draft.Parent != "" {
					next = append(next, e.Draft.Parent)
				}
				return err
			})
		if err != nil {
			return false, err
		}
		level = slices.DeleteFunc(next, func(id content.ID) bool { return slices.Contains(seen, id) })
	}
	return false, nil
}
