package newsroom

import (
	"context"
	"strings"

	"sen/internal/content"
	"sen/internal/storage/batch"
)

// MaxUsage is how many users of an entry are told.
const MaxUsage = 100

// usedElsewhere refuses a change that would take away what others show.
func (w *work) usedElsewhere(ctx context.Context, id content.ID) (bool, error) {
	users, err := batch.Join(ctx, "used elsewhere", id, w.usersOf)
	if err != nil || len(users) == 0 {
		return false, err
	}
	w.refuse(content.ProblemInUse, []string{"id"}, msgInUse, strings.Join(users, ", "))
	return true, nil
}

// maxUsers is how many users of an entry a message names, beside the menus.
const maxUsers = 4

// usersOf names for each of some entries what shows it.
func (n *Newsroom) usersOf(ctx context.Context, ids []content.ID) ([][]string, error) {
	if err := n.store.ReadSite(ctx); err != nil { // another server may have changed the menus
		return nil, err
	}
	users, err := n.store.UsedBy(ctx, ids, maxUsers)
	if err != nil {
		return nil, err
	}
	names := make([][]string, len(ids))
	for i, id := range ids {
		for _, user := range users[id] {
			names[i] = append(names[i], string(user))
		}
		for _, menu := range n.store.Site().Menus {
			if n.inMenu(menu.Items, id) {
				names[i] = append(names[i], "menu "+menu.Key)
			}
		}
	}
	return names, nil
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
