package newsroom

import (
	"context"
	"strings"

	"sen/internal/content"
	"sen/internal/messages"
	"sen/internal/storage/batch"
)

// MaxUsage is how many users of an entry a client can list at most.
const MaxUsage = 100

// usedElsewhere refuses a change that would remove content which other entries or menus show.
func (w *work) usedElsewhere(ctx context.Context, id content.ID) (bool, error) {
	users, err := batch.Join(ctx, "used elsewhere", id, w.room.usersOf)
	if err != nil || len(users) == 0 {
		return false, err
	}
	w.report.Refuse(content.ProblemInUse, []string{"id"}, messages.InUse, strings.Join(users, ", "))
	return true, nil
}

// maxUsers is how many entries a message names as users of an entry. Menus are named in addition.
const maxUsers = 4

// usersOf returns, for each entry, the names of the entries and menus that show it.
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

// inMenu reports whether a menu links to an entry, directly or by the address of its file.
func (n *Newsroom) inMenu(items []*content.MenuItem, id content.ID) bool {
	for _, item := range items {
		medium, _ := n.own.mediumAt(item.URL)
		if item.ContentID == id || medium == id || n.inMenu(item.Items, id) {
			return true
		}
	}
	return false
}
