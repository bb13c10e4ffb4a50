package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// write is a measured mutation. Each call changes another entry.
type write struct {
	name string
	make func(ctx context.Context, k *engineStore) error
}

// newWrites returns the mutations of an article of 5 kB: create, update and publish. Updates and publications use the
// entries that the writes before them created.
func newWrites() []write {
	g := newGenerator()
	created, updated := map[*engineStore][]writtenArticle{}, map[*engineStore][]writtenArticle{}
	take := func(from map[*engineStore][]writtenArticle, k *engineStore) (m writtenArticle) {
		m, from[k] = from[k][0], from[k][1:]
		return m
	}
	text := func() string {
		var paragraphs []string
		for range 9 {
			paragraphs = append(paragraphs, g.sentence(60)+".")
		}
		return strings.Join(paragraphs, "\n\n")
	}
	input := func() map[string]any {
		n := g.IntN(tags)
		return map[string]any{
			"title": []any{map[string]any{"text": g.sentence(12)}}, "lead": []any{map[string]any{"text": g.sentence(30)}},
			"body": []any{map[string]any{"markdown": text()}}, "section": id("section", g.IntN(sections)),
			"authors": []any{id("author", g.IntN(authors))}, "tags": []any{id("tag", n), id("tag", (n+1)%tags)},
		}
	}
	return []write{
		{"create", func(ctx context.Context, k *engineStore) error {
			m, err := k.change(ctx,
				`mutation($input: ArticleInput!) { change: createArticle(input: $input) { entry: article { id version } userErrors { message } } }`,
				map[string]any{"input": input()})
			created[k] = append(created[k], m)
			return err
		}},
		{"update", func(ctx context.Context, k *engineStore) error {
			m := take(created, k)
			m, err := k.change(ctx,
				`mutation($id: ID!, $version: Int!, $input: ArticleInput!) { change: updateArticle(id: $id, version: $version, input: $input) { entry: article { id version } userErrors { message } } }`,
				map[string]any{
					"id": m.ID, "version": m.Version,
					"input": map[string]any{"body": []any{map[string]any{"markdown": text()}}},
				})
			updated[k] = append(updated[k], m)
			return err
		}},
		{"publish", func(ctx context.Context, k *engineStore) error {
			m := take(updated, k)
			_, err := k.change(ctx,
				`mutation($id: ID!, $version: Int!) { change: publish(id: $id, version: $version) { entry: content { id version } userErrors { message } } }`,
				map[string]any{"id": m.ID, "version": m.Version})
			return err
		}},
	}
}

// change sends a mutation whose field has the alias "change" and whose entry has the alias "entry".
func (k *engineStore) change(
	ctx context.Context, query string, variables map[string]any,
) (m writtenArticle, err error) {
	body := map[string]any{"query": query, "variables": variables}
	status, raw, err := post(ctx, k.sen.host, "/graphql", k.secret, body, "Sen-Stage", "DRAFT")
	if err != nil {
		return m, err
	}
	var answer struct {
		Data struct {
			Change struct{ Entry writtenArticle }
		}
	}
	if err := json.Unmarshal(raw, &answer); err != nil || answer.Data.Change.Entry.ID == "" {
		return m, errors.Join(err, fmt.Errorf("answered %s %s", status, raw))
	}
	return answer.Data.Change.Entry, nil
}
