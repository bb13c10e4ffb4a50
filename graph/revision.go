package graph

import (
	"golang.org/x/sync/errgroup"

	"sen/graph/parallel"
	"sen/internal/content"
	"sen/internal/newsroom"
	"sen/internal/people"
	"sen/internal/storage"
)

func registerRevision(r *Resolver) {
	history := &kindSource[*content.Revision, *content.RevisionFilter]{Collection: r.store.Revisions}
	r.sources[history.Kind()] = history
	log := *history
	log.order = "AT_DESC"
	r.relate("Query", map[string]relation{
		"auditLog": permitted(content.ActionAuditLog, func(any) content.Kind { return "" },
			listOf(&log, func(any) storage.Within { return storage.Within{} })),
		"revisionDiff": {load: r.revisionDiff},
	})
	r.relate("Revision", map[string]relation{
		"status": {
			needs:  []string{"state"},
			answer: func(_ *call, obj any) (any, error) { return obj.(*content.Revision).State, nil },
		},
		"content": {needs: []string{"entry", "version", "state", "by"}, load: r.revisionContents},
	})
	r.relate("Editing", map[string]relation{
		"liveVersion": {answer: func(_ *call, obj any) (any, error) {
			if version := obj.(*content.Editing).LiveVersion; version > 0 {
				return &version, nil
			}
			return nil, nil
		}},
		"moves": {answer: func(c *call, obj any) (any, error) {
			e := obj.(*content.Editing)
			kind, _ := e.ID.Kind()
			return newsroom.Moves(c.rq.actor, kind, e), nil
		}},
		"usedBy": {load: r.usedBy},
		// Guests see the state of their entry, but no names of the staff.
		"createdBy": {answer: func(c *call, obj any) (any, error) {
			return c.colleague(obj.(*content.Editing).CreatedBy),
				nil
		}},
		"updatedBy": {answer: func(c *call, obj any) (any, error) {
			return c.colleague(obj.(*content.Editing).UpdatedBy),
				nil
		}},
	})
}

// colleague returns a person of the staff, or null for guests, who must not see names of the staff.
func (c *call) colleague(p *content.Person) any {
	if p == nil || c.rq.actor == nil || c.rq.actor.Preview != "" {
		return nil
	}
	return p
}

// revisions answers with the changes of an entry, for actors who may read drafts.
func (r *Resolver) revisions() relation {
	s := lazyPager{r, "Revision"}
	return permitted(content.ActionRead, func(obj any) content.Kind { return obj.(content.Content).Kind() },
		listOf(s, func(obj any) storage.Within { return linked("entry", obj.(content.Content).Common().ID) }))
}

// permitted answers only for actors who may do an action on the kind of the object.
func permitted(action content.Action, kind func(obj any) content.Kind, rel relation) relation {
	load := rel.load
	rel.load = func(c *call) ([]any, error) {
		if err := people.Permit(c.rq.actor, action, kind(c.objs[0])); err != nil {
			return nil, err
		}
		return load(c)
	}
	return rel
}

// revisionDiff answers with the fields in which two revisions of an entry differ.
func (r *Resolver) revisionDiff(c *call) ([]any, error) {
	id := deref(argument[content.ID](c, "id"))
	kind, _ := id.Kind()
	if err := people.Permit(c.rq.actor, content.ActionRead, kind); err != nil {
		return nil, err
	}
	var copies [2]content.Content
	for i, name := range []string{"from", "to"} {
		found, ok, err := r.newsroom.Revision(c.ctx, id, deref(argument[int](c, name)))
		if !ok || err != nil {
			return []any{nil}, err
		}
		copies[i] = found
	}
	changes, err := content.Diff(copies[0], copies[1])
	return []any{changes}, err
}

// maxContents is the largest number of revisions whose content is read at the same time.
const maxContents = 8

// revisionContents reads the content of revisions.
func (r *Resolver) revisionContents(c *call) ([]any, error) {
	if err := c.rq.spend(len(c.objs)); err != nil {
		return nil, err
	}
	answers := make([]any, len(c.objs))
	var tasks errgroup.Group
	tasks.SetLimit(maxContents)
	for i, obj := range c.objs {
		tasks.Go(func() error {
			return parallel.Safely(func() error {
				revision := obj.(*content.Revision)
				kind, _ := revision.Entry.Kind()
				if err := people.Permit(c.rq.actor, content.ActionRead, kind); err != nil {
					return err
				}
				found, ok, err := r.newsroom.Revision(c.ctx, revision.Entry, revision.Version)
				if ok {
					base := found.Common()
					base.Revision = revision.Version
					base.Editing = &content.Editing{ID: revision.Entry, State: revision.State, UpdatedBy: revision.By}
					answers[i] = found
				}
				return err
			})
		})
	}
	return answers, tasks.Wait()
}

// usedBy answers with the entries that link to an entry, in the stage of the answered field.
func (r *Resolver) usedBy(c *call) ([]any, error) {
	if c.rq.actor == nil || c.rq.actor.Preview != "" { // guests must not see other entries that the staff works on
		answers := make([]any, len(c.objs))
		for i := range answers {
			answers[i] = []content.Content{}
		}
		return answers, nil
	}
	if err := c.rq.spend(len(c.objs) * newsroom.MaxUsage); err != nil {
		return nil, err
	}
	ids := make([]content.ID, len(c.objs))
	for i, obj := range c.objs {
		ids[i] = obj.(*content.Editing).ID
	}
	usedBy, err := r.store.UsedBy(c.ctx, ids, newsroom.MaxUsage)
	if err != nil {
		return nil, err
	}
	var all []content.ID
	for _, id := range ids {
		all = append(all, usedBy[id]...)
	}
	found, err := c.byIDs(all)
	if err != nil {
		return nil, err
	}
	answers := make([]any, len(c.objs))
	for i, id := range ids {
		users := []content.Content{}
		for _, user := range found[:len(usedBy[id])] {
			if user != nil {
				users = append(users, user.(content.Content))
			}
		}
		answers[i], found = users, found[len(usedBy[id]):]
	}
	return answers, nil
}
