package newsroom

import (
	"context"
	"strings"

	"sen/internal/content"
)

// MaxUsage is how many users of an entry are told.
const MaxUsage = 100

// UsedBy lists the entries, at most some, that link to an entry from what readers see or
// from a working copy; those in the trash do not count.
func (n *Newsroom) UsedBy(ctx context.Context, id content.ID, most int) (users []content.ID, err error) {
	for _, kind := range content.Kinds() {
		if most <= len(users) {
			break
		}
		some, err := n.desks[kind].UsedBy(ctx, id, most-len(users))
		if err != nil {
			return nil, err
		}
		users = append(users, some...)
	}
	return users, nil
}

// usedElsewhere refuses a change that would take away what others show.
func (w *work) usedElsewhere(ctx context.Context, id content.ID) (bool, error) {
	users, err := w.UsedBy(ctx, id, 4)
	if err != nil {
		return false, err
	}
	var names []string
	for _, user := range users {
		names = append(names, string(user))
	}
	for _, menu := range w.store.Site().Menus {
		if inMenu(menu.Items, id) {
			names = append(names, "menu "+menu.Key)
		}
	}
	if len(names) == 0 {
		return false, nil
	}
	w.refuse(content.ProblemInUse, []string{"id"}, msgInUse, strings.Join(names, ", "))
	return true, nil
}

func inMenu(items []*content.MenuItem, id content.ID) bool {
	for _, item := range items {
		if item.ContentID == id || inMenu(item.Items, id) {
			return true
		}
	}
	return false
}
