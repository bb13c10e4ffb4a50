package storage

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"
	"golang.org/x/sync/errgroup"

	"sen/internal/bsondoc"
	"sen/internal/cache"
	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/query"
)

// A filter by a relation counts only links to entries that the actor can see, as the answer shows only those. Which
// entries these are is looked up before the filter becomes conditions: it is gone through twice, first to note the
// questions, then to use the answers (docs/adr/0019).

// lookups are what a list's filter and every `where` in it have to know of other entries.
type lookups struct {
	store *Store
	// drafts are the kinds of which the actor sees working copies too.
	drafts []content.Kind
	asked  questions
	// answers are nil while the questions are noted.
	answers *answers
}

// questions are what a filter has to know of other entries.
type questions struct {
	// slugs are to be resolved.
	slugs []claimKey
	// ids are to be looked up, by their kind.
	ids map[content.Kind][]content.ID
	// links are those of which it is asked whether they lead anywhere.
	links map[linkOf]bool
	// reached are the `where`s, those within others before them.
	reached []reached
}

// linkOf is a stored link of the entries of a kind, as a stage shows them, to those of another kind.
type linkOf struct {
	kind  content.Kind
	stage content.Stage
	field string
	of    content.Kind
}

func (q *questions) none() bool {
	return len(q.slugs) == 0 && len(q.ids) == 0 && len(q.links) == 0 && len(q.reached) == 0
}

// answers are what the questions of a filter came to.
type answers struct {
	// slugs lead to entries that the actor can see.
	slugs map[claimKey]content.ID
	// seen are the entries that the actor can see.
	seen map[content.ID]bool
	// ends are those of stored links.
	ends map[linkOf]*linkEnds
	// reached are the entries for which each `where` holds, by the pointer to its filter.
	reached map[any][]content.ID
}

// linkEnds tells which ends of a stored link count. There are two forms, and the shorter one is used: the entries that
// can be seen, or those that can't be.
type linkEnds struct {
	ids []content.ID
	// visible tells that the ids can be seen; without it, all others can be.
	visible bool
}

// targets are the entries that a filter names and the actor can see; lost tells that it names another one as well.
func (w *where) targets(kind content.Kind, named []content.ID, slugs []string) (ids []content.ID, lost bool) {
	if w.answers == nil {
		for _, slug := range slugs {
			w.asked.slugs = append(w.asked.slugs, claimKey{kind, slug})
		}
		for _, id := range named {
			if of, ok := id.Kind(); ok && of == kind {
				if w.asked.ids == nil {
					w.asked.ids = map[content.Kind][]content.ID{}
				}
				w.asked.ids[kind] = append(w.asked.ids[kind], id)
			}
		}
		return nil, false
	}
	for _, id := range named {
		if of, ok := id.Kind(); ok && of == kind && w.answers.seen[id] {
			ids = append(ids, id)
		} else {
			lost = true
		}
	}
	for _, slug := range slugs {
		if id, ok := w.answers.slugs[claimKey{kind, slug}]; ok {
			ids = append(ids, id)
		} else {
			lost = true
		}
	}
	return ids, lost
}

// leads asks whether a stored link leads to an entry of a kind that the actor can see.
func (w *where) leads(field string, kind content.Kind, want bool) {
	link := linkOf{w.kind, w.stage, field, kind}
	if w.answers == nil {
		if w.asked.links == nil {
			w.asked.links = map[linkOf]bool{}
		}
		w.asked.links[link] = true
		return
	}
	cond := w.answers.ends[link].condition(w.At+field, w.single[field])
	if !want {
		cond = bson.D{{Key: "$nor", Value: bson.A{cond}}}
	}
	w.Conds = append(w.Conds, cond)
}

// condition holds for a link at a path that has an end which counts; single tells that it has at most one end.
func (e *linkEnds) condition(path string, single bool) bson.D {
	switch {
	case e.visible:
		return bson.D{{Key: path, Value: query.OneOf(e.ids)}}
	case len(e.ids) == 0: // of a list of objects some may have a link and some none
		return bson.D{{Key: path, Value: bson.D{{Key: "$gt", Value: ""}}}}
	}
	other := bson.D{{Key: "$gt", Value: ""}, {Key: "$nin", Value: e.ids}}
	if single {
		return bson.D{{Key: path, Value: other}}
	}
	list, member := path, other
	if at := strings.LastIndexByte(path, '.'); at > strings.IndexByte(path, '.') { // a list of objects
		list, member = path[:at], bson.D{{Key: path[at+1:], Value: other}}
	}
	return bson.D{{Key: list, Value: bson.D{{Key: "$elemMatch", Value: member}}}}
}

// answer looks up what a filter has to know: slugs, ids and ends of links at the same time; then the entries of every
// `where`, the deepest first, since the others depend on them.
func (l *lookups) answer(ctx context.Context) error {
	a := &answers{seen: map[content.ID]bool{}, ends: map[linkOf]*linkEnds{}, reached: map[any][]content.ID{}}
	var mu sync.Mutex
	tasks, taskCtx := errgroup.WithContext(ctx)
	if len(l.asked.slugs) > 0 {
		tasks.Go(func() (err error) {
			a.slugs, err = l.store.namedBy(taskCtx, l.asked.slugs, l.drafts)
			return err
		})
	}
	for kind, ids := range l.asked.ids {
		tasks.Go(func() error {
			seen, err := l.store.collectionOf(kind).see(taskCtx, ids, stageFor(kind, l.drafts))
			mu.Lock()
			defer mu.Unlock()
			for _, id := range seen {
				a.seen[id] = true
			}
			return err
		})
	}
	for link := range l.asked.links {
		tasks.Go(func() error {
			ends, err := l.store.collectionOf(link.kind).ends(taskCtx, link, stageFor(link.of, l.drafts))
			mu.Lock()
			defer mu.Unlock()
			a.ends[link] = ends
			return err
		})
	}
	if err := tasks.Wait(); err != nil {
		return err
	}
	l.answers = a
	for depth := content.MaxWhereDepth; depth > 0; depth-- {
		if err := l.reach(ctx, depth); err != nil {
			return err
		}
	}
	return nil
}

// stageFor is the copy by which the actor sees entries of a kind.
func stageFor(kind content.Kind, drafts []content.Kind) content.Stage {
	if slices.Contains(drafts, kind) {
		return content.StageDraft
	}
	return content.StagePublished
}

// see gives those of some entries that can be seen at a stage; for readers from memory as far as it is there.
func (c *Collection[T, F]) see(ctx context.Context, ids []content.ID, stage content.Stage) (seen []content.ID, err error) {
	found, err := c.Known(ctx, ids, stage, nil)
	for i, e := range found {
		if !content.IsNil(e) {
			seen = append(seen, ids[i])
		}
	}
	return seen, err
}

// ends tells which ends of a stored link can be seen at a stage. For readers it is kept until something of either kind changes.
func (c *Collection[T, F]) ends(ctx context.Context, link linkOf, stage content.Stage) (*linkEnds, error) {
	v := c.lists.View(link.stage)
	shared := !v.Editing && stage != content.StageDraft
	tags := []cache.Tag{cache.Kind(c.kind), cache.Kind(link.of)}
	key, since := string(c.kind)+" "+link.field, c.store.Feed.Journal.Now()
	if shared {
		cache.Note(ctx, tags...)
		if known, ok := c.store.memory.ends.Get(key); ok {
			return known, nil
		}
	}
	all, err := c.linkedIDs(ctx, v, link.field, link.of)
	if err != nil {
		return nil, err
	}
	seen, err := c.store.collectionOf(link.of).among(ctx, all, stage)
	if err != nil {
		return nil, err
	}
	e := endsOf(all, seen)
	if shared {
		c.store.memory.ends.Put(key, e, 64*len(e.ids), since, tags...)
	}
	return e, nil
}

// endsOf chooses the shorter form.
func endsOf(all []content.ID, seen map[content.ID]bool) *linkEnds {
	hidden := slices.DeleteFunc(slices.Clone(all), func(id content.ID) bool { return seen[id] })
	if len(hidden) == 0 || len(hidden) <= len(seen) {
		return &linkEnds{ids: hidden}
	}
	return &linkEnds{ids: slices.Sorted(maps.Keys(seen)), visible: true}
}

// linkedIDs are the ends of a stored link, whether or not there is an entry, each once. Those of working copies are
// taken from what the entries link to in all, for which there is an index: there may be others among them.
func (c *Collection[T, F]) linkedIDs(ctx context.Context, v query.View, field string, of content.Kind) ([]content.ID, error) {
	path := v.At + field
	if v.Editing {
		path = "links"
	}
	found := map[content.ID]bool{}
	add := func(id string) {
		if kind, ok := content.ID(id).Kind(); ok && kind == of {
			found[content.ID(id)] = true
		}
	}
	ends, err := c.read(v).Distinct(ctx, path)
	if err != nil {
		return nil, err
	}
	for _, id := range ends {
		add(id)
	}
	return slices.Sorted(maps.Keys(found)), nil
}

// among gives those of some entries, however many, that can be seen at a stage.
func (c *Collection[T, F]) among(ctx context.Context, ids []content.ID, stage content.Stage) (map[content.ID]bool, error) {
	seen := make(map[content.ID]bool, len(ids))
	for some := range slices.Chunk(ids, maxIDs) {
		v := c.lists.ViewByID(stage)
		filter := append(bson.D{{Key: "_id", Value: query.OneOf(some)}}, v.Shown...)
		err := c.read(v).Find(ctx, engine.Query{Filter: filter, Fields: idOnly, Batch: len(some)}, func(doc bson.Raw) error {
			id := bsondoc.ID(doc)
			seen[content.ID(id)] = true
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return seen, nil
}

// maxIDs is how many entries are looked up by one command: a command has at most 48 MB, an id at most 64 bytes.
const maxIDs = 100_000
