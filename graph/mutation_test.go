package graph_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"sen"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
)

// A case of testdata/changes is a text archive with the steps of an editor:
//
//	a comment that says what the case shows;
//	"02 editor.graphql", a document that the editor sends, and "02.json", the answer;
//	"03 clock", by how much the clock goes forward, such as "1h";
//	"pixel.gif", a file in base64, which "04 editor, pixel.gif.graphql" sends as $file, or several as $files.
//
// The sender is one of the actors of testkit, or "stranger", an anonymous client. An id that the store made is
// written as its kind and the number of its first appearance, "article_#1", in answers and in documents. `go test
// ./graph -update` writes the answers anew.

// made matches an id that the store made.
var made = regexp.MustCompile(`\b([a-z]+)_([0-9a-v]{24})\b`)

// names has the ids that appeared, and the names that a case uses for them.
type names struct{ byID, byName map[string]string }

// withNames replaces ids by their names.
func (n *names) withNames(text string) string {
	return made.ReplaceAllStringFunc(text, func(id string) string {
		name, ok := n.byID[id]
		if !ok {
			kind, _, _ := strings.Cut(id, "_")
			name = fmt.Sprintf("%s_#%d", kind, len(n.byID)+1)
			n.byID[id], n.byName[name] = name, id
		}
		return name
	})
}

// withIDs replaces names by their ids.
func (n *names) withIDs(text string) string {
	return regexp.MustCompile(`[a-z]+_#\d+`).ReplaceAllStringFunc(text, func(name string) string {
		if id, ok := n.byName[name]; ok {
			return id
		}
		return name
	})
}

// TestChanges runs every case on both engines, over real HTTP.
func TestChanges(t *testing.T) {
	paths, err := filepath.Glob("testdata/changes/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal("no cases", err)
	}
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.SampleStore(t, e)
		for _, path := range paths {
			t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
				play(t, testserver.Start(t, store, nil), path)
			})
		}
	})
}

// play sends the steps of a case one after the other.
func play(t *testing.T, server *testserver.Server, path string) {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	answers, files := map[string]string{}, map[string][]byte{}
	for _, f := range archive.Files {
		if number, ok := strings.CutSuffix(f.Name, ".json"); ok {
			answers[number] = string(f.Data)
		} else if !strings.Contains(f.Name, " ") {
			if files[f.Name], err = base64.StdEncoding.DecodeString(string(f.Data)); err != nil {
				t.Fatal(f.Name, err)
			}
		}
	}
	ids := &names{map[string]string{}, map[string]string{}}
	written := &txtar.Archive{Comment: archive.Comment}
	for _, f := range archive.Files {
		number, what, _ := strings.Cut(f.Name, " ")
		if strings.HasSuffix(f.Name, ".json") {
			continue
		}
		written.Files = append(written.Files, f)
		if what == "" {
			continue
		}
		if what == "clock" {
			server.Clock.Forward(t, strings.TrimSpace(string(f.Data)))
			continue
		}
		sent := strings.Split(strings.TrimSuffix(what, ".graphql"), ", ")
		headers := http.Header{testserver.ActorHeader: sent[:1]}
		ask := func(query string) []byte { return server.Ask(t, query, nil, headers) }
		if len(sent) > 1 {
			var uploads []txtar.File
			for _, name := range sent[1:] {
				uploads = append(uploads, txtar.File{Name: name, Data: files[name]})
			}
			ask = func(query string) []byte { return server.Upload(t, query, uploads, headers) }
		}
		var got bytes.Buffer
		if err := json.Indent(&got, ask(ids.withIDs(string(f.Data))), "", "  "); err != nil {
			t.Fatal(err)
		}
		got.WriteByte('\n')
		answer := ids.withNames(got.String())
		written.Files = append(written.Files, txtar.File{Name: number + ".json", Data: []byte(answer)})
		if diff := cmp.Diff(answers[number], answer); diff != "" && !*testkit.Update {
			t.Errorf("step %s: the answer differs (-want +got):\n%s", f.Name, diff)
		}
	}
	if *testkit.Update {
		if err := os.WriteFile(path, txtar.Format(written), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// elsewhere has the mutations whose cases are in another test, with its name.
var elsewhere = map[string]string{
	// No role is needed, and the answer is a secret or depends on one.
	"signIn":         "internal/web TestSignInByCookie, internal/newsroom TestSignIn, TestGuessing; people.txtar",
	"signOut":        "internal/web TestSignInByCookie, internal/newsroom TestSignIn",
	"changePassword": "internal/web TestSignInByCookie, internal/newsroom TestChangePassword",
}

// shown returns what the answer to a mutation shows: the codes of its errors and user errors, "allowed" if there are
// none, and "invalid" if they report invalid input.
func shown(t *testing.T, answer []byte) (signs []string) {
	t.Helper()
	type payload struct{ UserErrors []struct{ Code string } }
	var body struct {
		Errors []struct{ Extensions struct{ Code string } }
		Data   map[string]json.RawMessage
	}
	if err := json.Unmarshal(answer, &body); err != nil {
		t.Fatal(err)
	}
	for _, e := range body.Errors {
		signs = append(signs, e.Extensions.Code)
	}
	for _, raw := range body.Data {
		var payloads []*payload
		if json.Unmarshal(raw, &payloads) != nil {
			payloads = make([]*payload, 1)
			if err := json.Unmarshal(raw, &payloads[0]); err != nil {
				t.Fatal(err)
			}
		}
		for _, p := range payloads {
			if p == nil {
				continue
			}
			if len(p.UserErrors) == 0 {
				signs = append(signs, "allowed")
			}
			for _, e := range p.UserErrors {
				signs = append(signs, e.Code)
			}
		}
	}
	for _, code := range signs {
		if !slices.Contains([]string{"allowed", "UNAUTHENTICATED", "FORBIDDEN", "CONFLICT", "ILLEGAL_MOVE"}, code) {
			return append(signs, "invalid")
		}
	}
	return signs
}

// TestEveryMutationHasCases checks that the cases show, for each mutation: that anonymous clients and every role
// below the required one are refused, that the mutation works, that invalid input or an impossible action is
// reported, and that a stale version is a conflict.
func TestEveryMutationHasCases(t *testing.T) {
	paths, err := filepath.Glob("testdata/changes/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	mutation := regexp.MustCompile(`^mutation(?:\([^)]*\))? \{ (?:\w+: )?(\w+)`)
	seen := map[string][]string{}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for i, f := range archive.Files {
			_, who, _ := strings.Cut(strings.TrimSuffix(f.Name, ".graphql"), " ")
			who, _, _ = strings.Cut(who, ",")
			if name := mutation.FindSubmatch(f.Data); name != nil && i+1 < len(archive.Files) {
				for _, sign := range shown(t, archive.Files[i+1].Data) {
					seen[string(name[1])] = append(seen[string(name[1])], sign, who+" "+sign)
				}
			}
		}
	}
	ladder := []string{"reader", "writer", "editor", "admin"}
	for _, field := range gqlparser.MustLoadSchema(&ast.Source{Input: sen.Schema}).Mutation.Fields {
		if elsewhere[field.Name] != "" {
			continue
		}
		got := seen[field.Name]
		has := func(sign string) bool { return slices.Contains(got, sign) }
		want := []string{"stranger UNAUTHENTICATED", "allowed"}
		if field.Arguments.ForName("version") != nil {
			want = append(want, "CONFLICT")
		}
		for _, role := range ladder[:max(1,
			slices.IndexFunc(ladder, func(role string) bool { return has(role + " allowed") }))] {
			want = append(want, role+" FORBIDDEN")
		}
		for _, sign := range want {
			if !has(sign) {
				t.Errorf("no case of testdata/changes shows of %s: %s", field.Name, sign)
			}
		}
		if !has("invalid") && !has("ILLEGAL_MOVE") {
			t.Errorf("no case of testdata/changes shows of %s what is wrong with it", field.Name)
		}
	}
}
