package graph

import "sen/internal/content"

func registerSite(r *Resolver) {
	r.relate("Query", map[string]relation{
		"site": {answer: func(*call, any) (any, error) { return r.store.Site(), nil }},
	})
	r.relate("MenuItem", map[string]relation{
		"content": one(func(m *content.MenuItem) content.ID { return m.ContentID }),
		"link": {
			ids:    func(to []content.ID, obj any) []content.ID { return named(to, obj.(*content.MenuItem).ContentID) },
			fields: []string{},
			answer: func(c *call, obj any) (any, error) {
				item := obj.(*content.MenuItem)
				link := item.URL
				if e := c.entry(item.ContentID); e != nil {
					link = content.Path(e)
				}
				return &link, nil
			},
		},
	})
}
