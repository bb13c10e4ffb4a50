package graph_test

import (
	"encoding/json"
	"strings"
	"testing"

	"sen/graph"
	"sen/graph/documents"
	"sen/graph/limits"
)

// TestReadTrusted reads files in the formats of client tools, and checks that an error names the document.
func TestReadTrusted(t *testing.T) {
	const text = `query Tags($n: Int!) { tags(first: $n) { totalCount } }`
	hash := documents.Hash(text)
	object := func(id, text string) string {
		file, err := json.Marshal(map[string]string{id: text})
		if err != nil {
			t.Fatal(err)
		}
		return string(file)
	}
	manifest := func(id string) string {
		return `{"format":"apollo-persisted-query-manifest","version":1,"operations":[{"id":"` + id +
			`","name":"Tags","type":"query","body":` + strings.TrimPrefix(object("", text), `{"":`) + `]}`
	}
	for id, file := range map[string]string{
		"tags": object("tags", text), "x-app:tags:1": object("x-app:tags:1", text),
		"d41d8cd98f00b204e9800998ecf8427e": object("d41d8cd98f00b204e9800998ecf8427e", text),
		hash:                               object(hash, text), "sha256:" + hash: object("sha256:"+hash, text), "tags.1": manifest("tags.1"),
	} {
		trusted, err := documents.ReadTrusted([]byte(file), limits.Default, graph.ParsedSchema())
		if err != nil {
			t.Errorf("%s: %v", file, err)
		}
		if byHash, ok := trusted.ByHash(hash); trusted[id] != text || !ok || byHash != text {
			t.Errorf("%s is read as %v", file, trusted)
		}
	}
	for file, want := range map[string]string{
		``:                                      "JSON object",
		`null`:                                  "JSON object",
		`["{ tags { totalCount } }"]`:           "JSON object",
		`{"a": 1}`:                              "JSON object",
		object("a b", text):                     `"a b"`,
		object("md5:abc", text):                 "x-",
		object("sha256:abc", text):              "64 digits",
		object(strings.ToUpper(hash), text):     "not the SHA-256",
		object(hash, text+" "):                  "not the SHA-256",
		object("sha256:"+hash, text+" "):        "not the SHA-256",
		object("a", "{ tagz { id } }"):          `"a": input:1:3: Cannot query field "tagz"`,
		object("a", "{"):                        `"a": input:1:2: Expected Name`,
		object("a", "fragment f on Tag { id }"): `"a"`,
		object("a", `{ events(filter: {startsAt: {gte: "soon"}}) { totalCount } }`): "RFC 3339",
		object("a", "{ tags { ... @defer { totalCount } } }"):                       "@defer",
		object("a", "{ tags { "+strings.Repeat("totalCount ",
			301)+"} }"): "300",
		object("a", "query Much { sections(first: 100) { nodes { articles(first: 100) { nodes { authors { organization { name } } } } } } }"): "Much costs",
		object("a", "{ tags { totalCount } } #"+strings.Repeat("a",
			40_000)): "32768",
	} {
		if trusted, err := documents.ReadTrusted([]byte(file), limits.Default, graph.ParsedSchema()); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("%.200s: %v, %v; want %q", file, err, trusted, want)
		}
	}
}
