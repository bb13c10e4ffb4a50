package newsroom

import (
	"context"
	"slices"
	"strings"

	"sen/internal/content"
)

// MaxUsage is how many users of an entry are told.
const MaxUsage = 100

// UsedBy lists for each of some entries those, at most some, that link to it from what readers see or
// from a working copy; those in the trash do not count.
func (n *Newsroom) UsedBy(ctx context.Context, ids []content.ID, most int) (map[content.ID][]content.ID, error) {
	users := make(map[content.ID][]content.ID, len(ids))
	for _, kind := range content.Kinds() {
		ids = slices.DeleteFunc(slices.Clone(ids), func(id content.ID) bool { return len(users[id]) == most })
		if len(ids) == 0 {
			break
		}
		some, err := n.desks[kind].UsedBy(ctx, ids, most)
		if err != nil {
			return nil, err
		}
		for id, by := range some {
			users[id] = append(users[id], by[:min(len(by), most-len(users[id]))]...)
		}
	}
	return users, nil
}

// usedElsewhere refuses a change that would take away what others show.
func (w *work) usedElsewhere(ctx context.Context, id content.ID) (bool, error) {
	if err := w.store.ReadSite(ctx); err != nil { // another server may have changed the menus
		return false, err
	}
	users, err := w.UsedBy(ctx, []content.ID{id}, 4)
	if err != nil {
		return false, err
	}
	var names []string
	for _, user := range users[id] {
		names = append(names, string(user))
	}
	for _, menu := range w.store.Site().Menus {
		if w.inMenu(menu.Items, id) {
			names = append(names, "menu "+menu.Key)
		}
	}
	if len(names) == 0 {
		return false, nil
	}
	w.refuse(content.ProblemInUse, []string{"id"}, msgInUse, strings.Join(names, ", "))
	return true, nil
}

func (n *Newsroom) inMenu(items []*content.MenuItem, id content.ID) bool {
	for _, item := range items {
		medium, _ := n.mediumAt(item.URL)
		if item.ContentID == id || medium == id || n.inMenu(item.Items, id) {
			return true
		}
	}
	return false
}
