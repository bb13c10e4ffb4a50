package storage

import (
	"context"
	"maps"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/engine"
)

// parentField is where a copy names the entry that it stands directly below.
const parentField = "parent"

// acyclic looks, with the revision of a change inserted already, whether an entry that
// moves would come to stand below itself, and answers [ErrStale] then: another change has moved
// something, or is about to. Of two moves at once that are right only each alone, the one that looks later
// sees the other's revision, or what became of it; so at least one of them begins anew.
func (c *Collection[T, F]) acyclic(ctx context.Context, before, after *content.Entry[T], revision string) error {
	if before == nil { // nothing stands below it yet
		return nil
	}
	for _, part := range []struct {
		before, after T
		stage         content.Stage
	}{{before.Draft, after.Draft, content.StageDraft}, {before.Live, after.Live, content.StagePublished}} {
		if content.IsNil(part.after) {
			continue
		}
		to := content.ParentOf(content.As(part.after))
		if to == "" || !content.IsNil(part.before) && to == content.ParentOf(content.As(part.before)) {
			continue
		}
		moving, err := c.moving(ctx, revision)
		if err != nil {
			return err
		}
		below, err := c.below(ctx, after.ID, to, part.stage, moving)
		if err != nil {
			return err
		}
		if below {
			return ErrStale
		}
	}
	return nil
}

// moving is where entries are to stand by changes that are under way, but by one's own.
func (c *Collection[T, F]) moving(ctx context.Context, own string) (map[content.ID][]content.ID, error) {
	to, revisions := map[content.ID][]content.ID{}, map[content.ID][]string{}
	open := bson.D{{Key: "committed", Value: false}, {Key: "kind", Value: c.kind}, {Key: "_id", Value: bson.D{{Key: "$ne", Value: own}}}}
	fields := bson.D{{Key: "entry", Value: 1}, {Key: "copy." + parentField, Value: 1}}
	err := c.store.engine.Table(revisionsName).Find(ctx, engine.Query{Filter: open, Fields: fields}, func(doc bson.Raw) error {
		var r struct {
			ID    string     `json:"_id"`
			Entry content.ID `json:"entry"`
			Copy  struct {
				Parent content.ID `json:"parent"`
			} `json:"copy"`
		}
		err := bsondoc.Unmarshal(doc, &r)
		if err == nil && r.Copy.Parent != "" {
			to[r.Entry] = append(to[r.Entry], r.Copy.Parent)
			revisions[r.Entry] = append(revisions[r.Entry], r.ID)
		}
		return err
	})
	if err != nil || len(to) == 0 {
		return to, err
	}
	heads, err := c.heads(ctx, slices.Collect(maps.Keys(to)))
	for id, head := range heads { // those came to be, and the tree shows them
		if i := slices.Index(revisions[id], head); i >= 0 {
			to[id] = slices.Delete(to[id], i, i+1)
		}
	}
	return to, err
}

// below tells whether an entry stands below another one, in the tree of the copies of a stage, as it is or as
// changes under way make it. In the published one a draft stands in for what is not published.
func (c *Collection[T, F]) below(ctx context.Context, above, id content.ID, stage content.Stage, moving map[content.ID][]content.ID) (bool, error) {
	for level, seen := []content.ID{id}, []content.ID{}; len(level) > 0; {
		if slices.Contains(level, above) {
			return true, nil
		}
		seen = append(seen, level...)
		var next []content.ID
		for _, id := range level {
			next = append(next, moving[id]...)
		}
		for _, s := range slices.Compact([]content.Stage{stage, content.StageDraft}) {
			var found []content.ID
			err := c.byIDs(ctx, level, s, []string{parentField}, func(id content.ID, e T, _ int) {
				found = append(found, id)
				if parent := content.ParentOf(content.As(e)); parent != "" {
					next = append(next, parent)
				}
			})
			if err != nil {
				return false, err
			}
			level = slices.DeleteFunc(level, func(id content.ID) bool { return slices.Contains(found, id) })
		}
		level = slices.DeleteFunc(next, func(id content.ID) bool { return slices.Contains(seen, id) })
	}
	return false, nil
}
