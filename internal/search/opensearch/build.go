package opensearch

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"sen/internal/search"
)

// builder is a [search.Builder]: it fills new indexes beside those in use.
type builder struct {
	engine *Engine
	// created is the time of the new indexes, in Unix microseconds.
	created int64
}

// Build creates new, empty indexes beside those in use, and removes what an earlier build has left behind. Only one
// build of a site may run at a time. What other servers write meanwhile goes to the indexes in use: the caller writes
// it again after Commit, for example what [Engine.Signatures] tells to be out of date.
func (e *Engine) Build(ctx context.Context) (search.Builder, error) {
	if err := e.removeUnused(ctx); err != nil {
		return nil, err
	}
	b := &builder{e, time.Now().UnixMicro()}
	for _, stage := range stages {
		if err := e.write(ctx, http.MethodPut, "/"+e.index(stage, b.created), definition(e.schema), nil); err != nil {
			return nil, errors.Join(err, b.Abort(ctx))
		}
	}
	return b, nil
}

// Write applies changes to the new indexes. Searches see them after Commit.
func (b *builder) Write(ctx context.Context, changes []search.Change) error {
	return b.engine.bulk(ctx, changes, "false", func(stage search.Stage) (string, bool) {
		return b.engine.index(stage, b.created), false
	})
}

// Commit makes all servers use the new indexes from one moment on, and removes the old ones.
func (b *builder) Commit(ctx context.Context) error {
	e := b.engine
	names := e.index(search.Published, b.created) + "," + e.index(search.Drafts, b.created)
	if err := e.write(ctx, http.MethodPost, "/"+names+"/_refresh", nil, nil); err != nil {
		return err
	}
	var actions []object
	for _, stage := range stages {
		actions = append(actions,
			object{"remove": object{"index": e.alias(stage) + "-*", "alias": e.alias(stage), "must_exist": false}},
			object{"add": object{"index": e.index(stage, b.created), "alias": e.alias(stage)}})
	}
	if err := e.write(ctx, http.MethodPost, "/_aliases", object{"actions": actions}, nil); err != nil {
		return err
	}
	return e.removeUnused(ctx)
}

// Abort removes the new indexes.
func (b *builder) Abort(ctx context.Context) error {
	var names []string
	for _, stage := range stages {
		names = append(names, b.engine.index(stage, b.created))
	}
	return b.engine.remove(ctx, names)
}

// removeUnused removes the indexes of the site that have no alias.
func (e *Engine) removeUnused(ctx context.Context) error {
	var indexes map[string]struct {
		Aliases map[string]struct{} `json:"aliases"`
	}
	pattern := e.alias(search.Published) + "-*," + e.alias(search.Drafts) + "-*"
	if err := e.read(ctx, http.MethodGet, "/"+pattern+"/_alias", nil, &indexes); err != nil {
		return err
	}
	own := regexp.MustCompile("^" + e.name + "-(published|drafts)-[a-z0-9_]+-[0-9]+$")
	var names []string
	for name, index := range indexes {
		if own.MatchString(name) && len(index.Aliases) == 0 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return e.remove(ctx, names)
}

func (e *Engine) remove(ctx context.Context, names []string) error {
	if len(names) == 0 {
		return nil
	}
	return e.write(ctx, http.MethodDelete, "/"+strings.Join(names, ",")+"?ignore_unavailable=true", nil, nil)
}
