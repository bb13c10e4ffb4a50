package storage

import (
	"context"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/batch"
)

// acyclic returns [ErrStale] if an entry that moves would become its own ancestor, because another change has moved
// an entry or is about to. The revision of the change must be inserted already. If two concurrent moves are valid
// only one at a time, the one that checks later sees the revision, or the result, of the other. So at least one of
// them starts again.
func (c *Collection[T, F]) acyclic(ctx context.Context, before, after *content.Entry[T], revision string) error {
	if before == nil { // a new entry has no descendants
		return nil
	}
	for _, part := range []struct {
		before, after T
		stage         content.Stage
	}{{before.Draft, after.Draft, content.StageDraft}, {before.Live, after.Live, content.StagePublished}} {
		if content.IsNil(part.after) {
			continue
		}
		to := content.As(part.after).ParentLink()
		if to == "" || !content.IsNil(part.before) && to == content.As(part.before).ParentLink() {
			continue
		}
		moving, err := batch.Join(ctx, "moving "+c.name, revision, c.pendingMoves)
		if err != nil {
			return err
		}
		below, err := batch.Join(ctx, fmt.Sprint("below ", c.name, part.stage),
			pathQuestion{after.ID, to, part.stage, moving}, c.below)
		if err != nil {
			return err
		}
		if below {
			return ErrStale
		}
	}
	return nil
}

// pendingMoves returns, for each of some changes, the new parents of the entries that other running changes move.
func (c *Collection[T, F]) pendingMoves(ctx context.Context, own []string) ([]map[content.ID][]content.ID, error) {
	type moved struct {
		ID    string     `json:"_id"`
		Entry content.ID `json:"entry"`
		Copy  struct {
			Parent content.ID `json:"parent"`
		} `json:"copy"`
	}
	var all []moved
	open := bson.D{{Key: "committed", Value: false}, {Key: "kind", Value: c.kind}}
	fields := bson.D{{Key: "entry", Value: 1}, {Key: "copy." + parentField, Value: 1}}
	err := c.store.engine.Table(revisionsName).Find(ctx, engine.Query{Filter: open, Fields: fields},
		func(doc bson.Raw) error {
			var r moved
			err := bsondoc.Unmarshal(doc, &r)
			if r.Copy.Parent != "" && (len(own) > 1 || r.ID != own[0]) {
				all = append(all, r)
			}
			return err
		})
	if err != nil {
		return nil, err
	}
	var heads map[content.ID]string
	if len(all) > 0 {
		ids := make([]content.ID, len(all))
		for i, r := range all {
			ids[i] = r.Entry
		}
		if heads, err = c.heads(ctx, ids); err != nil {
			return nil, err
		}
	}
	to := make([]map[content.ID][]content.ID, len(own))
	for i, revision := range own {
		to[i] = map[content.ID][]content.ID{}
		for _, r := range all {
			if r.ID != revision && heads[r.Entry] != r.ID { // otherwise the move is committed, and the tree shows it
				to[i][r.Entry] = append(to[i][r.Entry], r.Copy.Parent)
			}
		}
	}
	return to, nil
}

// pathQuestion asks whether an entry would become its own ancestor if it moved below another one. It considers the tree
// of the copies of a stage, as it is and as running changes will make it. In the tree of published copies, a draft
// replaces the copy of an entry that is not published.
type pathQuestion struct {
	id, to content.ID
	stage  content.Stage
	moving map[content.ID][]content.ID
}

// below answers some questions for one stage.
func (c *Collection[T, F]) below(ctx context.Context, questions []pathQuestion) ([]bool, error) {
	below, levels := make([]bool, len(questions)), make([][]content.ID, len(questions))
	seen := make([]map[content.ID]bool, len(questions))
	for i, q := range questions {
		levels[i], seen[i] = []content.ID{q.to}, map[content.ID]bool{}
	}
	parents := map[content.ID]content.ID{} // the parents of the entries that were read
	for {
		var read []content.ID
		for i, q := range questions {
			below[i] = below[i] || slices.Contains(levels[i], q.id)
			for _, id := range levels[i] {
				if _, known := parents[id]; !known && !below[i] && !slices.Contains(read, id) {
					read = append(read, id)
				}
			}
		}
		if err := c.readParents(ctx, questions[0].stage, read, parents); err != nil {
			return nil, err
		}
		on := false
		for i, q := range questions {
			var next []content.ID
			for _, id := range levels[i] {
				seen[i][id] = true
				next = append(next, q.moving[id]...)
				if parent := parents[id]; parent != "" {
					next = append(next, parent)
				}
			}
			levels[i] = slices.DeleteFunc(next, func(id content.ID) bool { return below[i] || seen[i][id] })
			on = on || len(levels[i]) > 0
		}
		if !on {
			return below, nil
		}
	}
}

// readParents adds to parents the parents of some entries at a stage, and "" for entries without one.
func (c *Collection[T, F]) readParents(
	ctx context.Context, stage content.Stage, ids []content.ID, parents map[content.ID]content.ID,
) error {
	for _, s := range slices.Compact([]content.Stage{stage, content.StageDraft}) {
		err := c.byIDs(ctx, ids, s, []string{parentField}, func(id content.ID, e T, _ int) {
			parents[id] = content.As(e).ParentLink()
		})
		if err != nil {
			return err
		}
		ids = slices.DeleteFunc(ids, func(id content.ID) bool { _, found := parents[id]; return found })
	}
	for _, id := range ids {
		parents[id] = ""
	}
	return nil
}
