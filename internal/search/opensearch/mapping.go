package opensearch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"sen/internal/search"
)

var stages = []search.Stage{search.Published, search.Drafts}

// Names of fields: tokens, keys and times are objects, so that equal names do not collide.
const (
	fieldID        = "id"
	fieldSignature = "signature"
	fieldSort      = "times." + string(search.TimeSort)
)

func tokenField(f search.Field) string { return "tokens." + string(f) }
func keyField(k search.Key) string     { return "keys." + string(k) }
func timeField(t search.Time) string   { return "times." + string(t) }

// object is an object of JSON.
type object = map[string]any

// longestTerm is the largest number of characters of a token; longer ones are left out or cut. Lucene refuses terms of
// more than 32,766 bytes.
const longestTerm = 8191

// texts are the fields that have most of the tokens. Each is sent as one text, which the server splits at white space.
// If such a field is expanded, the server loads its terms into memory; queries expand only titles and names.
var texts = []search.Field{
	search.All, search.All.Bigrams(), search.All.Exact(), search.Lead, search.Lead.Bigrams(), search.Lead.Exact(),
}

// definition returns the settings and the mapping of an index.
func definition(schema string) object {
	keyword := object{"type": "keyword", "ignore_above": longestTerm}
	exact := object{"type": "keyword", "index": false}
	text := object{
		"type": "text", "analyzer": "tokens", "norms": false, "index_options": "docs", "fielddata": true,
	}
	tokens, keys, times := object{}, object{}, object{}
	for _, f := range search.Fields() {
		tokens[string(f)] = keyword
		if slices.Contains(texts, f) {
			tokens[string(f)] = text
		}
	}
	for _, k := range search.Keys() {
		keys[string(k)] = keyword
	}
	for _, t := range search.Times() {
		times[string(t)] = object{"type": "long"}
	}
	return object{
		"settings": object{
			"number_of_shards":     1,
			"auto_expand_replicas": "0-1",
			// The versions of removed documents are remembered for an hour, so that an older write that comes late
			// does not bring a document back.
			"gc_deletes":       "1h",
			"max_regex_length": longestPattern,
			"analysis": object{
				"tokenizer": object{"tokens": object{"type": "whitespace", "max_token_length": longestTerm}},
				"analyzer":  object{"tokens": object{"type": "custom", "tokenizer": "tokens"}},
			},
		},
		"mappings": object{
			"dynamic": "strict",
			"_meta":   object{"schema": schema},
			"_source": object{"enabled": false},
			"properties": object{
				fieldID: exact, fieldSignature: exact,
				"tokens": object{"properties": tokens},
				"keys":   object{"properties": keys},
				"times":  object{"properties": times},
			},
		},
	}
}

// alias returns the alias of a stage.
func (e *Engine) alias(stage search.Stage) string { return e.name + "-" + string(stage) }

// aliases returns the part of a path that names the aliases of some stages.
func (e *Engine) aliases(of []search.Stage) string {
	path := "/"
	for i, stage := range of {
		if i > 0 {
			path += ","
		}
		path += e.alias(stage)
	}
	return path
}

// current returns the schema of a stage's index.
func (e *Engine) current(ctx context.Context, stage search.Stage) (schema string, err error) {
	var indexes map[string]struct {
		Mappings struct {
			Meta struct {
				Schema string `json:"schema"`
			} `json:"_meta"`
		} `json:"mappings"`
	}
	if err := e.read(ctx, http.MethodGet, "/"+e.alias(stage)+"/_mapping", nil, &indexes); err != nil {
		return "", err
	}
	if len(indexes) != 1 {
		return "", fmt.Errorf("the alias %s has %d indexes and not one", e.alias(stage), len(indexes))
	}
	for _, index := range indexes {
		schema = index.Mappings.Meta.Schema
	}
	return schema, nil
}

// createFirst creates the first index of a stage. All servers use the same name, so that only one of them creates it.
func (e *Engine) createFirst(ctx context.Context, stage search.Stage) error {
	d := definition(e.schema)
	d["aliases"] = object{e.alias(stage): object{}}
	err := e.write(ctx, http.MethodPut, "/"+e.index(stage, 0), d, nil)
	var p *problem
	if errors.As(err, &p) && p.Type == "resource_already_exists_exception" {
		// Another server was faster, or an operator has removed the alias.
		return e.write(ctx, http.MethodPost, "/_aliases", object{"actions": []object{
			{"add": object{"index": e.index(stage, 0), "alias": e.alias(stage)}},
		}}, nil)
	}
	return err
}

// index returns the name of an index that was created at a time, in Unix microseconds; 0 for the first one.
func (e *Engine) index(stage search.Stage, created int64) string {
	return fmt.Sprintf("%s-%s-%d", e.alias(stage), e.schema, created)
}
