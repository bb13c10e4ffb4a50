package graph

import (
	"sen/graph/scalar"
	"sen/internal/content"
)

func registerSite(r *Resolver) {
	r.relate("Query", map[string]relation{
		"site": {answer: func(c *call, _ any) (any, error) {
			if scalar.Stage(c.ctx) == content.StageDraft && !c.rq.mayReadDrafts() {
				return nil, errDrafts
			}
			return c.visibleSite(r.store.Site())
		}},
	})
	r.relate("MenuItem", map[string]relation{
		"content": one(func(m *content.MenuItem) content.ID { return m.ContentID }),
		"link": {
			ids:    func(to []content.ID, obj any) []content.ID { return appendID(to, obj.(*content.MenuItem).ContentID) },
			fields: []string{},
			answer: func(c *call, obj any) (any, error) {
				item := obj.(*content.MenuItem)
				link := item.URL
				if e := c.entry(item.ContentID); e != nil {
					link = content.Path(e)
				}
				if link == "" { // the item is only a heading for the items below it
					return nil, nil
				}
				return &link, nil
			},
		},
	})
}

// visibleSite returns the site with the menu items that lead somewhere: to an address, to an entry that the actor can
// see, or to items below them.
func (c *call) visibleSite(site *content.Site) (*content.Site, error) {
	var menus []*node
	for _, n := range c.rq.selectionBelow(c.node, "Site").nodes {
		if n.field.Name == "menus" {
			menus = append(menus, n)
		}
	}
	if menus == nil {
		return site, nil
	}
	ids := map[entryKind][]content.ID{}
	for _, menu := range site.Menus {
		c.menuLinks(menu.Items, ids)
	}
	var all []*wanted
	for of, some := range ids {
		fields := c.rq.sources[of.kind].labelFields()
		for _, n := range menus {
			fields = union(fields, c.rq.menuFields(n, "Menu", of.kind))
		}
		all = append(all, &wanted{of.kind, of.stage, some, fields})
	}
	if err := c.rq.load(c.ctx, all...); err != nil {
		return nil, err
	}
	shown := *site
	shown.Menus = make([]*content.Menu, len(site.Menus))
	for i, menu := range site.Menus {
		shown.Menus[i] = &content.Menu{Key: menu.Key, Items: c.visibleItems(menu.Items)}
	}
	return &shown, nil
}

// entryKind is a kind and the stage of its entries to read.
type entryKind struct {
	kind  content.Kind
	stage content.Stage
}

// menuLinks adds the entries that a menu's items lead to, with all items below them.
func (c *call) menuLinks(items []*content.MenuItem, ids map[entryKind][]content.ID) {
	for _, item := range items {
		if kind, ok := item.ContentID.Kind(); ok {
			of := entryKind{kind, c.rq.stageOf(c.ctx, item.ContentID)}
			ids[of] = append(ids[of], item.ContentID)
		}
		c.menuLinks(item.Items, ids)
	}
}

// menuFields returns the stored fields of a kind that are selected below the items of a menu, so that its entries are
// read once.
func (rq *request) menuFields(n *node, object string, kind content.Kind) (fields []string) {
	for _, below := range rq.selectionBelow(n, object).nodes {
		switch below.field.Name {
		case "items":
			fields = union(fields, rq.menuFields(below, "MenuItem", kind))
		case "content":
			fields = union(fields, rq.selectionBelow(below, string(kind)).stored)
		}
	}
	return fields
}

// visibleItems returns the items of a menu that lead somewhere.
func (c *call) visibleItems(items []*content.MenuItem) []*content.MenuItem {
	shown := make([]*content.MenuItem, 0, len(items))
	for _, item := range items {
		again := *item
		again.Items = c.visibleItems(item.Items)
		if item.ContentID == "" || c.entry(item.ContentID) != nil || len(again.Items) > 0 {
			shown = append(shown, &again)
		}
	}
	return shown
}
