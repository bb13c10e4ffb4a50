package main

// never returns a filter that no article passes, by a text that all have to be read for.
func never() any { return object{"title": object{"contains": "zzz"}} }

// filtered is a request for one article that passes a filter.
func filtered(name string, filter any) costly {
	return costly{
		name: name, query: `query($f: ArticleFilter) { articles(first: 1, filter: $f) { __typename } }`,
		variables: object{"f": filter},
	}
}

// choices returns a filter with n alternatives. Each is a condition on two relations, and no entry meets both.
func choices(n, values int) any {
	parts := []any{object{"title": object{"contains": "zzz"}}}
	for i := range n {
		parts = append(parts, object{"or": []any{
			object{"tags": object{"ids": ids("tag", values+i)}},
			object{"organizations": object{"ids": ids("organization", values+i)}},
		}})
	}
	return object{"and": parts}
}

// manyAwards returns a filter through two relations: a thousand awards belong to five of the twenty rounds.
func manyAwards(none bool) any {
	rounds := object{"id": object{"in": ids("round", 5)}}
	return object{"awards": object{"none": none, "where": object{"round": object{"where": rounds}}}}
}

// disjoint returns a filter with n groups of tags. No entry has a tag of each group.
func disjoint(n, values int) any {
	var parts []any
	for i := range n {
		parts = append(parts, object{"tags": object{"ids": ids("tag", (i+1)*values)[i*values:]}})
	}
	return object{"and": parts}
}
