package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// maxWriting is the largest allowed ratio of processor time, of Sen and mongod together, between a change and a
// hand-written transaction.
const maxWriting = 3

// writer changes articles through Sen or through the hand-written handler.
type writer struct {
	*process
	mongod int // the process id
	secret string
	// articles holds the articles that it created, with their versions.
	articles []writtenArticle
	// took is the processor time by step.
	took map[string]time.Duration
}

// writes measures creating, changing and publishing articles, and compares it with a hand-written handler.
func (g *environment) writes(ctx context.Context, n int) error {
	uri, err := g.fill(ctx, "sen", minArticles)
	if err != nil {
		return err
	}
	secret, err := editorToken(ctx, g.sen, "--mongodb-uri", uri)
	if err != nil {
		return err
	}
	sen, err := g.serve(ctx, uri, defaultCaches)
	if err != nil {
		return err
	}
	defer sen.stop()
	hand, err := start(ctx, g.self, "-byhand", uri)
	if err != nil {
		return err
	}
	defer hand.stop()
	ours := &writer{process: sen, mongod: g.mongod.PID(), secret: secret, took: map[string]time.Duration{}}
	theirs := &writer{process: hand, mongod: g.mongod.PID(), took: map[string]time.Duration{}}
	steps := []string{"create", "update", "publish"}
	const rounds = 5
	for round := range rounds + 1 { // the first round is for warming up
		for _, step := range steps {
			for _, w := range []*writer{ours, theirs} {
				took, err := w.times(ctx, step, n/rounds, round)
				if err != nil {
					return err
				}
				if round > 0 {
					w.took[step] += took
				}
			}
		}
		ours.articles, theirs.articles = nil, nil
		progressf("round %d of %d", round, rounds)
	}
	r := &report{Writer: os.Stdout}
	r.printf("### Writing: %d of each, one after the other, processor time of the server and mongod\n\n| | Sen | by hand | ratio |\n| --- | ---: | ---: | ---: |\n", n)
	for _, step := range steps {
		own, other := ours.took[step]/time.Duration(n), theirs.took[step]/time.Duration(n)
		ratio := float64(own) / float64(other)
		r.printf("| %s | %s | %s | %.2f |\n", step, own.Round(10*time.Microsecond), other.Round(10*time.Microsecond), ratio)
		r.goals = append(r.goals,
			goal{what: step + ", processor time relative to by hand", figure: ratio, bound: maxWriting, atMost: true})
	}
	return r.verdict()
}

// times runs one step on some articles and returns the processor time that it used.
func (w *writer) times(ctx context.Context, step string, n, round int) (time.Duration, error) {
	before, err := cpus(w.pid, w.mongod)
	for i := range n {
		if err != nil {
			return 0, err
		}
		if step == "create" {
			err = w.do(ctx, step, writtenArticle{}, fmt.Sprintf("viet-%d-%d-%t", round, i, w.secret == ""))
		} else {
			err = w.do(ctx, step, w.articles[i], fmt.Sprintf("Đổi %d", i))
		}
	}
	after, failed := cpus(w.pid, w.mongod)
	return after - before, errors.Join(err, failed)
}

// paragraph is repeated to make bodies of 5 kB.
var paragraph = strings.Repeat("Chợ nổi họp từ tờ mờ sáng, ghe xuồng chở đầy trái cây. ", 10)

// do runs one step on an article.
func (w *writer) do(ctx context.Context, step string, a writtenArticle, text string) error {
	if w.secret == "" {
		return w.byHand(ctx, step, a, text)
	}
	operations := map[string]string{
		"create":  `mutation($input: ArticleInput!) { made: createArticle(input: $input) { content: article { id version } userErrors { message } } }`,
		"update":  `mutation($id: ID!, $version: Int!, $input: ArticleInput!) { made: updateArticle(id: $id, version: $version, input: $input) { content: article { id version } userErrors { message } } }`,
		"publish": `mutation($id: ID!, $version: Int!) { made: publish(id: $id, version: $version) { content { id version } userErrors { message } } }`,
	}
	variables := map[string]any{"id": a.ID, "version": a.Version}
	title := map[string]any{"text": "Bài " + text}
	switch step {
	case "create":
		blocks := make([]any, 6)
		for i := range blocks {
			blocks[i] = map[string]any{"paragraph": map[string]any{"spans": []any{map[string]any{"text": paragraph}}}}
		}
		variables = map[string]any{"input": map[string]any{
			"title": title, "slug": text, "lead": map[string]any{"text": paragraph[:200]}, "section": id("section", 1),
			"authors": []any{id("author", 1)}, "tags": []any{id("tag", 1), id("tag", 2)},
			"body": map[string]any{"blocks": blocks},
		}}
	case "update":
		variables["input"] = map[string]any{"title": title}
	}
	var answer struct {
		Data struct {
			Made struct {
				Content    *writtenArticle
				UserErrors []any
			}
		}
		Errors []any
	}
	err := w.post(ctx, "/graphql", map[string]any{"query": operations[step], "variables": variables}, &answer)
	made := answer.Data.Made
	if err != nil || made.Content == nil || len(made.UserErrors)+len(answer.Errors) > 0 {
		return fmt.Errorf("%s: %+v, %w", step, answer, err)
	}
	w.wrote(*made.Content)
	return nil
}

// byHand runs one step with the hand-written handler.
func (w *writer) byHand(ctx context.Context, step string, a writtenArticle, text string) error {
	path, body := "/articles/"+a.ID, map[string]any{"version": a.Version}
	title := map[string]any{"vi": "Bài " + text}
	switch step {
	case "create":
		blocks := make([]any, 6)
		for i := range blocks {
			blocks[i] = map[string]any{"paragraph": map[string]any{"spans": []any{map[string]any{"text": paragraph}}}}
		}
		path, body = "/articles", map[string]any{
			"title": title, "slug": text, "lead": map[string]any{"vi": paragraph[:200]}, "section": id("section", 1),
			"authors": []any{id("author", 1)}, "tags": []any{id("tag", 1), id("tag", 2)}, "body": map[string]any{"vi": blocks},
		}
	case "update":
		body["fields"] = map[string]any{"title": title}
	case "publish":
		path += "/publish"
	}
	var answer struct{ Data writtenArticle }
	if err := w.post(ctx, path, body, &answer); err != nil {
		return fmt.Errorf("%s by hand: %w", step, err)
	}
	w.wrote(answer.Data)
	return nil
}

// wrote stores the version that an article has now.
func (w *writer) wrote(a writtenArticle) {
	for i := range w.articles {
		if w.articles[i].ID == a.ID {
			w.articles[i] = a
			return
		}
	}
	w.articles = append(w.articles, a)
}

// post sends JSON and decodes the answer.
func (w *writer) post(ctx context.Context, path string, body, answer any) error {
	status, text, err := post(ctx, w.host, path, w.secret, body)
	if err != nil || !strings.HasPrefix(status, "200 ") {
		return fmt.Errorf("%s: %s, %w", status, text, err)
	}
	return json.Unmarshal(text, answer)
}
